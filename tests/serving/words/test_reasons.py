"""Reasons as a manager reads them."""

from __future__ import annotations

import math

import pytest

from features.facts.company import Company
from features.rows.feature_words import feature_label
from models.purchase_model import RARE
from models.score import Cell, Reason
from serving.words.numbers import number_words
from serving.words.reasons import cell_words, reason_counts, reason_text

FIELDS = {
    "area": {"kind": "number", "unit": "м²"},
    "abc_grade": {"kind": "choice", "label": "Класс в CRM"},
    "move": {"kind": "date", "label": "Дата переезда"},
    "wish": {"kind": "text", "label": "Пожелание"},
    "colours": {"kind": "list", "label": "Цвета"},
}
COMPANY = Company.model_validate({"company": "Окна", "fields": FIELDS})
ENGLISH = COMPANY.model_copy(update={"language": "en"})


@pytest.mark.parametrize(
    ("name", "cell", "russian", "english"),
    [
        ("area", None, "не указано", "not given"),
        ("area", (None, None), "указано", "given"),
        ("area", (49.450001, 91.2000008), "от 49,45 до 91,2", "49.45 to 91.2"),
        ("area", (0.0, None), "от 0", "0 and more"),
        ("hours_since_request", (None, 0.0), "0\u00a0с", "0\u00a0s"),
        ("hours_since_request", (0.0, 0.05), "до 3\u00a0мин", "up to 3\u00a0min"),
        ("hours_since_request", (0.0, None), "больше 0\u00a0с", "more than 0\u00a0s"),
        ("channel_lift", (None, 0.0), "до 1", "up to 1"),
        ("offer", "free", "free", "free"),
        ("channel", "other", "Другое", "Other"),
        ("calls_made", (None, 0.0), "0", "0"),
        ("calls_made", (2.0, 2.0), "2", "2"),
        ("hour", (15.0, None), "от 15", "15 and more"),
        ("seconds_to_first_call", (109_804.0, None), "от 30,5\u00a0ч", "30.5\u00a0h and more"),
        ("minutes_since_last_call", (None, 90.0), "до 90\u00a0мин", "up to 90\u00a0min"),
        ("channel_lift", (math.log(1.09), None), "от 1,09", "1.09 and more"),
        ("stage_reached", "meeting", "встреча", "meeting"),
        ("stage_reached", RARE, "редкое значение", "a rare value"),
        ("abc_grade", "non_target", "нецелевой", "non-target"),
        ("weekday", "monday", "понедельник", "Monday"),
    ],
)
def test_a_value_is_told_as_people_say_it(name: str, cell: Cell, russian: str, english: str) -> None:
    assert cell_words(name, cell, COMPANY) == russian
    assert cell_words(name, cell, ENGLISH) == english


def test_how_a_source_has_sold_is_told_as_odds_against_the_average() -> None:
    said = reason_text(Reason("channel_lift", (math.log(1.5), None), 0.2, 90, 20), ENGLISH)
    assert said == "Odds of a sale by the channel so far (average 1): 1.5 and more"


def test_a_company_s_own_field_of_a_taken_name_keeps_its_own_label() -> None:
    assert feature_label("abc_grade", COMPANY) == "Оценка по правилам ABC"
    assert feature_label("answer_abc_grade", COMPANY) == "Класс в CRM"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("move_days_ahead", "Дата переезда, дней до"),
        ("wish_words", "Пожелание, слов"),
        ("colours_count", "Цвета, сколько выбрано"),
        ("unheard_of", "unheard of"),
    ],
)
def test_what_is_made_from_a_field_is_called_after_it(name: str, label: str) -> None:
    assert feature_label(name, COMPANY) == label


@pytest.mark.parametrize(
    ("leads", "sales", "average", "told"),
    [
        (1000, 310, 0.12, "310 of 1,000 such leads bought: 31\u00a0%, of all leads 12\u00a0%"),
        (1000, 101, 0.0996, "101 of 1,000 such leads bought: 10.1\u00a0%, of all leads 10.0\u00a0%"),
        (100_000, 40, 0.0003, "40 of 100,000 such leads bought: 0.04\u00a0%, of all leads 0.03\u00a0%"),
        (50, 0, 0.2, "0 of 50 such leads bought: 0\u00a0%, of all leads 20\u00a0%"),
        (0, 0, 0.2, ""),
        (50, 0, None, ""),
    ],
)
def test_a_rate_is_told_beside_that_of_all_leads_so_that_they_can_be_compared(
    leads: int, sales: int, average: float | None, told: str
) -> None:
    assert reason_counts(Reason("area", None, 0.1, leads, sales), average, ENGLISH) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0, "0"), (-0.0, "0"), (12.0, "12"), (0.004, "0.004"), (1234.56, "1,235"), (-2.50, "-2.5"), (1e-12, "0")],
)
def test_a_number_has_as_many_digits_as_matter(value: float, told: str) -> None:
    assert number_words(value, "en") == told
