"""A candidate starts from the rules' rates, adds what held on later leads, and is right in level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.facts.company import Abc, GradeRates
from features.log_odds import log_odds
from models.abc_rules import RuleGrade
from models.calibration import NATS_BY_CHANCE
from tests.training.small_sets import levels, numbers, seen_so_far, set_of
from training.choices import RULES_ALONE, Choices, chosen
from training.columns import Column
from training.dataset import TrainingSet
from training.grade_rates import grade_rates
from training.recent_change import NOT_FOLLOWING, Following
from training.recipe import fitted

TREES = Choices((0.4, 0.3, 0.2), (60, 20))
RULES = Abc(rates=GradeRates(A=0.30, B=0.12, C=0.03, non_target=0.002, ungraded=0.06))


def leads(seed: int, effect: float, count: int = 3000) -> TrainingSet:
    """Return leads of which a fifth buys, more of them where the area is large."""
    rng = np.random.default_rng(seed)
    area, noise = rng.normal(size=count), rng.normal(size=count)
    outcome = (rng.random(count) < 1 / (1 + np.exp(1.4 - effect * np.sign(area)))).astype(float)
    columns: dict[str, Column] = {"area": numbers(*area), "noise": numbers(*noise)}
    return set_of(columns, outcome, created_day=np.linspace(0, 300, count))


def test_each_grades_rate_is_its_leads_shrunk_to_the_guess_by_twenty_leads() -> None:
    # 60 leads of grade A, 30 of which bought: (30 + 20 * 0.30) / (60 + 20) = 0.45. Nobody has a B: the guess.
    outcome = np.array([1.0, 0.0] * 30 + [0.0] * 40)
    rates = grade_rates(set_of({}, outcome, grade=[*["A"] * 60, *["C"] * 40]), RULES)  # type: ignore[list-item]
    assert rates["A"] == pytest.approx(0.45)
    assert rates["B"] == pytest.approx(0.12)
    assert rates["C"] == pytest.approx(20 * 0.03 / 60)


def test_a_leads_many_rows_count_by_their_weight() -> None:
    outcome = np.array([1.0] * 10 + [0.0] * 10)
    data = set_of({}, outcome, weight=np.array([0.2] * 10 + [1.8] * 10), grade=["A"] * 20)
    assert grade_rates(data, RULES)["A"] == pytest.approx((2 + 6) / (20 + 20))


def test_tables_are_chosen_where_something_predicts() -> None:
    choices = chosen(leads(0, 0.8), RULES)
    assert min(choices.rounds) >= 1
    assert 0.7 < sum(choices.weights) <= 1.3
    assert choices.gain > 20


def test_tables_are_left_out_or_nearly_so_where_nothing_predicts() -> None:
    said = [chosen(leads(seed, 0.0, 1500), RULES) for seed in range(8)]
    weights = [sum(one.weights) for one in said]
    assert sorted(weights)[4] == 0.0
    assert float(np.mean(weights)) < 0.4


def test_where_too_few_sales_could_choose_by_later_leads_nothing_is_made_of_noise() -> None:
    outcome = np.zeros(200)
    outcome[:40:4] = 1.0
    noise = np.random.default_rng(0).normal(size=200)
    assert chosen(set_of({"area": numbers(*noise)}, outcome), RULES) == RULES_ALONE


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(20, 150))
def test_what_no_evidence_speaks_for_is_answered_with_the_rate_that_was_seen(seed: int, count: int) -> None:
    data = leads(seed, 0.0, count)
    choices = chosen(data, Abc())
    if choices.gain <= NATS_BY_CHANCE:
        assert choices == RULES_ALONE
        told = fitted(data, Abc(), choices).probability(data)
        assert told == pytest.approx((data.sales + 0.5) / (data.leads + 1), abs=0.01)
    else:
        assert 0 < choices.weights[0] < 1


def test_chance_alone_makes_a_scorecard_of_few_leads_in_hardly_a_case() -> None:
    assert sum(chosen(leads(seed, 0.0, 120), Abc()).has_tables for seed in range(100)) <= 3


def test_a_hundred_leads_make_a_scorecard_where_they_say_something() -> None:
    choices = chosen(leads(0, 2.0, 100), RULES)
    assert choices.rounds == (0, 0)
    assert 0.5 < choices.weights[0] < 1
    assert choices.weights[1:] == (0.0, 0.0)


def test_where_the_company_said_nothing_its_own_leads_take_over_one_for_one() -> None:
    silent = Abc()
    ten, twenty = np.array([1.0] * 4 + [0.0] * 6), np.array([1.0] * 8 + [0.0] * 12)
    # Ten leads: the default guess of 0.06 still counts for ten, half of Jeffreys' half a sale and half a loss is there.
    assert grade_rates(set_of({}, ten), silent)["ungraded"] == pytest.approx((4 + 0.6 + 0.25) / (10 + 10 + 0.5))
    assert grade_rates(set_of({}, twenty), silent)["ungraded"] == pytest.approx(8.5 / 21)
    assert grade_rates(set_of({}, ten), silent)["A"] == pytest.approx(silent.rates.A)


def test_a_lead_that_hardly_counts_does_not_lift_its_grade() -> None:
    outcome = np.array([1.0] * 15 + [0.0] * 286)
    weight = np.array([1.0] * 300 + [0.1])
    grades: list[RuleGrade] = [*["ungraded"] * 300, "C"]  # type: ignore[list-item]
    rates = grade_rates(set_of({}, outcome, weight=weight, grade=grades), Abc())
    assert rates["C"] == pytest.approx(0.03, abs=0.002)


def test_a_row_between_the_calls_tells_no_grades_rate() -> None:
    data = set_of({}, np.array([1.0] * 30 + [0.0] * 70), grade=["A"] * 100)
    data.at_arrival[:] = False
    data.called[:] = True
    data.at_call[:50] = True
    assert grade_rates(data, RULES)["A"] == pytest.approx(
        (60 + 20 * 0.30) / 120
    )  # 30 of the 50 after a call, of 100 leads


def test_without_tables_a_candidate_is_the_rules_at_the_rates_that_were_seen() -> None:
    data = leads(0, 0.8, 400)
    candidate = fitted(data, RULES, RULES_ALONE)
    assert candidate.starts["ungraded"] == pytest.approx(log_odds(grade_rates(data, RULES)["ungraded"]))
    assert candidate.probability(data) == pytest.approx(grade_rates(data, RULES)["ungraded"])


def test_the_mean_probability_is_the_rate_that_was_seen_with_the_guess_among_it() -> None:
    data = leads(0, 0.8)
    candidate = fitted(data, RULES, TREES)
    start = 1 / (1 + np.exp(-candidate_start(data)))
    seen = (float(data.outcome.sum()) + 20 * start) / (len(data) + 20)
    assert float(candidate.probability(data).mean()) == pytest.approx(seen, abs=1e-6)


def test_where_the_company_guessed_nothing_half_a_sale_is_among_it() -> None:
    data = leads(0, 0.8)
    seen = (float(data.outcome.sum()) + 0.5) / (len(data) + 1)
    assert float(fitted(data, Abc(), TREES).probability(data).mean()) == pytest.approx(seen, abs=1e-6)


def candidate_start(data: TrainingSet) -> float:
    """Return the log-odds of the ungraded leads' rate, as the rules alone have it."""
    rate = grade_rates(data, RULES)["ungraded"]
    return float(np.log(rate / (1 - rate)))


