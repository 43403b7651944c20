"""A comment is shown without the person, or not at all: no contact of the contact book ever survives."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from features.facts.contacts import Contact, ContactBook, normalised_phone
from features.facts.shown_comments import shown_comment
from features.facts.without_persons import WithoutPersons
from tests.support.contacts import keep_contact

NAMES = st.sampled_from(
    [
        "Анна Петрова",
        "Лев",
        "Ян Ли",
        "Мария-Луиза",
        "Олег О'Нил",
        "Zoë Smith",
        "Jean-Luc Picard",
        "Ия",
        "ГЛЕБ",
        "Щукина Ёлка",
    ]
)
MAILS = st.sampled_from(["anna.petrova@example.com", "Лев@почта.рф", "j+tag@mail.example.org", "info@a.ru"])
DIGITS = st.from_regex(r"[78]9[0-9]{9}", fullmatch=True)
AROUND = st.sampled_from(
    [
        "просил перезвонить",
        "ищет работу, не клиент",
        ".",
        "—",
        "12 окон",
        "до 9",
        "\n",
        "(",
        ")",
        "«",
        "нет",
        "\u200b",
        "!",
    ]
)
ENDINGS = ("", "а", "у", "ом", "ы", "е", "ой")


@st.composite
def phones(draw: st.DrawFn) -> str:
    """Draw a phone number as people write it, taken apart in any way."""
    digits = draw(DIGITS)
    between = draw(st.sampled_from(["", " ", "-", ".", " - ", "\u00a0", ") ", "/"]))
    return draw(st.sampled_from(["", "+", "т. "])) + between.join(re.findall("..?.?", digits)) if between else digits


@given(
    NAMES, phones(), MAILS, st.lists(AROUND, max_size=6), st.randoms(use_true_random=False), st.sampled_from(ENDINGS)
)
def test_no_contact_of_the_book_survives_wherever_and_however_it_is_written(
    name: str, phone: str, mail: str, around: list[str], draw: random.Random, ending: str
) -> None:
    written = [name, name.casefold(), name.upper(), name.split()[0] + ending, phone, mail, mail.upper()]
    parts = [*around, *draw.sample(written, draw.randrange(1, 4))]
    draw.shuffle(parts)
    shown = shown_comment(draw.choice([" ", "  ", ", "]).join(parts), WithoutPersons([name]))
    if shown is None:
        return
    words = set(re.findall(r"[^\W\d_]+", shown.casefold()))
    assert not words & {word for word in re.findall(r"[^\W\d_]+", name.casefold()) if len(word) > 1}
    assert mail.casefold() not in shown.casefold()
    assert "@" not in shown
    assert normalised_phone(shown, "RU") is None
    assert not re.search(r"\d{5}", re.sub(r"[\s().+/-]", "", shown))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ищет работу, не клиент", "ищет работу, не клиент"),
        ("перезвонить Анне после 9", "перезвонить … после 9"),
        ("спросить Петра Ильича, он решает", "спросить …, он решает"),
        ("смотри vk.com/id12 и https://a.example/b?c=1", None),
        ("договор на 12 окон, смета 1 250 000", "договор на 12 окон, смета …"),
        ("8 9 1 2 3 4 5 6 7 8 9", None),
        ("восемь 91 а 23 б 45 в 67 г 89", None),
        ("ок", None),
        ("", None),
    ],
)
def test_known_lines(text: str, shown: str | None) -> None:
    assert shown_comment(text, WithoutPersons(["Анна"])) == shown


def test_names_are_read_from_the_book_and_again_when_it_grows(sqlite_engine: Engine) -> None:
    book = ContactBook(sqlite_engine, b"key")
    assert shown_comment("звонить петровой вечером", book.without_persons()) == "звонить петровой вечером"
    keep_contact(sqlite_engine, "7", Contact("Анна Петрова", "8 912 345-67-89", "sidorov.k@example.com"))
    assert shown_comment("звонить петровой вечером", book.without_persons()) == "звонить … вечером"
    assert shown_comment("пишет как sidorov вечером", book.without_persons()) == "пишет как … вечером"
    assert book.without_persons() is book.without_persons()
