"""How far a score may be off is said, and it holds where the truth is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from models.purchase_model import FieldCells
from models.score import NORMAL_80
from training.cells import Rows
from training.scorecard import fit_scorecard
from training.uncertainty import WIDENED, Uncertainty, uncertainty_of

Floats = npt.NDArray[np.float64]
AD = FieldCells("ad", levels=tuple("abcdefgh"))
AREA = FieldCells("area", cuts=(-1.0, 0.0, 1.0))
EFFECTS = np.array([-0.8, -0.5, -0.2, 0.0, 0.0, 0.2, 0.5, 0.8, 0.0, 0.0])


def rows_of(seed: int, count: int = 1500) -> tuple[Rows, Floats]:
    """Return rows of two fields, and each row's true log-odds."""
    rng = np.random.default_rng(seed)
    ad = rng.choice(8, count, p=[0.3, 0.2, 0.15, 0.1, 0.1, 0.1, 0.04, 0.01])
    area = rng.integers(0, 4, count)
    truth = -1.8 + EFFECTS[ad] + 0.4 * (area - 1.5)
    outcome = (rng.random(count) < 1 / (1 + np.exp(-truth))).astype(float)
    where = {"ad": ad.astype(np.int64), "area": area.astype(np.int64)}
    return Rows({"ad": AD, "area": AREA}, where, outcome, np.ones(count), np.full(count, -1.8)), truth


def variance(found: Uncertainty, rows: Rows) -> Floats:
    total: Floats = found.level + np.sum([found.cells[name][where] for name, where in rows.where.items()], axis=0)
    return total


def counted(rows: Rows) -> dict[str, int]:
    return {name: one.count for name, one in rows.cells.items()}


def test_the_entries_sum_to_the_scorecards_own_variance_on_average() -> None:
    rows, _ = rows_of(0)
    card = fit_scorecard(rows)
    one_hot = np.zeros((len(rows), len(card.effects)))
    one_hot[:, 0] = 1.0
    one_hot[np.arange(len(rows)), 1 + rows.where["ad"]] = 1.0
    one_hot[np.arange(len(rows)), 1 + AD.count + rows.where["area"]] = 1.0
    exact = np.einsum("ij,jk,ik->i", one_hot, card.covariance, one_hot)
    told = variance(uncertainty_of(card, rows, rows.where, counted(rows)), rows) / WIDENED
    assert told.mean() == pytest.approx(exact.mean())
    assert np.corrcoef(told, exact)[0, 1] > 0.95


def test_eighty_of_a_hundred_intervals_hold_the_truth() -> None:
    held = []
    for seed in range(12):
        rows, truth = rows_of(seed)
        card = fit_scorecard(rows)
        off = rows.start + card.tables.at(rows.where) - truth
        reach = NORMAL_80 * np.sqrt(variance(uncertainty_of(card, rows, rows.where, counted(rows)), rows))
        held.append(float((np.abs(off) < reach).mean()))
    assert 0.72 < float(np.mean(held)) < 0.92


def test_a_level_that_few_leads_had_is_less_sure_and_one_that_none_had_least() -> None:
    rows, _ = rows_of(1)
    cells = uncertainty_of(fit_scorecard(rows), rows, rows.where, counted(rows)).cells["ad"]
    often, seldom, never = cells[0], cells[7], cells[8]
    assert often < seldom < never


def test_a_field_that_no_table_shows_adds_its_share_to_every_lead() -> None:
    rows, _ = rows_of(2)
    card = fit_scorecard(rows)
    whole = uncertainty_of(card, rows, rows.where, counted(rows))
    part = uncertainty_of(card, rows, {"ad": rows.where["ad"]}, {"ad": AD.count})
    assert set(part.cells) == {"ad"}
    assert part.level == pytest.approx(whole.level + float(whole.cells["area"][rows.where["area"]].mean()))


def test_ten_times_the_leads_make_a_tenth_of_the_variance() -> None:
    few, many = (rows_of(3, count)[0] for count in (1500, 15_000))
    small, large = (
        float(variance(uncertainty_of(fit_scorecard(rows), rows, rows.where, counted(rows)), rows).mean())
        for rows in (few, many)
    )
    assert 0.05 < large / small < 0.2


def test_a_gap_that_no_lead_had_widens_the_interval_and_does_not_make_it_say_nothing() -> None:
    rows, _ = rows_of(4)
    cells = uncertainty_of(fit_scorecard(rows), rows, rows.where, counted(rows)).cells
    coarser = uncertainty_of(fit_scorecard(rows), rows, {"area": rows.where["area"] // 2}, {"area": 4}).cells["area"]
    for missing, seen in ((cells["area"][AREA.missing], cells["area"][:4]), (coarser[3], coarser[:2])):
        assert seen.max() < missing < 1.0
