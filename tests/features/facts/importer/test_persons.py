"""Who a lead is stands in the contact book alone; the same person is recognised again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

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
    assert house.book.same_person(lead.person_keys, before=LeadId("10")) == ["1"]
    nine = house.facts("9")[0]
    assert isinstance(nine, Lead)
    assert house.book.same_person(nine.person_keys, before=LeadId("9")) == ["1"]
