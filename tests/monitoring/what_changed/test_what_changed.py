"""What changed in an alarmed group: through which ad, which people, in the managers' words; three ways to know nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from features.facts.store import FactStore
from features.facts.values import Call, Source
from features.facts.without_persons import WithoutPersons
from monitoring.alarms.alarm import Alarm, Watched
from monitoring.lead_book import LeadBook
from monitoring.what_changed.segments import Cell
from monitoring.what_changed.what_changed import WhatChanged, what_changed
from tests.monitoring.what_changed.grouped import COMPANY, MOMENT, SINCE, alarm, turned


def changed(engine: Engine, told: Alarm | None = None, names: tuple[str, ...] = ()) -> WhatChanged:
    store = FactStore(engine)
    leads = LeadBook(store, COMPANY).summaries(MOMENT)
    return what_changed(
        told or alarm(), leads, store, company=COMPANY, moment=MOMENT, persons=lambda: WithoutPersons(names)
    )


def test_the_ad_and_the_people_that_came_instead_are_named_with_counts(sqlite_engine: Engine) -> None:
    FactStore(sqlite_engine).append(turned())
    told = changed(sqlite_engine)
    assert told.state == "moved"
    named = {cell for one in told.moved for segment in (one.segment, *one.also) for cell in segment}
    assert {Cell("ad", "banner"), Cell("role", "student")} <= named
    carrier = told.carriers[0]
    assert (carrier.mark, carrier.name, carrier.before.of) == ("ad", "banner", 0)
    assert carrier.since.count == carrier.since.of
    assert 0.9 <= carrier.part <= 1.0
    assert told.before + told.since == 300
    assert told.looked_at > 10


def test_leads_that_look_the_same_and_come_from_everywhere_are_told_so(sqlite_engine: Engine) -> None:
    FactStore(sqlite_engine).append(turned(through=None))
    told = changed(sqlite_engine)
    assert (told.state, told.moved, told.carriers) == ("nothing_moved", (), ())
    assert told.looked_at > 5
    assert told.carriers_looked_at
    assert told.carriers_looked_at >= 3


def test_too_little_is_an_answer_of_its_own_with_how_much_there_is(sqlite_engine: Engine) -> None:
    FactStore(sqlite_engine).append(turned(leads=60))
    late = replace(alarm(), since=SINCE + timedelta(days=26))
    told = changed(sqlite_engine, late)
    assert told.state == "too_little"
    assert told.since < 15
    assert told.looked_at == 0


def test_by_a_measure_that_no_single_lead_is_bad_by_nobody_looked_who_carries_it(sqlite_engine: Engine) -> None:
    FactStore(sqlite_engine).append(turned())
    told = changed(sqlite_engine, replace(alarm(), watched=Watched("arrival", "channel", "answer:role", "vk")))
    assert told.state == "moved"
    assert told.carriers_looked_at is None


def test_within_one_ad_the_ad_itself_is_no_news(sqlite_engine: Engine) -> None:
    FactStore(sqlite_engine).append(turned())
    told = changed(sqlite_engine, replace(alarm(), watched=Watched("call", "ad", "non_target", "vk", "a1")))
    assert "ad" not in {cell.field for one in told.moved for cell in one.segment}
    assert told.state in ("nothing_moved", "too_little")


def test_comments_come_without_persons_the_same_one_once(sqlite_engine: Engine) -> None:
    FactStore(sqlite_engine).append(turned(comment="ищет работу, просил Борис и Олега, 8 912 345-67-89"))
    told = changed(sqlite_engine, names=("Олег",))
    assert [one.words for one in told.comments] == ["ищет работу, просил … и …"]


def test_a_comment_that_was_corrected_or_taken_back_is_not_told(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append(turned(comment="записано не то"))
    calls = [one for one in turned(comment="записано не то") if isinstance(one, Call)]
    again = [replace(one, comment="ищет работу в офисе", known_at=one.known_at + timedelta(hours=1)) for one in calls]
    store.append([replace(one, comment=None) if n % 2 else one for n, one in enumerate(again)])
    assert [one.words for one in changed(sqlite_engine).comments] == ["ищет работу в офисе"]


def test_nothing_that_was_not_known_at_the_moment_is_seen(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append(turned())
    known = changed(sqlite_engine)
    later = turned(comment="позже", leads=310)[-30:]
    store.append([replace(one, known_at=MOMENT + timedelta(days=1)) for one in later])
    assert changed(sqlite_engine) == known


def test_an_offer_is_looked_at_in_every_channel(sqlite_engine: Engine) -> None:
    FactStore(sqlite_engine).append([replace(one, marks={**one.marks, "offer": "зима"}) if isinstance(one, Source) else one
                                     for one in turned()])  # fmt: skip
    told = changed(sqlite_engine, replace(alarm(), watched=Watched("call", "offer", "non_target", "", "зима")))
    assert told.before + told.since == 300
    assert "offer" not in {cell.field for one in told.moved for cell in one.segment}
