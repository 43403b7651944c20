"""A candidate starts from the rules' rates, adds what held on later leads, and is right in level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.facts.company import Abc
from features.log_odds import log_odds
from tests.training.small_sets import GUESSED, buyers_by_area, levels, numbers, set_of
from training.choices import RULES_ALONE, Choices, chosen
from training.dataset import TrainingSet
from training.grade_rates import grade_rates
from training.recent_change import NOT_FOLLOWING, Following
from training.recipe import fitted

TREES = Choices((0.4, 0.3, 0.2), (60, 20))


def test_without_tables_a_candidate_is_the_rules_at_the_rates_that_were_seen() -> None:
    data = buyers_by_area(0, 0.8, 400)
    candidate = fitted(data, GUESSED, RULES_ALONE)
    assert candidate.starts["ungraded"] == pytest.approx(log_odds(grade_rates(data, GUESSED)["ungraded"]))
    assert candidate.probability(data) == pytest.approx(grade_rates(data, GUESSED)["ungraded"])


def test_the_mean_probability_is_the_rate_that_was_seen_with_the_guess_among_it() -> None:
    data = buyers_by_area(0, 0.8)
    candidate = fitted(data, GUESSED, TREES)
    start = 1 / (1 + np.exp(-candidate_start(data)))
    seen = (float(data.outcome.sum()) + 20 * start) / (len(data) + 20)
    assert float(candidate.probability(data).mean()) == pytest.approx(seen, abs=1e-6)


def test_where_the_company_guessed_nothing_half_a_sale_is_among_it() -> None:
    data = buyers_by_area(0, 0.8)
    seen = (float(data.outcome.sum()) + 0.5) / (len(data) + 1)
    assert float(fitted(data, Abc(), TREES).probability(data).mean()) == pytest.approx(seen, abs=1e-6)


def candidate_start(data: TrainingSet) -> float:
    """Return the log-odds of the ungraded leads' rate, as the rules alone have it."""
    rate = grade_rates(data, GUESSED)["ungraded"]
    return float(np.log(rate / (1 - rate)))


def test_the_weights_scale_what_the_rungs_add() -> None:
    data = buyers_by_area(0, 0.8)
    whole, half = (fitted(data, GUESSED, Choices((weight, 0.0, 0.0), (60, 20))) for weight in (1.0, 0.5))
    assert np.ptp(half.log_odds(data)) == pytest.approx(np.ptp(whole.log_odds(data)) / 2, abs=0.03)


@pytest.mark.parametrize("place", range(3))
def test_every_rung_finds_it_alone(place: int) -> None:
    data = buyers_by_area(0, 0.8)
    weights = [0.0, 0.0, 0.0]
    weights[place] = 1.0
    candidate = fitted(data, GUESSED, Choices((weights[0], weights[1], weights[2]), (150, 80)))
    large = getattr(data.columns["area"], "values", np.zeros(0)) > 0
    gap = candidate.log_odds(data)[large].mean() - candidate.log_odds(data)[~large].mean()
    assert gap == pytest.approx(1.6, abs=0.4)


def test_a_candidate_finds_who_buys_among_leads_it_never_saw() -> None:
    data, later = buyers_by_area(0, 0.8), buyers_by_area(1, 0.8)
    candidate = fitted(data, GUESSED, chosen(data, GUESSED))
    probability = candidate.probability(later)
    area = later.columns["area"]
    large = getattr(area, "values", np.zeros(0)) > 0
    # The truth: 1 / (1 + exp(1.4 - 0.8)) = 0.354 for large, 1 / (1 + exp(1.4 + 0.8)) = 0.0998 for small.
    assert float(probability[large].mean()) == pytest.approx(0.354, abs=0.05)
    assert float(probability[~large].mean()) == pytest.approx(0.0998, abs=0.05)


def test_the_level_follows_the_latest_leads_where_it_jumped_and_not_where_it_did_not() -> None:
    rng = np.random.default_rng(0)
    area = rng.normal(size=4000)
    for risen, expected in ((0.0, 0.2), (2.0, 0.65)):
        z = -1.4 + 0.8 * np.sign(area) + risen * (np.arange(4000) > 3800)
        outcome = (rng.random(4000) < 1 / (1 + np.exp(-z))).astype(float)
        data = set_of({"area": numbers(*area)}, outcome)
        latest = fitted(data, GUESSED, TREES).probability(data)[3800:]
        assert float(latest.mean()) == pytest.approx(expected, abs=0.06)


def test_a_field_that_tells_the_time_is_no_table() -> None:
    rng = np.random.default_rng(0)
    month = np.arange(3000) // 250
    area = rng.normal(size=3000)
    outcome = (rng.random(3000) < 1 / (1 + np.exp(1.4 - 0.8 * np.sign(area) - 0.2 * (month % 3)))).astype(float)
    data = set_of({"area": numbers(*area), "month": numbers(*month)}, outcome)
    assert set(fitted(data, GUESSED, TREES).tables.cells) == {"area"}


def test_what_the_latest_leads_changed_is_followed_as_far_as_was_chosen() -> None:
    rng = np.random.default_rng(0)
    area = rng.normal(size=4000)
    turned = np.where(np.arange(4000) > 3600, -1.0, 1.0)
    outcome = (rng.random(4000) < 1 / (1 + np.exp(1.4 - 0.9 * turned * np.sign(area)))).astype(float)
    data = set_of({"area": numbers(*area)}, outcome)
    large = area[3600:] > 0
    gaps = []
    for following in (NOT_FOLLOWING, Following(1 / 16, 0.5), Following(1 / 16, 1.0)):
        said = fitted(data, GUESSED, Choices((0.5, 0.5, 0.0), (60, 20), following)).log_odds(data)[3600:]
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
    said = fitted(replace(settled, young=young), GUESSED, TREES, window=60)
    assert float(said.probability(young).mean()) == pytest.approx(float(buys[age <= 60].mean()), rel=0.06)
    assert float(young.outcome.mean()) < 0.9 * float(buys[age <= 60].mean())  # calling them lost would be wrong


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
    p = fitted(replace(settled, young=young), GUESSED, TREES, window=60).probability(young)
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
    p = fitted(replace(settled, young=young), GUESSED, TREES, window=60).probability(young)
    of_fairs = fair[age <= 60]
    for those in (of_fairs, ~of_fairs):
        assert float(p[those].mean()) == pytest.approx(float(in_time[age <= 60][those].mean()), rel=0.06)
