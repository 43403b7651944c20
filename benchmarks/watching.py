"""What it costs that every request is named, counted and timed (``serving/telemetry/watched.py``).

    python -m benchmarks.watching [--requests 20000] [--rounds 9]

The application behind answers constant bytes at once. It is asked directly and through the layer in alternating rounds of one run,
by this thread's own processor time; the table tells the difference in microseconds, once for requests that bring a name and once
for those that are given one.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.telemetry.counts import Counts
from serving.telemetry.watched import Watched

HEADERS = [(b"host", b"localhost"), (b"accept", b"*/*"), (b"accept-encoding", b"gzip"), (b"user-agent", b"crm/1.0"),
           (b"content-type", b"application/json"), (b"content-length", b"900"), (b"x-api-key", b"k" * 40)]  # fmt: skip
NAMED = [*HEADERS, (b"x-request-id", b"order-7.2")]


async def _app(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def _nothing() -> Message:
    return {"type": "http.request", "body": b""}


async def _swallowed(_: Message) -> None:
    return None


async def microseconds(app: ASGIApp, headers: list[Any], requests: int) -> float:
    """Return the processor time of a request."""
    scope = {"type": "http", "method": "POST", "path": "/v1/score", "headers": headers}
    began = time.thread_time()
    for _ in range(requests):
        await app(scope, _nothing, _swallowed)
    return (time.thread_time() - began) / requests * 1e6


async def measured(requests: int, rounds: int) -> dict[str, list[float]]:
    watched = Watched(_app, Counts())
    ways: dict[str, tuple[ASGIApp, list[Any]]] = {
        "nothing around it": (_app, HEADERS), "a name is made": (watched, HEADERS), "a name is taken": (watched, NAMED),
    }  # fmt: skip
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (app, headers) in ways.items():
            found[name].append(await microseconds(app, headers, requests))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    said = parser.parse_args()
    found = asyncio.run(measured(said.requests, said.rounds))
    bare = statistics.median(found["nothing around it"])
    print("| around the application | CPU µs a request | more than nothing | spread |\n|---|---|---|---|")
    for name, runs in found.items():
        middle = statistics.median(runs)
        print(f"| {name} | {middle:.2f} | {middle - bare:.2f} | {min(runs):.2f} to {max(runs):.2f} |")


if __name__ == "__main__":
    main()
