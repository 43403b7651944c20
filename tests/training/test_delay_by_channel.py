"""Buyers of one channel may take longer than those of another: that is found where sales tell it, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.delay import DelayCurve, delay_curve
from training.delay_by_channel import delay_by_channel

Floats = npt.NDArray[np.float64]
WINDOW, TYPICAL, SPREAD = 60.0, 5.0, 0.95
AT = np.array([1.0, 2.0, 5.0, 10.0, 20.0, 40.0])


@dataclass(frozen=True, slots=True)
class Planted:
    """A channel: how many of its sales are seen, how many times longer its buyers take, how old its leads are at most."""

    sales: int
    longer: float = 1.0
    oldest: float = 120.0


def took(channel: Planted, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the delay and the age of the first sales that leads of all ages have shown by now."""
    age = rng.uniform(0, channel.oldest, 60 * channel.sales)
    delay = channel.longer * TYPICAL * np.exp(SPREAD * rng.normal(size=len(age)))
    seen = np.flatnonzero(delay <= np.minimum(age, WINDOW))[: channel.sales]
    assert len(seen) == channel.sales
    return delay[seen], age[seen]


def truth(longer: float) -> Floats:
    """Return the share that has bought by each age of ``AT``, of those who buy within the window."""
    rng = np.random.default_rng(99)
    delay = longer * TYPICAL * np.exp(SPREAD * rng.normal(size=200_000))
    share: Floats = np.array([(delay <= age).sum() for age in AT]) / (delay <= WINDOW).sum()
    return share


def learned(channels: Mapping[str, Planted], seed: int) -> DelayCurve:
    rng = np.random.default_rng(seed)
    delay, age = (np.concatenate(one) for one in zip(*(took(of, rng) for of in channels.values()), strict=True))
    name = np.repeat(np.array(list(channels), dtype=object), [one.sales for one in channels.values()])
    curve = delay_by_channel(delay, age, WINDOW, name)
    assert curve is not None
    return curve


def stretch(curve: DelayCurve, channel: str) -> float:
    return float(np.log(curve.longer.get(channel, 1.0)))


