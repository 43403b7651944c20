"""The level follows the market: a jump within days, noise not, and never what was not known yet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from models.delay import DelayCurve
from models.level import FIRST_VARIANCE, STEPS, Level, unmoved
from models.level_filter import Seen, after
from models.outcomes_so_far import DAY, OutcomesSoFar, followed

Floats = npt.NDArray[np.float64]
BUYERS_TAKE = DelayCurve(np.array([1.0, 3.0, 10.0, 30.0]), np.array([0.2, 0.5, 0.8, 1.0]))


def a_market(rates: Floats, seed: int, *, promised: float = 0.2, curve: DelayCurve | None = None) -> OutcomesSoFar:
    """Return leads, an hour apart, that buy at these rates though ``promised`` was expected of each."""
    rng = np.random.default_rng(seed)
    created = np.arange(len(rates), dtype=np.float64) * 3600.0
    bought = rng.random(len(rates)) < rates
    if curve is None:
        known: Floats = created + 1.0
    else:
        delays = np.concatenate([[0.0], curve.days])
        known = created + DAY * np.interp(rng.random(len(rates)), np.concatenate([[0.0], curve.shares]), delays)
    told = np.full(len(rates), np.nan) if curve else known
    return OutcomesSoFar(
        np.full(len(rates), logit(promised)), created, np.where(bought, known, np.nan), told, curve
    )  # fmt: skip


def at_the_end(market: OutcomesSoFar, days: float | None = None) -> Level:
    end = float(market.created.max()) + 10 if days is None else days * DAY
    return followed(market, unmoved(float(logit(0.2))), -1.0, end)


@pytest.mark.parametrize("seed", range(8))
def test_where_nothing_changes_the_level_stays(seed: int) -> None:
    level = at_the_end(a_market(np.full(3_000, 0.2), seed))
    assert abs(expit(logit(0.2) + level.shift) - 0.2) < 0.025


@pytest.mark.parametrize("seed", range(8))
def test_a_jump_is_followed_within_days(seed: int) -> None:
    rates = np.concatenate([np.full(2_000, 0.2), np.full(170, 0.45)])  # seven days of 24 leads
    assert expit(logit(0.2) + at_the_end(a_market(rates, seed)).shift) > 0.3


@pytest.mark.parametrize("seed", range(4))
def test_a_jump_shows_itself_long_before_the_window_of_its_leads_closes(seed: int) -> None:
    rates = np.concatenate([np.full(2_400, 0.2), np.full(24 * 12, 0.5)])
    market = a_market(rates, seed, curve=BUYERS_TAKE)
    before, after = at_the_end(market, 100), at_the_end(market, 112)
    assert abs(before.shift) < 0.25
    assert after.shift > before.shift + 0.4


@pytest.mark.parametrize("seed", range(4))
def test_leads_that_had_no_time_to_buy_yet_lower_nothing(seed: int) -> None:
    market = a_market(np.full(2_400, 0.2), seed, curve=BUYERS_TAKE)
    young = at_the_end(market, 4)  # 96 leads of four days at most: a fifth is promised, a tenth is seen
    bought = market.bought_by(4 * DAY)[:96].sum()
    assert bought < 0.15 * 96
    assert abs(young.shift) < 0.2


def test_leads_of_a_channel_whose_buyers_take_weeks_lower_nothing_while_they_wait() -> None:
    """A fair brought the latest four days' leads; an average lead buys by then in half of the cases, none of these does."""
    steady = a_market(np.full(2_400, 0.2), 1, curve=BUYERS_TAKE)
    fair = np.arange(2_400) >= 2_304
    market = replace(
        steady,
        bought_at=np.where(fair, np.nan, steady.bought_at),
        curve=replace(BUYERS_TAKE, window=30.0, longer={"fair": 8.0}),
    )
    as_all, by_channel = (at_the_end(replace(market, longer=one), 100) for one in (1.0, np.where(fair, 8.0, 1.0)))
    without = at_the_end(market.of(np.flatnonzero(~fair)), 100)
    assert by_channel.believed[0] == pytest.approx(without.believed[0], abs=0.02)
    assert as_all.believed[0] < without.believed[0] - 0.05


def test_some_of_the_leads_keep_how_long_their_buyers_take() -> None:
    market = replace(
        a_market(np.full(3, 0.2), 0, curve=replace(BUYERS_TAKE, window=30.0)), longer=np.array([1.0, 3.0, 0.5])
    )
    share = market.share_seen(5 * DAY)
    assert market.of(np.array([2, 1])).share_seen(5 * DAY).tolist() == share[[2, 1]].tolist()


