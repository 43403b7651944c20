"""Runs commands as a person would, and a small company whose files they read."""

from __future__ import annotations

import csv
import io
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from leadloop.cli import main
from tests.support.free_port import free_port
from tests.support.machine import REPOSITORY

MOSCOW = ZoneInfo("Europe/Moscow")
WIDE = "220"
OURS = ("LEADLOOP_", "MLFLOW_")
COMPANY = """\
company: Окна
time_zone: Europe/Moscow
fields:
  role: {kind: choice, label: Кто вы}
  area: {kind: number, label: Площадь, unit: м²}
  need: {kind: yes_no, filled_by: manager, call_column: need, question: "Нужны окна?"}
  budget: {kind: yes_no, filled_by: manager, call_column: budget}
  urgency: {kind: yes_no, filled_by: manager, call_column: urgency}
abc:
  criteria:
    need: {field: need, yes: [yes], no: [no]}
    budget: {field: budget, yes: [yes], no: [no]}
    urgency: {field: urgency, yes: [yes], no: [no]}
stages: {won: [won], lost: [lost], non_target: [spam]}
channels:
  rules:
    - {name: Поиск, when: {source: [google, yandex]}}
export:
  leads: {name: name, phone: phone, email: email, marks: {source: source, campaign: campaign}}
  calls: {id: call_id, manager: manager, seconds: seconds}
  stages: {amount: amount}
  spend: {marks: {source: source, campaign: campaign}}
"""
LEADS = ("id", "created_at", "name", "phone", "email", "role", "area", "source", "campaign")
CALLS = ("call_id", "lead_id", "at", "manager", "seconds", "result", "need", "budget", "urgency")
STAGES = ("lead_id", "at", "stage", "amount")
ROWS = {
    "leads.csv": (
        LEADS,
        ("1", "2026-03-02 12:00", "Мария", "+7 916 123-45-67", "m@example.com", "owner", "120,5", "google", "brand"),
        ("2", "2026-03-02 13:00", "Иван", "8 916 765-43-21", "", "tenant", "40", "vk", "[/лето]"),
        ("3", "2026-03-03 09:30", "Олег", "", "o@example.com", "owner", "75", "yandex", ""),
    ),
    "calls.csv": (
        CALLS,
        ("c1", "1", "2026-03-02 15:00", "Анна", "180", "reached", "yes", "yes", ""),
        ("c2", "2", "2026-03-03 10:00", "Анна", "20", "no_answer", "", "", ""),
    ),
    "stages.csv": (STAGES, ("1", "2026-03-10 12:00", "won", "230000")),
    "spend.csv": (
        ("day", "cost", "source", "campaign"),
        ("2026-03-02", "1000", "google", "brand"),
        ("2026-03-02", "300", "vk", "[/лето]"),
    ),
    "plan.csv": (("month", "manager", "measure", "value"), ("2026-03", "", "sales", "12")),
}


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Small:
    """A company in a folder of its own: its words, its files, its data folder."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def place(self) -> tuple[str, ...]:
        return ("--home", str(self.home), "--company", str(self.folder / "company.yaml"))

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def run(self, command: str, *words: str, **more: str) -> Ran:
        """Run a command on this company's data folder, with its company.yaml where the command takes one."""
        alone = command in ("audit", "imports", "keys", "models", "people", "rebuild", "undo") and words[:1] != (
            "compare",
        )
        return run(command, *words, *(self.place[:2] if alone else self.place), **more)

    def done(self, command: str, *words: str, **more: str) -> str:
        """Return what a command said that has to end well."""
        ran = self.run(command, *words, **more)
        assert ran.code == 0, ran.out + ran.err
        return ran.out


def run(*words: str, **more: str) -> Ran:
    """Run ``leadloop WORDS`` through the front door itself, in a window wide enough for its tables.

    ``more`` is said by the environment besides.
    """
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(OURS) and name != "MLFLOW_DISABLE_TELEMETRY"]:
            patch.delenv(name)
        for name, value in {"COLUMNS": WIDE, **more}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["leadloop", *words])
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main()
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return Ran(code, out.getvalue(), err.getvalue())


def one_line(text: str) -> str:
    """Return a message without the frame and the line breaks that a terminal gives it."""
    return " ".join(text.translate(dict.fromkeys(map(ord, "│╭╮╰╯─"), " ")).split())


def small_company(folder: Path) -> Small:
    """Write the smallest company that has something of everything."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "company.yaml").write_text(COMPANY, encoding="utf-8")
    for name, rows in ROWS.items():
        write_rows(folder / name, rows)
    return Small(folder)


def write_rows(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def company_with_a_pattern(folder: Path, *, leads: int = 1_000, seed: int = 5) -> Small:
    """Write a company whose owners buy and whose tenants hardly do: whoever looks must find it."""
    made = small_company(folder)
    rng = random.Random(seed)
    start = datetime(2025, 6, 2, 9, tzinfo=MOSCOW)
    came: list[tuple[str, ...]] = [LEADS]
    calls: list[tuple[str, ...]] = [CALLS]
    stages: list[tuple[str, ...]] = [STAGES]
    for number in range(leads):
        at = start + timedelta(hours=4 * number + rng.random())
        role, source = rng.choice(("owner", "tenant")), rng.choice(("google", "vk"))
        name, phone = f"p{number}", f"+7 900 {number // 10000:03d}-{number // 100 % 100:02d}-{number % 100:02d}"
        area = str(round(rng.uniform(20, 200)))
        came.append((name, _text(at), "Мария", phone, "", role, area, source, f"c{rng.randint(1, 3)}"))
        called = at + timedelta(hours=1)
        said = ("yes", rng.choice(("yes", "no")), rng.choice(("yes", "no", "")))
        calls.append((f"c{number}", name, _text(called), "Анна", "120", "reached", *said))
        buys = rng.random() < (0.45 if role == "owner" else 0.04)
        ended = called + timedelta(days=rng.uniform(2, 20))
        stages.append((name, _text(ended), "won" if buys else "lost", "200000" if buys else ""))
    for file, rows in (("leads.csv", came), ("calls.csv", calls), ("stages.csv", stages)):
        write_rows(made.folder / file, rows)
    return made


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def child_environment() -> dict[str, str]:
    """Return the environment of a process of its own, without settings of ours that this machine may have."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "LEADLOOP_OPEN": "loopback", "COLUMNS": WIDE, "PYTHONPATH": str(REPOSITORY)}


def started(*words: str, **more: str) -> subprocess.Popen[str]:
    """Start ``leadloop WORDS`` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "leadloop", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**child_environment(), **more},
    )


def wait_until_ready(process: subprocess.Popen[str], address: str, seconds: float = 60.0) -> None:
    """Return once the server at ``address`` is ready; fail with what it said where it ends before."""
    until = time.monotonic() + seconds
    with httpx.Client(timeout=2.0, verify=False) as client:  # loads no certificates: no TLS here
        while time.monotonic() < until:
            if process.poll() is not None:
                pytest.fail(f"the server ended with {process.returncode}: {process.communicate()[0]}")
            try:
                if client.get(f"{address}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    process.kill()
    pytest.fail(f"the server was not ready within {seconds:.0f} s: {process.communicate()[0]}")


@contextmanager
def serving(company: Small, *words: str) -> Iterator[httpx.Client]:
    """Give a client of ``leadloop serve`` on a loopback port; the server ends with the block."""
    port = free_port()
    process = started("serve", "--port", str(port), *words, *company.place)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(process, address)
        with httpx.Client(base_url=address, timeout=20.0) as client:
            yield client
    finally:
        process.terminate()
        process.communicate(timeout=20)
