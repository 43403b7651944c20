"""Leads are one person's by the phones and e-mails that they have now, and by none that is nobody's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from features.facts.contacts import Contact, traces_of
from features.facts.database import reading
from features.facts.persons import MOST_OF_ONE_KEY, Person, person_of
from features.facts.store import FactStore
from features.facts.values import LeadId
from tests.support.contacts import keep_contact
from tests.support.facts import NOON, lead

MANY = MOST_OF_ONE_KEY + 1
OFFICE = "8 495 123-45-67"


def phone(number: int) -> str:
    return f"8 912 345-67-{number:02}"


def tell(engine: Engine, lead_id: str, contact: Contact, import_id: int | None = None) -> None:
    """Store one more version of a lead, as the API does, or an import."""
    store = FactStore(engine)
    traces = traces_of(contact, secret=b"secret", region="RU")
    version = replace(lead(lead_id), person_keys=traces.person_keys, contact_quality=traces.quality)
    told = replace(version, known_at=NOON + timedelta(minutes=store.last_number()))
    store.append([told], import_id=import_id)
    keep_contact(engine, lead_id, contact)


def person(engine: Engine, lead_id: str) -> Person:
    with reading(engine) as connection:
        return person_of(connection, LeadId(lead_id))


def test_leads_are_linked_one_after_another(engine: Engine) -> None:
    tell(engine, "1", Contact(None, phone(1), None))
    tell(engine, "2", Contact(None, phone(1), "a@example.com"))
    tell(engine, "3", Contact(None, None, "a@example.com"))
    tell(engine, "4", Contact(None, phone(4), None))
    assert person(engine, "1").leads == {"1", "2", "3"}


def test_what_a_lead_says_no_more_links_nobody_but_is_told(engine: Engine) -> None:
    tell(engine, "1", Contact(None, phone(1), None))
    tell(engine, "2", Contact(None, phone(1), None))
    tell(engine, "2", Contact(None, phone(2), None))
    for lead_id, other in (("1", "2"), ("2", "1")):
        found = person(engine, lead_id)
        assert (found.leads, found.once) == ({lead_id}, {other})


def test_a_row_of_an_import_without_a_contact_takes_none_away(engine: Engine) -> None:
    tell(engine, "1", Contact(None, phone(1), None))
    tell(engine, "2", Contact(None, phone(1), None))
    tell(engine, "2", Contact(None, None, None), import_id=1)
    assert person(engine, "1").leads == {"1", "2"}


def test_a_contact_that_was_cleared_links_nobody_any_more(engine: Engine) -> None:
    tell(engine, "1", Contact(None, phone(1), None))
    tell(engine, "2", Contact(None, phone(1), None))
    tell(engine, "2", Contact(None, None, None))
    found = person(engine, "1")
    assert (found.leads, found.once) == ({"1"}, {"2"})


@pytest.mark.parametrize("told_by", ["phone", "name"])
def test_what_too_many_share_who_have_nothing_else_in_common_links_nobody(engine: Engine, told_by: str) -> None:
    for number in range(MANY):
        by_name = told_by == "name"
        tell(
            engine,
            str(number),
            Contact(f"Имя {number}" if by_name else None, None if by_name else phone(number), "no@mail.ru"),
        )
    tell(engine, "own", Contact("Имя 3", phone(3), "no@mail.ru"))
    found = person(engine, "own")
    assert found.leads == ({"own", "3"} if told_by == "phone" else {"own"})
    assert list(found.shared.values()) == [MANY + 1]


def test_a_family_a_small_office_and_a_loyal_customer_are_linked(engine: Engine) -> None:
    for number in range(MOST_OF_ONE_KEY):
        tell(engine, f"office {number}", Contact(f"Имя {number}", OFFICE, f"{number}@example.com"))
    for number in range(2 * MANY):
        tell(engine, f"loyal {number}", Contact(["Анна", "Анна П."][number % 2], phone(1), ["", "a@b.ru"][number % 2]))
    assert len(person(engine, "office 0").leads) == MOST_OF_ONE_KEY
    found = person(engine, "loyal 0")
    assert (len(found.leads), found.shared) == (2 * MANY, {})


def test_an_office_that_outgrew_what_links_is_told_by_its_number(engine: Engine) -> None:
    for number in range(MANY):
        tell(engine, f"office {number}", Contact(f"Имя {number}", OFFICE, f"{number}@example.com"))
    tell(engine, "again", Contact(None, None, "3@example.com"))
    found = person(engine, "office 3")
    assert (found.leads, list(found.shared.values())) == ({"again", "office 3"}, [MANY])
