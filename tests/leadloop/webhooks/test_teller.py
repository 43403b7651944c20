"""Other systems are told of each event once, of what is news alone, and of nobody's name."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.values import LeadId
from features.facts.webhook_settings import WebhookDestination
from features.outbox.outbox import Outbox
from leadloop.webhooks.lead_events import NewScores, lead_step
from leadloop.webhooks.teller import tell_all
from leadloop.webhooks.told import ToldLead
from models.artefact import set_champion
from models.score_log import LoggedScore, ScoreLog
from monitoring.alarms.alarm import Alarm, Watched
from monitoring.alarms.alarm_log import AlarmLog
from monitoring.alarms.look import AlarmLook
from monitoring.intervals import Rate
from tests.serving.doors import PHONE, VERSION, Doors, open_doors, promote
from tests.support.facts import NOON

HOOK = WebhookDestination(url="https://crm.example.com/in")


def named(*names: str, **said: Any) -> Company:
    destination = {"url": HOOK.url, **said}
    return Company.model_validate({"company": "x", "webhooks": dict.fromkeys(names, destination)})


def told(engine: Engine, name: str | None = None) -> list[dict[str, Any]]:
    """Return what lies in the outbox, the oldest first."""
    letters = Outbox(engine).letters(destination=f"webhook:{name}" if name else None, most=1000)
    return [json.loads(one.letter.body) for one in reversed(letters)]


def types(engine: Engine, name: str | None = None) -> list[str]:
    return [one["type"] for one in told(engine, name)]


def scored(
    number: int,
    lead_id: str | None = "7",
    probability: float = 0.2,
    grade: str = "B",
    row: dict[str, Any] | None = None,
) -> LoggedScore:
    at = NOON + timedelta(minutes=number)
    return LoggedScore(
        None if lead_id is None else LeadId(lead_id), at, probability, -1.0, grade, grade, None, 0, 0, None, "", "stored",
        row or {}, number,
    )  # fmt: skip


def tell(engine: Engine, company: Company, home: Path) -> int:
    return tell_all(engine, company, home, moment=NOON)


def test_who_is_named_first_hears_of_what_comes_from_then_on_each_once(engine: Engine, tmp_path: Path) -> None:
    log = ScoreLog(engine)
    log.remember([scored(1, "old")])
    crm = named("crm")
    assert tell(engine, crm, tmp_path) == 0
    log.remember([scored(2, "new"), scored(3, "old"), scored(4, None)])
    assert (tell(engine, crm, tmp_path), tell(engine, crm, tmp_path)) == (1, 0)
    (one,) = told(engine)
    assert (one["type"], one["data"]["lead_id"], one["data"]["grade"]) == ("lead.scored", "new", "B")
    assert one["timestamp"].endswith("Z")
    both = named("crm", "dwh")
    tell(engine, both, tmp_path)
    log.remember([scored(5, "newer")])
    tell(engine, both, tmp_path)
    assert [len(types(engine, name)) for name in ("crm", "dwh")] == [2, 1]


def test_a_score_is_told_again_once_it_lies_noticeably_from_what_was_told_last_however_slowly_it_moved(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    log, crm = ScoreLog(sqlite_engine), named("crm", moved_by=0.1)
    log.remember([scored(1, "old", 0.30)])
    tell(sqlite_engine, crm, tmp_path)
    for number in range(2, 13):
        log.remember([scored(number, "old", 0.30 + 0.01 * number)])
        tell(sqlite_engine, crm, tmp_path)
    (one,) = told(sqlite_engine)
    assert (one["type"], one["data"]["before"]["probability"]) == ("lead.rescored", 0.30)
    log.remember([scored(20, "old", 0.42, "A")])
    tell(sqlite_engine, crm, tmp_path)
    assert told(sqlite_engine)[-1]["data"]["before"]["grade"] == "B"


def test_of_many_scores_between_two_looks_the_first_and_the_newest_are_told(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    crm = named("crm")
    tell(sqlite_engine, crm, tmp_path)
    ScoreLog(sqlite_engine).remember([scored(n, "7", 0.1 * n) for n in range(1, 9)])
    tell(sqlite_engine, crm, tmp_path)
    assert [one["data"]["probability"] for one in told(sqlite_engine)] == [pytest.approx(0.1), pytest.approx(0.8)]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 1), st.sampled_from("ABC")), max_size=30), st.data())
def test_however_the_log_is_cut_into_looks_the_last_word_is_near_the_truth(
    scores: list[tuple[str, float, str]], data: st.DataObject
) -> None:
    """What a destination was told last of a lead never differs noticeably from the lead's newest score."""
    last: dict[str, ToldLead] = {}
    heard: dict[str, ToldLead] = {}
    logged = [scored(n, lead, p, g) for n, (lead, p, g) in enumerate(scores, start=1)]
    while logged:
        size = data.draw(st.integers(1, len(logged)))
        step = lead_step(NewScores(logged[:size], {}, frozenset(), 0), last, HOOK, reasons=lambda one: {})
        last |= step.leads
        heard |= {one.data["lead_id"]: ToldLead(one.data["probability"], one.data["grade"]) for one in step.events}
        logged = logged[size:]
    newest = {lead: ToldLead(p, g) for lead, p, g in scores}
    for lead, truth in newest.items():
        assert heard[lead].grade == truth.grade
        assert abs(heard[lead].probability - truth.probability) < HOOK.moved_by
    assert heard == last


