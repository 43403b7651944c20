"""The latest leads are followed where that was worth it on the leads after them, and left alone where not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import expit

from models.calibration import level_for
from models.purchase_model import FieldCells
from training.cells import Rows
from training.recent_change import HALF_LIVES, NOT_FOLLOWING, Following, change, chosen_following, followed_by
from training.scorecard import fit_scorecard

Floats = npt.NDArray[np.float64]
ROLE = FieldCells("role", levels=("owner", "tenant"))


def market(seed: int, count: int = 6000, *, turn: float = 0.85, now: float = -1.5) -> tuple[Rows, Floats]:
    """Return leads in order of time, and their ages: until ``turn`` owners bought more, then ``now`` is added to them."""
    rng = np.random.default_rng(seed)
    role = rng.integers(0, 2, count)
    passed = np.arange(count) / count
    z = -1.0 + np.where(role == 0, 0.8, -0.8) + now * (role == 0) * (passed > turn)
    outcome = (rng.random(count) < 1 / (1 + np.exp(-z))).astype(float)
    rows = Rows({"role": ROLE}, {"role": role}, outcome, np.ones(count), np.full(count, -1.0))
    return rows, 1 - passed - 1 / count


def taught(rows: Rows) -> Floats:
    return np.where(rows.where["role"] == 0, 0.8, -0.8)


@pytest.mark.parametrize("half_life", HALF_LIVES)
def test_a_change_is_found(half_life: float) -> None:
    rows, age = market(0)
    found = change(rows, age, taught(rows), half_life, {}).singles["role"]
    assert found[0] - found[1] == pytest.approx(-1.5, abs=0.6)


def test_the_later_the_leads_the_more_of_a_late_change_is_found() -> None:
    rows, age = market(0, turn=0.97)
    late, later = (change(rows, age, taught(rows), half_life, {}).singles["role"] for half_life in HALF_LIVES)
    assert later[0] - later[1] < late[0] - late[1] < 0


@pytest.mark.parametrize("half_life", HALF_LIVES)
def test_where_nothing_changed_nothing_is_found(half_life: float) -> None:
    rows, age = market(1, now=0.0)
    assert np.abs(change(rows, age, taught(rows), half_life, {}).singles["role"]).max() < 0.15


def test_a_change_leaves_the_level_alone() -> None:
    rows, age = market(2)
    found = change(rows, age, taught(rows), HALF_LIVES[0], {})
    assert found.intercept == 0.0
    recency = 2.0 ** (-age / HALF_LIVES[0])
    assert float(recency @ found.at(rows.where)) == pytest.approx(0.0, abs=1e-3 * recency.sum())


def test_a_change_that_lasts_is_followed() -> None:
    following = chosen_following(*market(3), {}, telling=())
    assert following.half_life in HALF_LIVES
    assert 0.3 < following.share <= 2.0


@pytest.mark.parametrize("seed", range(4))
def test_a_market_that_stays_is_not_followed_far(seed: int) -> None:
    following = chosen_following(*market(seed, now=0.0), {}, telling=())
    assert following.share < 0.5


def test_without_a_sale_among_the_latest_nothing_is_followed() -> None:
    rows, age = market(4)
    silent = Rows(rows.cells, rows.where, np.where(age < 0.1, 0.0, rows.outcome), rows.weight, rows.start)
    assert chosen_following(silent, age, {}, telling=()) == NOT_FOLLOWING


def periods_apart(seed: int, *, count: int = 6000, periods: int = 20) -> tuple[Rows, Floats, Floats]:
    """Return leads of six campaigns that are worth something else in every period, their ages, and their true log-odds."""
    rng = np.random.default_rng(seed)
    campaign, period = rng.integers(0, 6, count), np.arange(count) * periods // count
    z = -1.0 + rng.normal(0, 1.5, (periods, 6))[period, campaign]
    outcome = (rng.random(count) < 1 / (1 + np.exp(-z))).astype(float)
    cells = FieldCells("campaign", levels=tuple(map(str, range(6))))
    rows = Rows({"campaign": cells}, {"campaign": campaign}, outcome, np.ones(count), np.full(count, -1.0))
    return rows, 1 - np.arange(1, count + 1) / count, z


def lost(rows: Rows, said: Floats, truth: Floats) -> float:
    """Return by how many nats a lead what was said lies off the truth, at the level of these leads, as a level follows."""
    p = expit(truth)
    z = rows.start + said
    z = z + level_for(z, p, np.ones(len(p)))
    return float(np.mean(np.logaddexp(0.0, z) - p * z - np.logaddexp(0.0, truth) + p * truth))


def test_a_market_that_turns_again_and_again_is_followed_by_what_is_trained_often() -> None:
    """In the next tenth of all leads other things hold, in the next hundredth the same: so it is asked about those."""
    ways, found = [], []
    for seed in range(4):
        rows, age, truth = periods_apart(seed)
        known, next_ = np.flatnonzero(age >= 0.01), np.flatnonzero(age < 0.01)
        fit_on, older = rows.of(known), (age[known] - 0.01) / 0.99
        card = fit_scorecard(fit_on).tables
        both = [chosen_following(fit_on, older, {}, telling=(), ahead=one) for one in (None, 0.01)]
        said = [followed_by(card, fit_on, older, one, {}).at(rows.of(next_).where) for one in both]
        found.append([lost(rows.of(next_), one, truth[next_]) for one in said])
        ways.append(both)
    seldom_lost, often_lost = np.mean(found, axis=0)
    assert often_lost < 0.7 * seldom_lost
    assert not any(seldom.anew for seldom, _ in ways)
    assert sum(often.anew for _, often in ways) >= 2  # what was taught is of periods that are over


@pytest.mark.parametrize("seed", range(4))
def test_a_market_that_stays_is_not_learned_anew_however_often_somebody_trains(seed: int) -> None:
    following = chosen_following(*market(seed, now=0.0), {}, telling=(), ahead=0.015)
    assert following.share < 0.5


def test_learned_anew_in_full_nothing_is_left_of_what_all_leads_taught() -> None:
    rows, age = market(5)
    card = fit_scorecard(rows).tables
    anew = followed_by(card, rows, age, Following(HALF_LIVES[0], 1.0, anew=True), {})
    alone = change(rows, age, np.zeros(len(rows)), HALF_LIVES[0], {})
    assert anew.singles["role"] == pytest.approx(alone.singles["role"])
    half = followed_by(card, rows, age, Following(HALF_LIVES[0], 0.5, anew=True), {})
    assert half.singles["role"] == pytest.approx((card.singles["role"] + alone.singles["role"]) / 2)
