"""What is learned from: worked leads by age, at moments before their outcome was known, and nothing known later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from features.errors import NothingToLearn
from features.facts.company import Company
from features.facts.identity import digest_of, key_of
from features.facts.values import FINAL_KINDS, LeadFact
from features.outcome_window import outcome_as_of
from features.rows.as_of import Gate
from tests.support.facts import NOON, call, facts_of_leads, history, later_facts, lead, source, stage
from tests.training.small_sets import DAY, START, memory_store, plain_company
from training.columns import LevelColumn, NumberColumn
from training.dataset import ARRIVAL_WEIGHT, LATER_WEIGHT, TrainingSet, label_at, row_moments, training_set, with_young

COMPANY = plain_company(horizon=30)
GATE = Gate(COMPANY)
HOUR = timedelta(hours=1)
CUT_OFF = START + 100 * DAY


def forty_leads() -> list[LeadFact]:
    """Return forty settled leads of which ten bought; all were called once."""
    facts: list[LeadFact] = []
    for number in range(40):
        name, at = f"old-{number:02d}", START + number * HOUR
        ending = stage(name, "won" if number % 4 == 0 else "lost", at + 5 * DAY)
        facts += [lead(name, at, area=float(number)), call(name, at + HOUR), ending]
    return facts


def taught(more: Sequence[LeadFact] = (), company: Company = COMPANY, cut_off: datetime = CUT_OFF) -> TrainingSet:
    return training_set(memory_store([*forty_leads(), *more]), company, cut_off=cut_off)


def test_each_settled_lead_is_learned_from_at_arrival_after_its_call_and_at_one_random_age() -> None:
    data = taught()
    assert (data.leads, data.sales) == (40, 10)
    assert int(data.at_arrival.sum()) == 40
    assert 80 <= len(data) <= 120  # a random age after the outcome was known makes no row


@pytest.mark.parametrize("ending", ["won", "lost", "meeting"])
def test_a_young_lead_is_no_label_however_it_ended_and_stands_apart(ending: str) -> None:
    came = CUT_OFF - 20 * DAY
    data = taught([lead("x", came), call("x", came + HOUR), stage("x", ending, came + 8 * DAY)])
    assert (data.leads, data.sales, data.counts["open"]) == (40, 10, 1)
    young = data.young
    assert young is not None
    assert (young.leads, young.sales) == (1, int(ending == "won"))
    assert young.age.tolist() == [20.0] * len(young)
    assert np.isfinite(young.bought_after).all() == (ending == "won")


def test_young_leads_stand_apart_only_where_they_were_worked_and_a_window_is_open() -> None:
    came = CUT_OFF - 20 * DAY
    assert taught([lead("x", came)]).young is None
    assert taught([lead("x", came), call("x", came + HOUR)], plain_company(horizon=None)).young is None


def test_a_row_says_when_it_stands_and_when_its_lead_bought() -> None:
    data = taught([lead("x", START), call("x", START + HOUR), stage("x", "won", START + 9 * DAY)])
    mine = np.flatnonzero(data.bought_after == 9.0)
    assert (data.asked_after[mine] < 9.0).all()
    assert data.asked_after[mine][:2].tolist() == [0.0, pytest.approx(1 / 24)]
    assert data.age[mine].tolist() == [100.0] * len(mine)


def test_settled_and_young_rows_stand_together_under_their_own_leads() -> None:
    came = CUT_OFF - 20 * DAY
    data = taught([lead("x", came, area=7.0), call("x", came + HOUR), stage("x", "won", came + 8 * DAY)])
    assert data.young is not None
    every = with_young(data, data.young)
    assert (every.leads, every.sales, len(every)) == (41, 11, len(data) + len(data.young))
    area = every.columns["area"]
    assert isinstance(area, NumberColumn)
    assert set(area.values[len(data) :]) == {7.0}


@pytest.mark.parametrize(("ending", "sales"), [("won", 11), ("lost", 10), ("meeting", 10)])
def test_an_old_lead_that_was_worked_is_taken_however_it_ended(ending: str, sales: int) -> None:
    data = taught([lead("x", START), call("x", START + HOUR), stage("x", ending, START + 9 * DAY)])
    assert (data.leads, data.sales) == (41, sales)


def test_a_lead_that_nobody_reached_teaches_nothing() -> None:
    data = taught([lead("x", START), lead("y", START), call("y", START + HOUR, "no_answer")])
    assert (data.leads, data.counts["never_called"]) == (40, 2)


def test_three_tries_on_two_days_count_as_work() -> None:
    tries = [call("x", START + hours * HOUR, "no_answer") for hours in (1, 2, 30)]
    data = taught([lead("x", START), *tries])
    assert (data.leads, data.sales) == (41, 10)


def test_where_no_calls_are_recorded_every_old_lead_teaches() -> None:
    data = taught([lead("x", START)], plain_company(horizon=30, calls=False))
    assert data.leads == 41


def test_a_test_lead_counts_nowhere() -> None:
    data = taught([lead("x", START), call("x", START + HOUR), stage("x", "test", START + 2 * HOUR)])
    assert (data.leads, data.counts["ignored"]) == (40, 1)


def test_a_win_after_the_horizon_is_no_sale_of_the_window() -> None:
    data = taught([lead("x", START), call("x", START + HOUR), stage("x", "won", START + 31 * DAY)])
    assert (data.leads, data.sales) == (41, 10)


def test_a_label_that_is_known_after_the_cut_off_is_not_seen() -> None:
    told_late = stage("x", "won", START + 9 * DAY, known_at=CUT_OFF + DAY)
    facts: list[LeadFact] = [lead("x", START), call("x", START + HOUR), told_late]
    assert taught(facts).sales == 10
    assert taught(facts, cut_off=CUT_OFF + DAY).sales == 11


def test_a_label_is_known_once_the_window_has_closed_and_not_when_the_sale_was_made() -> None:
    facts = history(lead("x", START), call("x", START + HOUR), stage("x", "won", START + 2 * DAY))
    closes = START + 30 * DAY
    assert label_at(facts, GATE, closes) is None
    label = label_at(facts, GATE, closes + DAY)
    assert label is not None
    assert label[0] == 1
    assert closes < label[1] <= closes + timedelta(seconds=1)


def test_without_a_horizon_the_final_stage_is_the_label_and_open_leads_teach_nothing() -> None:
    gate = Gate(plain_company(horizon=None))
    won, still_open = stage("x", "won", START + 80 * DAY), stage("x", "meeting", START + 3 * DAY)
    label = label_at(history(lead("x", START), call("x", START + HOUR), won), gate, CUT_OFF)
    assert label == (1, START + 80 * DAY)
    assert label_at(history(lead("x", START), call("x", START + HOUR), still_open), gate, CUT_OFF) is None


@given(facts_of_leads(), st.integers(0, 250))
def test_a_lead_has_a_label_exactly_where_its_outcome_is_settled(facts: list[LeadFact], days: int) -> None:
    moment, told = NOON + days * DAY, history(*facts)
    known = GATE.as_of(told, moment)
    label = label_at(told, GATE, moment)
    assert (label is not None) == (known is not None and outcome_as_of(known).is_settled)
    if label is not None and known is not None:
        assert (label[0] == 1) == (outcome_as_of(known).kind == "bought")
        assert label[1] <= moment


@given(facts_of_leads(), st.integers(30, 250), st.integers(0, 5))
def test_every_row_stands_before_its_outcome_was_known_and_inside_the_window(
    facts: list[LeadFact], days: int, seed: int
) -> None:
    cut_off, told = NOON + days * DAY, history(*facts)
    assume(label_at(told, GATE, cut_off) is not None)
    moments = row_moments(told, GATE, cut_off, seed)
    for moment in moments:
        assert NOON <= moment < min(cut_off, NOON + 30 * DAY)
        then = GATE.as_of(told, moment)
        assert then is not None
        assert FINAL_KINDS.isdisjoint(then.stage_kinds)
        assert not outcome_as_of(then).is_settled


def test_a_row_never_stands_at_the_moment_at_which_the_sale_was_told() -> None:
    told = history(lead("x", START), call("x", START + HOUR), stage("x", "won", START + HOUR))
    assert (
        list(row_moments(told, GATE, CUT_OFF, 0)) == [START] or max(row_moments(told, GATE, CUT_OFF, 0)) < START + HOUR
    )


def test_a_row_never_stands_between_a_sale_and_the_correction_of_its_sum() -> None:
    sold = stage("x", "won", START + 2 * DAY, amount=100.0)
    corrected = replace(sold, known_at=START + 20 * DAY, amount=120.0)
    told = history(lead("x", START), sold, call("x", START + 10 * DAY), corrected)
    assert max(row_moments(told, GATE, CUT_OFF, 0)) < START + 2 * DAY


def test_a_hundred_calls_weigh_less_than_the_arrival() -> None:
    calls = [call("x", START + hours * HOUR, "no_answer") for hours in range(1, 101)]
    weights = row_moments(history(lead("x", START), *calls), GATE, CUT_OFF, 0)
    assert weights[START] == ARRIVAL_WEIGHT
    assert sum(weights.values()) <= ARRIVAL_WEIGHT + LATER_WEIGHT + 1.0
    assert [weights[START + hours * HOUR] for hours in (1, 2, 3)] == [0.5, 0.25, 0.125]


def test_a_lead_called_often_does_not_drown_the_others() -> None:
    calls = [call("x", START + hours * HOUR, "no_answer") for hours in range(1, 101)]
    data = taught([lead("x", START, area=1000.0), *calls])
    area = data.columns["area"]
    assert isinstance(area, NumberColumn)
    mine = data.weight[area.values == 1000.0].sum()
    assert data.weight.sum() == pytest.approx(data.leads)
    assert 0 < mine < 2.5


def test_what_a_row_weighs_does_not_depend_on_how_the_lead_ended() -> None:
    calls = [call("x", START + days * DAY, "no_answer") for days in range(1, 8)]
    won = row_moments(history(lead("x", START), *calls, stage("x", "won", START + 5 * DAY)), GATE, CUT_OFF, 3)
    lost = row_moments(history(lead("x", START), *calls), GATE, CUT_OFF, 3)
    assert set(won) < set(lost)
    assert all(lost[moment] == weight for moment, weight in won.items())


def test_a_row_at_arrival_knows_nothing_of_the_calls_that_came() -> None:
    data = taught()
    made, result = data.columns["calls_made"], data.columns["last_call_result"]
    assert isinstance(made, NumberColumn)
    assert isinstance(result, LevelColumn)
    assert set(made.values[data.at_arrival]) == {0.0}
    assert set(result.codes[data.at_arrival]) == {-1}
    assert set(made.values[data.called]) == {1.0}


def test_rates_in_a_row_are_those_of_leads_that_were_settled_by_the_last_midnight() -> None:
    bought: list[LeadFact] = [
        lead("n", START + 60 * DAY),
        call("n", START + 60 * DAY + HOUR),
        source("n", START + 60 * DAY, source="vk"),
    ]
    vk = [source(f"old-{number:02d}", START, source="vk" if number % 4 == 0 else "forum") for number in range(40)]
    data = taught([*vk, *bought])
    lift = data.columns["channel_lift"]
    assert isinstance(lift, NumberColumn)
    latest = data.created == data.created.max()
    assert (lift.values[latest] > 0.2).all()  # ten of ten leads from VK had bought by then, and were settled
    assert set(lift.values[~latest & data.at_arrival]) == {0.0}  # nothing was settled when the others came


def test_where_no_lead_is_settled_it_says_what_became_of_all() -> None:
    with pytest.raises(NothingToLearn, match=r"No lead is settled.*40 open.*older than 30 days.*the rules serve"):
        training_set(memory_store(forty_leads()), COMPANY, cut_off=START + 20 * DAY)


def test_a_single_settled_lead_is_a_set_already() -> None:
    data = training_set(memory_store(forty_leads()[:3]), COMPANY, cut_off=CUT_OFF)
    assert (data.leads, data.sales) == (1, 1)


def test_facts_after_a_storage_number_are_not_read() -> None:
    store = memory_store(forty_leads())
    number = store.last_number()
    store.append([lead("x", START), call("x", START + HOUR), stage("x", "won", START + DAY)])
    assert training_set(store, COMPANY, cut_off=CUT_OFF, up_to=number).leads == 40
    assert training_set(store, COMPANY, cut_off=CUT_OFF).leads == 41


def test_a_seed_draws_the_same_again_and_another_draws_otherwise() -> None:
    first, again, other = (
        training_set(memory_store(forty_leads()), COMPANY, cut_off=CUT_OFF, seed=seed) for seed in (1, 1, 2)
    )
    assert same(first, again)
    assert not same(first, other)


def test_some_of_the_rows_are_a_set_of_their_own() -> None:
    data = taught()
    part = data.of(np.flatnonzero(data.outcome > 0))
    assert (part.leads, part.sales) == (10, 10)
    assert len(part) == int((data.outcome > 0).sum())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from([f"old-{number:02d}" for number in range(0, 40, 5)] + ["7"]), max_size=6, unique=True).flatmap(
        lambda names: st.tuples(*[st.lists(later_facts(name), max_size=4) for name in names])
    ),
    st.integers(60, 150),
)  # fmt: skip
def test_nothing_known_after_the_cut_off_changes_the_set(told: tuple[list[LeadFact], ...], days: int) -> None:
    cut_off = NOON + days * DAY
    base: list[LeadFact] = [lead("7", NOON), *_moved_to_march(forty_leads())]
    facts = _said_once([*base, *(fact for facts in told for fact in facts)])
    before = training_set(memory_store([f for f in facts if f.known_at <= cut_off]), COMPANY, cut_off=cut_off)
    assert same(training_set(memory_store(facts), COMPANY, cut_off=cut_off), before)


def _said_once(facts: Sequence[LeadFact]) -> list[LeadFact]:
    """Return the facts without those that say again what was said: the store keeps what was told first, known when it was."""
    told: dict[tuple[bytes, bytes], LeadFact] = {}
    for fact in facts:
        told.setdefault((key_of(fact), digest_of(fact)), fact)
    return list(told.values())


def _moved_to_march(facts: Sequence[LeadFact]) -> list[LeadFact]:
    """Return the facts at the time at which ``later_facts`` happen."""
    shift = NOON - START
    return [replace(fact, at=fact.at + shift, known_at=fact.known_at + shift) for fact in facts]


def same(one: TrainingSet, other: TrainingSet) -> bool:
    """Return whether two sets are equal in everything."""
    arrays = ("outcome", "weight", "lead", "created", "known_from", "grade", "channel", "at_arrival", "called")
    if not all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays):
        return False
    for name, column in one.columns.items():
        twin = other.columns[name]
        if isinstance(column, LevelColumn):
            if not isinstance(twin, LevelColumn) or column.levels != twin.levels:
                return False
            if not np.array_equal(column.codes, twin.codes):
                return False
        elif not isinstance(twin, NumberColumn) or not np.array_equal(column.values, twin.values, equal_nan=True):
            return False
    return (one.counts, one.drawn_from) == (other.counts, other.drawn_from)


def closed_without_a_call(won: int, lost: int, left: int, *, tried: bool = False) -> list[LeadFact]:
    """Return old leads that nobody called, or of whom each was tried once: so many won, lost, and left open."""
    facts: list[LeadFact] = []
    for number, ending in enumerate(["won"] * won + ["lost"] * lost + ["meeting"] * left):
        name, at = f"alone-{number:02d}", START + number * HOUR
        facts += [lead(name, at), stage(name, ending, at + 2 * DAY)]
        facts += [call(name, at + HOUR, "no_answer")] if tried else []
    return facts


@pytest.mark.parametrize("tried", [False, True])
@pytest.mark.parametrize(
    ("won", "lost", "left", "taught_of"),
    [
        (10, 0, 90, (40, 10)),  # only sales are told: those who did not buy are not seen
        (10, 40, 50, (40, 10)),
        (10, 80, 10, (130, 20)),  # nearly all are closed, one way or the other
        (0, 0, 90, (40, 10)),
    ],
)
def test_leads_that_no_call_tells_of_teach_where_nearly_all_of_them_were_closed(
    won: int, lost: int, left: int, taught_of: tuple[int, int], tried: bool
) -> None:
    data = taught(closed_without_a_call(won, lost, left, tried=tried))
    assert (data.leads, data.sales) == taught_of
    assert data.counts.get("never_called", 0) == 40 + won + lost + left - data.leads
    told = data.untold.unreached if tried else data.untold.uncalled
    assert (told.closed, told.sold, told.left) == (won + lost, won, left)
    assert len(data.untold.in_words()) == (won > 0 and taught_of == (40, 10))


def test_a_young_lead_that_bought_without_a_call_teaches_no_more_than_an_old_one() -> None:
    came = CUT_OFF - 20 * DAY
    bought: list[LeadFact] = [lead("x", came), stage("x", "won", came + DAY)]
    assert taught([*closed_without_a_call(10, 0, 90), *bought]).young is None
    young = taught([*closed_without_a_call(10, 90, 0), *bought]).young
    assert young is not None
    assert young.sales == 1


def test_where_no_calls_are_recorded_or_there_is_no_window_every_closing_teaches() -> None:
    for company in (plain_company(horizon=30, calls=False), plain_company(horizon=None)):
        data = taught(closed_without_a_call(10, 0, 90), company)
        assert (data.sales, data.untold.in_words()) == (20, ())
