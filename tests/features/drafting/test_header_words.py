"""Column names are read as people mean them."""

from __future__ import annotations

import pytest

from features.drafting.header_words import fits, words_of


@pytest.mark.parametrize("name", ["created_at", "Created At", "createdAt", "CREATED AT", " created-at "])
def test_case_and_separators_do_not_matter(name: str) -> None:
    assert words_of(name) == ("created", "at")


def test_a_phrase_without_dots_must_be_the_whole_name() -> None:
    assert not fits("Lead source category", "lead source")
    assert fits("Lead source category", "lead source …")
    assert not fits("Raw lead source", "lead source …")


def test_a_star_stands_for_a_words_ending_only() -> None:
    assert fits("Дата создания", "дата создан*")
    assert not fits("Дата воссоздания", "дата создан*")


def test_letters_that_are_written_two_ways_are_one() -> None:
    assert fits("Счёт выставлен", "счет …")


def test_a_name_of_signs_only_fits_nothing() -> None:
    assert not fits("№", "№")
    assert not fits("", "… id")