def test_a_level_sees_nothing_that_was_not_known_by_then() -> None:
    market = a_market(np.full(500, 0.3), 0, curve=BUYERS_TAKE)
    moment = 10 * DAY
    as_known = OutcomesSoFar(
        market.log_odds, market.created, np.where(market.bought_at <= moment, market.bought_at, np.nan),
        market.settled_at, market.curve,
    )  # fmt: skip
    assert followed(market, unmoved(-2.0), -1.0, moment) == followed(as_known, unmoved(-2.0), -1.0, moment)


def test_waves_of_sales_move_no_level_as_long_as_each_weeks_leads_end_as_promised() -> None:
    rng = np.random.default_rng(5)
    created = np.arange(2_000, dtype=np.float64) * 3600.0
    bought = rng.random(2_000) < 0.2
    month_end = np.ceil((created + 1) / (30 * DAY)) * 30 * DAY
    told = np.where(bought, month_end, month_end + DAY)  # all sales of a month on its last day, all losses a day later
    sold = np.where(bought, told, np.nan)
    market = OutcomesSoFar(np.full(2_000, logit(0.2)), created, sold, told, None, 32.0)
    shifts = [at_the_end(market, day).shift for day in range(60, 84)]
    assert max(map(abs, shifts)) < 0.25


def test_leads_closed_soon_are_told_of_only_once_most_like_them_are_closed() -> None:
    lost_at_once = OutcomesSoFar(np.zeros(50), np.zeros(50), np.full(50, np.nan), np.full(50, 3600.0), None, 20.0)
    assert not len(lost_at_once.between(-1.0, 19 * DAY))
    assert len(lost_at_once.between(-1.0, 21 * DAY)) == 50


