"""How fast ``/v1/score`` and ``/v1/leads`` answer, beside an empty endpoint of the same framework and ``mlflow models serve``.

    python -m benchmarks.serving [--seconds 8] [--rounds 3] [--connections 32]

The demo company is simulated, imported and learned from; each server is held to the first core, the load to the second.
The servers take turns, round after round, so that a noisy machine is as noisy to each. The typed empty endpoint has the
same request and answer models and answers a constant; the bare one reads the body and answers constant bytes; neither asks
for a key. The naive pipeline makes a DataFrame of one row and asks a scikit-learn pipeline of as many fields. leadloop asks
for its key, ``/v1/score`` logs its row, ``/v1/leads`` answers when the lead is on disk (SQLite, ``synchronous=FULL``). A lead
has 25 fields, a reason for each way and an interval come back. Read the ratios.
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

LONGEST_START = 120.0
BODIES = 40_000
"""Different leads in each round, so that no answer comes from memory."""
KEY = "a-key-of-the-benchmark"


@dataclass(frozen=True, slots=True)
class Contender:
    """An address under load."""

    name: str
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
def server(command: Sequence[str], port: int, ready: str, core: int) -> Iterator[None]:
    """Run a server on one core until the block ends."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # MLflow starts uvicorn by its bare name
    environment = {**os.environ, "PATH": path, "LEADLOOP_OPEN": "loopback"}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}{ready}", process)
        yield
    finally:
        process.terminate()
        process.wait(30)


def load(contender: Contender, bodies: bytes, seconds: float, connections: int, core: int) -> dict[str, float]:
    """Return what came of one round on one contender."""
    arguments = ["127.0.0.1", str(contender.port), contender.path, str(seconds), str(connections), KEY]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *arguments], input=bodies, capture_output=True, check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    if found["failed"]:
        sys.exit(f"{contender.name}: {found['failed']} of {found['requests']} answers were no 2xx")
    return found


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
    for command, port, ready in servers:
        stack.enter_context(server(command, port, ready, core))
    features = [cells.feature for cells in load_artefact(artefact).model.cells]
    return [
        Contender("typed empty endpoint, same models", 8021, "/v1/score", "score"),
        Contender("bare endpoint, constant bytes", 8024, "/v1/score", "score"),
        Contender("leadloop POST /v1/score", 8022, "/v1/score", "score"),
        Contender("leadloop POST /v1/leads (durable)", 8022, "/v1/leads", "lead"),
        Contender("naive: DataFrame and scikit-learn pipeline", 8025, "/v1/score", "score"),
        Contender("mlflow models serve, same tables", 8023, "/invocations", "row"),
    ], features


def _cores() -> tuple[int, int]:
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[1 % len(mine)]


def _table(rounds: dict[str, list[dict[str, float]]], limit: str) -> str:
    top = statistics.median(one["requests"] / one["seconds"] for one in rounds[limit])
    lines = ["| endpoint | requests/s | against the typed empty one | p50 ms | p99 ms |", "|---|---|---|---|---|"]
    for name, runs in rounds.items():
        rates = [one["requests"] / one["seconds"] for one in runs]
        middle = statistics.median(rates)
        p50, p99 = statistics.median(one["p50"] for one in runs), statistics.median(one["p99"] for one in runs)
        spread = f"{middle:,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"
        lines.append(f"| {name} | {spread} | {middle / top:.2f} | {p50:.1f} | {p99:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
