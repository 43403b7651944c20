"""The scorecard finds what is there, holds flat what is not, and is what a textbook's ridge regression is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import minimize

import training.scorecard as card
from models.purchase_model import FieldCells
from training.cells import Rows
from training.scorecard import fit_scorecard

Floats = npt.NDArray[np.float64]
AREA = FieldCells("area", cuts=tuple(float(n) for n in range(1, 20)))
ROLE = FieldCells("role", levels=tuple("abcdefgh"))


def some_rows(seed: int, count: int = 4000, *, area: float = 1.0, role: float = 0.8, missing: float = 0.2) -> Rows:
    """Return leads whose log-odds rise evenly with the area and differ by role; some areas are missing."""
    rng = np.random.default_rng(seed)
    where = {"area": rng.integers(0, 20, count), "role": rng.integers(0, 8, count)}
    effect = np.array([1, -1, 0.5, -0.5, 0, 0, 0, 0]) * role
    z = -1.5 + area * (where["area"] - 9.5) / 9.5 + effect[where["role"]]
    where["area"] = np.where(rng.random(count) < missing, AREA.missing, where["area"])
    outcome = (rng.random(count) < 1 / (1 + np.exp(-z))).astype(float)
    return Rows({"area": AREA, "role": ROLE}, where, outcome, np.ones(count), np.full(count, -1.5))


def test_it_finds_what_is_there() -> None:
    tables = fit_scorecard(some_rows(0, 20_000)).tables
    line = np.append(np.linspace(-1, 1, 20), [0.0, 0.0])
    assert tables.singles["area"][:20] == pytest.approx(line[:20], abs=0.2)
    assert tables.singles["role"][:4] == pytest.approx([0.8, -0.8, 0.4, -0.4], abs=0.15)


def test_what_says_nothing_is_held_flat() -> None:
    spreads = [
        np.ptp(fit_scorecard(some_rows(seed, area=0.0, role=0.0)).tables.singles["area"][:20]) for seed in range(10)
    ]
    assert float(np.mean(spreads)) < 0.15


def test_neighbouring_ranges_are_held_together_and_not_to_nothing() -> None:
    few = fit_scorecard(some_rows(1, 400, area=1.5)).tables.singles["area"][:20]
    assert np.abs(np.diff(few)).max() < 0.35
    assert few[-1] - few[0] > 1.5


def few_with_a_number(have_it: int, buy: float) -> float:
    """Return by how much having a number parts those that do from 500 leads of which one of ten buys."""
    rng = np.random.default_rng(0)
    role, area = rng.integers(0, 8, 500), np.full(500, AREA.missing)
    area[:have_it] = 4
    outcome = (np.arange(500) % 10 == 0).astype(float)
    outcome[:have_it] = np.arange(have_it) < buy * have_it
    rows = Rows({"area": AREA, "role": ROLE}, {"area": area, "role": role}, outcome, np.ones(500), np.full(500, -2.2))
    told = fit_scorecard(rows).tables.singles["area"]
    return float(told[4] - told[AREA.missing])


def test_two_leads_that_have_a_number_say_little_of_all_that_will_have_it() -> None:
    assert -0.3 < few_with_a_number(2, 0.0) < 0.0  # left free, it came to -1.8


def test_many_leads_that_have_a_number_say_what_having_it_means() -> None:
    assert few_with_a_number(200, 0.5) == pytest.approx(2.2, abs=0.3)


def test_two_fields_that_say_the_same_share_it() -> None:
    rows = some_rows(2, role=1.0)
    twice = Rows(
        {"role": ROLE, "again": FieldCells("again", levels=ROLE.levels)}, {"role": rows.where["role"], "again": rows.where["role"]},
        rows.outcome, rows.weight, rows.start,
    )  # fmt: skip
    tables = fit_scorecard(twice).tables
    assert np.ptp(tables.singles["role"]) == pytest.approx(np.ptp(tables.singles["again"]), rel=0.2)


def test_many_rows_begin_at_what_some_say_and_come_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = some_rows(4, 12_000)
    anew = fit_scorecard(rows)
    monkeypatch.setattr(card, "MANY_ROWS", 10_000)
    monkeypatch.setattr(card, "ROWS_TO_BEGIN", 4_000)
    begun = fit_scorecard(rows)
    again = fit_scorecard(rows, anew.strengths, anew)
    for one in (begun, again):
        apart = one.tables.at(rows.where) - anew.tables.at(rows.where)
        assert float(np.sqrt(np.mean(apart**2))) < 0.01
        assert one.freedom == pytest.approx(anew.freedom, rel=0.1)


def test_the_level_is_the_rate_that_was_seen() -> None:
    rows = some_rows(3)
    z = rows.start + fit_scorecard(rows).tables.at(rows.where)
    assert float((1 / (1 + np.exp(-z))).mean()) == pytest.approx(float(rows.outcome.mean()), abs=1e-4)


def test_it_starts_where_the_rows_start() -> None:
    rows = some_rows(4)
    known = np.linspace(-1, 1, 20)
    told = rows.starting_from(rows.start + np.append(known, [0.0, 0.0])[rows.where["area"]])
    assert np.ptp(fit_scorecard(told).tables.singles["area"][:20]) < 0.3


def test_weights_count_as_so_many_leads() -> None:
    rows = some_rows(5, 600)
    every = np.concatenate([np.arange(600), np.arange(600)])
    twice, weighing = fit_scorecard(rows.of(every)).tables, fit_scorecard(rows.weighing(np.full(600, 2.0))).tables
    assert twice.at(rows.where) == pytest.approx(weighing.at(rows.where), abs=1e-6)


def test_with_strengths_held_it_is_the_ridge_regression_that_a_general_optimiser_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(card, "FASTEST", 1.0)  # strengths stay what they begin with: 3 on levels, 1 on "missing"
    rows = some_rows(6, 500)
    only = Rows({"role": ROLE}, {"role": rows.where["role"]}, rows.outcome, rows.weight, rows.start)

    def loss(effects: Floats) -> float:
        z = only.start + effects[8] + effects[:8][only.where["role"]]
        return float(np.sum(np.logaddexp(0, z) - only.outcome * z) + 1.5 * effects[:8] @ effects[:8])

    found = minimize(loss, np.zeros(9), method="BFGS", options={"gtol": 1e-6}).x
    tables = fit_scorecard(only).tables
    assert tables.at(only.where) == pytest.approx(found[8] + found[:8][only.where["role"]], abs=1e-3)


def test_strengths_are_the_likeliest_where_the_answer_is_known() -> None:
    # Effects drawn from a normal distribution of standard deviation 0.5: their precision is 1 / 0.25 = 4.
    rng = np.random.default_rng(7)
    many = FieldCells("ad", levels=tuple(f"ad {n}" for n in range(200)))
    where = {"ad": rng.integers(0, 200, 60_000)}
    effects = rng.normal(0, 0.5, 200)
    outcome = (rng.random(60_000) < 1 / (1 + np.exp(1 - effects[where["ad"]]))).astype(float)
    tables = fit_scorecard(Rows({"ad": many}, where, outcome, np.ones(60_000), np.full(60_000, -1.0))).tables
    found = tables.singles["ad"][:200]
    assert float(np.std(found)) == pytest.approx(0.5 * np.sqrt(1 - 4 / (4 + 300 * 0.2)), rel=0.1)
    assert np.corrcoef(found, effects)[0, 1] > 0.94


def test_where_it_begins_changes_little() -> None:
    rows = some_rows(8)
    begun = fit_scorecard(rows.of(np.arange(2000))).strengths
    cold, warm = fit_scorecard(rows), fit_scorecard(rows, begun)
    assert set(begun) == {"area", "role", ""}
    assert warm.tables.at(rows.where) == pytest.approx(cold.tables.at(rows.where), abs=0.03)


def test_without_fields_there_is_nothing_to_say() -> None:
    rows = Rows({}, {}, np.zeros(3), np.ones(3), np.zeros(3))
    assert fit_scorecard(rows).tables.cells == {}
