"""A file goes in row by row: what fits is stored, what does not is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from features.facts import read_rows
from features.facts.contacts import Contact
from features.facts.import_log import ImportLog
from features.facts.values import Lead, LeadId, Source
from tests.features.facts.importer.house import (
    ANNA,
    BORIS,
    HEADER,
    House,
    many,
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_leads_come_in_with_source_and_contact_however_the_file_is_written(
    sqlite_house: House, encoding: str, separator: str
) -> None:
    path = sqlite_house.file("leads.csv", HEADER, ANNA, BORIS, separator=separator, encoding=encoding)
    summary = sqlite_house.take(path)
    assert (summary.kind, summary.rows, summary.stored, summary.rejected) == ("leads", 2, 2, 0)
    lead, source = sqlite_house.facts("1")
    assert isinstance(lead, Lead)
    assert lead.at == lead.known_at == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert lead.back_dated
    assert lead.answers == {"area": 40.5, "owner": "yes", "wish": "окна"}
    assert isinstance(source, Source)
    assert source.marks == {"source": "Яндекс"}
    assert sqlite_house.book.contact(LeadId("1")) == Contact("Анна", "8 912 345-67-89", "anna@firma.ru")
    boris, _ = sqlite_house.facts("2")
    assert isinstance(boris, Lead)
    assert boris.answers == {"owner": "no", "wish": "дверь; балкон"}


def test_what_does_not_fit_is_named_by_line_and_column_and_the_rows_beside_it_go_in(house: House) -> None:
    path = house.file(
        "leads.csv",
        HEADER,
        ANNA,
        ("3", "", *ANNA[2:]),
        ("4", "вчера", *ANNA[2:]),
        ("5", *ANNA[1:5], "большая", "возможно", *ANNA[7:]),
        ("6", "02.03.2026"),
        ("", *ANNA[1:]),
        ("8", "01.04.2026", *ANNA[2:]),
        BORIS,
    )
    summary = house.take(path)
    assert (summary.rows, summary.stored, summary.rejected, summary.rejected_cells) == (8, 3, 5, 2)
    found = house.rejects(summary)
    assert [line[:4] for line in found] == [
        ("2", "3", "Создан", "row"),
        ("3", "4", "Создан", "row"),
        ("4", "5", "Площадь", "cell"),
        ("4", "5", "Собственник", "cell"),
        ("5", "6", "", "row"),
        ("6", "7", "Номер", "row"),
        ("7", "8", "Создан", "row"),
    ]
    assert all(len(line[4]) > 10 for line in found)
    assert [history.lead_id for history in house.store.histories()] == ["1", "2", "5"]
    five = house.facts("5")[0]
    assert isinstance(five, Lead)
    assert five.answers == {"wish": "окна"}


def test_a_rehearsal_counts_what_the_import_then_does_and_stores_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", 3)
    house.take(house.file("first.csv", *many(5)))
    before = house.store.last_number()
    path = house.file("leads.csv", *many(14), *list(many(14))[1:4], ("13", "05.03.2026 10:00", *[""] * 7))
    dry = house.take(path, dry_run=True)
    assert house.store.last_number() == before
    assert len(ImportLog(house.engine).entries()) == 1
    assert house.book.contact(LeadId("12")) == Contact(None, None, None)
    real = house.take(path)
    assert (real.rows, real.unchanged) == (18, 6)
    assert replace(real, import_id=None, rejects=None) == dry


CELLS = st.sampled_from(["", "1", "2", "02.03.2026", "да", "нет", "Select", "x" * 300, '"', ";", "0001-01-01", "😀"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=9, max_size=9).map(tuple), max_size=6))
def test_whatever_stands_in_a_file_every_row_is_stored_unchanged_or_rejected(
    engine: Engine, tmp_path: Path, rows: list[tuple[str, ...]]
) -> None:
    house = House(tmp_path, engine)
    path = house.file("leads.csv", HEADER, ANNA, *rows)
    before = house.store.last_number()
    dry = house.take(path, dry_run=True)
    summary = house.take(path)
    if not summary.was_known:
        assert summary.rows == summary.stored + summary.unchanged + summary.rejected == len(rows) + 1
        assert (dry.stored, dry.unchanged, dry.rejected) == (summary.stored, summary.unchanged, summary.rejected)
    assert (house.store.last_number() > before) == (summary.stored > 0)
    assert house.take(path).was_known


def test_a_zero_byte_deep_in_a_file_does_not_stop_it(house: House) -> None:
    path = house.folder / "leads.csv"
    path.write_text("Номер;Создан;Имя\n1;02.03.2026;Ан\x00на\n", encoding="utf-16")
    assert house.take(path).stored == 1
    assert house.book.contact(LeadId("1")).name == "Анна"
