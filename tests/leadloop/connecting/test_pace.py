"""One pace towards a CRM, however many processes of a house ask it at once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from features.duty_log import DutyLog
from features.facts.database import engine_for
from features.settings import settings_from_environment
from leadloop.connecting.pace import LONGEST_SECONDS, Pace, SharedBucket
from tests.crm.standins.amocrm import AmoCrmStandIn
from tests.crm.standins.sample import environment_of, filled
from tests.leadloop.command_line import Small, child_environment, one_line, run, started

PATIENCE = 120.0
ASKS = """
import sys, time
from pathlib import Path
from features.duty_log import DutyLog
from features.facts.database import engine_for
from features.settings import settings_from_environment
from leadloop.connecting.pace import Pace, SharedBucket
pace = Pace(10.0, 3, time.time, time.sleep, SharedBucket(Path(sys.argv[1])))
print(time.time(), flush=True)
for _ in range(10):
    pace.wait()
    print(time.time(), flush=True)
"""


def test_two_processes_take_turns_as_one_would(tmp_path: Path) -> None:
    words = [sys.executable, "-c", ASKS, str(tmp_path / "pace" / "crm")]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=child_environment()) for _ in range(2)]
    said = [one.communicate(timeout=PATIENCE)[0].split() for one in both]
    assert [len(one) for one in said] == [1 + 10, 1 + 10]
    began, asked = min(float(one[0]) for one in said), max(float(one[-1]) for one in said)
    # 3 at once and 10 a second: the last of 20 may go 1.7 s after the first, and each of two that keep to the pace alone would
    # need 0.7 s. The first goes after its process began; where a busy machine stops a process anywhere, it only gets longer.
    assert asked - began > 1.5


def test_threads_of_a_process_take_turns_too(tmp_path: Path) -> None:
    waited: list[float] = []
    pace = Pace(10.0, 3, lambda: 100.0, waited.append, SharedBucket(tmp_path / "crm"))
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda _: pace.wait(), range(20)))
    assert sorted(waited) == pytest.approx([n / 10 for n in range(1, 18)])


@pytest.mark.parametrize("text", ["", "damaged", "nan nan", "-5.0 0.0", "1 2 3", "inf 0.0", "1e300 100.0"])
def test_a_damaged_file_lets_nobody_wait_for_long(tmp_path: Path, text: str) -> None:
    (tmp_path / "crm").write_text(text, encoding="ascii")
    assert (
        Pace(10.0, 3, lambda: 100.0, lambda _: None, SharedBucket(tmp_path / "crm")).needed() <= LONGEST_SECONDS + 0.1
    )


def test_a_clock_that_is_put_back_stops_nobody(tmp_path: Path) -> None:
    bucket, waited = SharedBucket(tmp_path / "crm"), list[float]()
    for moment in (10_000.0, 10_000.0, 50.0, 51.0):
        Pace(1.0, 2, lambda moment=moment: moment, waited.append, bucket).wait()  # type: ignore[misc]
    assert waited == [1.0, 1.0]


@pytest.fixture
def amocrm() -> Iterator[AmoCrmStandIn]:
    """Give amoCRM's stand-in with its own limits, and more leads in it than it takes questions within a second."""
    standin, draw = AmoCrmStandIn(), random.Random(7)
    for _ in range(12):
        filled("amocrm", standin, draw)
    yield standin
    standin.close()


def test_the_worker_and_connect_once_beside_it_are_never_told_to_slow_down(
    tmp_path: Path, amocrm: AmoCrmStandIn
) -> None:
    made, environment = Small(tmp_path), environment_of("amocrm", amocrm)
    drafted = ("connect", "amocrm", "--draft", "--address", amocrm.address, "--out", made.file("company.yaml"))
    ran = run(*drafted, *made.place, **environment)
    assert ran.code == 0, ran.out + ran.err
    with Path(made.file("company.yaml")).open("a", encoding="utf-8") as words:
        words.write("work: {train: never, portrait: never, follow: never, alarms: never, conversions: never}\n")
    worker = started("work", "--crm", "1m", *made.place, PYTHONUNBUFFERED="1", **environment)
    once = [started("connect", "amocrm", "--once", *made.place, **environment) for _ in range(2)]
    try:
        for one in once:
            said = one_line(one.communicate(timeout=PATIENCE)[0])
            assert one.returncode == 0, said
        until = time.monotonic() + PATIENCE
        while not looked_through(made.home) and worker.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
    finally:
        worker.terminate()
        told = worker.communicate(timeout=PATIENCE)[0]
    assert worker.returncode == 0, told
    assert looked_through(made.home)
    assert len(amocrm.asked) > 20
    assert amocrm.limited == 0


def looked_through(home: Path) -> bool:
    """Return whether the worker has looked through the CRM."""
    engine = engine_for(settings_from_environment(home).database_url)
    try:
        return any(one.name == "crm" and one.outcome == "done" for one in DutyLog(engine).runs())
    finally:
        engine.dispose()
