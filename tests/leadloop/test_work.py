"""``leadloop work``: trains when it is due, as a process of its own, and stops when told."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from features.duty_log import DutyLog
from features.facts.work_schedule import Work
from leadloop.duties import ALL, train
from leadloop.duties.work_place import WorkPlace
from models.artefact import MODEL_FILE, model_folder, save_artefact
from models.card import Card, save_card
from tests.leadloop.command_line import Small, child_environment, one_line, run, started
from tests.models.small_models import windows_artefact, windows_card

PATIENCE = 120.0


def test_when_it_trained_last_the_data_folder_tells_whether_or_not_mlflow_answers(imported: Small) -> None:
    (imported.home / "mlflow.db").write_bytes(b"no database" * 100)
    words = Path(imported.file("company.yaml"))
    seldom = "work: {portrait: never, alarms: never, follow: never, crm: never, webhooks: 1h, outbox: 1h}\n"
    words.write_text(words.read_text(encoding="utf-8") + seldom, encoding="utf-8")
    keep_model(windows_card("old", trained_at=datetime.now(UTC) - timedelta(days=2)), imported.home)
    keep_model(windows_card("new", trained_at=datetime.now(UTC) - timedelta(hours=1)), imported.home)
    process = started("work", *imported.place, PYTHONUNBUFFERED="1")
    said = _said(process, "done: outbox")
    assert process.poll() is None
    asked_to_end = time.monotonic()
    process.send_signal(signal.SIGTERM)
    said += process.communicate(timeout=PATIENCE)[0]
    # a second, on a machine that nobody else uses; nothing is due for an hour, so one that slept on would need five minutes
    assert time.monotonic() - asked_to_end < 60.0
    assert process.returncode == 0, said
    assert "the last was never" not in one_line(said)
    assert "Training every 1 day, 0:00:00; the last was " in one_line(said)
    assert "The record of models does not answer" not in said
    assert one_line(said).endswith("Stopped.")


def test_a_training_that_failed_after_its_model_lay_there_does_not_count(imported: Small) -> None:
    place = WorkPlace(imported.home, Path(imported.file("company.yaml")), Console(quiet=True))
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    keep_model(windows_card("good", trained_at=noon), imported.home)
    keep_model(windows_card("failed", trained_at=noon + timedelta(days=1)), imported.home)
    (imported.home / "models" / "broken").mkdir()
    (imported.home / "models" / "broken" / MODEL_FILE).write_text("no JSON", encoding="utf-8")
    told = DutyLog(place.first.engine)
    last = train.duty(place, timedelta(days=1)).last
    assert last() == noon + timedelta(days=1)
    told.began("train", worker="w", every=timedelta(days=1), moment=noon + timedelta(days=1))
    assert last() == noon  # its worker ended in the middle of it
    told.ended("train", moment=noon + timedelta(days=1, minutes=1), why="The record of models does not answer.")
    assert last() == noon
    told.began("train", worker="w", every=timedelta(days=1), moment=noon + timedelta(days=1))
    told.ended("train", moment=noon + timedelta(days=1, minutes=2))
    assert last() == noon + timedelta(days=1)
    place.first.engine.dispose()


def test_the_worker_itself_loads_nothing_that_only_a_training_needs(imported: Small) -> None:
    asked = (
        "import sys; from datetime import UTC, datetime, timedelta; from pathlib import Path; from rich.console import Console\n"
        "from leadloop.duties import ALL; from leadloop.duties.work_place import WorkPlace\n"
        "place = WorkPlace(Path(sys.argv[1]), Path(sys.argv[2]), Console(quiet=True))\n"
        "duties = [one.duty(place, timedelta(days=1)) for one in ALL]\n"
        "[one.last() for one in duties]\n"
        "[one.piece(datetime.now(UTC)) for one in duties if one.beside is None]\n"
        "print(*sorted({'mlflow', 'pandas', 'lightgbm', 'sklearn', 'evidently'} & sys.modules.keys()), 'done')"
    )
    words = [sys.executable, "-c", asked, str(imported.home), imported.file("company.yaml")]
    ran = subprocess.run(words, env=child_environment(), capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "done"


def keep_model(card: Card, home: Path) -> None:
    """Put a model with a card into a data folder."""
    folder = model_folder(home, card.version)
    save_artefact(windows_artefact(card.version), folder, text="", card="")
    save_card(card, folder)


def test_once_does_every_duty_that_company_yaml_names_and_status_shows_what_became_of_each(imported: Small) -> None:
    words = Path(imported.file("company.yaml"))
    words.write_text(words.read_text(encoding="utf-8") + "work: {portrait: never, follow: 6h}\n", encoding="utf-8")
    before = imported.run("work", "--status")
    assert before.code == 1
    assert "No duty was ever done." in before.out
    ran = imported.run("work", "--once")
    assert ran.code == 1, ran.out  # three leads are too few to learn from
    assert "train: All settled leads came at one moment" in ran.out
    shown = imported.run("work", "--status")
    assert shown.code == 1
    lines = [line for line in shown.out.splitlines() if ":" in line]
    told = {line.split()[0]: line for line in lines if not line.split()[0].endswith(":")}
    assert {"alarms", "train", "follow", "conversions", "outbox"} <= told.keys()
    assert "portrait" not in shown.out
    assert told["follow"].split()[1] == "6h"
    assert "failed 1 x, see below" in told["train"]
    assert "train: All settled leads came at one moment" in shown.out
    assert told["outbox"].split()[-1] == "done"


def test_how_the_duties_stand_is_told_while_company_yaml_has_a_mistake(imported: Small) -> None:
    words = Path(imported.file("company.yaml"))
    words.write_text(words.read_text(encoding="utf-8") + "nonsense: 1\n", encoding="utf-8")
    ran = imported.run("work", "--status")
    assert ran.code == 1  # nobody leads
    assert "No duty was ever done." in ran.out


def test_every_duty_has_its_place_in_company_yaml() -> None:
    assert {one.NAME for one in ALL} == set(Work.model_fields)


@pytest.mark.parametrize("value", ["soon", "10s", "0m"])
def test_a_schedule_that_is_no_span_is_told_with_its_line(company: Small, value: str) -> None:
    words = Path(company.file("company.yaml"))
    words.write_text(words.read_text(encoding="utf-8") + f"work:\n  train: {value}\n", encoding="utf-8")
    ran = company.run("work", "--once")
    assert ran.code == 1
    assert "work.train" in one_line(ran.err)
    assert "takes a span such as 30m, 6h, 1d or 2w" in one_line(ran.err)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_second_worker_stands_by_and_goes_on_within_seconds_when_the_first_is_killed(
    imported: Small, database: str, request: pytest.FixtureRequest
) -> None:
    more = {"PYTHONUNBUFFERED": "1"}
    if database == "postgres":
        more["LEADLOOP_DATABASE_URL"] = request.getfixturevalue("postgres_url")
        request.getfixturevalue("postgres_engine")
    words = Path(imported.file("company.yaml"))
    idle = "work: {train: never, portrait: never, follow: never, conversions: never, alarms: never}\n"
    words.write_text(words.read_text(encoding="utf-8") + idle, encoding="utf-8")
    first = started("work", *imported.place, **more)
    _said(first, "This worker leads.")
    second = started("work", *imported.place, **more)
    _said(second, "Another worker leads; this one stands by")
    refused = started("work", "--once", *imported.place, **more)
    assert refused.communicate(timeout=PATIENCE)[0].startswith("Another worker leads, and does the duties;")
    assert refused.returncode == 1
    first.kill()
    first.communicate()
    killed = time.monotonic()
    _said(second, "This worker leads.")
    assert time.monotonic() - killed < PATIENCE
    second.send_signal(signal.SIGINT)
    assert one_line(second.communicate(timeout=PATIENCE)[0]).endswith("Stopped.")
    assert second.returncode == 0


def test_the_log_of_a_worker_can_be_json_a_line(imported: Small) -> None:
    words = Path(imported.file("company.yaml"))
    words.write_text(words.read_text(encoding="utf-8") + "work: {train: never, portrait: never}\n", encoding="utf-8")
    process = started("work", "--once", *imported.place, LEADLOOP_LOG="json")
    lines = [json.loads(line) for line in process.communicate(timeout=PATIENCE)[0].splitlines()]
    assert {one["duty"] for one in lines} == {"crm", "alarms", "follow", "conversions", "webhooks", "outbox"}
    assert all(one["level"] == "info" for one in lines)


def _said(process: subprocess.Popen[str], words: str) -> str:
    """Wait until a process says something; return what it said until then."""
    assert process.stdout is not None
    said = ""
    while words not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


@pytest.mark.parametrize("value", ["soon", "0d", "10s", "-1h"])
def test_what_is_no_span_is_answered_in_one_sentence(company: Small, value: str) -> None:
    ran = run("work", "--every", value, *company.place)
    assert ran.code == 2
    assert "--every takes a span such as 30m, 6h, 1d or 2w" in one_line(ran.err)