def test_the_weights_scale_what_the_rungs_add() -> None:
    data = leads(0, 0.8)
    whole, half = (fitted(data, RULES, Choices((weight, 0.0, 0.0), (60, 20))) for weight in (1.0, 0.5))
    assert np.ptp(half.log_odds(data)) == pytest.approx(np.ptp(whole.log_odds(data)) / 2, abs=0.03)


@pytest.mark.parametrize("place", range(3))
def test_every_rung_finds_it_alone(place: int) -> None:
    data = leads(0, 0.8)
    weights = [0.0, 0.0, 0.0]
    weights[place] = 1.0
    candidate = fitted(data, RULES, Choices((weights[0], weights[1], weights[2]), (150, 80)))
    large = getattr(data.columns["area"], "values", np.zeros(0)) > 0
    gap = candidate.log_odds(data)[large].mean() - candidate.log_odds(data)[~large].mean()
    assert gap == pytest.approx(1.6, abs=0.4)


def test_a_candidate_finds_who_buys_among_leads_it_never_saw() -> None:
    data, later = leads(0, 0.8), leads(1, 0.8)
    candidate = fitted(data, RULES, chosen(data, RULES))
    probability = candidate.probability(later)
    area = later.columns["area"]
    large = getattr(area, "values", np.zeros(0)) > 0
    # The truth: 1 / (1 + exp(1.4 - 0.8)) = 0.354 for large, 1 / (1 + exp(1.4 + 0.8)) = 0.0998 for small.
    assert float(probability[large].mean()) == pytest.approx(0.354, abs=0.05)
    assert float(probability[~large].mean()) == pytest.approx(0.0998, abs=0.05)


