"""What managers wrote leaves the lead card without persons, whoever they are and however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from features.facts.contacts import Contact, ContactBook
from features.facts.without_persons import LEFT_OUT, WithoutPersons
from tests.support.contacts import keep_contact

PLAIN = st.sampled_from(
    [
        "просит замер",
        "wants quiet windows",
        "гарантия 10 лет",
        "не клиент,",
        "price matters;",
        "сроки. Монтаж",
        "2 окна",
    ]
)
NAMES = st.text(alphabet="абвгдежзиклмнопрстуфхцчшщэюя", min_size=3, max_size=9).map(str.capitalize)
PHONES = st.builds(
    lambda digits, gap, head: head + gap.join((digits[:3], digits[3:6], digits[6:8], digits[8:])),
    st.text(alphabet="0123456789", min_size=10, max_size=10),
    st.sampled_from(["", " ", "-", " - ", ".", ") ", "\u00a0"]),
    st.sampled_from(["+7", "8 ", "8(", "+49 ", "tel.", ""]),
)
MAILS = st.builds(
    "{}@{}.{}".format,
    st.text(alphabet="abcdefgh0123._+-", min_size=1, max_size=8),
    st.text(alphabet="abcdefgh", min_size=1, max_size=8),
    st.sampled_from(["ru", "com", "рф", "museum"]),
)
LINKS = st.builds("{}{}".format, st.sampled_from(["https://", "www.", "t.me/", "vk.com/"]), st.just("firma77"))


@given(NAMES, PLAIN, PLAIN, st.sampled_from(["", "у", "а", "ом", "е", "ы"]))
def test_a_name_of_the_book_is_left_out_in_every_case_and_any_writing(name: str, a: str, b: str, ending: str) -> None:
    clean = WithoutPersons([f"{name} Икс"])
    for written in (name, name.lower(), name.upper(), name.replace("е", "ё"), name + ending):
        told = clean(f"{a} {written} {b}")
        assert written.casefold() not in told.casefold().split()
        assert LEFT_OUT in told


@given(st.one_of(PHONES, MAILS, LINKS), PLAIN, PLAIN)
def test_no_phone_address_or_link_is_left(sign: str, a: str, b: str) -> None:
    told = WithoutPersons()(f"{a} {sign} {b}")
    assert sign not in told
    assert sum(one.isdigit() for one in told) <= 4
    assert "@" not in told


@given(st.lists(st.one_of(PLAIN, NAMES, PHONES, MAILS, LINKS, st.text(max_size=12)), max_size=6))
def test_saying_it_again_changes_nothing(parts: list[str]) -> None:
    clean = WithoutPersons(["Анна Смирнова"])
    once = clean(" ".join(parts))
    assert clean(once) == once


@given(PLAIN, PLAIN)
def test_what_names_nobody_stays_as_it_was_written(a: str, b: str) -> None:
    assert WithoutPersons(["Анна Смирнова"])(f"{a} {b}") == f"{a} {b}"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Павел Иванович просил в Москве", "… просил в Москве"),
        ("говорила с Петровой, ждёт решения", "говорила с …, ждёт решения"),
        ("Smith asked for a Monday call", "Smith asked for a Monday call"),  # nobody told us that Smith is a person
        ("I spoke with Smith", "I spoke with …"),
        ("паспорт 4510 123456, договор 88123", "паспорт …, договор …"),
        ("сумма 230 000 руб, 2 окна", "сумма 230 000 руб, 2 окна"),
        ("нужен договор на ООО", "нужен договор на ООО"),
        ("пишите @ivan_77 или ivan @ mail.ru", "пишите … или …"),
        ("Окна.Нужны срочно", "Окна.Нужны срочно"),
        ("", ""),
    ],
)
def test_names_are_known_by_how_they_are_written(written: str, shown: str) -> None:
    assert WithoutPersons(keeps=["Москва", "Москве"])(written) == shown


def test_what_the_company_says_itself_may_stand_unless_it_is_somebodys_name() -> None:
    assert WithoutPersons(keeps=["Химки"])("офис в Химки") == "офис в Химки"
    assert WithoutPersons(["Химки"], keeps=["Химки"])("офис в Химки") == "офис в …"


def test_the_contact_book_leaves_out_everybody_in_it_and_the_managers(sqlite_engine: Engine) -> None:
    keep_contact(sqlite_engine, "1", Contact("Заур Магомедов", None, None))
    keep_contact(sqlite_engine, "2", Contact(None, "8 912 345-67-89", None))
    clean = ContactBook(sqlite_engine, b"secret").without_persons(["Элла К."])
    assert clean("эллу просил заур") == "… просил …"
