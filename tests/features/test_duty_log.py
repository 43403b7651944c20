"""Of each duty its last run is kept: in hand, done or failed, and when it last went well."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from features.duty_log import DutyLog
from tests.support.facts import NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_a_duty_is_in_hand_then_done(engine: Engine) -> None:
    log = DutyLog(engine)
    log.began("train", worker="host:1", every=HOUR, moment=NOON)
    (in_hand,) = log.runs()
    assert (in_hand.outcome, in_hand.ended_at, in_hand.every, in_hand.worker) == (None, None, HOUR, "host:1")
    log.ended("train", moment=NOON + MINUTE)
    (done,) = log.runs()
    assert (done.outcome, done.ended_at, done.succeeded_at, done.failures) == ("done", NOON + MINUTE, NOON + MINUTE, 0)


def test_failures_in_a_row_are_counted_and_the_last_success_stays(engine: Engine) -> None:
    log = DutyLog(engine)
    for hour, why in enumerate((None, "away", "away still")):
        log.began("outbox", worker="host:1", every=HOUR, moment=NOON + hour * HOUR)
        log.ended("outbox", moment=NOON + hour * HOUR + MINUTE, why=why)
    (run,) = log.runs()
    assert (run.outcome, run.told, run.failures, run.succeeded_at) == ("failed", "away still", 2, NOON + MINUTE)
    log.began("outbox", worker="host:2", every=HOUR, moment=NOON + 3 * HOUR)
    log.ended("outbox", moment=NOON + 3 * HOUR)
    (run,) = log.runs()
    assert (run.outcome, run.told, run.failures) == ("done", None, 0)
