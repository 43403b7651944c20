"""A contact stays in its book; what leaves it identifies nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from features.facts.contacts import Contact, ContactBook, normalised_email, normalised_phone, traces_of
from features.facts.import_log import ImportLog
from features.facts.persons import earlier_requests
from features.facts.store import FactStore
from features.facts.values import LeadId
from tests.support.contacts import keep_contact
from tests.support.facts import NOON, lead

ANNA = Contact("Анна", "8 912 345-67-89", "anna@firma.ru")


def keys_of(phone: str | None = None, email: str | None = None, secret: bytes = b"secret") -> tuple[str, ...]:
    return traces_of(Contact(None, phone, email), secret=secret, region="RU").person_keys


@pytest.mark.parametrize("written", ["+7 912 345-67-89", "8(912)3456789", "7 912 345 67 89", " 89123456789 "])
def test_a_phone_is_one_number_however_it_is_written(written: str) -> None:
    assert normalised_phone(written, "RU") == "+79123456789"


@pytest.mark.parametrize("written", ["", None, "нет", "12", "+7", "0" * 30])
def test_what_cannot_be_a_phone_is_none(written: str | None) -> None:
    assert normalised_phone(written, "RU") is None


@pytest.mark.parametrize("written", ["", None, "anna", "@firma.ru", "anna@firma", "an na@firma.ru"])
def test_what_cannot_be_an_e_mail_is_none(written: str | None) -> None:
    assert normalised_email(written) is None


@pytest.mark.parametrize(
    ("contact", "quality"),
    [
        (Contact(None, None, None), {"has_name": "no", "has_phone": "no", "has_email": "no"}),
        (
            ANNA,
            {
                "has_name": "yes", "has_phone": "yes", "has_email": "yes", "phone_valid": "yes", "phone_kind": "mobile",
                "email_kind": "company",
            },
        ),
        (
            Contact(" ", "8 495 123-45-67", "a@Gmail.com"),
            {
                "has_name": "no", "has_phone": "yes", "has_email": "yes", "phone_valid": "yes", "phone_kind": "fixed",
                "email_kind": "free",
            },
        ),
        (
            Contact(None, "123", "anna"),
            {"has_name": "no", "has_phone": "yes", "has_email": "yes", "phone_valid": "no", "email_kind": "invalid"},
        ),
    ],
)  # fmt: skip
def test_the_quality_of_a_contact_is_told_without_the_contact(contact: Contact, quality: dict[str, str]) -> None:
    assert traces_of(contact, secret=b"secret", region="RU").quality == quality


def test_the_same_person_has_the_same_keys_and_another_has_others() -> None:
    assert keys_of("8 912 345-67-89") == keys_of("+79123456789")
    assert keys_of(email="Anna@Firma.RU ") == keys_of(email="anna@firma.ru")
    assert keys_of("8 912 345-67-89") != keys_of("8 912 345-67-80")
    assert len(keys_of("8 912 345-67-89", "anna@firma.ru")) == 2


def test_keys_cannot_be_guessed_without_the_secret() -> None:
    assert keys_of("8 912 345-67-89") != keys_of("8 912 345-67-89", secret=b"other")


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.binary(min_size=1, max_size=100))
def test_whatever_is_given_leaves_nothing_readable_behind(name: str, phone: str, email: str, secret: bytes) -> None:
    traces = traces_of(Contact(name, phone, email), secret=secret, region="RU")
    words = {"yes", "no", "mobile", "fixed", "other", "free", "company", "invalid"}
    assert set(traces.quality.values()) <= words
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in traces.person_keys)


def test_a_contact_does_not_show_itself() -> None:
    assert repr(ANNA) == "Contact()"


def test_the_book_keeps_the_last_contact_that_was_given(engine: Engine) -> None:
    book = ContactBook(engine, b"secret")
    assert book.contact(LeadId("7")) == Contact(None, None, None)
    keep_contact(engine, "7", ANNA)
    assert book.contact(LeadId("7")) == ANNA
    keep_contact(engine, "7", Contact(None, None, None))
    assert book.contact(LeadId("7")) == ANNA
    keep_contact(engine, "7", Contact("Аня", None, None))
    assert book.contact(LeadId("7")) == Contact("Аня", None, None)
    assert book.contact(LeadId("8")) == Contact(None, None, None)


def test_earlier_requests_of_a_person_are_found_the_oldest_first(engine: Engine) -> None:
    store = FactStore(engine)
    phone, email = keys_of("8 912 345-67-89"), keys_of(email="anna@firma.ru")
    requests = {"c": (2, (*phone, *email)), "b": (1, phone), "a": (3, email), "z": (0, keys_of("8 912 345-67-80"))}
    store.append([
        replace(lead(name, at=NOON.replace(hour=9 + hours)), person_keys=keys)
        for name, (hours, keys) in requests.items()
    ])  # fmt: skip
    assert earlier_requests(engine, (*phone, *email), before=LeadId("a")) == ["b", "c"]
    assert earlier_requests(engine, phone, before=LeadId("c")) == ["b"]
    assert earlier_requests(engine, phone, before=LeadId("b")) == []
    assert earlier_requests(engine, (), before=LeadId("a")) == []


def test_a_request_that_was_taken_back_is_no_earlier_request(engine: Engine) -> None:
    store = FactStore(engine)
    phone = keys_of("8 912 345-67-89")
    wrong = ImportLog(engine).begin(file="a", sha256="0", kind="leads", started_at=NOON, exported_at=NOON)
    store.append([replace(lead("old"), person_keys=phone)], import_id=wrong.id)
    store.append([replace(lead("new"), person_keys=phone)])
    assert earlier_requests(engine, phone, before=LeadId("new")) == ["old"]
    store.undo(wrong.id)
    assert earlier_requests(engine, phone, before=LeadId("new")) == []


def test_without_a_secret_nobody_is_recognised_and_the_words_about_the_contact_are_the_same() -> None:
    contact = Contact("Анна", "8 912 345-67-89", "anna@firma.ru")
    known, asked = (traces_of(contact, secret=secret, region="RU") for secret in (b"key", None))
    assert (len(known.person_keys), asked.person_keys) == (2, ())
    assert asked.quality == known.quality
