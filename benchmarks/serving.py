"""How fast ``/v1/score`` and ``/v1/leads`` answer, beside an empty endpoint of the same framework and ``mlflow models serve``.

    python -m benchmarks.serving [--seconds 8] [--rounds 3] [--connections 32]

The demo company is simulated, imported and learned from; each server is held to the first core, the load to the second.
The servers take turns, round after round, so that a noisy machine is as noisy to each. The typed empty endpoint has the
same request and answer models and answers a constant; the bare one reads the body and answers constant bytes; neither asks
for a key. The naive pipeline makes a DataFrame of one row and asks a scikit-learn pipeline of as many fields. leadloop asks
for its key, ``/v1/score`` logs its row, ``/v1/leads`` answers when the lead is on disk (SQLite, ``synchronous=FULL``;
PostgreSQL, where it is installed, with its own defaults). A lead has 25 fields; reasons and an interval come back. Read the
ratios, and beside them the server's own processor time a request: on a machine that others use it says more than the rate
(PostgreSQL has its own, not in it).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadloop.demo.world import CITIES, OFFERS, RENOVATION, ROLES, WHEN
from models.artefact import champion_version, load_artefact, model_folder
from tests.support.machine import postgres_programs
from tests.support.postgres import postgres_server

LONGEST_START = 120.0
BODIES = 40_000
"""Different leads in each round, so that no answer comes from memory."""
KEY = "a-key-of-the-benchmark"


@dataclass(frozen=True, slots=True)
class Contender:
    """An address under load, and the process that serves it."""

    name: str
    pid: int
    port: int
    path: str
    bodies: str
    """``score``, ``lead`` or ``row``."""


def bodies_of(kind: str, run: int, features: Sequence[str]) -> bytes:
    """Return a realistic lead a line; leads have ids of their own in every round."""
    lines = []
    for n in range(run * BODIES, (run + 1) * BODIES):
        answers: dict[str, Any] = {
            "city": list(CITIES)[n % len(CITIES)], "role": list(ROLES)[n % len(ROLES)], "when": list(WHEN)[n % len(WHEN)],
            "renovation": ("yes" if list(RENOVATION)[n % 2] == "да" else "no"), "area": 40.0 + n % 160, "windows": 2 + n % 9,
        }  # fmt: skip
        marks = {
            "source": "yandex", "medium": "cpc", "campaign": "okna-ofis", "ad": f"ad-{n % 4 + 1}", "offer": OFFERS[n % 4].name,
            "keyword": f"окна в офис {n % 30}", "landing_page": "/okna-1", "discount": ("", "5%", "15%")[n % 3], "price": "180000",
            "yclid": str(10_000_000 + n), "client_id": str(20_000_000 + n), "region": "213", "device": ("desktop", "mobile")[n % 2],
            "position": str(n % 7), "referrer": "https://yandex.ru/",
        }  # fmt: skip
        contact = {
            "name": "Анна",
            "phone": f"+7 9{n % 90 + 10} {n // 10000 % 1000:03d} {n % 10000:04d}",
            "email": f"p{n}@example.com",
        }
        body: dict[str, Any] = {"answers": answers, "marks": marks, "contact": contact}
        if kind == "lead":
            body["id"] = f"load-{run}-{n}"
        if kind == "row":
            row = {name: answers.get(name, marks.get(name)) for name in features}
            body = {"dataframe_records": [row]}
        lines.append(json.dumps(body, ensure_ascii=False).encode())
    return b"\n".join(lines)


@contextmanager
def server(
    command: Sequence[str], port: int, ready: str, core: int, database_url: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server on one core until the block ends."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # MLflow starts uvicorn by its bare name
    environment = {**os.environ, "PATH": path, "LEADLOOP_OPEN": "loopback", "LEADLOOP_DATABASE_URL": database_url}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}{ready}", process)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def load(contender: Contender, bodies: bytes, seconds: float, connections: int, core: int) -> dict[str, float]:
    """Return what came of one round on one contender."""
    before = _processor_seconds(contender.pid)
    arguments = ["127.0.0.1", str(contender.port), contender.path, str(seconds), str(connections), KEY]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *arguments], input=bodies, capture_output=True, check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    if found["failed"]:
        sys.exit(f"{contender.name}: {found['failed']} of {found['requests']} answers were no 2xx")
    return {**found, "cpu": (_processor_seconds(contender.pid) - before) / found["requests"] * 1e6}


def _processor_seconds(pid: int) -> float:
    """Return the processor time, user and system, that a process and those it started have used; 0 where it cannot be told."""
    try:
        own = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split())]
        fields = [Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split() for one in own]
    except OSError:
        return 0.0
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).read()
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
        else:
            return
    sys.exit(f"{address} did not answer")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folder = Path(place)
        contenders, features = _start_all(folder, stack)
        rounds: dict[str, list[dict[str, float]]] = {one.name: [] for one in contenders}
        for run in range(said.rounds):
            for one in contenders:
                bodies = bodies_of(one.bodies, run, features)
                rounds[one.name].append(load(one, bodies, said.seconds, said.connections, _cores()[1]))
    print(_table(rounds, contenders[0].name))


def _start_all(folder: Path, stack: ExitStack) -> tuple[list[Contender], list[str]]:
    python, core = sys.executable, _cores()[0]
    quiet = {"stdout": subprocess.DEVNULL, "check": True}
    subprocess.run([python, "-m", "leadloop", "demo", "--no-serve", "--folder", str(folder)], **quiet)  # type: ignore[call-overload]
    home = folder / "leadloop-data"
    artefact = model_folder(home, champion_version(home) or "")
    subprocess.run([python, "-m", "benchmarks.mlflow_model", str(artefact), str(folder / "mlflow")], **quiet)  # type: ignore[call-overload]
    place = ["--home", str(home), "--company", str(folder / "company.yaml")]
    bin_ = Path(python).parent
    os.environ["LEADLOOP_API_KEY"] = KEY
    empty = [python, "-m", "uvicorn", "--no-access-log", "--port"]
    servers = (
        ([*empty, "8021", "benchmarks.empty_app:app"], 8021, "/readyz"),
        ([python, "-m", "leadloop", "serve", "--port", "8022", *place], 8022, "/readyz"),
        ([*empty, "8024", "benchmarks.bare_app:app"], 8024, "/readyz"),
        ([*empty, "8025", "benchmarks.naive_app:app"], 8025, "/readyz"),
        ([str(bin_ / "mlflow"), "models", "serve", "-m", str(folder / "mlflow"), "-p", "8023", "--env-manager", "local",
          "--workers", "1"], 8023, "/ping"),
    )  # fmt: skip
    typed, ours, bare, naive, mlflow = (stack.enter_context(server(*one, core)).pid for one in servers)
    contenders = [
        Contender("typed empty endpoint, same models", typed, 8021, "/v1/score", "score"),
        Contender("bare endpoint, constant bytes", bare, 8024, "/v1/score", "score"),
        Contender("leadloop POST /v1/score", ours, 8022, "/v1/score", "score"),
        Contender("leadloop POST /v1/leads (durable, SQLite)", ours, 8022, "/v1/leads", "lead"),
        *_on_postgres(place, core, stack),
        Contender("naive: DataFrame and scikit-learn pipeline", naive, 8025, "/v1/score", "score"),
        Contender("mlflow models serve, same tables", mlflow, 8023, "/invocations", "row"),
    ]
    return contenders, [cells.feature for cells in load_artefact(artefact).model.cells]


def _on_postgres(place: Sequence[str], core: int, stack: ExitStack) -> list[Contender]:
    """Return our own service on a fresh PostgreSQL, empty but for what the load brings; nothing where it is not installed."""
    programs = postgres_programs()
    if programs is None:
        print("PostgreSQL is not installed, so it is not in the table.", file=sys.stderr)
        return []
    url = stack.enter_context(postgres_server(programs, durable=True))
    command = [sys.executable, "-m", "leadloop", "serve", "--port", "8026", *place]
    process = stack.enter_context(server(command, 8026, "/readyz", core, url))
    return [Contender("leadloop POST /v1/leads (durable, PostgreSQL)", process.pid, 8026, "/v1/leads", "lead")]


def _cores() -> tuple[int, int]:
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[1 % len(mine)]


def _table(rounds: dict[str, list[dict[str, float]]], limit: str) -> str:
    top = statistics.median(one["requests"] / one["seconds"] for one in rounds[limit])
    lines = [
        "| endpoint | requests/s | against the typed empty one | CPU µs | p50 ms | p99 ms |",
        "|---|---|---|---|---|---|",
    ]
    for name, runs in rounds.items():
        rates = [one["requests"] / one["seconds"] for one in runs]
        middle = statistics.median(rates)
        p50, p99 = statistics.median(one["p50"] for one in runs), statistics.median(one["p99"] for one in runs)
        spread = f"{middle:,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"
        cpu = statistics.median(one["cpu"] for one in runs)
        lines.append(f"| {name} | {spread} | {middle / top:.2f} | {cpu:,.0f} | {p50:.1f} | {p99:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
