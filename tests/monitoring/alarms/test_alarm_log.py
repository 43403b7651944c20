"""The log of alarms: appended to, never changed; a look raises, goes on, ends; people see, decide and put off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, insert, select

from features.errors import UnknownAlarm
from features.facts.database import reading, writing
from features.facts.tables import ALARM_EVENTS
from monitoring.alarms.alarm import Alarm, Watched
from monitoring.alarms.alarm_log import AlarmLog, LoggedAlarm, on_now
from monitoring.alarms.budget import Budget
from monitoring.alarms.look import AlarmLook, WhyGone, gone_of
from monitoring.alarms.quiet import Ended, Quiet
from monitoring.alarms.watch import Watch, WatchState
from monitoring.intervals import Rate
from tests.monitoring.what_changed.grouped import alarm
from tests.support.facts import NOON

MOSCOW = ZoneInfo("Europe/Moscow")
DAY = timedelta(days=1)


def looked(
    log: AlarmLog, *alarms: Alarm, days: float = 0, why: WhyGone | None = "recovered", state: WatchState = "watched"
) -> list[LoggedAlarm]:
    return log.remember_look(AlarmLook(alarms, (), state), lambda _: why, moment=NOON + days * DAY, zone=MOSCOW)


def events(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(ALARM_EVENTS.c.kind).order_by(ALARM_EVENTS.c.id)).scalars())


def test_an_alarm_is_raised_once_goes_on_once_a_day_with_new_figures_and_ends(engine: Engine) -> None:
    log = AlarmLog(engine)
    (one,) = looked(log, alarm())
    grown = replace(alarm(), after=Rate(80, 120), evidence=40.0)
    assert looked(log, grown, days=0.1)[0].alarm.after == Rate(80, 120)  # shown at once, kept with the next day's look
    looked(log, grown, days=1)
    looked(log, grown, days=2)
    (over,) = looked(log, days=3)
    assert events(engine) == ["raised", "goes_on", "ended"]
    assert (over.name, over.raised_at, over.ended_at) == (one.name, NOON, NOON + 3 * DAY)
    assert log.alarms() == [over]
    assert over.alarm.after == Rate(80, 120)


def test_what_rises_again_is_another_alarm(sqlite_engine: Engine) -> None:
    log = AlarmLog(sqlite_engine)
    looked(log, alarm())
    looked(log, days=1)
    again = looked(log, alarm(), days=2)
    assert [one.is_on for one in again] == [True, False]
    assert len({one.name for one in again}) == 2


def test_a_look_at_which_nothing_could_be_noticed_ends_nothing(sqlite_engine: Engine) -> None:
    log = AlarmLog(sqlite_engine)
    looked(log, alarm())
    assert looked(log, days=1, why=None)[0].is_on


def test_an_alarm_ends_whatever_can_be_said_of_non_target_leads_and_the_log_keeps_why(engine: Engine) -> None:
    log = AlarmLog(engine)
    states: tuple[WatchState, ...] = ("watched", "too_little", "nothing_says_so")
    reasons: tuple[WhyGone, ...] = ("recovered", "usual_now", "too_little")
    for n, (state, why) in enumerate(zip(states, reasons, strict=True)):
        looked(log, alarm(), days=2 * n, state=state)
        looked(log, days=2 * n + 1, why=why, state=state)
    assert [one.why_gone for one in log.alarms()] == list(reversed(reasons))


def test_an_end_that_was_kept_without_its_reason_is_read(sqlite_engine: Engine) -> None:
    log = AlarmLog(sqlite_engine)
    (one,) = looked(log, alarm())
    with writing(sqlite_engine) as connection:
        row = {"alarm": one.name, "kind": "ended", "at_us": 1, "said_by": None, "payload": "{}"}
        connection.execute(insert(ALARM_EVENTS).values(row))
    (over,) = log.alarms()
    assert (over.is_on, over.why_gone) == (False, None)


def test_a_pass_says_of_each_stream_by_itself_why_it_is_no_alarm() -> None:
    on, beside = alarm(), replace(alarm(), watched=Watched("call", "ad", "non_target", "ВКонтакте", "ad-1"))
    over = Ended(
        replace(alarm(), watched=Watched("purchase", "channel", "bought", "vk")), date(2026, 3, 9), "nothing_came"
    )
    calm, little = (
        Quiet(Watched("arrival", "channel", "chance", name), Rate(1, 9), Rate(1, 9), noticeable, 0)
        for name, noticeable in (("calm", 0.5), ("little", None))
    )
    told = Watch(NOON, (on, beside), (over,), (calm, little), Budget(4.0, 0, {}), (), "nothing_says_so")
    gone = gone_of(told)
    streams = (beside.watched, over.alarm.watched, calm.watched, little.watched, Watched("call", "ad", "named", "gone"))
    assert [gone(one.key) for one in streams] == [
        "with_another",
        "nothing_came",
        "not_shown",
        "too_little",
        "too_little",
    ]
    nothing = gone_of(replace(told, alarms=(), ended=(), quiet=()))
    assert nothing(on.watched.key) is None


def test_that_it_cannot_wait_any_more_is_kept_at_once(sqlite_engine: Engine) -> None:
    log = AlarmLog(sqlite_engine)
    looked(log, alarm())
    looked(log, alarm(urgent=True), days=0.01)
    assert events(sqlite_engine) == ["raised", "goes_on"]
    assert log.alarms()[0].alarm.urgent


def test_the_day_on_which_it_was_raised_stays_whatever_a_later_look_says(sqlite_engine: Engine) -> None:
    log = AlarmLog(sqlite_engine)
    looked(log, alarm(raised_on=date(2026, 3, 9)))
    (one,) = looked(log, alarm(raised_on=date(2026, 3, 20), evidence=50.0), days=11)
    assert one.alarm.raised_on == date(2026, 3, 9)
    assert one.alarm.evidence == 50.0


def test_who_saw_it_what_was_decided_and_until_when_it_is_put_off_are_kept(engine: Engine) -> None:
    log = AlarmLog(engine)
    (one,) = looked(log, alarm())
    log.see(one.name, by="Анна", moment=NOON)
    log.see(one.name, by="Анна", moment=NOON + DAY)
    log.decide(one.name, by="Борис", kind="paused", words="баннер выключен", moment=NOON + DAY)
    log.decide(one.name, by="Анна", kind="asked_contractor", words="", moment=NOON + 2 * DAY)
    log.snooze(one.name, by="Анна", until=date(2026, 3, 9), reason="меняем", moment=NOON)
    (kept,) = log.alarms()
    assert [seen.by for seen in kept.seen] == ["Анна"]
    assert [(one.by, one.kind, one.words) for one in kept.decisions] == [
        ("Борис", "paused", "баннер выключен"),
        ("Анна", "asked_contractor", ""),
    ]
    assert [kept.is_snoozed(day) for day in (date(2026, 3, 8), date(2026, 3, 9))] == [True, False]
    log.wake(one.name, by="Борис", moment=NOON)
    log.wake(one.name, by="Борис", moment=NOON)
    assert not log.alarms()[0].is_snoozed(date(2026, 3, 8))
    assert events(engine).count("woken") == 1


def test_nothing_is_kept_of_an_alarm_that_never_was(sqlite_engine: Engine) -> None:
    log = AlarmLog(sqlite_engine)
    with pytest.raises(UnknownAlarm, match="leadloop alarms"):
        log.see("0" * 16, by="Анна", moment=NOON)
    with pytest.raises(UnknownAlarm):
        log.decide("0" * 16, by="Анна", kind="other", words="", moment=NOON)
    with pytest.raises(UnknownAlarm):
        log.snooze("0" * 16, by="Анна", until=date(2026, 3, 9), reason="x", moment=NOON)
    with pytest.raises(UnknownAlarm):
        log.wake("0" * 16, by="Анна", moment=NOON)
    with reading(sqlite_engine) as connection:
        assert connection.execute(select(func.count()).select_from(ALARM_EVENTS)).scalar_one() == 0


def test_what_cannot_wait_stands_first_then_the_surest(sqlite_engine: Engine) -> None:
    weak, strong, urgent = (
        replace(alarm(evidence=evidence, urgent=is_urgent), watched=Watched("call", "channel", "non_target", name))
        for name, evidence, is_urgent in (("weak", 5.0, False), ("strong", 50.0, False), ("urgent", 1.0, True))
    )
    told = on_now(looked(AlarmLog(sqlite_engine), weak, strong, urgent))
    assert [one.alarm.watched.channel for one in told] == ["urgent", "strong", "weak"]
