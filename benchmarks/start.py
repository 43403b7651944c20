"""How long it takes from the start of the process to the first score, and what one worker holds, beside the empty application.

    python -m benchmarks.start [--rounds 5] [--home DIR --company FILE]

The empty application is FastAPI with leadloop's own request and answer models and a constant answer
(``benchmarks/empty_app.py``), started by uvicorn. leadloop serves the demo company (simulated and learned from first, unless a data
folder is named) from a database that is up to date, and was started on it before that day. Both take turns, round after round, each
held to the first core; the asker sits on the second and posts a score every five milliseconds until one is answered. Memory held
is read after the first score and after a thousand; the processor time of the start tells more than the seconds on a machine that
others use.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import _cores, bodies_of
from tests.support.free_port import free_port

LONGEST = 120.0
MORE = 1_000


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds and processor seconds to the first score, and megabytes held after it and after a thousand more."""

    seconds: float
    processor: float
    megabytes: float
    later_megabytes: float


def started(command: Sequence[str], port: int, bodies: Sequence[bytes]) -> Start:
    """Start a server, ask until it scores, look at its memory, end it."""
    environment = {**os.environ, "LEADLOOP_OPEN": "loopback", "LEADLOOP_DATABASE_URL": ""}
    core, asker = _cores()
    os.sched_setaffinity(0, {asker})
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )  # fmt: skip
    try:
        while not _scored(port, bodies[0]):
            if process.poll() is not None or time.perf_counter() - began > LONGEST:
                sys.exit(f"{command[2]} did not score")
            time.sleep(0.005)
        seconds, processor, held = time.perf_counter() - began, _processor(process.pid), megabytes_of(process.pid)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for body in bodies[1:]:
            connection.request("POST", "/v1/score", body, {"content-type": "application/json"})
            connection.getresponse().read()
        connection.close()
        return Start(seconds, processor, held, megabytes_of(process.pid))
    finally:
        process.terminate()
        process.wait(30)


def megabytes_of(pid: int) -> float:
    """Return the resident memory of a process, in MB (10^6 bytes)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _scored(port: int, body: bytes) -> bool:
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", "/v1/score", body, {"content-type": "application/json"})
        return connection.getresponse().status == 200
    return False


def demo_in(folder: Path) -> tuple[Path, Path]:
    """Simulate the demo company and learn from it; return its data folder and its company.yaml."""
    words = [sys.executable, "-m", "leadloop", "demo", "--no-serve", "--folder", str(folder)]
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
    return folder / "leadloop-data", folder / "company.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--company", type=Path)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        home, company = (said.home, said.company) if said.home else demo_in(Path(place))
        bodies = bodies_of("score", 0, ())[:2_000_000].split(b"\n")[: MORE + 1]
        found: dict[str, list[Start]] = {"empty application": [], "leadloop": []}
        started(_command("leadloop", port := free_port(), home, company), port, bodies)
        for _ in range(said.rounds):
            for name, runs in found.items():
                runs.append(started(_command(name, port := free_port(), home, company), port, bodies))
    print(_table(found))


def _command(name: str, port: int, home: Path, company: Path) -> list[str]:
    if name == "leadloop":
        return [
            sys.executable,
            "-m",
            "leadloop",
            "serve",
            "--port",
            str(port),
            "--home",
            str(home),
            "--company",
            str(company),
        ]
    return [sys.executable, "-m", "uvicorn", "--no-access-log", "--port", str(port), "benchmarks.empty_app:app"]


def _table(found: dict[str, list[Start]]) -> str:
    lines = [
        "| server | s to the first score | against the empty one | CPU s | against the empty one | MB then | MB after 1,000 more |",
        "|---|---|---|---|---|---|---|",
    ]
    empty = found["empty application"]
    seconds, processor = (statistics.median(getattr(one, name) for one in empty) for name in ("seconds", "processor"))
    for name, runs in found.items():
        took = [one.seconds for one in runs]
        cpu = statistics.median(one.processor for one in runs)
        middle = statistics.median(took)
        held = statistics.median(one.megabytes for one in runs)
        later = statistics.median(one.later_megabytes for one in runs)
        lines.append(
            f"| {name} | {middle:.2f} ({min(took):.2f} to {max(took):.2f}) | {middle / seconds:.2f} | {cpu:.2f} "
            f"| {cpu / processor:.2f} | {held:.0f} | {later:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
