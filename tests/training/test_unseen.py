"""A level never seen says as much as so many rare ones before it can tell."""

from __future__ import annotations

import numpy as np
import pytest

from models.purchase_model import FieldCells
from tests.training.small_sets import levels, numbers
from training.tables import Tables
from training.unseen import cautious

AD = FieldCells("ad", levels=("often",))


def table(entry: float) -> Tables:
    return Tables({"ad": AD}, 0.0, {"ad": np.array([0.1, entry, 0.3])})


@pytest.mark.parametrize(("rare", "share"), [(0, 0.0), (2, 2 / 12), (90, 0.9)])
def test_the_cell_of_the_rare_levels_is_held_to_how_many_there_were(rare: int, share: float) -> None:
    columns = {"ad": levels("often", *(f"rare {n}" for n in range(rare)), None)}
    made = cautious(table(2.0), columns)
    assert made.singles["ad"].tolist() == pytest.approx([0.1, 2.0 * share, 0.3])


def test_a_table_of_two_fields_is_held_along_its_own_side_and_numbers_are_left_alone() -> None:
    area = FieldCells("area", cuts=(5.0,))
    both = Tables({"ad": AD, "area": area}, 0.0, {}, {("ad", "area"): np.ones((3, 3))})
    made = cautious(both, {"ad": levels("often", "x", "y"), "area": numbers(1.0, 9.0, None)})
    assert made.pairs["ad", "area"].tolist() == [[1.0] * 3, pytest.approx([2 / 12] * 3), [1.0] * 3]
