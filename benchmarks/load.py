"""A load on one address: keep-alive connections that each send the next request as soon as the last is answered.

    python -m benchmarks.load HOST PORT PATH SECONDS CONNECTIONS RATE [API_KEY] < bodies.jsonl

With a RATE above 0 all connections together send so many requests a second, evenly; one that is answered late sends the next
at once, and its time counts from when it should have been sent, so that a server that stalls is seen to. A process of its
own, so that it can be held to a core of its own. Prints one line of JSON: requests, seconds, the median and the 99th
percentile in milliseconds, and how many answers were no 2xx.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import cycle


class Connection(asyncio.Protocol):
    """One connection; counts what it was answered."""

    def __init__(
        self, requests: list[bytes], start: int, until: float, done: asyncio.Future[None], *, first: float, every: float
    ) -> None:
        self._requests, self._until, self._done = cycle(requests[start:] + requests[:start]), until, done
        self._buffer, self._wanted, self._sent = b"", -1, 0.0
        self._due, self._every = first, every
        self.milliseconds: list[float] = []
        self.failed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """Count an answer once it is whole, and send the next request."""
        self._buffer += data
        if self._wanted < 0:
            head, found, _ = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            self._wanted = len(head) + 4 + int(length.split(b":")[1])
        if len(self._buffer) >= self._wanted:
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the load end."""
        if not self._done.done():
            self._done.set_result(None)

    def _answered(self) -> None:
        self.milliseconds.append((time.perf_counter() - self._sent) * 1000)
        self.failed += not self._buffer.startswith(b"HTTP/1.1 2")
        self._buffer, self._wanted = b"", -1
        if time.perf_counter() < self._until:
            self._next()
        else:
            self._transport.close()

    def _next(self) -> None:
        """Send the next request: at once, or when it is due."""
        if not self._every:
            self._send(time.perf_counter())
            return
        due = self._due
        self._due += self._every
        asyncio.get_running_loop().call_later(max(due - time.perf_counter(), 0.0), self._send, due)

    def _send(self, due: float) -> None:
        self._sent = due
        self._transport.write(next(self._requests))


async def loaded(
    host: str, port: int, requests: list[bytes], seconds: float, connections: int, rate: float
) -> dict[str, float]:
    """Return what came of so many connections sending for so long."""
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    made, ends = [], []
    for number in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        start = number * len(requests) // connections
        first, every = (started + number / rate, connections / rate) if rate else (started, 0.0)
        connection = Connection(requests, start, started + seconds, done, first=first, every=every)
        await loop.create_connection(lambda one=connection: one, host, port)  # type: ignore[misc]
        made.append(connection)
        ends.append(done)
    await asyncio.gather(*ends)
    took = time.perf_counter() - started
    times = sorted(one for connection in made for one in connection.milliseconds)
    return {
        "requests": len(times), "seconds": took, "p50": times[len(times) // 2], "p99": times[int(len(times) * 0.99)],
        "failed": sum(connection.failed for connection in made),
    }  # fmt: skip


def main() -> None:
    host, port, path, seconds, connections, rate = sys.argv[1:7]
    key = "".join(f"\r\nX-API-Key: {one}" for one in sys.argv[7:])
    requests = []
    for line in sys.stdin.buffer:
        body = line.strip()
        head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}{key}"
        requests.append(f"{head}\r\n\r\n".encode() + body)
    print(json.dumps(asyncio.run(loaded(host, int(port), requests, float(seconds), int(connections), float(rate)))))


if __name__ == "__main__":
    main()
