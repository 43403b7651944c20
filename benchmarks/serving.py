"""How fast ``/v1/score`` and ``/v1/leads`` answer, beside an empty endpoint of the same framework and ``mlflow models serve``.

    python -m benchmarks.serving [--seconds 4] [--rounds 5] [--connections 32] [--only NAME ...] [--stored 100000]
        [--folder DEMO]

The demo company is simulated, imported and learned from; each server is held to the first core, the load to the second.
The servers take turns, round after round, so that a noisy machine is as noisy to each. The typed empty endpoint has the
same request and answer models and answers a constant; the bare one reads the body and answers constant bytes; neither asks
for a key. The naive pipeline makes a DataFrame of one row and asks a scikit-learn pipeline of as many fields. leadloop asks
for a key with scopes, ``/v1/score`` logs its row, ``/v1/leads`` answers when the lead is on disk (SQLite,
``synchronous=FULL``; PostgreSQL, where it is installed, with its own defaults). A lead has 25 fields; reasons, interval, the
next question and what its answers would do come back. Each ratio is that of a round to the typed empty endpoint's of the same
round: the median, the lowest and the highest. Beside it stands the server's own processor time a request: on a machine that
others use it says more than the rate (PostgreSQL has its own, not in it). At 70 % of its top rate each is then asked evenly,
in turns again, and the 99th percentile of each round read: a few seconds alone say little of what is slow once in a hundred.

With ``--folder`` a demo company that ``leadloop demo`` made is used again (the leads of the load stay in it). With ``--stored``
the same is asked of two houses more, with 10,000 and with so many leads stored.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
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

from benchmarks.many_leads import write_exports
from leadloop.demo.world import CITIES, OFFERS, RENOVATION, ROLES, WHEN
from models.artefact import champion_version, load_artefact, model_folder
from tests.support.machine import postgres_programs
from tests.support.postgres import postgres_server

LONGEST_START = 120.0
BODIES = 40_000
"""Different leads in each round, so that no answer comes from memory."""
BUSY = 0.7
"""At this share of its top rate a service is asked how long it takes."""
FEW_STORED = 10_000
STILL = 0.05
"""The load begins once every server uses less than this part of a core: a house reads its board and its figures ahead first."""
TYPED, SCORE, LEADS = (
    "typed empty endpoint, same models",
    "leadloop POST /v1/score",
    "leadloop POST /v1/leads (durable, SQLite)",
)


@dataclass(frozen=True, slots=True)
class Contender:
    """An address under load, and the process that serves it."""

    name: str
    pid: int
    port: int
    path: str
    bodies: str
    """``score``, ``lead`` or ``row``."""
    key: str = ""


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
    environment = {**os.environ, "PATH": path, "LEADLOOP_DATABASE_URL": database_url}
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


def load(
    contender: Contender, bodies: bytes, seconds: float, connections: int, core: int, rate: float = 0.0
) -> dict[str, float]:
    """Return what came of one round on one contender: as fast as it answers, or evenly at a rate."""
    before = _processor_seconds(contender.pid)
    key = [contender.key] if contender.key else []
    arguments = ["127.0.0.1", str(contender.port), contender.path, str(seconds), str(connections), str(rate), *key]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *arguments], input=bodies, capture_output=True, check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    if found["failed"]:
        sys.exit(f"{contender.name}: {found['failed']} of {found['requests']} answers were no 2xx")
    cpu = (_processor_seconds(contender.pid) - before) / found["requests"] * 1e6
    return {**found, "rate": found["requests"] / found["seconds"], "cpu": cpu}


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


def _wait_until_still(pids: Sequence[int]) -> None:
    until, used = time.monotonic() + LONGEST_START, [0.0] * len(pids)
    while time.monotonic() < until:
        before, used = used, [_processor_seconds(pid) for pid in pids]
        if all(now - then < STILL for then, now in zip(before, used, strict=True)):
            return
        time.sleep(1.0)
    sys.exit("The servers did not come to rest; is something else asking them?")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--only", nargs="+", default=[], help="parts of the names of those that take part")
    parser.add_argument("--stored", type=int, default=0, help="also ask a house with so many leads stored")
    parser.add_argument("--folder", type=Path, help="a demo company that was made before")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folder = said.folder or Path(place)
        if said.folder is None:
            _run("leadloop", "demo", "--no-serve", "--folder", str(folder))
        contenders, features = _start_all(folder, Path(place), stack, said.only, said.stored)
        _wait_until_still([one.pid for one in contenders])
        rounds: dict[str, list[dict[str, float]]] = {one.name: [] for one in contenders}
        for run in range(said.rounds):
            for one in contenders:
                bodies = bodies_of(one.bodies, run, features)
                rounds[one.name].append(load(one, bodies, said.seconds, said.connections, _cores()[1]))
                print(f"round {run + 1}: {one.name}: {rounds[one.name][-1]['rate']:,.0f}/s", file=sys.stderr)
        calm: dict[str, list[float]] = {one.name: [] for one in contenders}
        for run in range(said.rounds):
            for one in contenders:
                rate = BUSY * statistics.median(each["rate"] for each in rounds[one.name])
                bodies = bodies_of(one.bodies, said.rounds + run, features)
                asked = load(one, bodies, said.seconds, said.connections, _cores()[1], rate)
                calm[one.name].append(asked["p99"])
                print(f"at 70 %, round {run + 1}: {one.name}: p99 {asked['p99']:.1f} ms", file=sys.stderr)
    print(_table(rounds, calm))


def _start_all(
    folder: Path, place: Path, stack: ExitStack, only: Sequence[str], stored: int
) -> tuple[list[Contender], list[str]]:
    """Start every server that takes part; the typed empty endpoint always does. What is made for them lies in ``place``."""
    python, core = sys.executable, _cores()[0]
    home = folder / "leadloop-data"
    artefact = model_folder(home, champion_version(home) or "")
    empty = [python, "-m", "uvicorn", "--no-access-log", "--port"]
    mlflow = [str(Path(python).parent / "mlflow"), "models", "serve", "-m", str(place / "mlflow"), "-p", "8023"]
    servers: list[tuple[str, list[str], int, str, str, str]] = [
        (TYPED, [*empty, "8021", "benchmarks.empty_app:app"], 8021, "/readyz", "/v1/score", "score"),
        ("bare endpoint, constant bytes", [*empty, "8024", "benchmarks.bare_app:app"], 8024, "/readyz", "/v1/score", "score"),
        ("naive: DataFrame and scikit-learn pipeline", [*empty, "8025", "benchmarks.naive_app:app"], 8025, "/readyz",
         "/v1/score", "score"),
        ("mlflow models serve, same tables", [*mlflow, "--env-manager", "local", "--workers", "1"], 8023, "/ping",
         "/invocations", "row"),
    ]  # fmt: skip
    contenders = []
    for name, command, port, ready, path, bodies in servers:
        if name == TYPED or _takes_part(name, only):
            if "mlflow" in name:
                _run("benchmarks.mlflow_model", str(artefact), str(place / "mlflow"))
            process = stack.enter_context(server(command, port, ready, core))
            contenders.append(Contender(name, process.pid, port, path, bodies))
    contenders[2:2] = [
        *_house(folder, 8022, "", core, stack, only),
        *_on_postgres(folder, core, stack, only),
        *(one for count, port in ((FEW_STORED, 8027), (stored, 8028)) if stored
          for one in _with_stored(home, place / f"stored-{count}", count, port, core, stack, only)),
    ]  # fmt: skip
    return contenders, [cells.feature for cells in load_artefact(artefact).model.cells]


def _takes_part(name: str, only: Sequence[str]) -> bool:
    return not only or any(part in name for part in only)


def _run(module: str, *arguments: str) -> str:
    """Run a module to its end; return the last line that it printed."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout.strip().rpartition("\n")[2]


