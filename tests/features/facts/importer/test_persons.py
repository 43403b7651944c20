"""Who a lead is stands in the contact book alone; the same person is recognised again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from features.facts.forgetting import forget_person
from features.facts.persons import earlier_requests
from features.facts.tables import FACTS
from features.facts.values import Lead, LeadId
from tests.features.facts.importer.house import (
    ANNA,
    BORIS,
    HEADER,
    LATER,
    House,
    row_at,
)

SECRETS = ("Анна", "345-67-89", "3456789", "anna@firma.ru", "anna", "Борис", "boris")


def test_a_contact_is_nowhere_but_in_the_book(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    broken = (("3", "завтра", *ANNA[2:]), ("4", *ANNA[1:5], "большая", *ANNA[6:]), ("5", *ANNA[1:], "лишнее"))
    summary = house.take(house.file("leads.csv", HEADER, ANNA, BORIS, *broken))
    assert summary.rejects is not None
    with house.engine.connect() as connection:
        payloads = " ".join(connection.execute(select(FACTS.c.payload)).scalars())
    places = [
        payloads,
        summary.rejects.read_text(encoding="utf-8-sig"),
        repr(summary),
        repr(house.facts()),
        repr(house.book.contact(LeadId("1"))),
        repr(row_at(house, LATER)),
        "".join(capfd.readouterr()),
    ]
    assert [(word, place) for word in SECRETS for place in places if word in place] == []


def test_the_same_person_is_recognised_again_by_phone_or_e_mail(house: House) -> None:
    again = ("9", "05.03.2026 10:00", "Аня", "+7 (912) 345 67 89", "other@mail.ru", *ANNA[5:])
    third = ("10", "06.03.2026 10:00", "", "", " ANNA@firma.ru ", *ANNA[5:])
    house.take(house.file("leads.csv", HEADER, ANNA, BORIS, again, third))
    lead = house.facts("10")[0]
    assert isinstance(lead, Lead)
    assert earlier_requests(house.engine, lead.person_keys, before=LeadId("10")) == ["1"]
    nine = house.facts("9")[0]
    assert isinstance(nine, Lead)
    assert earlier_requests(house.engine, nine.person_keys, before=LeadId("9")) == ["1"]


def test_an_export_that_tells_of_somebody_forgotten_again_names_her_in_no_column(house: House) -> None:
    named = (*ANNA[:8], "от Анна")
    house.take(house.file("leads.csv", HEADER, named, BORIS))
    forget_person(house.engine, LeadId("1"), texts=frozenset(), moment=LATER)
    stored = house.store.last_number()
    later = (*ANNA[:5], "60", *ANNA[6:8], "от Анна")
    summary = house.take(house.file("again.csv", HEADER, named, BORIS), exported_at=LATER, dry_run=True)
    assert summary.stored == 0
    house.take(house.file("again.csv", HEADER, later, BORIS), exported_at=LATER)
    assert house.store.last_number() == stored + 1
    with house.engine.connect() as connection:
        payloads = " ".join(connection.execute(select(FACTS.c.payload).where(FACTS.c.lead_id == "1")).scalars())
    assert not any(word in payloads for word in SECRETS)