def test_two_workers_at_once_lose_nothing_and_double_nothing(engine: Engine, tmp_path: Path) -> None:
    crm = named("crm")
    tell(engine, crm, tmp_path)
    ScoreLog(engine).remember([scored(n, f"L{n}") for n in range(1, 601)])
    workers = [threading.Thread(target=tell, args=(engine, crm, tmp_path)) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    tell(engine, crm, tmp_path)
    letters = Outbox(engine).letters(most=5_000)
    assert len({json.loads(one.letter.body)["data"]["lead_id"] for one in letters}) == len(letters) == 600


def test_a_destination_that_left_the_file_and_came_back_begins_anew(sqlite_engine: Engine, tmp_path: Path) -> None:
    log, crm, nobody = ScoreLog(sqlite_engine), named("crm"), Company(company="x")
    tell(sqlite_engine, crm, tmp_path)
    tell(sqlite_engine, nobody, tmp_path)
    log.remember([scored(1, "between")])
    tell(sqlite_engine, crm, tmp_path)
    log.remember([scored(2, "after")])
    tell(sqlite_engine, crm, tmp_path)
    assert [one["data"]["lead_id"] for one in told(sqlite_engine)] == ["after"]


def test_what_the_doors_store_is_told_with_reasons_and_without_a_contact(tmp_path: Path, sqlite_engine: Engine) -> None:
    promote(tmp_path)
    with open_doors(tmp_path, sqlite_engine) as doors:
        company = doors.service.company.model_copy(update={"webhooks": {"crm": HOOK}})
        tell(sqlite_engine, company, tmp_path)
        sent = doors.lead(
            "7", answers={"area": 80}, contact={"name": "Мария", "phone": PHONE, "email": "m@example.com"}
        )
        tell(sqlite_engine, company, tmp_path)
    (one,) = told(sqlite_engine)
    assert one["data"]["probability"] == sent["score"]["probability"]
    assert one["data"]["model_version"] == VERSION
    assert [reason["text"] for reason in one["data"]["reasons_for"]] == [
        reason["text"] for reason in sent["score"]["reasons_for"]
    ]
    assert one["data"]["reasons_for"]
    assert not any(sign in json.dumps(one, ensure_ascii=False) for sign in ("Мария", PHONE[2:], "example.com"))


def test_of_a_forgotten_person_nothing_is_told_any_more(doors: Doors, tmp_path: Path) -> None:
    engine = doors.service.desk.store.engine
    company = doors.service.company.model_copy(update={"webhooks": {"crm": HOOK}})
    tell(engine, company, tmp_path)
    for lead_id in ("waits", "stays", "later"):
        doors.lead(lead_id, contact={"phone": f"+7912345678{len(lead_id)}" if lead_id == "stays" else PHONE})
        if lead_id != "later":
            tell(engine, company, tmp_path)
    doors.client.delete("/v1/people/waits")  # and "later", the same person
    tell(engine, company, tmp_path)
    letters = Outbox(engine).letters("waiting")
    assert [json.loads(one.letter.body)["data"]["lead_id"] for one in letters] == ["stays"]
    (emptied,) = Outbox(engine).letters("dead")
    assert emptied.letter.body == b""


def alarmed(*channels: str) -> AlarmLook:
    alarms = [
        Alarm(
            Watched("call", "channel", "non_target", one), NOON.date(), NOON.date(), NOON.date(), NOON.date(), Rate(1, 10),
            Rate(6, 10), 0.5, (0.2, 0.8), 7.0, None,
        )
        for one in channels
    ]  # fmt: skip
    return AlarmLook(tuple(alarms), (), "watched")


def test_an_alarm_is_told_when_it_is_raised_and_when_it_ends_and_not_who_saw_it(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    alarms, crm = AlarmLog(sqlite_engine), named("crm")
    tell(sqlite_engine, crm, tmp_path)
    (raised,) = alarms.remember_look(alarmed("vk"), lambda _: None, moment=NOON, zone=crm.zone)
    alarms.see(raised.name, by="Anna", moment=NOON)
    alarms.remember_look(alarmed(), lambda _: "too_little", moment=NOON + timedelta(days=3), zone=crm.zone)
    tell(sqlite_engine, crm, tmp_path)
    assert types(sqlite_engine) == ["alarm.raised", "alarm.ended"]
    first, last = (one["data"] for one in told(sqlite_engine))
    assert (first["alarm"], first["channel"], first["after"]) == (raised.name, "vk", {"count": 6, "of": 10})
    assert (last["alarm"], last["why"], "why" in first) == (raised.name, "too_little", False)
    assert "Anna" not in json.dumps(told(sqlite_engine))


def test_another_model_that_serves_is_told_once_and_the_rules_that_serve_again_too(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    crm = named("crm")
    tell(sqlite_engine, crm, tmp_path)
    for version in ("v1", "v1", None, "v1"):
        set_champion(tmp_path, version)
        tell(sqlite_engine, crm, tmp_path)
    assert [(one["data"]["before"], one["data"]["model_version"]) for one in told(sqlite_engine)] == [
        (None, "v1"), ("v1", None), (None, "v1"),
    ]  # fmt: skip


def test_who_asked_for_some_events_hears_of_no_other(sqlite_engine: Engine, tmp_path: Path) -> None:
    crm = named("crm", events=["lead.rescored"])
    tell(sqlite_engine, crm, tmp_path)
    set_champion(tmp_path, "v1")
    ScoreLog(sqlite_engine).remember([scored(1, "7", 0.2), scored(2, "7", 0.9)])
    tell(sqlite_engine, crm, tmp_path)
    assert types(sqlite_engine) == ["lead.rescored"]
