"""A moment's training set drawn from the book is the one that would have been built then, and sees nothing later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.facts.company import Company
from features.facts.values import Lead, LeadFact, LeadId
from tests.support.facts import NOON, call, facts_of_leads, later_facts, lead, source, stage
from tests.training.conftest import NOW, Demo
from tests.training.small_sets import DAY, START, memory_store, plain_company
from training.columns import NumberColumn
from training.dataset import TrainingSet, training_set
from training.grade_rates import starts_of
from training.replay_book import ReplayBook, read_past, replay_book

HOUR = timedelta(hours=1)
COMPANY = plain_company(horizon=30)
DAYS_AGO = (0, 45, 100)
EXACT = ("outcome", "lead", "created", "known_from", "grade", "channel", "at_arrival", "called")
NEARLY = ("weight", "asked_after", "bought_after", "age")
"""Days are counted from seconds here and from spans there; the last digit may differ."""


def book_of(facts: Sequence[LeadFact], moments: Sequence[datetime], company: Company = COMPANY) -> ReplayBook:
    store = memory_store(facts)
    past = read_past(store, company)
    assert past is not None
    return replay_book(store, company, past.timeline, moments)


def assert_same(drawn: TrainingSet | None, built: TrainingSet | None) -> None:
    assert (drawn is None) == (built is None)
    if drawn is None or built is None:
        return
    for name in EXACT:
        assert getattr(drawn, name).tolist() == getattr(built, name).tolist(), name
    for name in NEARLY:
        np.testing.assert_allclose(getattr(drawn, name), getattr(built, name), rtol=1e-9, atol=1e-9, err_msg=name)
    np.testing.assert_array_equal(starts_of(drawn, None), starts_of(built, None))
    assert list(drawn.columns) == list(built.columns)
    for name, column in drawn.columns.items():
        other = built.columns[name]
        if isinstance(column, NumberColumn):
            assert isinstance(other, NumberColumn)
            np.testing.assert_array_equal(column.values, other.values, err_msg=name)
        else:
            assert not isinstance(other, NumberColumn)
            assert (column.levels, column.codes.tolist()) == (other.levels, other.codes.tolist()), name
    assert (drawn.counts, drawn.drawn_from, drawn.untold) == (built.counts, built.drawn_from, built.untold)
    assert_same(drawn.young, built.young)


def forty_leads() -> list[LeadFact]:
    """Return forty leads from two sources, of which ten bought; each was called once."""
    facts: list[LeadFact] = []
    for number in range(40):
        name, at = f"old-{number:02d}", START + number * HOUR
        ending = stage(name, "won" if number % 4 == 0 else "lost", at + 5 * DAY)
        came_by = source(name, at, source="vk" if number % 3 else "forum")
        facts += [lead(name, at, area=float(number)), came_by, call(name, at + HOUR), ending]
    return facts


@pytest.fixture(scope="module")
def demo_book(demo: Demo) -> ReplayBook:
    """Give the book of the demo company, which learned at three moments."""
    past = read_past(demo.store, demo.company)
    assert past is not None
    return replay_book(demo.store, demo.company, past.timeline, [NOW - days * DAY for days in reversed(DAYS_AGO)])


@pytest.mark.parametrize("days_ago", DAYS_AGO)
def test_the_set_of_a_moment_is_the_one_that_would_have_been_built_then(
    demo: Demo, demo_book: ReplayBook, days_ago: int
) -> None:
    moment = NOW - days_ago * DAY
    built = training_set(demo.store, demo.company, cut_off=moment) if days_ago else demo.trained.data
    assert built.leads >= 30
    assert_same(demo_book.training_set(moment), built)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(facts_of_leads("x"), st.integers(30, 250), st.sampled_from([30, None]))
def test_however_a_lead_was_told_and_corrected_the_set_is_the_same(
    told: list[LeadFact], days: int, horizon: int | None
) -> None:
    moment, company = NOON + days * DAY, plain_company(horizon=horizon)
    facts = [*forty_leads(), *told]
    built = training_set(memory_store(facts), company, cut_off=moment)
    assert_same(book_of(facts, [moment, NOON + 300 * DAY], company).training_set(moment), built)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(["won", "lost", "meeting"]), st.integers(0, 50), st.booleans()), max_size=30))
def test_of_leads_that_no_call_tells_of_the_set_holds_those_that_a_training_would_have_held_then(
    alone: list[tuple[str, int, bool]],
) -> None:
    facts = forty_leads()
    for number, (ending, days, tried) in enumerate(alone):
        name, at = f"alone-{number}", START + days * DAY
        facts += [lead(name, at), stage(name, ending, at + 2 * DAY)]
        facts += [call(name, at + HOUR, "no_answer")] if tried else []
    moments = [START + days * DAY for days in (35, 45, 60, 120)]
    book = book_of(facts, moments)
    for moment in moments:
        assert_same(book.training_set(moment), training_set(memory_store(facts), COMPANY, cut_off=moment))


def test_a_lead_whose_own_time_was_corrected_stands_in_each_set_as_it_was_believed_then() -> None:
    at, corrected = START + 10 * DAY, START + 60 * DAY
    told: list[LeadFact] = [
        lead("x", at),
        call("x", at + HOUR),
        Lead(LeadId("x"), at - 8 * DAY, corrected, {"area": 5.0}),
    ]
    facts = [*forty_leads(), *told]
    before, after = corrected - DAY, corrected + DAY
    book = book_of(facts, [before, after, after + 100 * DAY])
    for moment in (before, after):
        assert_same(book.training_set(moment), training_set(memory_store(facts), COMPANY, cut_off=moment))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(later_facts("old-07"), max_size=4), st.lists(facts_of_leads("new"), max_size=1), st.integers(32, 120))
def test_facts_that_were_known_after_a_moment_change_nothing_of_its_set(
    more: list[LeadFact], new: list[list[LeadFact]], days: int
) -> None:
    moment = START + days * DAY
    later = [fact for fact in [*more, *(fact for facts in new for fact in facts)] if fact.known_at > moment]
    end = START + 500 * DAY
    without = book_of(forty_leads(), [moment, end]).training_set(moment)
    assert_same(book_of([*forty_leads(), *later], [moment, end]).training_set(moment), without)


def test_an_arrival_is_the_row_of_its_own_moment_with_the_outcome_that_is_known_at_the_end() -> None:
    came = START + 50 * DAY
    facts = [*forty_leads(), lead("x", came, area=7.0), call("x", came + HOUR, area=9.0), stage("x", "won", came + DAY)]
    book = book_of(facts, [came, came + 100 * DAY])
    mine = book.arrivals(came, came + DAY)
    assert (len(mine), mine.outcome.tolist(), mine.called.tolist()) == (1, [1.0], [False])
    area = mine.columns["area"]
    assert isinstance(area, NumberColumn)
    assert area.values.tolist() == [7.0]
    assert len(book.arrivals(START, START + DAY)) == 24
    assert len(book.arrivals(came + DAY, came + 2 * DAY)) == 0


def test_an_open_lead_is_no_arrival_to_judge_by_even_where_it_bought_already() -> None:
    came = START + 50 * DAY
    facts = [*forty_leads(), lead("x", came), call("x", came + HOUR), stage("x", "won", came + DAY), lead("y", came)]
    book = book_of(facts, [came, came + 20 * DAY])
    assert len(book.arrivals(came, came + DAY)) == 0
    kinds = book.kinds(came, came + DAY)
    assert (kinds["open"], kinds["never_called"], kinds["bought"], kinds["did_not_buy"]) == (1, 1, 0, 0)


def buyers_of_seventy_days() -> list[LeadFact]:
    """Return leads of seventy days, ten a day, of which a third buys five days later; the rest stay open."""
    facts: list[LeadFact] = []
    for number in range(700):
        name, at = f"L{number:03d}", START + number * DAY / 10
        facts += [lead(name, at, area=float(number % 7)), source(name, at, source="vk" if number % 2 else "forum")]
        facts.append(call(name, at + HOUR))
        if number % 3 == 0:
            facts.append(stage(name, "won", at + 5 * DAY))
    return facts


def test_at_each_moment_the_window_teaches_that_a_training_would_have_found_then() -> None:
    company, facts = plain_company(horizon=90), buyers_of_seventy_days()
    moments = [START + days * DAY for days in (40, 70, 100, 200)]
    book, store = book_of(facts, moments, company), memory_store(facts)
    windows = []
    for moment in moments:
        drawn, built = book.training_set(moment), training_set(store, company, cut_off=moment)
        assert_same(drawn, built)
        assert (drawn.window, drawn.own_window) == (built.window, built.own_window)
        windows.append(drawn.window)
    assert windows == [22, 45, 90, 90]


def test_outcomes_are_read_by_the_companys_own_window_whatever_window_taught() -> None:
    facts, came = buyers_of_seventy_days(), START + 69 * DAY + HOUR
    late: list[LeadFact] = [lead("late", came), call("late", came + HOUR), stage("late", "won", came + 80 * DAY)]
    book = book_of([*facts, *late], [START + 69 * DAY, START + 200 * DAY], plain_company(horizon=90))
    assert book.training_set(START + 69 * DAY).window == 45
    assert book.arrivals(came, came + HOUR).outcome.tolist() == [1.0]
