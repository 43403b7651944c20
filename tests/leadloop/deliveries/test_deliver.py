"""What is due goes out by every way at once; one that fails stops no other, is told, and is tried again until it works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from features.settings import DeliverySecrets
from leadloop.deliveries import webhook
from leadloop.deliveries.deliver import Sent, deliver_check, deliver_due, senders_of
from monitoring.alarms.alarm_log import LoggedAlarm
from monitoring.telling.delivery_log import IN_DOUBT, DeliveryLog
from monitoring.what_changed.what_changed import WhatChanged
from tests.leadloop.deliveries.servers import TOKEN, Mailbox, Web, mail_server, web_server
from tests.leadloop.sending.dripping_server import AtOnce, dripping_server
from tests.monitoring.telling.alarmed import DAY, MONDAY, company, logged

SECRETS = DeliverySecrets(None, TOKEN, "key")
NOTHING = WhatChanged("nothing_moved", 100, 50, 100, 50, 20)


def everybody(box: Mailbox, api: Web, hook: Web) -> Company:
    return company(
        to={
            "marketer": {"email": "m@example.com"},
            "team": {"telegram": "-1"},
            "crm": {"webhook": f"{hook.address}/in"},
        },
        mail={"server": "127.0.0.1", "port": box.port, "security": "none"},
        telegram={"api": api.address},
    )


def turn(
    engine: Engine,
    words: Company,
    at: datetime = MONDAY,
    alarms: list[LoggedAlarm] | None = None,
    asked: Callable[[LoggedAlarm], WhatChanged] = lambda one: NOTHING,
) -> dict[str, str | None]:
    told = deliver_due(
        [logged()] if alarms is None else alarms,
        DeliveryLog(engine),
        senders_of(words, SECRETS, loopback=True),
        company=words,
        moment=at,
        clock=lambda: at,
        changed=asked,
    )
    return {one.recipient: one.why for one in told}


def test_a_way_that_fails_stops_no_other_is_told_and_is_tried_again(engine: Engine) -> None:
    with mail_server() as box, web_server() as api, web_server() as hook:
        words = everybody(box, api, hook)
        api.statuses = [503, 503, 200]
        first = turn(engine, words)
        assert first == {
            "marketer": None,
            "crm": None,
            "team": "Telegram did not take the message (HTTP 503, asks to wait 30 s).",
        }
        assert turn(engine, words, MONDAY + timedelta(minutes=15)).keys() == {"team"}
        assert turn(engine, words, MONDAY + timedelta(minutes=30)) == {"team": None}
        assert turn(engine, words, MONDAY + timedelta(minutes=45)) == {}
        assert turn(engine, words, MONDAY + DAY) == {}
        assert (len(box.mails), len(api.asked), len(hook.asked)) == (1, 3, 1)
    assert {(one.recipient, one.state) for one in DeliveryLog(engine).deliveries()} == {
        ("marketer", "sent"), ("crm", "sent"), ("team", "sent"),
    }  # fmt: skip


def test_a_message_that_failed_on_its_day_is_in_the_next_days_digest(sqlite_engine: Engine) -> None:
    with mail_server() as box, web_server() as api, web_server() as hook:
        words = everybody(box, api, hook)
        hook.statuses = [500]
        turn(sqlite_engine, words)
        hook.statuses = [204]
        assert turn(sqlite_engine, words, MONDAY + DAY) == {"crm": None}
    days = [one.said["data"]["day"] for one in hook.asked]
    assert days == ["2026-03-02", "2026-03-03"]
    assert len({one.headers["webhook-id"] for one in hook.asked}) == 2


def test_a_worker_that_was_killed_while_sending_sends_again_under_the_same_id_after_a_while(
    sqlite_engine: Engine,
) -> None:
    class Killed(BaseException):
        pass

    def killed(one: LoggedAlarm) -> WhatChanged:
        raise Killed

    with web_server() as hook:
        words = company(to={"crm": {"webhook": hook.address}})
        with pytest.raises(Killed):
            turn(sqlite_engine, words, asked=killed)
        begun = DeliveryLog(sqlite_engine).deliveries()[0]
        assert (begun.state, hook.asked) == ("begun", [])
        assert turn(sqlite_engine, words, MONDAY + IN_DOUBT / 2) == {}
        assert turn(sqlite_engine, words, MONDAY + IN_DOUBT) == {"crm": None}
        assert [one.headers["webhook-id"] for one in hook.asked] == [begun.name]


def test_a_recipient_whose_server_drips_holds_up_no_other(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "SECONDS", 4.0)
    slow = AtOnce()
    with mail_server() as box, web_server() as hook, dripping_server("head", slow) as drips:
        words = company(
            to={f"slow {n}": {"webhook": f"{drips}/{n}"} for n in range(3)}
            | {"crm": {"webhook": hook.address}, "marketer": {"email": "m@example.com"}},
            mail={"server": "127.0.0.1", "port": box.port, "security": "none"},
        )
        told = turn(sqlite_engine, words)
        assert slow.most == 3  # one after another: one, or two while one is given up
        assert len(hook.asked) == len(box.mails) == 1
    assert [name for name, why in told.items() if why is None] == ["crm", "marketer"]
    assert {one.recipient: one.state for one in DeliveryLog(sqlite_engine).deliveries()} == {
        "slow 0": "failed", "slow 1": "failed", "slow 2": "failed", "crm": "sent", "marketer": "sent",
    }  # fmt: skip


def test_nothing_to_tell_sends_nothing(sqlite_engine: Engine) -> None:
    with mail_server() as box, web_server() as api, web_server() as hook:
        assert turn(sqlite_engine, everybody(box, api, hook), alarms=[]) == {}
        assert (box.mails, api.asked, hook.asked) == ([], [], [])


def test_a_check_tries_every_way_and_keeps_nothing(sqlite_engine: Engine) -> None:
    with mail_server() as box, web_server() as api, web_server() as hook:
        words = everybody(box, api, hook)
        hook.statuses = [404]
        told = deliver_check(senders_of(words, SECRETS, loopback=True), company=words, moment=MONDAY)
    assert told == [
        Sent("marketer", "email"),
        Sent("team", "telegram"),
        Sent("crm", "webhook", "The webhook's server did not take the message (HTTP 404)."),
    ]
    assert box.mails[0]["subject"] == "leadloop: проверка связи"
    assert DeliveryLog(sqlite_engine).deliveries() == []