def _house(
    folder: Path, port: int, more: str, core: int, stack: ExitStack, only: Sequence[str], url: str = ""
) -> list[Contender]:
    """Serve a data folder, and return its two endpoints under load; ``more`` is added to their names."""
    score, leads = SCORE + more, "leadloop POST /v1/leads (durable, PostgreSQL)" if url else LEADS + more
    if not (_takes_part(score, only) or _takes_part(leads, only)):
        return []
    home, place = folder / "leadloop-data", ["--company", str(folder / "company.yaml")]
    scopes = ["--scope", "score", "--scope", "write", "--rate", "0", "--home", str(home)]
    os.environ["LEADLOOP_DATABASE_URL"] = url
    command = [sys.executable, "-m", "leadloop", "serve", "--port", str(port), "--home", str(home), *place]
    process = stack.enter_context(server(command, port, "/readyz", core, url))
    key = _run("leadloop", "keys", "create", "benchmark", *scopes)
    os.environ["LEADLOOP_DATABASE_URL"] = ""
    both = (score, "/v1/score", "score"), (leads, "/v1/leads", "lead")
    return [
        Contender(name, process.pid, port, path, bodies, key)
        for name, path, bodies in both
        if _takes_part(name, only) and not (url and path == "/v1/score")
    ]


def _with_stored(
    home: Path, own: Path, count: int, port: int, core: int, stack: ExitStack, only: Sequence[str]
) -> list[Contender]:
    """Return a house with the demo company's model and so many leads of another company's exports stored, under load."""
    write_exports(count, own)
    place = ["--home", str(own / "leadloop-data"), "--company", str(own / "company.yaml")]
    _run("leadloop", "import", *(str(own / name) for name in ("leads.csv", "calls.csv", "stages.csv")), *place)
    shutil.copytree(home / "models", own / "leadloop-data" / "models", dirs_exist_ok=True)
    return _house(own, port, f", {count:,} leads stored", core, stack, only)


