"""Who is due to be told what: one digest a day at most, news only, urgent at once, nothing that is put off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from monitoring.alarms.alarm_log import Decision, LoggedAlarm, Snooze
from monitoring.telling.delivery_log import IN_DOUBT, Delivery, DeliveryLog
from monitoring.telling.digest import Digest, digests_due
from tests.monitoring.telling.alarmed import DAY, MONDAY, company, logged


def due(
    alarms: Sequence[LoggedAlarm],
    deliveries: Sequence[Delivery] = (),
    *,
    at: datetime = MONDAY,
    words: Company | None = None,
) -> list[Digest]:
    return digests_due(alarms, deliveries, company=words or company(), moment=at)


def told(digest: Digest, words: Company | None = None, *, at: datetime = MONDAY) -> Delivery:
    """Return the delivery of a digest that went out."""
    recipient = (words or company()).deliver.to[digest.recipient]
    return replace(digest.delivery(recipient, moment=at), state="sent")


def test_a_new_alarm_is_told_once_and_silence_is_no_message() -> None:
    (first,) = due([logged()])
    assert (first.kind, [one.name for one in first.new]) == ("digest", ["a" * 16])
    sent = told(first)
    assert due([logged()], [sent]) == []
    assert due([logged()], [sent], at=MONDAY + DAY) == []
    assert due([]) == []


def test_the_digest_waits_for_its_hour_in_the_companys_zone() -> None:
    early = MONDAY - timedelta(hours=4)  # eight o'clock in Moscow
    assert due([logged()], at=early) == []
    assert len(due([logged()], at=early + timedelta(hours=1))) == 1


def test_what_cannot_wait_goes_at_once_and_is_not_told_again_in_the_digest() -> None:
    night = MONDAY - timedelta(hours=9)
    (urgent,) = due([logged(urgent=True), logged("b")], at=night)
    assert (urgent.kind, [one.name[0] for one in urgent.new]) == ("urgent", ["a"])
    (digest,) = due([logged(urgent=True), logged("b")], [told(urgent, at=night)])
    assert [one.name[0] for one in digest.new] == ["b"]
    assert [one.name[0] for one in digest.going_on] == ["a"]


def test_there_is_one_digest_a_day_whatever_comes_after_it() -> None:
    (first,) = due([logged()])
    later = MONDAY + timedelta(hours=6)
    assert due([logged(), logged("b")], [told(first)], at=later) == []
    (next_day,) = due([logged(), logged("b")], [told(first)], at=MONDAY + DAY)
    assert [one.name[0] for one in next_day.new] == ["b"]


def test_the_end_is_told_once_to_whoever_was_told_of_the_beginning() -> None:
    sent = told(due([logged()])[0])
    over = logged(ended_at=MONDAY + DAY)
    (digest,) = due([over], [sent], at=MONDAY + DAY)
    assert (digest.new, [one.name[0] for one in digest.ended]) == ((), ["a"])
    assert due([over], [sent, told(digest, at=MONDAY + DAY)], at=MONDAY + 2 * DAY) == []
    assert due([over]) == []  # nobody was told that it had begun


def test_what_merely_goes_on_is_told_again_on_mondays_unless_somebody_decided() -> None:
    sent = told(due([logged()])[0])
    (again,) = due([logged()], [sent], at=MONDAY + 7 * DAY)
    assert (again.new, [one.name[0] for one in again.going_on]) == ((), ["a"])
    decided = replace(logged(), decisions=(Decision("Анна", MONDAY, "paused", ""),))
    assert due([decided], [sent], at=MONDAY + 7 * DAY) == []


def test_an_alarm_that_is_put_off_is_in_no_message_before_its_day() -> None:
    snooze = Snooze("Анна", MONDAY, (MONDAY + 3 * DAY).date(), "меняем страницу")
    put_off = replace(logged(urgent=True), snooze=snooze)
    assert [due([put_off], at=MONDAY + n * DAY) for n in (0, 1, 2)] == [[], [], []]
    assert [one.kind for one in due([put_off], at=MONDAY + 3 * DAY)] == ["urgent"]


def test_everybody_gets_what_is_for_them() -> None:
    words = company(
        to={
            "all": {"email": "a@example.com"},
            "vk": {"telegram": "-1", "channels": ["вконтакте"]},
            "loud": {"webhook": "https://example.com", "only": "urgent"},
        }
    )
    alarms = [logged("a", "Яндекс"), logged("b", "ВКонтакте"), logged("c", "Яндекс", urgent=True)]
    got = {(one.recipient, one.kind): "".join(a.name[0] for a in one.new) for one in due(alarms, words=words)}
    assert got == {("all", "urgent"): "c", ("loud", "urgent"): "c", ("all", "digest"): "ab", ("vk", "digest"): "b"}


def test_a_message_is_begun_once_and_again_only_after_it_failed_or_was_in_doubt_for_long(engine: Engine) -> None:
    log = DeliveryLog(engine)
    one = due([logged()])[0].delivery(company().deliver.to["marketer"], moment=MONDAY)
    assert log.begin(one)
    assert not log.begin(replace(one, at=MONDAY + IN_DOUBT / 2))  # somebody may be sending it now
    assert log.begin(replace(one, at=MONDAY + IN_DOUBT))  # whoever began it is gone: at least once
    log.end(one, moment=MONDAY + IN_DOUBT, why="Telegram did not take the message (HTTP 503).")
    assert log.deliveries()[0].why.endswith("503).")
    assert log.begin(replace(one, at=MONDAY + IN_DOUBT))
    log.end(one, moment=MONDAY + IN_DOUBT)
    assert not log.begin(replace(one, at=MONDAY + 100 * IN_DOUBT))
    (kept,) = log.deliveries()
    assert (kept.state, kept.alarms["new"]) == ("sent", ("a" * 16,))


def test_two_digests_of_a_day_with_other_alarms_do_not_both_go_out(sqlite_engine: Engine) -> None:
    log, recipient = DeliveryLog(sqlite_engine), company().deliver.to["marketer"]
    first = due([logged()])[0].delivery(recipient, moment=MONDAY)
    other = due([logged(), logged("b")])[0].delivery(recipient, moment=MONDAY + timedelta(minutes=1))
    assert first.name != other.name
    assert log.begin(first)
    assert not log.begin(other)
    log.end(first, moment=MONDAY)
    assert not log.begin(replace(other, at=MONDAY + timedelta(hours=5)))


@pytest.mark.parametrize("failures", [1, 3])
def test_a_message_that_did_not_go_out_is_due_again(sqlite_engine: Engine, failures: int) -> None:
    log = DeliveryLog(sqlite_engine)
    for turn in range(failures):
        at = MONDAY + turn * timedelta(minutes=15)
        (digest,) = due([logged()], log.deliveries(), at=at)
        delivery = digest.delivery(company().deliver.to["marketer"], moment=at)
        assert log.begin(delivery)
        log.end(delivery, moment=at, why="no")
    assert len(due([logged()], log.deliveries(), at=MONDAY + timedelta(hours=2))) == 1
