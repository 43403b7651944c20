"""Tests of the budget: drawn with a seed, kept as they were drawn, judged by the draw; what the plan promises comes true."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.budget_tests import Case, measured
from features.errors import ExperimentRefused, UnknownExperiment
from features.facts.company import Company
from monitoring.budget.experiment import Experiment, drawn, power
from monitoring.budget.experiment_result import result_of
from monitoring.budget.experiment_shelf import ExperimentShelf
from monitoring.budget.sign_flips import effect_of, is_more, p_value
from tests.monitoring.budget.weeks import MONDAY, weeks
from tests.support.plain_flips import effect_by_hand

COMPANY = Company(company="Окна")
PAST = weeks([100_000.0] * 26, [12.0] * 26)
BEGINS = date(2026, 6, 1)
MADE = datetime(2026, 5, 28, tzinfo=UTC)


def planned(name: str = "may", *, pairs: int = 8, seed: int = 7, change: float = 0.5, **said: object) -> Experiment:
    how = {"channels": [PAST], "begins": BEGINS, "elasticity": 1.0, "moment": MADE, **said}
    return drawn(name, change=change, pairs=pairs, seed=seed, **how)  # type: ignore[arg-type]


def test_each_pair_of_weeks_has_one_with_more_and_one_with_less() -> None:
    test = planned()
    assert (test.begins, test.ends, len(test.weeks)) == (BEGINS, BEGINS + timedelta(days=16 * 7 - 1), 16)
    for n, pair in enumerate(test.pairs):
        assert {pair.more, pair.less} == {BEGINS + timedelta(days=14 * n), BEGINS + timedelta(days=14 * n + 7)}


def test_the_same_seed_draws_the_same_and_another_another() -> None:
    assert planned().pairs == planned().pairs
    assert len({planned(seed=seed).pairs for seed in range(20)}) > 10


@pytest.mark.parametrize(
    "said",
    [{"pairs": 5}, {"change": 0.0}, {"change": 1.5}, {"begins": date(2026, 6, 2)}, {"channels": []},
     {"channels": [weeks([0.0] * 26, [12.0] * 26)]}, {"channels": [weeks([9.0] * 26, [0.0] * 26)]}, {"pairs": 90}],
)  # fmt: skip
def test_a_test_that_can_show_nothing_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ExperimentRefused):
        planned(**said)  # type: ignore[arg-type]


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=9))
def test_the_p_value_is_the_share_of_all_draws_that_differ_as_much(differences: list[float]) -> None:
    seen = abs(sum(differences))
    sums = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    scale = 1e-6 * (1 + sum(map(abs, differences)))
    least, most = (sum(one >= seen + side for one in sums) / len(sums) for side in (scale, -scale))
    assert least <= p_value(differences) <= most


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=9))
def test_what_is_shown_quickly_is_what_all_draws_show(differences: list[float]) -> None:
    scale = 1e-6 * (1 + sum(map(abs, differences)))
    apart = min(abs(abs(sum(differences)) - abs(one)) for one in _sums(differences)) if len(differences) > 1 else 1.0
    if apart > scale:  # two draws that differ by rounding alone may be told apart either way
        assert is_more(differences) == (sum(differences) > 0 and p_value(differences) <= 0.05)


def _sums(differences: list[float]) -> list[float]:
    """Return the sums of every other draw but its mirror."""
    every = product((1, -1), repeat=len(differences) - 1)
    signed = [(1, *signs) for signs in every if -1 in signs]
    return [sum(s * d for s, d in zip(signs, differences, strict=True)) for signs in signed]


def test_fifteen_pairs_of_darwins_maize_come_out_as_fisher_had_it() -> None:
    # Fisher 1935, The Design of Experiments, section 21: of the 2^15 draws 1,726 give a total as far from 0 as 314.
    darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert p_value([float(one) for one in darwin], seed=3) == pytest.approx(1726 / 32768, abs=0.008)
    effect = effect_of([float(one) for one in darwin], [1.0] * 15)
    assert effect is not None
    assert effect.value == pytest.approx(20.93, abs=0.01)
    assert effect.low < 0 < effect.high


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(6, 10))
def test_the_interval_holds_what_the_draw_does_not_contradict(seed: int, pairs: int) -> None:
    draw = random.Random(seed)
    sold, paid = [draw.gauss(3, 4) for _ in range(pairs)], [draw.uniform(1, 3) for _ in range(pairs)]
    effect = effect_of(sold, paid)
    assert effect is not None
    assert effect.low <= effect.value <= effect.high
    for theta, inside in ((effect.low + 1e-4, True), (effect.high - 1e-4, True), (effect.high + 1e-3, False)):
        p = p_value([y - theta * x for y, x in zip(sold, paid, strict=True)])
        assert (p > 0.05) == inside or abs(effect.high - effect.low) < 1e-3
    assert (effect.p_value <= 0.05) == (effect.low > 0 or effect.high < 0)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.2, 0.6, 1.0, 3.0]))
def test_where_money_hardly_followed_the_draw_the_interval_leaves_nothing_out(seed: int, followed: float) -> None:
    draw = random.Random(seed)
    pairs = [(draw.gauss(2, 4), draw.gauss(followed, 1.5)) for _ in range(7)]
    effect = effect_of([sold for sold, _ in pairs], [paid for _, paid in pairs])
    if sum(paid for _, paid in pairs) <= 0:
        assert effect is None
        return
    assert effect is not None
    told = effect.value, effect.low, effect.high, effect.p_value
    assert told == pytest.approx(effect_by_hand(pairs), rel=1e-6, abs=1e-9)


def lived(test: Experiment, effect: float, **changes: float) -> list[object]:
    """Return the weeks of a test in which 100,000 more sold so much more."""
    channel = test.channels[0]
    costs = [100_000.0 * (1.5 if test.gets_more(channel, monday) else 0.5) for monday in test.weeks]
    sold = [10.0 + n % 3 + effect * cost / 100_000.0 for n, cost in enumerate(costs)]
    return [weeks(costs, sold, channel, test.begins)]


def at(test: Experiment, days_after: int) -> datetime:
    return datetime.combine(test.ends, datetime.min.time(), UTC) + timedelta(days=days_after)


def test_a_test_is_judged_once_its_last_week_is_over() -> None:
    test = planned()
    early = result_of(test, lived(test, 6.0), company=COMPANY, moment=at(test, 0))  # type: ignore[arg-type]
    assert (early.verdict, early.effect, len(early.pairs)) == ("not_over", None, 7)
    over = result_of(test, lived(test, 6.0), company=COMPANY, moment=at(test, 1))  # type: ignore[arg-type]
    assert over.effect is not None
    assert over.verdict == "works"
    assert over.effect.low <= 6.0 / 100_000 <= over.effect.high
    assert over.more_money == 50_000.0  # near a tenth of 433,000 a month
    nothing = result_of(test, lived(test, 0.0), company=COMPANY, moment=at(test, 1))  # type: ignore[arg-type]
    assert nothing.verdict == "not_shown"


def test_money_that_did_not_follow_the_draw_is_said_and_never_left_out() -> None:
    test = planned()
    (channel,) = lived(test, 6.0)
    swapped = replace(channel, weeks=tuple(replace(one, cost=100_000.0) for one in channel.weeks))  # type: ignore[type-var, attr-defined]
    told = result_of(test, [swapped], company=COMPANY, moment=at(test, 1))  # type: ignore[list-item]
    assert (told.verdict, told.not_followed, len(told.pairs)) == ("not_spent", 8, 8)


def test_a_drawn_test_is_kept_and_never_changed(tmp_path: Path) -> None:
    shelf = ExperimentShelf(tmp_path)
    shelf.keep(planned())
    assert shelf.experiment("may") == planned()
    with pytest.raises(ExperimentRefused, match="not changed"):
        shelf.keep(planned(seed=8))
    assert shelf.experiments() == [planned()]
    for name in ("../up", "", "Май", "a" * 61, "a/b"):
        with pytest.raises(ExperimentRefused):
            shelf.keep(planned(name))
    with pytest.raises(UnknownExperiment):
        shelf.experiment("june")
    (tmp_path / "experiments" / "broken.json").write_text("{", encoding="utf-8")
    assert [one.name for one in shelf.experiments()] == ["may"]


def test_power_grows_with_weeks_change_and_effect_and_is_the_level_without_one() -> None:
    def of(pairs: int = 10, change: float = 0.3, elasticity: float = 0.5, sold: float = 8.0) -> float:
        return power(sold, 1.0, change=change, pairs=pairs, elasticity=elasticity)

    assert of() < of(pairs=20) < of(pairs=40)
    assert of() < of(change=0.6) < of(change=1.0)
    assert of() < of(elasticity=1.0)
    assert of() < of(sold=16.0)
    assert of(elasticity=0.0) == pytest.approx(0.025, abs=0.006)
    assert of(pairs=5) == 0.0


@pytest.mark.parametrize(
    ("case", "companies"),
    [
        (Case("no effect", (12.0,), 0.0, 1.0, 0.5, 8), 80),
        (Case("six pairs", (8.0,), 1.0, 1.0, 0.5, 6), 80),
        (Case("ten pairs that scatter", (8.0,), 1.0, 2.0, 0.3, 10), 60),
    ],
    ids=lambda one: one.name if isinstance(one, Case) else str(one),
)
def test_on_companies_whose_truth_is_known_power_and_interval_are_what_they_say(case: Case, companies: int) -> None:
    seen = measured(case, companies, seed=5)
    noise = 3 * np.sqrt(0.25 / companies)
    assert seen.held >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / companies)
    assert abs(seen.found - (seen.planned if case.elasticity else 0.02)) < noise


def test_the_past_is_what_a_plan_is_reckoned_from() -> None:
    said = planned().expected
    assert (said.sold_a_week, said.cost_a_week, said.dispersion) == (12.0, 100_000.0, 1.0)
    assert said.smallest is not None
    assert MONDAY.weekday() == 0
