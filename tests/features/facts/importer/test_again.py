"""A file that comes again brings what is new of it, and nothing twice."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

from features.facts import importer
from features.facts.company import FormField
from features.facts.values import Lead, LeadId
from features.rows.as_of import Gate
from tests.features.facts.importer.house import (
    ANNA,
    BORIS,
    COMPANY,
    HEADER,
    LATER,
    House,
)


def test_a_second_import_changes_nothing_and_says_so(house: House) -> None:
    path = house.file("leads.csv", HEADER, ANNA, BORIS)
    first = house.take(path)
    before = house.everything()
    again = house.take(path, exported_at=LATER)
    assert (again.was_known, again.stored, again.unchanged) == (True, 0, 2)
    assert again.import_id == first.import_id
    assert house.everything() == before


def test_the_same_rows_in_another_file_change_nothing_either(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA, BORIS))
    before = house.everything()
    again = house.take(house.file("again.csv", HEADER, BORIS, ANNA), exported_at=LATER)
    assert (again.was_known, again.stored, again.unchanged) == (False, 0, 2)
    assert house.everything() == before


def test_a_file_is_read_anew_once_company_yaml_says_otherwise_how(house: House) -> None:
    path = house.file("leads.csv", HEADER, ANNA)
    first = house.take(path)
    mended = COMPANY.model_copy(
        update={"fields": {**COMPANY.fields, "name_of_field": FormField(kind="text", column="Источник")}}
    )
    again = house.take(path, exported_at=LATER, company=mended)
    assert (again.was_known, again.stored) == (False, 1)
    assert f"leadloop undo {first.import_id}" in again.warnings[-1]
    assert house.take(path, exported_at=LATER, company=mended).was_known
    leads = [fact for fact in house.facts() if isinstance(fact, Lead)]
    assert [fact.known_at for fact in leads] == [datetime(2026, 3, 2, 7, tzinfo=UTC), LATER]


def test_files_that_were_imported_before_a_column_could_be_named_are_still_known() -> None:
    said = COMPANY.model_dump_json(include={"fields", "export", "time_zone", "currency", "language"})
    before = json.loads(said)
    del before["export"]["leads"]["currency"], before["export"]["stages"]["currency"], before["export"]["stages"]["id"]
    told = json.dumps(before, ensure_ascii=False, separators=(",", ":"))
    assert importer._how_read(COMPANY) == hashlib.sha256(told.encode()).hexdigest()[:16]


def test_rows_that_lay_ahead_of_their_export_go_in_when_the_file_comes_again(house: House) -> None:
    path = house.file(
        "spend.csv",
        ("День", "Расход", "Клики", "Источник"),
        ("09.03.2026", "90", "1", "vk"),
        ("15.03.2026", "70", "2", "vk"),
    )
    first = house.take(path)
    assert (first.stored, first.rejected) == (1, 1)
    again = house.take(path, exported_at=LATER)
    assert (again.was_known, again.stored, again.unchanged, again.rejected) == (False, 1, 1, 0)
    assert house.take(path, exported_at=LATER).was_known
    assert sum(one.cost for one in house.store.spend()) == 160.0


def test_a_row_that_no_clock_can_mend_does_not_make_a_new_import_of_each_that_follows(house: House) -> None:
    path = house.file("leads.csv", HEADER, ANNA, ("3", "31.02.2026", *BORIS[2:]))
    first = house.take(path)
    again = house.take(path, exported_at=LATER)
    assert (again.was_known, again.import_id, first.rejected) == (True, first.import_id, 1)


def test_an_old_file_with_rejected_rows_that_comes_again_takes_back_nothing_that_was_told_since(house: House) -> None:
    old = house.file("old.csv", HEADER, ANNA, ("3", "31.03.2026", *BORIS[2:]))
    house.take(old)
    house.take(
        house.file("new.csv", HEADER, (*ANNA[:3], "8 900 000-00-01", ANNA[4], "55", *ANNA[6:])), exported_at=LATER
    )
    again = house.take(old, exported_at=LATER + timedelta(days=1))
    assert (again.stored, again.unchanged, again.rejected) == (0, 1, 1)
    assert house.book.contact(LeadId("1")).phone == "8 900 000-00-01"
    known = Gate(COMPANY).as_of(house.store.history(LeadId("1")), LATER + timedelta(days=2))
    assert known is not None
    assert known.answers["area"] == 55.0
