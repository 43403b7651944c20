"""Tables of a sum: pure, blended, and simple enough to read without saying something else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.purchase_model import FieldCells
from training.tables import ALIKE, SMALLEST_TABLE, Tables, blended, purified, simplified

Ints = npt.NDArray[np.int64]
CELLS = {
    "area": FieldCells("area", cuts=(10.0, 20.0, 30.0, 40.0)), "rooms": FieldCells("rooms", cuts=(1.0, 2.0)),
    "role": FieldCells("role", levels=("owner", "tenant")),
}  # fmt: skip
entry = st.floats(-1.5, 1.5).map(lambda value: round(value, 2))


def rows_of(seed: int, count: int = 400) -> dict[str, Ints]:
    rng = np.random.default_rng(seed)
    return {name: rng.integers(0, one.count, count) for name, one in CELLS.items()}


@st.composite
def some_tables(draw: st.DrawFn) -> Tables:
    """Draw tables of each field and of one pair; many entries lie near each other."""
    singles = {
        name: np.array(draw(st.lists(entry, min_size=one.count, max_size=one.count))) / draw(st.sampled_from([1, 100]))
        for name, one in CELLS.items()
    }
    shape = CELLS["area"].count, CELLS["rooms"].count
    size = shape[0] * shape[1]
    grid = np.array(draw(st.lists(entry, min_size=size, max_size=size))).reshape(shape) / draw(
        st.sampled_from([1, 100])
    )
    return Tables(dict(CELLS), draw(entry), singles, {("area", "rooms"): grid})


def test_a_pair_is_purified_to_what_is_worked_out_by_hand() -> None:
    # f = "both are 1" over {0, 1} x {0, 1} with equal masses has the mean 1/4; E[f | x1] - 1/4 = x1/2 - 1/4, the same for
    # x2; what is left is 1/4 where both agree and -1/4 where not: the functional ANOVA, whose definition Lengerich et al.
    # (2020) purify to (every row and column of the interaction has the mean 0).
    cells = {"x1": FieldCells("x1", cuts=(0.5,)), "x2": FieldCells("x2", cuts=(0.5,))}
    both = np.zeros((3, 3))
    both[1, 1] = 1.0
    where = {"x1": np.array([0, 0, 1, 1]), "x2": np.array([0, 1, 0, 1])}
    pure = purified(Tables(cells, pairs={("x1", "x2"): both}), where, np.ones(4))
    assert pure.intercept == pytest.approx(0.25)
    assert pure.singles["x1"] == pytest.approx([-0.25, 0.25, 0.0])
    assert pure.singles["x2"] == pytest.approx([-0.25, 0.25, 0.0])
    assert pure.pairs["x1", "x2"][:2, :2] == pytest.approx(np.array([[0.25, -0.25], [-0.25, 0.25]]))


@given(some_tables(), some_tables(), entry, entry)
def test_a_blend_says_of_every_lead_the_weighted_sum_of_what_its_parts_say(
    one: Tables, two: Tables, first: float, second: float
) -> None:
    where = rows_of(0)
    said = first * one.at(where) + second * two.at(where)
    assert blended([one, two], [first, second]).at(where) == pytest.approx(said, abs=1e-9)


def test_what_weighs_nothing_leaves_no_table() -> None:
    one = Tables(dict(CELLS), 1.0, {"area": np.ones(6)})
    assert blended([one], [0.0]).cells == {}


def coarser(tables: Tables, where: dict[str, Ints]) -> dict[str, Ints]:
    """Return the cells of the same rows in fewer cells: a number stands where a value just at its cell's end would."""
    found = {}
    for name, cells in tables.cells.items():
        old = CELLS[name]
        ends: list[float | str | None] = [*(old.cuts or old.levels or ()), 99.0 if old.cuts else "another", None]
        found[name] = np.array([cells.cell(end) for end in ends])[where[name]]
    return found


@given(some_tables(), st.integers(0, 5))
def test_simpler_tables_move_no_lead_by_more_than_the_tables_that_are_kept_may(tables: Tables, seed: int) -> None:
    where = rows_of(seed)
    simple = simplified(tables, where, np.ones(400))
    kept = Tables(
        dict(CELLS), tables.intercept, {name: tables.singles[name] for name in simple.singles},
        {pair: tables.pairs[pair] for pair in simple.pairs},
    )  # fmt: skip
    said = simple.at(coarser(simple, where)) if simple.cells else np.full(400, simple.intercept)
    assert np.abs(said - kept.at(where)).max() <= (len(simple.singles) + len(simple.pairs)) * ALIKE + 1e-9


@given(some_tables(), st.integers(0, 5))
def test_only_what_hardly_moves_the_leads_is_left_out(tables: Tables, seed: int) -> None:
    where = rows_of(seed)
    simple = simplified(tables, where, np.ones(400))
    moved = {name: values[where[name]] for name, values in tables.singles.items()}
    moved |= {"+".join(pair): grid[where[pair[0]], where[pair[1]]] for pair, grid in tables.pairs.items()}
    left_out = set(moved) - set(simple.singles) - {"+".join(pair) for pair in simple.pairs}
    assert all(float(np.sqrt(np.mean(moved[name] ** 2))) < SMALLEST_TABLE for name in left_out)


def test_neighbouring_ranges_that_say_the_same_become_one() -> None:
    tables = Tables({"area": CELLS["area"]}, 0.0, {"area": np.array([-0.5, -0.49, 0.3, 0.3, 0.3, 0.1])})
    simple = simplified(tables, {"area": np.array([0, 0, 0, 1, 2, 3])}, np.ones(6))
    assert simple.cells["area"].cuts == (20.0,)
    assert simple.singles["area"] == pytest.approx([-0.4975, 0.3, 0.1])  # three leads at -0.5, one at -0.49


def test_ranges_that_differ_in_a_pair_stay_apart() -> None:
    grid = np.zeros((6, 4))
    grid[0, 0], grid[1, 0] = 0.4, -0.4
    tables = Tables(dict(CELLS), 0.0, {"area": np.zeros(6), "rooms": np.zeros(4)}, {("area", "rooms"): grid})
    where = {name: cells for name, cells in rows_of(0).items() if name != "role"}
    assert simplified(tables, where, np.ones(400)).cells["area"].cuts == (10.0, 20.0)


def test_a_table_that_says_nothing_is_left_out() -> None:
    tables = Tables(dict(CELLS), 0.0, {"area": np.full(6, 0.001), "role": np.array([0.2, -0.2, 0.0, 0.0])})
    assert set(simplified(tables, rows_of(0), np.ones(400)).cells) == {"role"}
