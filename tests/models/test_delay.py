"""How long buyers take is seen through young leads too, and what is left of a lead's chance is what the arithmetic says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.delay import FEWEST_SALES, DelayCurve, delay_curve

Floats = npt.NDArray[np.float64]
WINDOW, MEAN = 60.0, 15.0


def truth(age: Floats) -> Floats:
    """Return the share that has bought by an age, of those who buy within the window: exponential delays, cut off."""
    share: Floats = (1 - np.exp(-age / MEAN)) / (1 - np.exp(-WINDOW / MEAN))
    return share


def sales(count: int, oldest: float, seed: int = 0) -> tuple[Floats, Floats]:
    """Return delay and age of the sales that are seen of leads from 0 to ``oldest`` days old."""
    rng = np.random.default_rng(seed)
    age, delay = rng.uniform(0, oldest, count), rng.exponential(MEAN, count)
    seen = delay <= np.minimum(age, WINDOW)
    return delay[seen], age[seen]


@pytest.mark.parametrize("oldest", [400.0, 90.0, 65.0])
def test_the_curve_is_the_truth_though_young_leads_show_their_quick_sales_only(oldest: float) -> None:
    curve = delay_curve(*sales(60_000, oldest), WINDOW)
    assert curve is not None
    at = np.array([1.0, 5.0, 10.0, 20.0, 40.0])
    assert curve.bought_by(at) == pytest.approx(truth(at), abs=0.03)


def test_counting_the_sales_seen_would_call_buyers_quicker_than_they_are() -> None:
    delay, _ = sales(60_000, 65.0)
    assert float(np.mean(delay <= 10)) > float(truth(np.array([10.0]))[0]) + 0.08


def test_it_is_the_product_limit_worked_out_by_hand() -> None:
    # Delays 1, 2, 2, 5 of old leads, and 1 of a lead of 3 days: of the sales by day 5 that a lead could have shown by then
    # (4: not the young one's) one was on day 5, so 3/4 had come before; of those by day 2 (4) two were on day 2: 3/4 * 2/4.
    delay, age = np.array([1.0, 2.0, 2.0, 5.0, 1.0]), np.array([90.0, 90.0, 90.0, 90.0, 3.0])
    curve = delay_curve(np.tile(delay, 5), np.tile(age, 5), WINDOW)
    assert curve is not None
    assert curve.days.tolist() == [1.0, 2.0, 5.0]
    assert curve.shares.tolist() == [0.375, 0.75, 1.0]


def test_sales_outside_the_window_teach_nothing() -> None:
    delay, age = sales(5_000, 400.0)
    late = delay_curve(np.concatenate([delay, np.full(500, 80.0)]), np.concatenate([age, np.full(500, 400.0)]), WINDOW)
    plain = delay_curve(delay, age, WINDOW)
    assert late is not None
    assert plain is not None
    assert late.shares.tolist() == plain.shares.tolist()


def test_with_too_few_sales_nobody_can_say() -> None:
    few = np.linspace(1, 30, FEWEST_SALES - 1)
    assert delay_curve(few, np.full(len(few), 90.0), WINDOW) is None


@given(st.floats(0.01, 0.99), st.floats(0, 60), st.floats(0, 60))
def test_what_is_left_is_bayes_and_falls_with_age(probability: float, asked: float, age: float) -> None:
    curve = DelayCurve(np.arange(1.0, 61.0), truth(np.arange(1.0, 61.0)))
    p, when, now = np.array([probability]), np.array([min(asked, age)]), np.array([age])
    left = float(curve.chance_left(p, when, now)[0])
    bought_before, bought_by = float(curve.bought_by(when)[0]), float(curve.bought_by(now)[0])
    later = probability * (1 - bought_by) / max(1 - bought_before, 1e-9)
    assert left == pytest.approx(later / (later + 1 - probability), abs=1e-9)
    assert 0 <= left <= probability + 1e-12


def test_a_lead_just_asked_for_has_its_whole_chance_and_one_past_its_window_none() -> None:
    curve = DelayCurve(np.array([10.0, 60.0]), np.array([0.5, 1.0]))
    p, zero = np.array([0.3]), np.zeros(1)
    assert curve.chance_left(p, zero, zero).tolist() == [0.3]
    assert curve.chance_left(p, zero, np.array([60.0])).tolist() == [0.0]


def test_a_lead_of_a_slow_channel_stands_where_an_average_one_stood_long_before() -> None:
    curve = DelayCurve(np.arange(1.0, 61.0), truth(np.arange(1.0, 61.0)), WINDOW, {"fair": 3.0, "partner": 0.5})
    age = np.array([3.0, 12.0, 30.0])
    fair = curve.longer_of(["fair"] * 3)
    assert curve.bought_by(age, fair) == pytest.approx(curve.bought_by(age / 3) / curve.bought_by(np.array([20.0])))
    assert curve.bought_by(age, curve.longer_of(["partner"] * 3)) == pytest.approx(curve.bought_by(age * 2))
    assert curve.bought_by(age, curve.longer_of(["never seen"] * 3)).tolist() == curve.bought_by(age).tolist()
    for channel in ("fair", "partner", "never seen"):
        assert curve.bought_by(np.array([WINDOW]), curve.longer_of([channel])).tolist() == [1.0]


def test_after_the_same_wait_a_lead_of_a_slow_channel_still_has_more_of_its_chance() -> None:
    curve = DelayCurve(np.arange(1.0, 61.0), truth(np.arange(1.0, 61.0)), WINDOW, {"fair": 3.0, "partner": 0.5})
    p, zero, ten = np.full(3, 0.3), np.zeros(3), np.full(3, 10.0)
    partner, average, fair = curve.chance_left(p, zero, ten, curve.longer_of(["partner", "vk", "fair"]))
    assert partner < average < fair < 0.3


def test_what_was_saved_is_the_same_curve_and_what_was_saved_before_channels_differed_still_is_one() -> None:
    by_channel = DelayCurve(np.array([10.0, 90.0]), np.array([0.5, 1.0]), WINDOW, {"fair": 3.0})
    assert DelayCurve.from_json(by_channel.to_json()).to_json() == by_channel.to_json()
    before = {"days": [10.0, 60.0], "shares": [0.5, 1.0]}
    assert DelayCurve.from_json(before).to_json() == before
    assert DelayCurve.from_json(before).longer_of(["fair"]).tolist() == [1.0]


@pytest.mark.parametrize(
    "said", [{"longer": {"fair": 0.0}}, {"longer": {"fair": float("nan")}}, {"longer": 3}, {"window": 0.0}]
)
def test_stretches_that_are_none_are_refused(said: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        DelayCurve.from_json({"days": [10.0, 60.0], "shares": [0.5, 1.0], **said})


def test_who_was_spoken_to_late_begins_then_and_has_less_of_the_window_left() -> None:
    curve = DelayCurve(np.array([5.0, 20.0, 60.0]), np.array([0.5, 0.9, 1.0]), WINDOW)
    late = 50.0
    assert curve.bought_by(np.array([49.0, 55.0, 60.0, 90.0]), waited=late).tolist() == [0.0, 0.5, 0.5, 0.5]
    p, zero = np.array([0.3]), np.zeros(1)
    assert curve.chance_left(p, zero, zero, waited=late) == pytest.approx([0.15])  # half of the buyers are too late
    assert curve.chance_left(p, zero, np.array([56.0]), waited=late).tolist() == [0.0]
    assert curve.chance_left(p, zero, np.array([56.0])) < curve.chance_left(p, zero, np.array([6.0]))
    assert DelayCurve.from_json(curve.to_json()).bought_by(np.array([90.0]), waited=late).tolist() == [0.5]


@given(st.floats(0.01, 0.99), st.floats(0, 50), st.floats(0, 70))
def test_who_was_not_seen_to_buy_has_the_chance_that_is_left_of_what_would_have_been_seen(
    chance: float, asked_after: float, more: float
) -> None:
    curve = delay_curve(*sales(2_000, 400.0), WINDOW)
    assert curve is not None
    p, then, now = np.array([chance]), np.array([asked_after]), np.array([asked_after + more])
    shown = curve.shown(then, now)  # Bayes: of p * shown nothing is left, p * (1 - shown) still buys.
    assert curve.chance_left(p, then, now) == pytest.approx(p * (1 - shown) / (1 - p * shown), abs=1e-9)
    assert curve.shown(then, then).tolist() == [0.0]
    assert curve.shown(then, np.array([80.0])).tolist() == [1.0]
