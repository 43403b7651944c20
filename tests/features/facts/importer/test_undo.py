"""An import that is taken back leaves what the others brought, and its file can come in again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from features.facts import read_rows
from features.facts.values import LeadId
from features.rows.as_of import Gate
from tests.features.facts.importer.house import (
    ANNA,
    BORIS,
    COMPANY,
    HEADER,
    LATER,
    House,
    Killed,
    killed_after,
)


def test_an_import_that_was_taken_back_can_be_made_again(house: House) -> None:
    path = house.file("leads.csv", HEADER, ANNA)
    wrong = house.take(path)
    assert wrong.import_id is not None
    assert house.store.undo(wrong.import_id) == 2
    assert house.everything() == []
    assert house.book.contact(LeadId("1")).phone is None
    again = house.take(path)
    assert (again.was_known, again.stored) == (False, 1)
    assert house.book.contact(LeadId("1")).phone == "8 912 345-67-89"


def test_taking_a_later_export_back_leaves_what_the_earlier_one_brought(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA))
    before = house.everything()
    later = house.take(house.file("later.csv", HEADER, (*ANNA[:5], "90", *ANNA[6:]), BORIS), exported_at=LATER)
    assert later.import_id is not None
    house.store.undo(later.import_id)
    assert house.everything() == before
    assert house.book.contact(LeadId("1")).phone == "8 912 345-67-89"
    assert house.book.contact(LeadId("2")).email is None


def test_taking_a_later_export_back_brings_the_contact_that_was_there_before(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA))
    changed = tuple("8 912 345-67-80" if cell == "8 912 345-67-89" else cell for cell in ANNA)
    later = house.take(house.file("later.csv", HEADER, changed), exported_at=LATER)
    assert later.import_id is not None
    assert house.book.contact(LeadId("1")).phone == "8 912 345-67-80"
    house.store.undo(later.import_id)
    assert house.book.contact(LeadId("1")).phone == "8 912 345-67-89"


def test_taking_the_first_export_back_leaves_the_contact_of_a_lead_that_a_later_one_changed(house: House) -> None:
    first = house.take(house.file("leads.csv", HEADER, ANNA, BORIS))
    house.take(house.file("later.csv", HEADER, (*ANNA[:5], "90", *ANNA[6:])), exported_at=LATER)
    assert first.import_id is not None
    house.store.undo(first.import_id)
    assert [history.lead_id for history in house.store.histories()] == ["1"]
    assert house.book.contact(LeadId("1")).phone == "8 912 345-67-89"
    assert house.book.contact(LeadId("2")).email is None


def test_a_sale_that_came_in_without_an_id_is_taken_back_once_its_import_is_undone(house: House) -> None:
    named = COMPANY.export.stages.model_copy(update={"id": "Сделка"})
    company = COMPANY.model_copy(update={"export": COMPANY.export.model_copy(update={"stages": named})})
    header, sold = ("Сделка", "Заявка", "Дата", "Стадия", "Сумма"), ("90", "1", "05.03.2026", "Оплата", "90 000")
    house.take(house.file("leads.csv", HEADER, ANNA))
    path = house.file("stages.csv", header, sold)
    without_ids = house.take(path)
    later = house.file("later.csv", header, sold, ("90", "1", "18.03.2026", "Отказ", ""))
    assert without_ids.import_id is not None
    house.store.undo(without_ids.import_id)
    house.take(path, company=company)
    told = house.take(later, company=company, exported_at=LATER)
    assert (told.stored, [one for one in told.warnings if "after its sale" in one]) == (1, [])
    known = Gate(company).as_of(house.store.history(LeadId("1")), LATER)
    assert known is not None
    assert known.stage_kinds == ("lost",)


AHEAD = (
    ("День", "Расход", "Клики", "Источник"),
    ("09.03.2026", "90", "1", "vk"),
    ("15.03.2026", "70", "2", "vk"),
)


def test_a_file_whose_first_import_was_taken_back_after_its_rejected_rows_went_in_comes_back_whole(
    house: House,
) -> None:
    path = house.file("spend.csv", *AHEAD)
    first, later = house.take(path), house.take(path, exported_at=LATER)
    assert first.import_id is not None
    assert later.stored == 1
    house.store.undo(first.import_id)
    back = house.take(path, exported_at=LATER)
    assert (back.was_known, back.again, back.stored, back.unchanged) == (False, False, 1, 1)
    assert sum(one.cost for one in house.store.spend()) == 160.0
    assert house.take(path, exported_at=LATER + timedelta(days=1)).was_known


def test_a_file_that_comes_back_whole_and_is_cut_off_goes_on_whole(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", 1)
    path = house.file("leads.csv", HEADER, ANNA, (*BORIS[:5], "60", *BORIS[6:]), ("3", "31.03.2026", *BORIS[2:]))
    house.take(house.file("older.csv", HEADER, ANNA, BORIS))
    first = house.take(path)
    house.take(path, exported_at=LATER + timedelta(days=20))
    assert first.import_id is not None
    house.store.undo(first.import_id)
    with pytest.raises(Killed):
        house.take(path, exported_at=LATER + timedelta(days=20), progress=killed_after(1))
    assert (went_on := house.take(path, exported_at=LATER + timedelta(days=20))).resumed_after == 1
    assert (went_on.again, went_on.stored) == (False, 1)
    known = Gate(COMPANY).as_of(house.store.history(LeadId("2")), LATER + timedelta(days=21))
    assert known is not None
    assert known.answers["area"] == 60.0
