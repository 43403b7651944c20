"""A column that tells the outcome too well is named with its figure; honest ones are left alone."""

from __future__ import annotations

import random

import pytest

from features.drafting.leak_signs import auc_alone, leak_signs

WON = [number % 4 == 0 for number in range(400)]


def test_filled_mostly_for_won_leads_is_a_leak() -> None:
    cells = ["5" if won or number % 50 == 1 else None for number, won in enumerate(WON)]
    signs = leak_signs("Сколько", cells, "number", WON)
    assert signs.is_leak
    assert signs.words[0] == "filled for 100 % of won leads and 3 % of the others"


def test_a_column_that_repeats_the_outcome_is_a_leak() -> None:
    cells = ["hot" if won else "cold" for won in WON]
    signs = leak_signs("mood", cells, "choice", WON)
    assert signs.is_leak
    assert signs.words == ("alone it tells won leads from the others with AUC 1.00 (0.50 is chance)",)


@pytest.mark.parametrize(
    "column", ["Lead Status", "Причина отказа", "close_date", "Call duration", "Теги сделки", "Lead score", "Дата закрытия",
               "Last Activity", "Результат звонка"],
)  # fmt: skip
def test_a_name_is_enough_where_no_outcome_is_known(column: str) -> None:
    signs = leak_signs(column, ["a", "b"], "choice", None)
    assert signs.is_leak
    assert "its name" in signs.words[0]


@pytest.mark.parametrize(
    "column", ["City", "Площадь", "Time on site", "Когда нужно", "Окон", "Area", "Age", "Postal index"]
)
def test_an_honest_name_is_no_sign(column: str) -> None:
    assert leak_signs(column, ["a", "b"], "choice", None) == leak_signs("x", ["a", "b"], "choice", None)


def test_noise_is_left_alone() -> None:
    chance = random.Random(1)
    signs = leak_signs("Город", [chance.choice("abc") for _ in WON], "choice", WON)
    assert (signs.is_leak, signs.words) == (False, ())


def test_what_is_missing_in_another_share_of_won_leads_is_said_but_no_leak() -> None:
    chance = random.Random(1)
    cells = ["x" if chance.random() < (0.9 if won else 0.65) else None for won in WON]
    signs = leak_signs("Город", cells, "choice", WON)
    assert not signs.is_leak
    assert "of won leads" in signs.words[0]


def test_a_strong_honest_column_stays_with_a_word_of_warning() -> None:
    chance = random.Random(1)
    cells = [str(chance.gauss(1.4 if won else 0.0, 1.0)) for won in WON]
    signs = leak_signs("Time on site", cells, "number", WON)
    assert not signs.is_leak
    assert "AUC 0.8" in signs.words[0]


def test_words_that_stand_once_each_tell_nothing() -> None:
    cells = [f"word {number}" for number in range(len(WON))]
    assert auc_alone(cells, "choice", WON) == pytest.approx(0.5, abs=0.02)


def test_too_few_sales_say_nothing() -> None:
    won = [True] * 5 + [False] * 100
    assert not leak_signs("x", ["a"] * 5 + [None] * 100, "choice", won).is_leak
