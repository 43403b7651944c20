"""A cell becomes a value, or a complaint that names the column and never the cell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from features.errors import FactRefused
from features.facts.cells import Cells, yes_or_no
from features.facts.company import Company, FieldKind, FormField
from features.facts.file_shape import FileShape
from features.facts.values import Answer

COMPANY = Company.model_validate({"company": "Окна", "export": {"placeholders": ["Select", "не важно"]}})
SHAPE = FileShape("utf-8", ";", "dmy", ",")


def cells(**row: str) -> Cells:
    return Cells(COMPANY, SHAPE, row)


@pytest.mark.parametrize("nothing", ["", "  ", "-", "—", "NULL", "n/a", "nan", "Select", " SELECT ", "Не важно"])
def test_a_placeholder_is_no_answer(nothing: str) -> None:
    assert cells(city=nothing).text("city") is None
    assert cells(area=nothing).number("area") is None


def test_a_column_that_is_not_there_is_no_answer() -> None:
    assert cells().text("city") is None
    assert cells().text(None) is None
    assert cells().optional_moment(None) is None


def test_a_text_loses_doubled_spaces_and_zero_bytes_and_no_more() -> None:
    assert cells(city=" Нижний \t\n Новгород\x00 ").text("city") == "Нижний Новгород"


def test_an_empty_cell_that_every_row_needs_is_refused_by_column() -> None:
    with pytest.raises(FactRefused, match="every row needs it") as caught:
        cells(id=" ").needed("id")
    assert caught.value.field == "id"


@pytest.mark.parametrize(
    ("text", "day_ends", "moment"),
    [
        ("02.03.2026", False, datetime(2026, 3, 1, 21, tzinfo=UTC)),
        ("02.03.2026", True, datetime(2026, 3, 2, 20, 59, 59, 999_999, tzinfo=UTC)),
        ("02.03.2026 00:00", True, datetime(2026, 3, 1, 21, tzinfo=UTC)),
        ("02.03.2026 14:05", False, datetime(2026, 3, 2, 11, 5, tzinfo=UTC)),
    ],
)
def test_a_day_without_a_time_is_its_start_or_its_end_in_the_companys_zone(
    text: str, day_ends: bool, moment: datetime
) -> None:
    assert cells(at=text).moment("at", day_ends=day_ends) == moment


def test_a_day_of_25_hours_ends_with_its_last() -> None:
    berlin = Company(company="Fenster", time_zone="Europe/Berlin")
    end = Cells(berlin, SHAPE, {"at": "25.10.2026"}).moment("at", day_ends=True)
    assert end == datetime(2026, 10, 25, 22, 59, 59, 999_999, tzinfo=UTC)


def test_an_optional_cell_that_does_not_fit_is_left_out_and_complained_of() -> None:
    row = cells(seconds="долго", back="завтра")
    assert row.optional_number("seconds") is None
    assert row.optional_moment("back") is None
    assert [one.column for one in row.complaints] == ["seconds", "back"]


def test_a_needed_number_that_does_not_fit_is_refused_by_column() -> None:
    with pytest.raises(FactRefused) as caught:
        cells(cost="много").number("cost")
    assert caught.value.field == "cost"


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("number", "1 234,50", 1234.5),
        ("yes_no", "Да", "yes"),
        ("yes_no", "0", "no"),
        ("date", "31.03.2026", "2026-03-31"),
        ("date", "31.03.2026 23:30", "2026-03-31"),
        ("list", "окна; двери ,, ", ("окна", "двери")),
        ("choice", " Офис ", "Офис"),
        ("text", "хочу  окна", "хочу окна"),
    ],
)
def test_an_answer_is_read_by_the_kind_of_its_field(kind: FieldKind, text: str, answer: Answer) -> None:
    row = cells(asked=text)
    assert row.answer("asked", FormField(kind=kind)) == answer
    assert row.complaints == []


@pytest.mark.parametrize("kind", ["number", "yes_no", "date"])
def test_an_answer_of_another_kind_is_left_out_and_the_complaint_does_not_repeat_it(kind: FieldKind) -> None:
    row = cells(asked="Анна +79123456789, перезвонить")
    assert row.answer("asked", FormField(kind=kind)) is None
    (complaint,) = row.complaints
    assert complaint.column == "asked"
    assert "7912" not in complaint.remedy
    assert "Анна" not in complaint.remedy


def test_a_row_on_its_way_in_does_not_show_its_cells() -> None:
    assert "79123456789" not in repr(cells(phone="79123456789"))


@pytest.mark.parametrize("word", ["может быть", "2", ""])
def test_a_word_that_is_neither_yes_nor_no_is_refused(word: str) -> None:
    with pytest.raises(FactRefused, match="да or нет"):
        yes_or_no(word)


EUROS = Company.model_validate({"company": "Fenster", "language": "en", "currency": "EUR"})


@pytest.mark.parametrize(
    ("told", "named", "amount"),
    [
        ("€4,800.00", "", 4800.0),
        ("4,800 EUR", "", 4800.0),
        ("4,800", "", 4800.0),
        ("4,800", "eur", 4800.0),
        ("4,800", "Euro", 4800.0),
        ("$4,800", "EUR", 4800.0),
        ("$4,800", "", None),
        ("GBP 4,800", "", None),
        ("4,800", "USD", None),
        ("", "USD", None),
        ("4800 usd", "", None),
        ("4 800 РУБ", "", None),
        ("Руб. 4800", "", None),
        ("4800 р.", "", None),
        ("90 тыс. р.", "", None),
        ("4 800 Zł", "", None),
        ("4,800", "dollars", None),
        ("1200 EURO", "", 1200.0),
        ("4.8к €", "", 4800.0),
        ("4.8к", "", 4800.0),
        ("1.2m", "", 1_200_000.0),
    ],
)
def test_money_of_another_currency_is_left_out_and_complained_of(told: str, named: str, amount: float | None) -> None:
    row = Cells(EUROS, FileShape("utf-8", ",", None, "."), {"sum": told, "in": named})
    assert row.amount("sum", "in") == amount
    is_foreign = amount is None and told != ""
    assert [one.column for one in row.complaints] == ["sum"] * is_foreign
    assert all("company.yaml's EUR" in one.remedy for one in row.complaints)


def test_a_cost_in_thousands_written_in_russian_is_thousands_and_an_answer_may_be_rooms() -> None:
    row = Cells(EUROS, FileShape("utf-8", ",", None, "."), {"cost": "5 к", "rooms": "3к"})
    assert row.number("cost", is_money=True) == 5000.0
    assert row.answer("rooms", FormField(kind="number")) == 3.0


def test_roubles_are_the_own_money_of_a_company_in_minsk_too() -> None:
    minsk = Company.model_validate({"company": "Окна", "currency": "BYN"})
    row = Cells(minsk, FileShape("utf-8", ",", None, "."), {"sum": "4 800 Руб."})
    assert (row.amount("sum"), row.complaints) == (4800.0, [])


def test_a_sign_that_several_currencies_share_is_the_companys_own() -> None:
    canadian = Company.model_validate({"company": "Windows", "language": "en", "currency": "CAD"})
    row = Cells(canadian, FileShape("utf-8", ",", None, "."), {"sum": "$5,200"})
    assert (row.amount("sum"), row.complaints) == (5200.0, [])


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("95", 95.0), ("1:35", 95.0), ("00:01:35", 95.0), ("1:02:03", 3723.0), ("00:00:07.250", 7.0), ("", None)],
)
def test_how_long_a_call_took_is_told_in_seconds_or_as_a_clock_shows_it(told: str, seconds: float | None) -> None:
    row = cells(length=told)
    assert (row.seconds("length"), row.complaints) == (seconds, [])


@pytest.mark.parametrize("told", ["долго", "1:75", "12:35 PM"])
def test_a_length_that_is_none_is_left_out_and_complained_of(told: str) -> None:
    row = cells(length=told)
    assert row.seconds("length") is None
    assert [one.column for one in row.complaints] == ["length"]
