"""The weight of a field is how far it moves chances, and what it says is borne out by the counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.rows.feature_row import GRADE
from models.abc_rules import GRADES
from models.artefact import Artefact
from models.field_weights import FieldWeight, field_weights
from models.purchase_model import FieldCells, Part, PurchaseModel
from tests.models.small_models import windows_artefact


def of(artefact: Artefact) -> dict[str, FieldWeight]:
    return {one.feature: one for one in field_weights(artefact)}


def two_fields() -> Artefact:
    """Give a model of two fields that move by 1 and by 0.25 on average, and a grade that moves nothing."""
    cells = [FieldCells("who", levels=("owner",)), FieldCells("area", cuts=(50.0,))]
    parts = [
        Part(("who",), (1.0, -1.0, 0.0), (50, 50, 0), (20, 2, 0)),
        Part(("area",), (0.25, -0.25, 0.0), (50, 50, 0), (4, 18, 0)),
    ]
    starts = dict.fromkeys(GRADES, -2.0)
    return replace(windows_artefact(), model=PurchaseModel(cells, parts), starts=starts, average=0.22)


def test_shares_go_by_how_far_a_field_moves_the_log_odds_and_come_in_that_order() -> None:
    told = field_weights(two_fields())
    assert [one.feature for one in told] == ["who", "area"]
    assert [one.share for one in told] == pytest.approx([0.8, 0.2])


def test_a_table_of_two_fields_counts_by_half_for_each() -> None:
    one = two_fields()
    both = Part(
        ("who", "area"), (0.5, -0.5, 0.0, 0.5, -0.5, 0.0, 0.0, 0.0, 0.0), (25, 25, 0, 25, 25, 0, 0, 0, 0), (0,) * 9
    )
    told = of(replace(one, model=PurchaseModel(one.model.cells, [*one.model.parts, both])))
    assert told["who"].share == pytest.approx(1.25 / 1.75)
    assert told["area"].share == pytest.approx(0.5 / 1.75)


def test_what_the_counts_do_not_bear_out_is_not_said() -> None:
    told = of(two_fields())
    assert told["who"].speaks_for is not None
    assert (told["who"].speaks_for.cell, told["who"].speaks_for.leads, told["who"].speaks_for.sales) == (
        "owner",
        50,
        20,
    )
    assert told["who"].speaks_against is not None
    assert (told["area"].speaks_for, told["area"].speaks_against) == (None, None)  # fewer of the favoured area bought


def test_the_rules_grade_is_one_of_the_fields() -> None:
    told = of(windows_artefact())
    assert told[GRADE].share > 0
    said = told[GRADE].speaks_for
    assert said is not None
    assert said.cell == "A"
    assert sum(one.share for one in told.values()) == pytest.approx(1.0)


def test_that_nobody_has_called_yet_is_nothing_that_a_field_says() -> None:
    result = FieldCells("last_call_result", levels=("reached",))
    part = Part(("last_call_result",), (0.1, 0.0, -1.0), (100, 0, 100), (30, 0, 1))
    told = of(replace(windows_artefact(), model=PurchaseModel([result], [part]), average=0.15))
    assert told["last_call_result"].speaks_against is None


def test_the_rules_alone_have_no_fields() -> None:
    assert field_weights(replace(windows_artefact(), model=PurchaseModel([], []))) == []