@given(st.lists(st.tuples(st.floats(-6, 6), st.floats(0, 1), st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_whatever_is_seen_the_level_stays_a_number_with_a_variance(
    leads: list[tuple[float, float, float, bool]],
) -> None:
    log_odds, one, other, bought = (np.array(column) for column in zip(*leads, strict=True))
    was, now = np.minimum(one, other) * 0.999, np.maximum(one, other)
    level = after(unmoved(-2.0), Seen(log_odds, was, np.maximum(now, was + 1e-6), bought))
    assert np.isfinite([level.shift, level.strength, level.variance, *level.beliefs]).all()
    assert level.variance > 0
    assert level.strength > 0
    assert abs(level.shift) <= abs(level.believed[0])


def test_what_was_saved_is_what_was_believed_and_what_is_no_level_is_refused() -> None:
    level = at_the_end(a_market(np.full(300, 0.4), 1))
    assert Level.from_json(level.to_json()) == level
    with pytest.raises(ValueError, match="as many"):
        Level.from_json({**level.to_json(), "beliefs": [0.0] * (len(STEPS) - 1)})


def test_a_level_that_never_moves_is_the_exact_posterior_of_shift_and_strength() -> None:
    """A level that takes no steps is a normal prior and a logistic likelihood: its mode is found here on a grid."""
    rng = np.random.default_rng(3)
    log_odds, bought = rng.normal(-1, 1, 200), rng.random(200) < 0.5
    level = after(unmoved(-1.0), Seen(log_odds, np.zeros(200), np.ones(200), bought))

    def best(around: tuple[float, float], ends: float, places: int) -> tuple[float, float]:
        shift, strength = np.meshgrid(*(middle + np.linspace(-ends, ends, places) for middle in around), indexing="ij")
        z = log_odds[:, None] + shift.ravel() + (log_odds[:, None] + 1.0) * strength.ravel()
        prior = (shift**2 + strength**2).ravel() / (2 * FIRST_VARIANCE)
        place = ((bought[:, None] * z - np.logaddexp(0, z)).sum(axis=0) - prior).argmax()
        return float(shift.ravel()[place]), float(strength.ravel()[place])

    # The posterior has one top only: it lies beside the best place of a wide grid, whose steps are of 0.001.
    mode = best(best((0.0, 0.0), 0.05, 101), 0.001, 41)
    assert level.means[0] == pytest.approx(mode, abs=6e-5)


@pytest.mark.parametrize("truth", [0.5, 1.5])
def test_a_model_that_tells_leads_too_far_apart_or_too_little_is_put_right(truth: float) -> None:
    rng = np.random.default_rng(9)
    said = rng.normal(-1.5, 1.2, 4_000)
    bought = rng.random(4_000) < expit(-1.5 + truth * (said + 1.5))
    created = np.arange(4_000.0) * 3600
    market = OutcomesSoFar(said, created, np.where(bought, created + 1, np.nan), created + 1, None)
    level = followed(market, unmoved(-1.5), -1.0, 1e9)
    assert level.strength == pytest.approx(truth, abs=0.15)
    assert abs(level.shift) < 0.15
    assert level.moved(0.0) == pytest.approx(-1.5 + level.shift + level.strength * 1.5)


def waves_told_late(seed: int, lag: int = 300) -> tuple[OutcomesSoFar, Floats]:
    """Return leads of a market with waves of 25 days, each told half a wave late, and their true rates."""
    rates = 0.6 + 0.2 * np.sin(2 * np.pi * np.arange(3_000) / 600)
    market = a_market(rates, seed, promised=0.6)
    late = np.where(np.isfinite(market.bought_at), market.created + lag * 3600.0, np.nan)
    return OutcomesSoFar(market.log_odds, market.created, late, market.created + lag * 3600.0, None, lag / 24), rates


@pytest.mark.parametrize("seed", range(3))
def test_waves_that_are_over_when_they_are_told_of_are_not_taken_for_the_market_of_those_who_come_then(
    seed: int,
) -> None:
    market, rates = waves_told_late(seed)
    start, lost = float(logit(0.6)), []
    for day in range(60, 125, 5):
        p = expit(start + followed(market, unmoved(start), -1.0, day * DAY).shift)
        truth = rates[day * 24 : (day + 5) * 24]
        lost.append((truth * np.log(0.6 / p) + (1 - truth) * np.log(0.4 / (1 - p))).mean())
    assert np.mean(lost) < 0.04  # nats a lead; followed as if what is told now were now, it is twice to ten times that


@pytest.mark.parametrize("seed", range(3))
def test_where_following_never_paid_the_level_stays(seed: int) -> None:
    """What was believed of each wave came when the next, opposite one was there: it foretold worse than to stay."""
    market, _ = waves_told_late(seed)
    levels = [followed(market, unmoved(float(logit(0.6))), -1.0, day * DAY) for day in range(60, 125, 5)]
    assert max(abs(one.believed[0]) for one in levels) > 0.2
    assert max(abs(one.shift) for one in levels) < 0.02
    assert max(abs(one.strength - 1.0) for one in levels) < 0.02


@pytest.mark.parametrize("seed", range(4))
def test_a_market_that_jumps_for_good_is_followed_though_following_never_paid_before(seed: int) -> None:
    waves, _ = waves_told_late(seed)
    stayed = followed(waves, unmoved(float(logit(0.6))), -1.0, 124 * DAY)
    jump = a_market(np.full(500, 0.2), seed, promised=0.6)
    assert stayed.gain < -10
    assert expit(stayed.centre + followed(jump, stayed, -1.0, 1e9).shift) < 0.3


def test_a_level_that_was_saved_before_gains_were_counted_is_taken_for_one_whose_following_paid() -> None:
    level = at_the_end(a_market(np.full(300, 0.4), 1))
    before = {name: one for name, one in level.to_json().items() if name != "gain"}
    assert Level.from_json(before).shift == pytest.approx(level.believed[0])


def nats_lost(shift: Floats, strength: float, seed: int) -> float:
    """Return what is lost in all, against the true chances, by what is served while the market moves by ``shift``.

    The model tells leads 1 / ``strength`` times as far apart as they are. Each 25 leads are served at what those before taught.
    """
    rng = np.random.default_rng(seed)
    said = rng.normal(-1.5, 1.0, len(shift))
    truth = expit(-1.5 + shift + strength * (said + 1.5))
    bought = rng.random(len(shift)) < truth
    level, lost = unmoved(-1.5), 0.0
    for begin in range(0, len(shift), 25):
        some = slice(begin, begin + 25)
        p = expit(level.centre + level.shift + level.strength * (said[some] - level.centre))
        own = truth[some]
        lost += float((own * np.log(own / p) + (1 - own) * np.log((1 - own) / (1 - p))).sum())
        level = after(level, Seen(said[some], np.zeros(25), np.ones(25), bought[some]))
    return lost


def test_a_market_that_moved_is_followed_as_far_as_its_leads_press() -> None:
    """It jumps by one in log-odds, and the model tells leads too far apart: unfollowed that costs 180 nats.

    What is believed costs 23 to 24; with half of its variance over its size taken off for luck, as it was, 27.
    """
    jump = np.where(np.arange(4_000) > 2_400, 1.0, 0.0)
    assert np.mean([nats_lost(jump, 0.6, seed) for seed in range(8)]) < 25.5


def test_to_follow_a_market_that_does_not_move_costs_next_to_nothing() -> None:
    """Some 0.6 nats in four thousand leads; were following believed to pay from the start it would be 1.5."""
    assert np.mean([nats_lost(np.zeros(4_000), 1.0, seed) for seed in range(8)]) < 0.9


def test_once_following_has_paid_what_is_believed_is_served_whole() -> None:
    told = at_the_end(a_market(np.full(600, 0.45), 2))
    assert told.gain > 20
    assert told.shift == pytest.approx(told.believed[0], rel=1e-6)
    assert unmoved(-1.0).paid == 0.5  # nothing is known yet of whether it pays