def test_what_later_rows_teach_about_the_level_does_not_stop_what_ranks_well() -> None:
    rng = np.random.default_rng(0)
    area = rng.normal(size=4000)
    rising = np.linspace(-1.0, 1.0, 4000)
    outcome = (rng.random(4000) < 1 / (1 + np.exp(1.8 - 0.9 * np.sign(area) - rising))).astype(float)
    assert sum(chosen(set_of({"area": numbers(*area)}, outcome), RULES).weights) > 0.5


def test_the_level_follows_the_latest_leads_where_it_jumped_and_not_where_it_did_not() -> None:
    rng = np.random.default_rng(0)
    area = rng.normal(size=4000)
    for risen, expected in ((0.0, 0.2), (2.0, 0.65)):
        z = -1.4 + 0.8 * np.sign(area) + risen * (np.arange(4000) > 3800)
        outcome = (rng.random(4000) < 1 / (1 + np.exp(-z))).astype(float)
        data = set_of({"area": numbers(*area)}, outcome)
        latest = fitted(data, RULES, TREES).probability(data)[3800:]
        assert float(latest.mean()) == pytest.approx(expected, abs=0.06)


def test_a_field_that_tells_the_time_is_no_table() -> None:
    rng = np.random.default_rng(0)
    month = np.arange(3000) // 250
    area = rng.normal(size=3000)
    outcome = (rng.random(3000) < 1 / (1 + np.exp(1.4 - 0.8 * np.sign(area) - 0.2 * (month % 3)))).astype(float)
    data = set_of({"area": numbers(*area), "month": numbers(*month)}, outcome)
    assert set(fitted(data, RULES, TREES).tables.cells) == {"area"}


def test_what_the_latest_leads_changed_is_followed_as_far_as_was_chosen() -> None:
    rng = np.random.default_rng(0)
    area = rng.normal(size=4000)
    turned = np.where(np.arange(4000) > 3600, -1.0, 1.0)
    outcome = (rng.random(4000) < 1 / (1 + np.exp(1.4 - 0.9 * turned * np.sign(area)))).astype(float)
    data = set_of({"area": numbers(*area)}, outcome)
    large = area[3600:] > 0
    gaps = []
    for following in (NOT_FOLLOWING, Following(1 / 16, 0.5), Following(1 / 16, 1.0)):
        said = fitted(data, RULES, Choices((0.5, 0.5, 0.0), (60, 20), following)).log_odds(data)[3600:]
        gaps.append(said[large].mean() - said[~large].mean())
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0


def test_young_leads_teach_what_share_of_them_still_buys() -> None:
    """Half of the leads are young; of those who buy, half do so within ten days: the level must be that of the old ones."""
    rng = np.random.default_rng(0)
    area = rng.normal(size=6000)
    age = np.linspace(120, 0, 6000)
    buys = rng.random(6000) < 1 / (1 + np.exp(1.4 - 0.8 * np.sign(area)))
    after = np.where(buys, rng.exponential(12, 6000) % 60, np.nan)
    outcome = (buys & (after <= age)).astype(float)
    data = replace(
        set_of({"area": numbers(*area)}, outcome, created_day=120 - age),
        age=age, bought_after=np.where(outcome > 0, after, np.nan),
    )  # fmt: skip
    settled = data.of(np.flatnonzero(age > 60))
    young = data.of(np.flatnonzero(age <= 60))
    said = fitted(replace(settled, young=young), RULES, TREES, window=60)
    assert float(said.probability(young).mean()) == pytest.approx(float(buys[age <= 60].mean()), rel=0.06)
    assert float(young.outcome.mean()) < 0.9 * float(buys[age <= 60].mean())  # calling them lost would be wrong


