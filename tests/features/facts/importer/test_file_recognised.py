"""A file is recognised by its header, and refused before a row is stored where it does not fit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from features.errors import ImportRefused
from features.facts.export_kind import kind_of_file
from features.facts.import_log import ImportLog
from tests.features.facts.importer.house import (
    ANNA,
    BORIS,
    COMPANY,
    HEADER,
    House,
)


@pytest.mark.parametrize(
    ("written", "other"), [("03.02.2026", "25.02.2026"), ("02/03/2026", "02/25/2026"), ("2026-02-03", "2026-02-25")]
)
def test_the_order_of_dates_is_learned_from_the_whole_file(sqlite_house: House, written: str, other: str) -> None:
    sqlite_house.take(sqlite_house.file("leads.csv", ("Номер", "Создан"), ("1", written), ("2", other)))
    assert sqlite_house.facts("1")[0].at == datetime(2026, 2, 2, 21, tzinfo=UTC)


def test_dates_that_fit_two_orders_are_not_guessed(sqlite_house: House) -> None:
    summary = sqlite_house.take(sqlite_house.file("leads.csv", ("Номер", "Создан"), ("1", "02/03/2026")))
    assert (summary.stored, summary.rejected) == (0, 1)
    assert "export.date_order" in sqlite_house.rejects(summary)[0][4]


@pytest.mark.parametrize(
    ("header", "kind", "says"),
    [
        (("Город", "Цена"), None, "fits none of the exports"),
        (("Номер", "Город"), None, "'Создан'"),
        (("Номер", "Город"), "leads", "'Создан' .created_at. is missing"),
        (("Номер", "Создан", "Номер"), None, "'Номер' twice"),
        (("Заявка", "Звонок", "Итог"), "stages", "'Стадия' .stage. is missing"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_before_a_row_is_stored(
    house: House, header: tuple[str, ...], kind: str | None, says: str
) -> None:
    path = house.file("other.csv", header, tuple("1" for _ in header))
    with pytest.raises(ImportRefused, match=says):
        house.take(path, kind=kind)
    assert house.store.last_number() == 0
    assert ImportLog(house.engine).entries() == []


def test_a_refusal_does_not_repeat_a_first_line_that_holds_a_person(sqlite_house: House) -> None:
    path = sqlite_house.file("leads.csv", ANNA, BORIS)
    with pytest.raises(ImportRefused) as caught:
        sqlite_house.take(path, kind="leads")
    assert "header" in str(caught.value)
    assert not any(word in str(caught.value) for word in ("Анна", "345-67-89", "anna@"))


def test_columns_that_were_declared_and_are_not_there_are_said(sqlite_house: House) -> None:
    summary = sqlite_house.take(sqlite_house.file("leads.csv", ("Номер", "Создан"), ("1", "02.03.2026")))
    assert "the column 'Площадь' is not in the file" in summary.warnings


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("leads", HEADER),
        ("calls", ("Заявка", "Звонок", "Итог")),
        ("stages", ("Заявка", "Дата", "Стадия")),
        ("spend", ("День", "Расход")),
        ("plan", ("Месяц", "Что", "План")),
    ],
)
def test_a_file_is_recognised_by_its_header(kind: str, header: tuple[str, ...]) -> None:
    assert kind_of_file(header, COMPANY.export, "file.csv") == kind


def test_an_export_of_deals_is_not_taken_for_leads_by_its_number_and_day(house: House) -> None:
    deals = house.file(
        "deals.csv",
        ("Номер", "Создан", "Название", "Воронка", "Валюта"),
        ("90", "02.03.2026", "Окна", "Продажи", "RUB"),
    )
    with pytest.raises(ImportRefused, match=r"2 of the 12 columns .* --as leads"):
        house.take(deals)
    with pytest.raises(ImportRefused):
        house.take(deals, dry_run=True)
    assert house.take(deals, kind="leads").stored == 1