@pytest.mark.parametrize("oldest", [400.0, 120.0, 65.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_channel_that_takes_three_times_as_long_is_found(seed: int, oldest: float) -> None:
    curve = learned({"partner": Planted(200, oldest=oldest), "fair": Planted(200, 3.0, oldest)}, seed)
    # A place among the others tells the logarithm of a stretch to within 0.1 of 200 such sales; the difference of two to 0.14.
    assert stretch(curve, "fair") - stretch(curve, "partner") == pytest.approx(np.log(3), abs=0.36)
    for channel, longer in (("partner", 1.0), ("fair", 3.0)):
        assert curve.bought_by(AT, curve.longer_of([channel])) == pytest.approx(truth(longer), abs=0.13)


def test_over_many_companies_what_is_found_is_neither_too_much_nor_too_little() -> None:
    curves = [learned({"partner": Planted(200), "fair": Planted(200, 3.0)}, seed) for seed in range(30)]
    found = [stretch(one, "fair") - stretch(one, "partner") for one in curves]
    assert np.mean(found) == pytest.approx(np.log(3), abs=0.08)
    assert np.std(found) < 0.2


def test_a_slow_channel_whose_leads_are_all_young_has_shown_its_quick_buyers_only_and_is_known_to_be_slow() -> None:
    rng = np.random.default_rng(1)
    partner, fair = Planted(300, oldest=400.0), Planted(300, 3.0, oldest=20.0)
    naive = np.median(took(fair, rng)[0]) / np.median(took(partner, rng)[0])
    curves = [learned({"partner": partner, "fair": fair}, seed) for seed in range(12)]
    assert naive < 1.6
    assert np.mean([stretch(one, "fair") - stretch(one, "partner") for one in curves]) == pytest.approx(
        np.log(3), abs=0.2
    )


def test_young_leads_make_no_channel_look_quick() -> None:
    curves = [
        learned({"old": Planted(300, oldest=400.0), "new": Planted(300, oldest=20.0)}, seed) for seed in range(12)
    ]
    gaps = [stretch(one, "new") - stretch(one, "old") for one in curves]
    assert abs(np.mean(gaps)) < 0.05


def test_where_channels_do_not_differ_all_take_about_as_long() -> None:
    curves = [learned({f"channel {n}": Planted(60 + 30 * n) for n in range(6)}, seed) for seed in range(20)]
    off = np.array([[abs(stretch(one, f"channel {n}")) for n in range(6)] for one in curves])
    assert off.mean() < 0.05
    assert off.max() < 0.35
    assert np.median(off.max(axis=1)) < 0.05


@pytest.mark.parametrize("longer", [1.0, 3.0])
def test_a_few_sales_say_next_to_nothing(longer: float) -> None:
    channels = {"vk": Planted(300), "search": Planted(300), "mail": Planted(200), "fair": Planted(3, longer)}
    off = [abs(stretch(learned(channels, seed), "fair")) for seed in range(20)]
    assert np.median(off) < 0.02
    assert max(off) < 0.35


def test_the_more_sales_the_more_is_believed() -> None:
    others = {"partner": Planted(200), "vk": Planted(200, 2.0), "search": Planted(200, 0.5)}
    few, some, many = (
        np.mean([stretch(learned({**others, "fair": Planted(sales, 3.0)}, seed), "fair") for seed in range(12)])
        for sales in (3, 12, 200)
    )
    assert 0.1 < few < some < many


def test_a_company_with_one_channel_has_the_curve_of_all_leads() -> None:
    delay, age = took(Planted(200), np.random.default_rng(0))
    found, plain = (
        delay_by_channel(delay, age, WINDOW, np.full(200, "vk", dtype=object)),
        delay_curve(delay, age, WINDOW),
    )
    assert found is not None
    assert plain is not None
    assert found.to_json() == plain.to_json()


def test_where_nothing_tells_channels_apart_the_curve_is_that_of_all_leads() -> None:
    delay, age = took(Planted(100), np.random.default_rng(0))
    twice = np.tile(delay, 2), np.tile(age, 2)
    channel = np.repeat(np.array(["vk", "fair"], dtype=object), 100)
    found, plain = delay_by_channel(*twice, WINDOW, channel), delay_curve(*twice, WINDOW)
    assert found is not None
    assert plain is not None
    assert found.to_json() == plain.to_json()


def test_with_too_few_sales_nobody_can_say() -> None:
    days = np.linspace(1, 30, 19)
    assert delay_by_channel(days, np.full(19, 90.0), WINDOW, np.array(["vk", "fair"] * 10, dtype=object)[:19]) is None


def test_hours_or_days_the_channels_differ_as_much() -> None:
    rng = np.random.default_rng(2)
    delay, age = (
        np.concatenate(one) for one in zip(took(Planted(150), rng), took(Planted(150, 3.0), rng), strict=True)
    )
    channel = np.repeat(np.array(["partner", "fair"], dtype=object), 150)
    days, hours = (delay_by_channel(delay * n, age * n, WINDOW * n, channel) for n in (1.0, 24.0))
    assert days is not None
    assert hours is not None
    assert hours.longer == pytest.approx(days.longer)


def test_channels_between_which_no_delay_is_shared_are_still_put_side_by_side() -> None:
    quick, slow = np.linspace(0.01, 0.1, 100), np.linspace(20, 55, 100)
    channel = np.repeat(np.array(["partner", "fair"], dtype=object), 100)
    curve = delay_by_channel(np.concatenate([quick, slow]), np.full(200, 400.0), WINDOW, channel)
    assert curve is not None
    at = np.array([0.1, 10.0])
    assert curve.bought_by(at, curve.longer_of(["partner"])).min() > 0.9
    assert curve.bought_by(at, curve.longer_of(["fair"])).max() < 0.1


sale = st.tuples(st.floats(0, 60), st.floats(0, 400), st.sampled_from("abcde"))


@given(st.lists(sale, min_size=20, max_size=80), st.floats(0, 60), st.floats(0, 60))
def test_whatever_the_sales_every_channels_share_rises_with_age_from_nothing_to_all(
    sales: list[tuple[float, float, str]], one: float, other: float
) -> None:
    after, beyond, channel = zip(*sales, strict=True)
    delay = np.array(after)
    curve = delay_by_channel(delay, delay + np.array(beyond), WINDOW, np.array(channel, dtype=object))
    assert curve is not None
    for name in {*channel, "never seen"}:
        longer = curve.longer_of([name])
        shares = curve.bought_by(np.array([min(one, other), max(one, other), WINDOW, 2 * WINDOW]), longer)
        assert np.isfinite(longer).all()
        assert (np.diff(shares) >= 0).all()
        assert shares[0] >= 0
        assert shares[2:].tolist() == [1.0, 1.0]