def test_young_leads_judge_too_by_what_was_seen_of_them_so_far() -> None:
    borne_out, not_borne_out = seen_so_far(0.4, 0.4), seen_so_far(0.4, 0.0)
    settled_alone = chosen(replace(borne_out, young=None), RULES, window=60)
    assert chosen(borne_out, RULES, window=60).gain > settled_alone.gain + 5
    assert sum(chosen(not_borne_out, RULES, window=60).weights) < 0.8 * sum(settled_alone.weights)


def test_young_leads_do_not_judge_where_no_window_says_what_can_be_seen_of_them() -> None:
    data = seen_so_far(0.4, 0.0)
    assert chosen(data, RULES) == chosen(replace(data, young=None), RULES)


def test_young_leads_of_which_hardly_any_was_seen_to_buy_judge_nothing() -> None:
    data = seen_so_far(0.4, 0.0)
    assert data.young is not None
    few = replace(data, young=data.young.of(np.arange(len(data.young) - 60, len(data.young))))
    assert chosen(few, RULES, window=60) == chosen(replace(data, young=None), RULES, window=60)


def test_young_leads_that_were_called_weeks_late_are_not_taken_for_lost() -> None:
    """Leads of the region were left lying for three weeks; they buy as often as the others, counted from their call."""
    rng = np.random.default_rng(4)
    age = np.linspace(200, 0, 8000)
    region = (rng.random(8000) < 0.3) & (age <= 60)  # of older leads nobody called any from there
    waited = np.where(region, 21.0, 0.2)
    buys = rng.random(8000) < 0.25
    after = waited + 6 * np.exp(0.8 * rng.normal(size=8000))
    outcome = (buys & (after <= np.minimum(age, 60))).astype(float)
    place = np.where(region, "region", "city").tolist()
    data = replace(
        set_of({"place": levels(*place)}, outcome, created_day=200 - age),
        age=age, waited=waited, bought_after=np.where(outcome > 0, after, np.nan),
    )  # fmt: skip
    called = np.flatnonzero(age >= waited)
    settled = data.of(called[age[called] > 60])
    young = data.of(called[age[called] <= 60])
    p = fitted(replace(settled, young=young), RULES, TREES, window=60).probability(young)
    of_region = region[called[age[called] <= 60]]
    assert float(p[of_region].mean()) == pytest.approx(0.25, rel=0.12)
    assert float(p[~of_region].mean()) == pytest.approx(0.25, rel=0.06)


def test_young_leads_of_a_channel_whose_buyers_take_long_are_not_taken_for_lost() -> None:
    """A fair's leads buy as often as a partner's and take six times as long; most of them came lately."""
    rng = np.random.default_rng(2)
    age = np.linspace(200, 0, 8000)
    fair = rng.random(8000) < np.where(age > 60, 0.3, 0.7)
    buys = rng.random(8000) < 0.25
    after = np.where(fair, 6.0, 1.0) * 3 * np.exp(0.8 * rng.normal(size=8000))
    outcome = (buys & (after <= np.minimum(age, 60))).astype(float)
    in_time = buys & (after <= 60)
    channel = np.where(fair, "fair", "partner").tolist()
    data = replace(
        set_of({"channel": levels(*channel)}, outcome, created_day=200 - age, channel=channel),
        age=age, bought_after=np.where(outcome > 0, after, np.nan),
    )  # fmt: skip
    settled, young = data.of(np.flatnonzero(age > 60)), data.of(np.flatnonzero(age <= 60))
    p = fitted(replace(settled, young=young), RULES, TREES, window=60).probability(young)
    of_fairs = fair[age <= 60]
    for those in (of_fairs, ~of_fairs):
        assert float(p[those].mean()) == pytest.approx(float(in_time[age <= 60][those].mean()), rel=0.06)
