"""What a scorecard would say without a lead is what it says when it is fitted without the lead."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

import training.scorecard as card_file
from models.purchase_model import FieldCells
from training.cells import Ints, Rows
from training.left_out import gain_left_out, log_odds_left_out
from training.scorecard import fit_scorecard

Floats = npt.NDArray[np.float64]
ROLE = FieldCells("role", levels=("owner", "tenant", "student"))
AREA = FieldCells("area", cuts=(1.0, 2.0, 3.0))


def some_rows(seed: int, leads: int = 80, *, effect: float = 1.5) -> tuple[Rows, Ints]:
    """Return rows of leads, one or two each, and their leads."""
    rng = np.random.default_rng(seed)
    lead = np.sort(np.concatenate([np.arange(leads), rng.choice(leads, leads // 2, replace=False)]))
    role, area = rng.integers(0, 3, leads)[lead], rng.integers(0, 4, len(lead))
    bought = rng.random(leads) < 1 / (1 + np.exp(1 - effect * (rng.integers(0, 3, leads) == 0)))
    bought = np.where(np.bincount(lead, role == 0) > 0, rng.random(leads) < 1 / (1 + np.exp(1 - effect)), bought)
    rows = Rows(
        {"role": ROLE, "area": AREA}, {"role": role, "area": area}, bought[lead].astype(float),
        np.full(len(lead), leads / len(lead)), np.full(len(lead), -1.0),
    )  # fmt: skip
    return rows, lead


@pytest.mark.parametrize("seed", range(3))
def test_a_lead_left_out_by_arithmetic_is_a_lead_left_out_by_fitting_again(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(card_file, "FASTEST", 1.0)  # both with the same strengths
    monkeypatch.setattr(card_file, "SMALLEST_STEP", 1e-6)
    monkeypatch.setattr(card_file, "ROUNDS", 30)
    rows, lead = some_rows(seed)
    by_arithmetic = log_odds_left_out(rows, fit_scorecard(rows), lead)
    again = np.empty(len(rows))
    for one in np.unique(lead):
        without = fit_scorecard(rows.of(np.flatnonzero(lead != one)))
        mine = rows.of(np.flatnonzero(lead == one))
        again[lead == one] = mine.start + without.tables.at(mine.where)
    assert by_arithmetic == pytest.approx(again, abs=0.05)
    inside = rows.start + fit_scorecard(rows).tables.at(rows.where)
    assert np.abs(by_arithmetic - again).max() < np.abs(inside - again).max() / 4


def test_a_lead_is_left_out_with_all_of_its_rows() -> None:
    rows, lead = some_rows(0)
    twice = rows.of(np.repeat(np.arange(len(rows)), 2)).weighing(np.repeat(rows.weight / 2, 2))
    once = log_odds_left_out(rows, fit_scorecard(rows), lead)
    again = log_odds_left_out(twice, fit_scorecard(twice), np.repeat(lead, 2))
    assert again[::2] == pytest.approx(once, abs=1e-6)


def test_what_predicts_gains_and_what_does_not_does_not() -> None:
    strong = [
        gain_left_out(rows, fit_scorecard(rows), lead)
        for rows, lead in (some_rows(n, 300, effect=2.5) for n in range(6))
    ]
    none = [
        gain_left_out(rows, fit_scorecard(rows), lead)
        for rows, lead in (some_rows(n, 300, effect=0.0) for n in range(6))
    ]
    assert min(strong) > 4
    assert max(none) < 3
    assert float(np.mean(none)) < 1