def _on_postgres(folder: Path, core: int, stack: ExitStack, only: Sequence[str]) -> list[Contender]:
    """Return our own service on a fresh PostgreSQL, empty but for what the load brings; nothing where it is not installed."""
    programs = postgres_programs()
    if programs is None:
        print("PostgreSQL is not installed, so it is not in the table.", file=sys.stderr)
        return []
    if not _takes_part("leadloop POST /v1/leads (durable, PostgreSQL)", only):
        return []
    return _house(folder, 8026, "", core, stack, only, stack.enter_context(postgres_server(programs, durable=True)))


def _cores() -> tuple[int, int]:
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[1 % len(mine)]


def _table(rounds: dict[str, list[dict[str, float]]], calm: dict[str, list[float]]) -> str:
    lines = [
        "| endpoint | requests/s | against the typed empty one | CPU µs | typed empty one's CPU / its own | p50 ms | p99 ms "
        "| p99 ms at 70 % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, runs in rounds.items():
        beside = list(zip(runs, rounds[TYPED], strict=True))
        rate, ratio = (
            _spread([one["rate"] for one in runs], 0),
            _spread([one["rate"] / typed["rate"] for one, typed in beside], 2),
        )
        cpu = _spread([one["cpu"] for one in runs], 0)
        saved = _spread([typed["cpu"] / one["cpu"] if one["cpu"] else 0.0 for one, typed in beside], 2)
        p50, p99 = (statistics.median(one[which] for one in runs) for which in ("p50", "p99"))
        lines.append(
            f"| {name} | {rate} | {ratio} | {cpu} | {saved} | {p50:.1f} | {p99:.1f} | {_spread(calm[name], 1)} |"
        )
    return "\n".join(lines)


def _spread(values: Sequence[float], digits: int) -> str:
    """Return the median of values, and between which they lie."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


if __name__ == "__main__":
    main()
