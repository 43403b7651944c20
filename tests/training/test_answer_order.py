"""A yes to a company's question never speaks against a lead, whatever its leads seem to say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.facts.company import Abc, Criterion
from models.grade_starts import StartsByRules
from models.purchase_model import FieldCells
from tests.training.small_sets import levels, numbers, set_of
from training.answer_order import asked_by_rules, beside_answers, borders_of, ordered, words_of
from training.cells import cells_of
from training.choices import Choices
from training.columns import Column
from training.qualifications import Qualifications
from training.recipe import fitted
from training.tables import Tables

NEED = Criterion(field="need", yes=("Да", "ищем"), no=("нет",))
MONEY = Criterion(field="money", yes_from=100.0)
RULES = Abc(criteria={"need": NEED, "budget": MONEY})
ENTRIES = st.lists(st.floats(-3, 3), min_size=6, max_size=6)
MASSES = st.lists(st.floats(0, 1000), min_size=6, max_size=6)


@given(ENTRIES, MASSES)
def test_entries_come_in_order_and_those_in_order_stay(entries: list[float], masses: list[float]) -> None:
    cells = FieldCells("need", levels=("да", "ищем", "нет", "потом"))
    made = ordered(Tables({"need": cells}, 0.0, {"need": np.array(entries)}), RULES, {"need": np.array(masses)})
    yes, no, unknown = made.singles["need"][:2], made.singles["need"][2:3], made.singles["need"][3:]
    assert no.max() <= unknown.min() + 1e-12
    assert unknown.max() <= yes.min() + 1e-12
    again = ordered(made, RULES, {"need": np.array(masses)})
    assert again.singles["need"] == pytest.approx(made.singles["need"], abs=1e-4)


def test_entries_that_part_ways_meet_where_their_leads_weigh_them() -> None:
    # No 0.2 of 10 leads and unknown 0.1 of 30 are in the wrong order: both become (0.2 * 10 + 0.1 * 30) / 40.
    rules = Abc(criteria={"need": Criterion(field="need", yes=("yes",), no=("no",))})
    learned = Tables(
        {"need": FieldCells("need", levels=("yes", "no"))}, 0.0, {"need": np.array([0.4, 0.2, 0.125, 0.1])}
    )
    made = ordered(learned, rules, {"need": np.array([10.0, 10.0, 0.0, 30.0])})
    assert made.singles["need"] == pytest.approx([0.4, 0.125, 0.125, 0.125], abs=1e-3)


@given(ENTRIES, MASSES)
def test_a_number_is_in_order_on_both_sides_of_its_border(entries: list[float], masses: list[float]) -> None:
    cells = FieldCells("money", cuts=(50.0, *borders_of([MONEY]), 200.0))
    made = ordered(
        Tables({"money": cells}, 0.0, {"money": np.array(entries[:5])}), RULES, {"money": np.array(masses[:5])}
    )
    low, high, unknown = made.singles["money"][:2], made.singles["money"][2:4], made.singles["money"][4]
    assert low.max() <= unknown + 1e-12
    assert unknown <= high.min() + 1e-12
    assert (cells.cell(99.999), cells.cell(100.0)) == (1, 2)


def test_a_number_that_is_in_order_stays_and_its_border_is_a_yes_to_training_as_to_serving() -> None:
    money = Criterion(field="money", yes_from=1.3)
    cells = FieldCells("money", cuts=tuple(borders_of([money])))
    rules = Abc(criteria={"budget": money})
    made = ordered(Tables({"money": cells}, 0.0, {"money": np.array([-0.5, 0.6, 0.0])}), rules, {"money": np.ones(3)})
    assert made.singles["money"] == pytest.approx([-0.5, 0.6, 0.0], abs=1e-4)
    assert cells.cell(1.3) == cells_of({"money": numbers(1.3)}, {"money": cells})["money"][0] == 1


def test_a_range_that_is_yes_and_no_says_what_unknown_says() -> None:
    cells = FieldCells("money", cuts=(150.0,))
    made = ordered(Tables({"money": cells}, 0.0, {"money": np.array([0.1, 0.9, 0.3])}), RULES, {"money": np.ones(3)})
    assert made.singles["money"][0] == pytest.approx(made.singles["money"][2])


def test_what_the_rules_ask_is_known_by_its_features() -> None:
    assert list(asked_by_rules(RULES)) == ["need", "money"]
    assert words_of([NEED]) == ["да", "ищем", "нет"]
    assert {"need_words", "need_count", "money_days_ahead"} <= beside_answers(RULES)


def test_a_fitted_candidate_keeps_every_yes_above_unknown_and_every_no_below_though_its_leads_say_the_opposite() -> (
    None
):
    rng = np.random.default_rng(0)
    count = 4000
    need = rng.choice(["да", "нет", ""], count)
    money = rng.choice([50.0, 150.0, np.nan], count)
    other = rng.normal(size=count)
    bought = rng.random(count) < 1 / (
        1 + np.exp(1.5 + 1.0 * (need == "да") - 1.0 * (need == "нет") - other * (need == "да"))
    )
    columns: dict[str, Column] = {
        "need": levels(*(one or None for one in need)), "money": numbers(*money), "other": numbers(*other),
        "need_words": numbers(*(float(bool(one)) for one in need)),
    }  # fmt: skip
    qualifications = Qualifications()
    place = [
        qualifications.place({k: v for k, v in (("need", str(a)), ("money", float(b))) if v and v == v}, RULES)
        for a, b in zip(need, money, strict=True)
    ]
    data = set_of(columns, bought.astype(float))
    data.qualifications.known[:] = qualifications.known
    data.qualification[:] = place
    candidate = fitted(data, RULES, Choices((0.4, 0.3, 0.3), (40, 40)))
    assert "need_words" not in candidate.tables.cells
    assert not any("need" in pair or "money" in pair for pair in candidate.tables.pairs)
    assert "other" in candidate.tables.cells
    starts = StartsByRules(candidate.starts).under(RULES)
    for who, how_much in itertools.product([-1.0, 1.0], [None, 50.0, 150.0]):
        said = [
            starts.of({"need": verdict, "budget": "unknown" if how_much is None else "yes" if how_much > 99 else "no"})  # type: ignore[dict-item]
            + candidate.tables.at(cells_of({"need": levels(word), "money": numbers(how_much), "other": numbers(who)},
                                           candidate.tables.cells))[0]
            for verdict, word in (("no", "нет"), ("unknown", None), ("yes", "да"))
        ]  # fmt: skip
        assert min(np.diff(said)) >= -1e-12
