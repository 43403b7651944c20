"""What becomes of duties is kept and said: a fault stands until it is mended, and is not said every few seconds."""

from __future__ import annotations

import io
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Engine

from features.duty_log import DutyLog, DutyRun
from features.errors import DutyLacks
from leadloop.commands._duties import DutiesTold, show_runs
from leadloop.duties import alarms, conversions, webhooks
from leadloop.duties.work_place import WorkPlace
from leadloop.worker import Duty, FailedBeside
from tests.crm.house import COMPANY
from tests.support.facts import NOON

QUICK = Duty("crm", lambda _: None, timedelta(seconds=5))
LACKS = DutyLacks("Webhooks to crm wait: set LEADLOOP_WEBHOOK_SECRET_CRM and start the worker anew.")


def only(engine: Engine) -> DutyRun:
    (run,) = DutyLog(engine).runs()
    return run


def lived(told: DutiesTold, errors: list[Exception | None], *, start: timedelta = timedelta(0)) -> None:
    """Let a duty be done every five seconds, and fail where an error stands."""
    for turn, error in enumerate(errors):
        moment = NOON + start + turn * QUICK.every
        told.began(QUICK, moment)
        if error is None:
            told.done(QUICK, moment)
        else:
            told.failed(QUICK, error, moment)


def test_a_duty_that_lacks_something_stands_as_failed_with_its_remedy_and_is_said_once(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    said, shown = io.StringIO(), io.StringIO()
    told = DutiesTold(engine, Console(file=said, width=200), worker="host:1")
    with caplog.at_level(logging.INFO, logger="leadloop.work"):
        lived(told, [LACKS] * 60)  # five minutes
    run = only(engine)
    assert (run.outcome, run.succeeded_at) == ("failed", None)
    assert run.told == str(LACKS)
    assert 48 <= run.failures <= 60  # noted once a minute, counted each time
    assert said.getvalue().count("LEADLOOP_WEBHOOK_SECRET_CRM") == 1
    assert [one.levelname for one in caplog.records] == ["ERROR"]
    show_runs(engine, Console(file=shown, width=200), is_led=True)
    assert "failed" in shown.getvalue()
    assert "set LEADLOOP_WEBHOOK_SECRET_CRM and start" in " ".join(shown.getvalue().split())


def test_it_is_said_again_after_an_hour_and_at_once_where_the_reason_is_another(engine: Engine) -> None:
    said = io.StringIO()
    told = DutiesTold(engine, Console(file=said, width=200), worker="host:1")
    lived(told, [LACKS, LACKS, DutyLacks("another")])
    assert said.getvalue() == f"crm: {LACKS}\ncrm: another\n"
    assert only(engine).told == "another"
    lived(told, [DutyLacks("another")], start=timedelta(hours=2))
    assert said.getvalue().count("another") == 2


def test_once_it_is_mended_that_is_noted_at_once(engine: Engine) -> None:
    told = DutiesTold(engine, Console(file=io.StringIO()), worker="host:1")
    lived(told, [LACKS, LACKS, None])
    run = only(engine)
    assert (run.outcome, run.failures, run.succeeded_at) == ("done", 0, NOON + 2 * QUICK.every)
    lived(told, [LACKS], start=timedelta(seconds=15))
    assert (only(engine).outcome, only(engine).failures) == ("failed", 1)


def test_a_failure_in_another_process_is_told_in_its_own_words(engine: Engine) -> None:
    said = io.StringIO()
    told = DutiesTold(engine, Console(file=said, width=200), worker="host:1")
    lived(told, [FailedBeside("Too few leads are settled.", passes=False)])
    assert said.getvalue() == "crm: Too few leads are settled.\n"
    assert only(engine).told == "Too few leads are settled."


def test_what_was_broken_off_is_neither_done_nor_failed(engine: Engine) -> None:
    told = DutiesTold(engine, Console(file=io.StringIO()), worker="host:1")
    told.began(QUICK, NOON)
    told.broken_off(QUICK, NOON + timedelta(seconds=3))
    run = only(engine)
    assert (run.outcome, run.failures, run.ended_at) == ("broken_off", 0, NOON + timedelta(seconds=3))


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LACKING = {
    "LEADLOOP_WEBHOOK_SECRET_CRM": ("webhooks: {crm: {url: https://crm.example.com/hook}}\n", webhooks),
    "LEADLOOP_META_TOKEN": ("conversions: {meta: {events: {paid: Sale}, dataset: '123'}}\n", conversions),
    "LEADLOOP_METRICA_TOKEN": ("conversions: {yandex_orders: {counter: '123'}}\n", conversions),
    "LEADLOOP_TELEGRAM_TOKEN": ("deliver: {to: {team: {telegram: '1'}}}\n", alarms),
    "LEADLOOP_SMTP_PASSWORD": (
        "deliver: {to: {team: {email: a@example.com}}, mail: {server: smtp.example.com, user: u, sender: a@example.com}}\n",
        alarms,
    ),
}


@pytest.mark.parametrize("variable", LACKING)
def test_a_duty_without_its_secret_fails_by_name_of_the_variable_until_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    words, module = LACKING[variable]
    (tmp_path / "company.yaml").write_text(COMPANY + words, encoding="utf-8")
    monkeypatch.delenv(variable, raising=False)
    place = WorkPlace(tmp_path / "home", tmp_path / "company.yaml", Console(file=io.StringIO()))
    turn = module.duty(place, timedelta(minutes=1))
    for _ in range(2):
        with pytest.raises(DutyLacks, match=f"set {variable} and start the worker anew"):
            turn.piece(NOON)
    monkeypatch.setenv(variable, SECRET)
    place = WorkPlace(tmp_path / "home", tmp_path / "company.yaml", Console(file=io.StringIO()))
    module.duty(place, timedelta(minutes=1)).piece(NOON)
    place.first.engine.dispose()


def test_a_secret_that_cannot_be_one_is_lacking_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words, module = LACKING["LEADLOOP_WEBHOOK_SECRET_CRM"]
    (tmp_path / "company.yaml").write_text(COMPANY + words, encoding="utf-8")
    monkeypatch.setenv("LEADLOOP_WEBHOOK_SECRET_CRM", "whsec_no base64!")
    place = WorkPlace(tmp_path / "home", tmp_path / "company.yaml", Console(file=io.StringIO()))
    with pytest.raises(DutyLacks, match=r"has to be base64\. Look at LEADLOOP_WEBHOOK_SECRET_CRM"):
        module.duty(place, timedelta(minutes=1)).piece(NOON)
    place.first.engine.dispose()
