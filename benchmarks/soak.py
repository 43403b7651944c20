"""Whether the service stays as it is under load for a long time: no errors, memory flat, the slowest answers no slower.

    python -m benchmarks.soak [--minutes 30] [--share 0.7] [--home DIR --company FILE] [--workers 1]

A mix of what a company sends (scores, leads, calls, batches, pages, /metrics) goes to `leadloop serve` on the demo company. How
much of it the service takes at most is measured for a minute first, with connections that wait for each answer; then so large a
share of that comes at its own pace, whether or not the service keeps up, and an answer's time counts from when its request was
due. Leads and calls of 2,000 leads are told again and again, as CRMs do, and 5,000 new leads a day come among them: a service that
keeps what it is told grows with its leads, and that is no leak. Scores are logged all the time.

Memory is the resident memory of the serving processes, every five seconds; its slope is that of the least-squares line through what
comes after the warm-up (a fifth of the time, two minutes at least), in MB in ten minutes, with its standard error. The slowest
answers are told minute by minute for /v1/score and for all. The verdict is printed last, and the exit code is 1 where it is bad. A
machine that others use slows down by itself: the first part then finds a top rate that the second cannot have.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import os
import random
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.serving import _cores, bodies_of, server
from benchmarks.start import demo_in, megabytes_of
from tests.support.free_port import free_port

MIX = {"score": 0.6, "lead": 0.25, "call": 0.1, "batch": 0.02, "page": 0.02, "metrics": 0.01}
PAGES = ("/queue", "/channels", "/journey", "/models", "/v1/queue")
LEADS, NEW_A_DAY, IN_A_BATCH = 2_000, 5_000, 20
CONNECTIONS = 32
WARMED_SECONDS, TOP_SECONDS = 15.0, 60.0
"""A service does once a minute what cannot be left for long; a top rate found in less time is one that it cannot hold."""
SAMPLED_EVERY = 5.0
MOST_SLOPE = 1.0
"""MB in ten minutes."""
MOST_SLOWER = 1.25
"""How much slower the slowest answers of the last third may be than those of the first after the warm-up."""


class Connection(asyncio.Protocol):
    """One keep-alive connection; tells whoever asked of each answer once it is whole."""

    def __init__(self) -> None:
        self._buffer, self._told = b"", None  # type: tuple[bytes, Callable[[int], None] | None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def ask(self, request: bytes, told: Callable[[int], None]) -> None:
        """Send a request; ``told`` hears of the answer's status."""
        self._buffer, self._told = b"", told
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Gather an answer."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if found and _is_whole(head.lower(), body) and self._told:
            told, self._told = self._told, None
            told(int(head.split(b" ", 2)[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell of an answer that will not come."""
        if self._told:
            self._told(0)


def _is_whole(head: bytes, body: bytes) -> bool:
    if b"transfer-encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    found = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    return len(body) >= int(found or 0)


@dataclass(slots=True)
class Seen:
    """What came of the requests: (when it was due, milliseconds, kind) of each, and the answers that were no 2xx."""

    answers: list[tuple[float, float, str]] = field(default_factory=list)
    errors: list[tuple[float, str, int]] = field(default_factory=list)

    def add(self, due: float, kind: str, status: int) -> None:
        """Count an answer."""
        now = time.perf_counter()
        self.answers.append((due, (now - due) * 1000, kind))
        if not 200 <= status < 300:
            self.errors.append((due, kind, status))


def requests(port: int) -> Iterator[tuple[str, bytes]]:
    """Yield kind and bytes of one request after another, for ever, by the mix."""
    draw = random.Random(7)
    scores = itertools.cycle(bodies_of("score", 0, ()).split(b"\n")[:20_000])
    leads = bodies_of("lead", 1, ()).split(b"\n")[:LEADS]
    new, began, count = iter(bodies_of("lead", 2, ()).split(b"\n")), time.perf_counter(), 0
    places = itertools.cycle(PAGES)
    stored: deque[bytes] = deque(maxlen=LEADS)
    turn = itertools.cycle(leads)
    while True:
        kind = draw.choices(list(MIX), list(MIX.values()))[0]
        if kind == "call" and len(stored) < 200:
            kind = "lead"  # a call is of a lead that was stored a while ago
        if kind == "score":
            yield kind, _post(port, "/v1/score", next(scores))
        elif kind == "lead":
            if (time.perf_counter() - began) * NEW_A_DAY / 86_400 > count:
                count += 1
                yield kind, _post(port, "/v1/leads", next(new))
                continue
            body = next(turn)
            stored.append(json.loads(body)["id"].encode())
            yield kind, _post(port, "/v1/leads", body)
        elif kind == "call":
            name = stored[draw.randrange(len(stored) - 100)]
            said = {
                "id": f"call of {name.decode()}",
                "result": "reached",
                "answers": {"need": "yes"},
                "at": "2026-01-12T10:00:00Z",
            }
            yield kind, _post(port, f"/v1/leads/{name.decode()}/calls", json.dumps(said).encode())
        elif kind == "batch":
            yield kind, _post(port, "/v1/batch/scores", b"[" + b",".join(itertools.islice(scores, IN_A_BATCH)) + b"]")
        else:
            yield kind, _get(port, "/metrics" if kind == "metrics" else next(places))


def _post(port: int, path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


def _get(port: int, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/html\r\n\r\n".encode()


async def connected(port: int) -> list[Connection]:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Connection, "127.0.0.1", port) for _ in range(CONNECTIONS)]
    return [protocol for _, protocol in made]


async def top_rate(port: int, sent: Iterator[tuple[str, bytes]], seconds: float) -> tuple[float, Seen]:
    """Return requests a second with every connection asking as soon as it was answered."""
    seen, until, left = Seen(), time.perf_counter() + seconds, asyncio.Semaphore(0)

    def ask(connection: Connection) -> None:
        began = time.perf_counter()
        if began >= until:
            left.release()
            return
        kind, request = next(sent)

        def told(status: int) -> None:
            seen.add(began, kind, status)
            ask(connection)

        connection.ask(request, told)

    several = await connected(port)
    for one in several:
        ask(one)
    for _ in several:
        await left.acquire()
    for one in several:
        one.transport.close()
    return len(seen.answers) / seconds, seen


async def paced(
    port: int, sent: Iterator[tuple[str, bytes]], rate: float, seconds: float, sample: Callable[[], None]
) -> Seen:
    """Send so many requests a second at random moments (a Poisson stream); who finds no free connection waits."""
    seen, draw = Seen(), random.Random(11)
    free, waiting = deque(await connected(port)), deque[tuple[float, str, bytes]]()
    connections = list(free)

    def go_on() -> None:
        while free and waiting:
            connection, (due, kind, request) = free.popleft(), waiting.popleft()

            def told(status: int, *, connection: Connection = connection, due: float = due, kind: str = kind) -> None:
                seen.add(due, kind, status)
                free.append(connection)
                go_on()

            connection.ask(request, told)

    began = due = time.perf_counter()
    sampled = 0.0
    while due < began + seconds:
        now = time.perf_counter()
        while due <= now and due < began + seconds:
            waiting.append((due, *next(sent)))
            due += draw.expovariate(rate)
        go_on()
        if now - sampled >= SAMPLED_EVERY:
            sample()
            sampled = now
        await asyncio.sleep(max(0.0005, min(0.01, due - time.perf_counter())))
    until = time.perf_counter() + 30
    while len(free) < len(connections) and time.perf_counter() < until:
        await asyncio.sleep(0.05)
    seen.errors += [(due, kind, 0) for due, kind, _ in waiting]
    for one in connections:
        one.transport.close()
    return seen


def slope_of(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the least-squares slope through (seconds, MB) in MB in ten minutes, and its standard error.

    >>> slope_of([(0.0, 1.0), (600.0, 2.0), (1200.0, 3.0)])
    (1.0, 0.0)
    """
    if len(points) < 3:
        return math.nan, math.nan
    x, y = [one[0] / 600 for one in points], [one[1] for one in points]
    mean = statistics.fmean(x)
    spread = sum((one - mean) ** 2 for one in x)
    slope, start = statistics.linear_regression(x, y)
    off = sum((b - start - slope * a) ** 2 for a, b in zip(x, y, strict=True))
    return slope, math.sqrt(off / (len(x) - 2) / spread)


def p99(times: list[float]) -> float:
    """Return the 99th percentile; not a number where nothing came."""
    return sorted(times)[int(len(times) * 0.99)] if times else math.nan


def report(seen: Seen, memory: list[tuple[float, float]], minutes: float, rate: float) -> bool:
    """Print what was seen minute by minute, and the verdict; return whether it is good."""
    began = memory[0][0]
    print("| minute | requests/s | p50 ms | p99 ms | p99 of /v1/score | MB | errors |\n|---|---|---|---|---|---|---|")
    whole = max(1, round(minutes))
    by_minute: list[list[tuple[float, float, str]]] = [[] for _ in range(whole)]
    for one in seen.answers:
        by_minute[min(whole - 1, int((one[0] - began) // 60))].append(one)
    for number, answers in enumerate(by_minute):
        times = [one[1] for one in answers]
        scores = [one[1] for one in answers if one[2] == "score"]
        held = [mb for at, mb in memory if number * 60 <= at - began < number * 60 + 60]
        wrong = sum(number * 60 <= at - began < number * 60 + 60 for at, _, _ in seen.errors)
        half = statistics.median(times) if times else math.nan
        print(
            f"| {number + 1} | {len(times) / 60:,.0f} | {half:.1f} | {p99(times):.1f} | {p99(scores):.1f} "
            f"| {statistics.fmean(held) if held else math.nan:.1f} | {wrong} |"
        )
    warm = began + max(120.0, minutes * 12) if minutes >= 4 else began + minutes * 30
    slope, error = slope_of([(at - began, mb) for at, mb in memory if at >= warm])
    third = (began + minutes * 60 - warm) / 3
    first, last = (
        p99([ms for at, ms, kind in seen.answers if kind == "score" and begins <= at < begins + third])
        for begins in (warm, warm + 2 * third)
    )
    is_flat, is_as_fast = slope - 2 * error < MOST_SLOPE, last <= first * MOST_SLOWER
    failed = f"{len(seen.errors)} of {len(seen.answers):,} answers were no 2xx"
    kinds = sorted({(kind, status) for _, kind, status in seen.errors})
    print(f"\nAt {rate:,.0f} requests a second: {failed}{f' {kinds}' if kinds else ''}.")
    print(
        f"Memory after the warm-up: {slope:+.2f} MB in ten minutes (standard error {error:.2f}; {MOST_SLOPE:g} is allowed)."
    )
    print(
        f"p99 of /v1/score: {first:.1f} ms in the first third after it, {last:.1f} ms in the last ({last / first:.2f})."
    )
    good = not seen.errors and is_flat and is_as_fast
    print("Verdict: " + ("steady." if good else "NOT steady."))
    return good


def resident(pid: int) -> float:
    """Return the resident memory of a process and those it started, in MB."""
    several = [pid]
    with suppress(OSError):
        several += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())
    return sum(megabytes_of(one) for one in several)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--share", type=float, default=0.7, help="of the top rate")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--home", type=Path, help="a data folder that may be written to")
    parser.add_argument("--company", type=Path)
    said = parser.parse_args()
    core, asker = _cores()
    os.environ["LEADLOOP_OPEN"] = "loopback"
    with tempfile.TemporaryDirectory() as place:
        home, company = (said.home, said.company) if said.home else demo_in(Path(place))
        port = free_port()
        command = [sys.executable, "-m", "leadloop", "serve", "--port", str(port), "--workers", str(said.workers),
                   "--home", str(home), "--company", str(company)]  # fmt: skip
        memory: list[tuple[float, float]] = []
        with server(command, port, "/readyz", core) as process:
            os.sched_setaffinity(0, {asker})
            sent = requests(port)
            asyncio.run(top_rate(port, sent, WARMED_SECONDS))  # what is read ahead and compiled at first is no measure
            top, answered = asyncio.run(top_rate(port, sent, TOP_SECONDS))
            if answered.errors:
                kinds = sorted({(kind, status) for _, kind, status in answered.errors})
                sys.exit(f"{len(answered.errors)} of {len(answered.answers):,} answers were no 2xx: {kinds}")
            rate = top * said.share
            print(
                f"Top rate of the mix: {top:,.0f} requests a second; {rate:,.0f} for {said.minutes:g} minutes.",
                flush=True,
            )

            def sample() -> None:
                memory.append((time.perf_counter(), resident(process.pid)))

            seen = asyncio.run(paced(port, sent, rate, said.minutes * 60, sample))
    sys.exit(0 if report(seen, memory, said.minutes, rate) else 1)


if __name__ == "__main__":
    main()
