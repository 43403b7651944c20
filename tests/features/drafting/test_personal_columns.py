"""Personal data is seen by name and by looks, and never shown."""

from __future__ import annotations

import pytest

from features.drafting.personal_columns import may_be_shown, personal_sign, share_with_contacts


@pytest.mark.parametrize(
    "column", ["ФИО", "Мобильный телефон", "Work phone", "Отчество", "ИНН", "Адрес доставки", "Email 2"]
)
def test_a_personal_name_is_enough(column: str) -> None:
    assert personal_sign(column, []) is not None


@pytest.mark.parametrize(
    "cells",
    [
        ["anna@example.com", "b@c.ru"],
        ["+7 912 345-67-89", "8 (912) 345-67-89"],
        [f"Анна Иванова{'а' * n}" for n in range(99)],
    ],
)
def test_personal_cells_are_seen_under_any_name(cells: list[str]) -> None:
    assert personal_sign("x", cells) is not None


def test_ordinary_answers_are_not_personal() -> None:
    assert personal_sign("Город", ["Нижний Новгород", "Великие Луки"] * 50) is None
    assert personal_sign("Площадь", ["120", "80"]) is None


def test_a_yes_or_no_about_the_contact_is_not_the_contact() -> None:
    assert personal_sign("Do Not Email", ["Yes", "No", "No"]) is None


def test_contacts_within_free_text_are_counted() -> None:
    assert share_with_contacts(["звоните +7 912 345-67-89", "мне окна", "a@b.ru", "нет"]) == 0.5


def test_a_word_that_stands_once_is_shown_only_if_it_names_nobody() -> None:
    assert may_be_shown("Closed Won", times=1)
    assert may_be_shown("нет ответа два раза", times=1)
    assert not may_be_shown("Просил перезвонить Пётр Петрович", times=1)
