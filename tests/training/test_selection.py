"""Worked leads weigh for those that nobody worked; what nobody looked at is said."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.facts.database import writing
from features.facts.values import LeadFact, LeadId
from models.card import NotLookedAt
from models.hand_out_log import DRAWN_FOR, HandOut, remember_hand_out
from tests.support.facts import NOON, call, lead, stage
from tests.training.small_sets import DAY, START, levels, memory_store, numbers, plain_company
from training.columns import LevelColumn
from training.dataset import TrainingSet, training_set
from training.selection import (
    FEWEST_DRAWS,
    FEWEST_LEADS,
    LEAST_WEIGHT,
    MOST_WEIGHT,
    Arrivals,
    DrawnChance,
    effective_leads,
    not_looked_at,
    weights_against_selection,
)

COMPANY = plain_company(horizon=30)
HOUR = timedelta(hours=1)
CUT_OFF = START + 150 * DAY


def arrivals(owners: int, tenants: int, stands_for: float = 1.0) -> Arrivals:
    """Return leads of two kinds, well mixed in time."""
    rng = np.random.default_rng(owners)
    kinds = rng.permutation(["owner"] * owners + ["tenant"] * tenants).tolist()
    return Arrivals(
        {"who": levels(*kinds)}, np.arange(len(kinds), dtype=np.float64) * 3600, np.full(len(kinds), stands_for)
    )


def weight_of(made: np.ndarray[tuple[int], np.dtype[np.float64]], worked: Arrivals, kind: str) -> float:
    column = worked.columns["who"]
    assert isinstance(column, LevelColumn)
    mine = made[column.codes == column.levels.index(kind)]
    assert mine.max() == mine.min()
    return float(mine[0])


def weighed(
    worked: Arrivals, passed_over: Arrivals, floor: float = 0.0
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    made = weights_against_selection(worked, passed_over, np.full(len(worked), floor))
    assert made is not None
    return made


def test_a_kind_that_was_worked_a_quarter_as_often_weighs_four_times_as_much() -> None:
    worked, passed_over = arrivals(800, 200), arrivals(200, 800)
    made = weighed(worked, passed_over)
    assert weight_of(made, worked, "tenant") / weight_of(made, worked, "owner") == pytest.approx(4.0, rel=0.05)
    assert made.mean() == pytest.approx(1.0)


def test_a_drawn_lead_stands_for_those_that_were_not_drawn() -> None:
    worked = arrivals(800, 200)
    all_of_them, a_tenth = weighed(worked, arrivals(200, 800)), weighed(worked, arrivals(20, 80, stands_for=10.0))
    assert all_of_them == pytest.approx(a_tenth, rel=0.15)


def test_no_weight_is_more_than_five_times_or_less_than_a_fifth_of_what_it_would_be() -> None:
    worked = arrivals(1_990, 10)
    made = weighed(worked, arrivals(10, 1_990))
    assert made.max() / made.min() <= MOST_WEIGHT / LEAST_WEIGHT
    assert weight_of(made, worked, "tenant") / weight_of(made, worked, "owner") > 5


def test_leads_that_were_worked_whatever_they_were_weigh_alike() -> None:
    made = weighed(arrivals(500, 500), arrivals(250, 250))
    assert made == pytest.approx(np.ones(1_000), abs=0.02)


def test_a_chance_that_the_draw_gave_is_never_taken_to_be_smaller() -> None:
    worked, passed_over = arrivals(950, 50), arrivals(50, 950)
    plain, drawn = weighed(worked, passed_over), weighed(worked, passed_over, floor=0.25)
    ratio = [weight_of(made, worked, "tenant") / weight_of(made, worked, "owner") for made in (plain, drawn)]
    assert ratio[0] == pytest.approx(MOST_WEIGHT / (0.5 / 0.95), rel=0.01)
    assert ratio[1] == pytest.approx(0.95 / 0.25, rel=0.05)


def test_with_few_that_were_passed_over_nothing_is_weighed() -> None:
    few = arrivals(0, FEWEST_LEADS - 1)
    assert weights_against_selection(arrivals(500, 500), few, np.zeros(1_000)) is None


def test_where_nearly_all_were_worked_nothing_is_weighed() -> None:
    worked = arrivals(1_000, 1_000)
    assert weights_against_selection(worked, arrivals(0, 105), np.zeros(2_000)) is None
    assert weights_against_selection(worked, arrivals(0, 106), np.zeros(2_000)) is not None


def test_with_nothing_known_at_arrival_nothing_is_weighed() -> None:
    blank = Arrivals({"area": numbers(*[1.0] * 100)}, np.arange(100.0), np.ones(100))
    assert weights_against_selection(blank, blank, np.zeros(100)) is None


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30))
def test_leads_tell_as_much_as_at_most_so_many_and_as_all_where_they_weigh_alike(weights: list[float]) -> None:
    weight = np.array(weights)
    assert 1.0 - 1e-9 <= effective_leads(weight) <= len(weights) + 1e-9
    assert effective_leads(np.full(len(weights), weights[0])) == pytest.approx(len(weights))


def test_a_kind_of_which_none_was_worked_was_not_looked_at() -> None:
    many = Arrivals({"who": levels(*["student"] * 40, *["owner"] * 50, None)}, np.zeros(91), np.full(91, 2.0))
    few = Arrivals({"who": levels(*["student"] * 10)}, np.zeros(10), np.ones(10))
    worked = [arrivals(5, 0).columns, arrivals(0, 5).columns]
    assert not_looked_at(worked, many) == (NotLookedAt("who", "student", 80),)
    assert not_looked_at(worked, few) == ()
    assert not_looked_at([{}], many) == (NotLookedAt("who", "owner", 100), NotLookedAt("who", "student", 80))


def test_of_a_channel_that_nobody_called_its_campaigns_are_not_told_again() -> None:
    channel = levels(*["avito"] * 80, *["vk"] * 70)
    campaign = levels(*["spring"] * 40, *["summer"] * 40, *["spring"] * 35, *["autumn"] * 35)
    passed = Arrivals({"channel": channel, "campaign": campaign, "ad": channel}, np.zeros(150), np.ones(150))
    worked = {"channel": levels("vk"), "campaign": levels("spring"), "ad": levels("vk")}
    assert not_looked_at([worked], passed) == (
        NotLookedAt("channel", "avito", 80),
        NotLookedAt("campaign", "autumn", 35),
    )


def hand_outs(count: int, drawn_from: int = 10) -> list[HandOut]:
    """Return so many leads drawn, one an hour from noon on, each out of ``drawn_from``."""
    return [
        HandOut(LeadId(f"L{n}"), NOON + n * HOUR, NOON, 1, 50, drawn_from, "at_random", 0.005) for n in range(count)
    ]


def test_a_lead_has_the_chance_of_all_draws_that_it_took_part_in_times_that_of_being_reached() -> None:
    drawn = DrawnChance(hand_outs(200), {f"L{n}" for n in range(0, 200, 2)})
    hours = DRAWN_FOR / HOUR
    whole = 0.5 * (1 - np.exp(-(hours + 1) / 10))
    before, first, last = NOON - DRAWN_FOR - HOUR, NOON, NOON + 199 * HOUR
    found = drawn.of(np.array([one.timestamp() for one in (before, first, last)]))
    assert found == pytest.approx([0.0, whole, 0.5 * (1 - np.exp(-0.1))])


def test_few_draws_or_places_by_worth_give_no_chance() -> None:
    by_worth = [HandOut(LeadId("7"), NOON, NOON, 1, 5, 5, "by_worth", 0.9)] * 50
    for told in ([], by_worth, hand_outs(FEWEST_DRAWS - 1)):
        assert DrawnChance(told, {"7", "L1"}).of(np.array([NOON.timestamp()])).tolist() == [0.0]


def neglected(worked_tenants: int = 20) -> list[LeadFact]:
    """Return owners and tenants by turns: every second owner was called, of the tenants the first few; tenants buy more."""
    facts: list[LeadFact] = []
    for n in range(400):
        name, at = f"L{n:03d}", START + timedelta(hours=5 * n)
        owner = n % 2 == 0
        facts.append(lead(name, at, owner="yes" if owner else "no", area=float(n % 7)))
        if (owner and n % 4 == 0) or (not owner and n < 400 and n % 20 == 1 and n // 20 < worked_tenants):
            facts.append(call(name, at + HOUR))
            bought = n % 8 == 0 if owner else n % 40 == 1
            facts.append(stage(name, "won" if bought else "lost", at + 3 * DAY))
    return facts


def taught(facts: list[LeadFact], calls: bool = True) -> TrainingSet:
    return training_set(memory_store(facts), plain_company(horizon=30, calls=calls), cut_off=CUT_OFF)


def weight_by_owner(data: TrainingSet) -> tuple[float, float]:
    """Return the mean weight at arrival of owners and of others."""
    owner = data.columns["owner"]
    assert isinstance(owner, LevelColumn)
    yes = owner.codes == owner.levels.index("yes")
    return float(data.weight[yes & data.at_arrival].mean()), float(data.weight[~yes & data.at_arrival].mean())


def test_the_few_that_were_worked_of_a_neglected_kind_weigh_more_in_the_set() -> None:
    data = taught(neglected())
    owners, others = weight_by_owner(data)
    assert others / owners == pytest.approx(5.0, rel=0.3)  # half of the owners were worked, a tenth of the others
    assert data.weight.sum() == pytest.approx(data.leads)
    assert data.selection is not None
    assert data.selection.effective_leads is not None
    assert 40 < data.selection.effective_leads < data.leads
    assert data.selection.not_looked_at == ()


def test_a_kind_that_is_called_only_lately_stands_for_those_of_it_that_nobody_called_before() -> None:
    facts: list[LeadFact] = []
    for n in range(600):
        name, owner, is_late = f"L{n:03d}", n % 2 == 0, n >= 480
        at = START + timedelta(hours=6 * n)
        facts.append(lead(name, at, owner="yes" if owner else "no"))
        if (owner and n % 4 == 0) or (not owner and is_late and n % 4 == 1):
            facts += [call(name, at + HOUR), stage(name, "won" if n % 16 == 0 else "meeting", at + 3 * DAY)]
    data = taught(facts)
    young = data.young
    assert young is not None
    owners, others = weight_by_owner(young)
    # Of the owners every second was worked, of the others one in ten.
    assert others / owners == pytest.approx(MOST_WEIGHT, rel=0.3)
    assert young.weight.sum() == pytest.approx(young.leads)


def test_where_every_lead_counts_as_worked_weights_stay_as_they_are() -> None:
    data = taught(neglected(), calls=False)
    assert data.selection is None
    assert weight_by_owner(data)[0] == pytest.approx(weight_by_owner(data)[1], rel=0.02)


def test_a_kind_that_nobody_called_is_named() -> None:
    data = taught(neglected(worked_tenants=0))
    assert data.selection is not None
    assert NotLookedAt("owner", "no", 200) in data.selection.not_looked_at


def test_a_lead_that_came_just_now_was_not_passed_over() -> None:
    fresh: list[LeadFact] = [lead(f"N{n}", CUT_OFF - HOUR, owner="maybe") for n in range(100)]
    before, after = taught(neglected()), taught([*neglected(), *fresh])
    assert before.weight.tolist() == after.weight.tolist()
    assert after.selection is not None
    assert after.selection.not_looked_at == ()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(100, 140))
def test_calls_and_draws_after_the_cut_off_change_no_weight(days: int) -> None:
    cut_off = START + days * DAY
    facts = neglected()
    later = [call(fact.lead_id, cut_off + HOUR) for fact in facts if fact.at < cut_off][:50]
    known = memory_store([fact for fact in facts if fact.known_at <= cut_off])
    everything = memory_store([*facts, *later])
    for n in range(30):
        with writing(everything.engine) as connection:
            one = HandOut(LeadId(f"L{n:03d}"), cut_off + HOUR, START, 1, 50, 2, "at_random", 0.05)
            remember_hand_out(connection, one)
    before, after = (training_set(store, COMPANY, cut_off=cut_off) for store in (known, everything))
    assert before.weight.tolist() == after.weight.tolist()
    assert before.selection == after.selection
