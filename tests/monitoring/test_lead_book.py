"""The book of leads: caught up by number it says the same as built anew, also after an import was taken back."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import LeadFact, LeadId
from features.rows.as_of import Gate
from monitoring.lead_book import LeadBook, LeadSummary, arrival_fields, summarise
from tests.monitoring.leads import COMPANY, random_facts
from tests.support.facts import NOON, call, history, lead, source, stage

DAY = timedelta(days=1)
LATE = NOON + 400 * DAY


def summary_of(*facts: LeadFact, at: datetime = LATE) -> LeadSummary:
    stored = history(*facts)
    known = Gate(COMPANY).as_of(stored, at)
    assert known is not None
    return summarise(known, stored)


def anew(engine: Engine, moment: datetime = LATE) -> list[LeadSummary]:
    return LeadBook(FactStore(engine), COMPANY).summaries(moment)


@pytest.mark.parametrize("seed", range(4))
def test_a_book_caught_up_step_by_step_equals_one_built_anew(engine: Engine, seed: int) -> None:
    draw = random.Random(seed)
    store = FactStore(engine)
    book = LeadBook(store, COMPANY)
    told = [fact for n in range(25) for fact in random_facts(draw, f"L{n}")]
    draw.shuffle(told)
    while told:
        step, told = told[: draw.randrange(1, 20)], told[20:]
        store.append(step)
        assert book.summaries(LATE) == anew(engine)
        assert book.number == store.last_number()
    assert len(book.summaries(LATE)) > 5


def test_an_import_that_was_taken_back_is_in_the_book_no_more(engine: Engine) -> None:
    store = FactStore(engine)
    book = LeadBook(store, COMPANY)
    store.append([lead("7")])
    before = book.summaries(LATE)
    wrong = ImportLog(engine).begin(file="x.csv", sha256="0" * 64, kind="leads", started_at=NOON, exported_at=NOON).id
    store.append([call("7", need="no"), lead("8"), call("8")], import_id=wrong)
    assert [one.lead_id for one in book.summaries(LATE)] == ["7", "8"]
    store.undo(wrong)
    assert book.summaries(LATE) == before == anew(engine)


def test_what_became_known_after_the_moment_of_a_look_is_there_at_the_next(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    book = LeadBook(store, COMPANY)
    store.append([lead("7"), lead("8", NOON + DAY), call("7", NOON + DAY)])
    assert [(one.lead_id, one.calls) for one in book.summaries(NOON)] == [("7", 0)]
    assert book.summaries(NOON + DAY) == anew(sqlite_engine, NOON + DAY)
    assert [(one.lead_id, one.calls) for one in book.summaries(NOON + DAY)] == [("7", 1), ("8", 0)]


def test_leads_are_told_oldest_first_and_tests_not_at_all(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append([lead("b", NOON), lead("a", NOON), lead("old", NOON - DAY), lead("t"), stage("t", "test")])
    assert [one.lead_id for one in anew(sqlite_engine)] == ["old", "a", "b"]


def test_a_lead_is_graded_only_after_somebody_was_spoken_to() -> None:
    assert summary_of(lead(need="yes", budget="yes")).grade is None
    assert summary_of(lead(), call(result="no_answer")).grade is None
    graded = summary_of(lead(), call(need="yes", budget="yes"))
    assert (graded.grade, graded.is_qualified) == ("B", True)
    assert summary_of(lead(), call()).grade == "ungraded"


def test_a_lead_is_non_target_by_the_answers_of_a_talk_or_by_a_stage() -> None:
    by_call = summary_of(lead(), call(at=NOON + DAY), call(at=NOON + 2 * DAY, need="no"))
    by_stage = summary_of(lead(), stage(name="spam", at=NOON + DAY))
    neither = summary_of(lead(), call(at=NOON + DAY, need="yes"))
    assert [one.is_non_target for one in (by_call, by_stage, neither)] == [True, True, False]


def test_a_need_that_turned_up_later_makes_a_lead_target_again() -> None:
    later = summary_of(lead(), call(at=NOON, need="no"), call(at=NOON + DAY, need="yes", budget="yes"))
    assert (later.is_non_target, later.grade) == (False, "B")


def test_a_summary_tells_where_a_lead_came_from_without_the_accidents_of_typing() -> None:
    told = summary_of(lead(), source(source=" VK ", campaign=" Лето  26 ", ad="(not set)", offer="Тихий офис"))
    assert (told.channel, told.campaign, told.ad, told.offer) == ("vk", "лето 26", None, "тихий офис")


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ([], "never_called"),
        ([call()], "did_not_buy"),
        ([call(), stage(name="won", at=NOON + 60 * DAY)], "bought"),
        ([call(), stage(name="won", at=NOON + 61 * DAY)], "did_not_buy"),
        ([stage(name="won", at=NOON + DAY)], "bought"),
        ([stage(name="test", at=NOON + DAY)], "ignored"),
    ],
    ids=["nobody called", "spoken to", "won on the last day", "won too late", "won without a call", "a test"],
)
def test_the_outcome_of_a_lead_past_its_horizon(facts: list[LeadFact], outcome: str) -> None:
    assert summary_of(lead(), *facts).outcome(LATE, COMPANY) == outcome


def test_a_young_lead_is_open_whatever_happened() -> None:
    young = summary_of(lead(), call(), stage(name="lost", at=NOON + DAY), at=NOON + 2 * DAY)
    assert young.outcome(NOON + 60 * DAY, COMPANY) == "open"
    assert young.outcome(NOON + 61 * DAY, COMPANY) == "did_not_buy"


def test_without_a_horizon_an_explicit_end_settles() -> None:
    endless = COMPANY.model_copy(update={"horizon_days": None})
    stored = history(lead(), call(), stage(name="lost", at=NOON + DAY))
    known = Gate(endless).as_of(stored, NOON + 2 * DAY)
    assert known is not None
    assert summarise(known, stored).outcome(NOON + 2 * DAY, endless) == "did_not_buy"
    assert summary_of(lead(), call()).outcome(LATE, endless) == "open"


def test_the_book_names_leads_only_once(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    book = LeadBook(store, COMPANY)
    for area in (1.0, 2.0, 3.0):
        store.append([lead("7", area=area)])
        assert [one.lead_id for one in book.summaries(LATE)] == [LeadId("7")]


def test_what_the_form_said_at_arrival_is_kept_whatever_is_filled_in_later() -> None:
    company = Company.model_validate(
        {"company": "x", "fields": {"role": {"kind": "choice"}, "area": {"kind": "number"}}}
    )
    mended = replace(lead(role="tenant", area=40.0), known_at=NOON + timedelta(days=3))
    known_history = history(lead(role="owner"), mended)
    known = Gate(company).as_of(known_history, NOON + timedelta(days=9))
    assert known is not None
    told = summarise(known, known_history)
    assert (arrival_fields(company), told.answers) == (("role", "area"), ("owner", None))
    assert told.arrived_at == NOON


def test_the_first_calls_say_whether_it_was_reached_and_how_it_was_graded_whatever_comes_later() -> None:
    late = NOON + timedelta(days=2)
    told = summary_of(
        lead(),
        call(at=NOON + timedelta(hours=1), result="no_answer"),
        call(at=NOON + timedelta(hours=5), known_at=NOON + timedelta(days=1), need="yes", budget="no"),
        call(at=late, need="yes", budget="yes"),
    )
    assert told.reached_at_once is False
    assert told.talk_known_at == NOON + timedelta(days=1)
    assert (told.first_grade, told.grade) == ("C", "B")


def test_no_report_is_told_a_contact_that_stands_in_a_mark() -> None:
    told = summary_of(
        lead(),
        source(
            source="anna@levin.ru", campaign="для anna@levin.ru", ad="звонить 8 912 345-67-89", offer="+7 (912) 345-67-89",
            landing_page="/okna?tel=79123456789",
        ),
    )  # fmt: skip
    assert (told.channel, told.campaign, told.ad, told.offer) == ("(contact)",) * 4
    assert told.landing_page == "/okna"
    numbered = summary_of(lead(), source(campaign="1234567890", ad="79123456789", landing_page="/okna?size=2"))
    assert (numbered.campaign, numbered.ad, numbered.landing_page) == ("1234567890", "79123456789", "/okna?size=2")
