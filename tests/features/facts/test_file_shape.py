"""How a file is written is recognised; what cannot be recognised is not guessed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.errors import FactRefused, ImportRefused
from features.facts.export_columns import Export
from features.facts.file_shape import (
    Decimal,
    Separator,
    header_of,
    is_placeholder,
    parse_number,
    rows_of,
    shape_of,
)


def written(folder: Path, content: bytes | str, encoding: str = "utf-8") -> Path:
    path = folder / "leads.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_and_separator_are_recognised(tmp_path: Path, encoding: str, separator: Separator) -> None:
    rows = [["Номер", "Город", "Что важно"], ["1", "Пермь", "цена"], ["2", "Томск", "срок"]]
    path = written(tmp_path, "\r\n".join(separator.join(row) for row in rows), encoding)
    shape = shape_of(path)
    assert shape.separator == separator
    assert header_of(path, shape) == rows[0]
    assert [row for _, _, row in rows_of(path, shape)] == [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("line", [1, 2, 48])
def test_a_stray_quotation_mark_in_the_first_lines_does_not_hide_the_separator(tmp_path: Path, line: int) -> None:
    rows = ["id;at;Площадь, м²", *(f"{n};2026-03-02;4{n % 10},5" for n in range(100))]
    rows[line] = f'{line};"2026-03-02;40,5'
    path = written(tmp_path, "\n".join(rows))
    shape = shape_of(path)
    assert (shape.separator, shape.decimal) == (";", ",")
    assert [number for number, _, row in rows_of(path, shape) if not isinstance(row, dict)] == [line]


def test_a_long_comment_among_the_first_rows_does_not_hide_the_separator(tmp_path: Path) -> None:
    comment = "\n".join(["да, возможно"] * 80)
    path = written(tmp_path, f'id;Площадь, м²;comment\n1;40,5;"{comment}"\n2;41,5;\n')
    assert shape_of(path).separator == ";"


def test_a_header_with_an_open_quotation_mark_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = written(tmp_path, 'id;"at;text\n' + "".join(f"{n};2026-03-02;a\n" for n in range(9)))
    with pytest.raises(ImportRefused, match=r"first row of leads\.csv.*close or double the quotation mark"):
        header_of(path, shape_of(path))


def test_commas_inside_of_text_do_not_hide_the_semicolons_between_cells(tmp_path: Path) -> None:
    path = written(tmp_path, "id;text\n1;окна, двери, дом\n2;балкон\n")
    assert shape_of(path).separator == ";"


def test_what_the_company_says_wins_over_what_would_be_recognised(tmp_path: Path) -> None:
    path = written(tmp_path, "id;at\n1;31.03.2026\n", "cp1251")
    shape = shape_of(path, Export(encoding="koi8-r", separator=",", date_order="mdy", decimal=","))
    assert (shape.encoding, shape.separator, shape.date_order, shape.decimal) == ("koi8-r", ",", "mdy", ",")


def test_a_byte_order_mark_is_taken_off_even_where_the_company_says_utf_8(tmp_path: Path) -> None:
    path = written(tmp_path, "id,at\n1,2026-03-31\n", "utf-8-sig")
    assert header_of(path, shape_of(path, Export(encoding="utf-8"))) == ["id", "at"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \r\n ", "is empty"),
        (b"PK\x03\x04....", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0....", "old spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        (b"id,at\n\x00\x01\x02", "no text file"),
    ],
)
def test_a_file_that_is_no_text_table_is_refused_with_what_it_is(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        shape_of(written(tmp_path, content))


def test_an_encoding_that_does_not_fit_is_refused_with_its_key(tmp_path: Path) -> None:
    path = written(tmp_path, "имя\nАнна\n", "cp1251")
    with pytest.raises(ImportRefused, match=r"export\.encoding"):
        shape_of(path, Export(encoding="utf-8"))


def test_rows_carry_their_number_and_the_line_on_which_they_begin(tmp_path: Path) -> None:
    path = written(tmp_path, 'id,text\n\n1,"two\nlines"\n2,one\n3\n4,x,y\n5,x,,\n')
    rows = list(rows_of(path, shape_of(path)))
    assert [(number, line) for number, line, _ in rows] == [(1, 3), (2, 5), (3, 6), (4, 7), (5, 8)]
    assert [row["id"] if isinstance(row, dict) else row.remedy[:12] for _, _, row in rows] == [
        "1",
        "2",
        *["has another "] * 2,
        "5",
    ]
    assert [number for number, _, _ in rows_of(path, shape_of(path), after=3)] == [4, 5]


@given(
    st.lists(st.lists(st.text(alphabet='ab "\n;,\t', max_size=5), min_size=2, max_size=2), min_size=1, max_size=5),
    st.integers(0, 3),
)
def test_what_a_spreadsheet_quotes_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], after: int
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerows([["id", "text"], *rows])
    path = written(tmp_path_factory.mktemp("files"), text.getvalue())
    shape = shape_of(path, Export(separator=";"))
    read = [row for _, _, row in rows_of(path, shape, after=after)]
    assert [list(row.values()) if isinstance(row, dict) else row for row in read] == rows[after:]


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1234.5", ".", 1234.5),
        ("1 234,50", ",", 1234.5),
        ("1\u00a0234,50 ₽", ",", 1234.5),
        ("1'234.50", ".", 1234.5),
        ("1.234,50", ",", 1234.5),
        ("$1,234.50", ".", 1234.5),
        ("1,234", ".", 1234.0),
        ("1,234", ",", 1.234),
        ("12,5", ".", 12.5),
        ("-7 %", ".", -7.0),
        ("90 000 руб.", ",", 90_000.0),
        ("60000 р.", ".", 60_000.0),
        ("0", ".", 0.0),
        ("100 тыс", ".", 100_000.0),
        ("1,5 млн. руб.", ",", 1_500_000.0),
        ("£4,800", ".", 4_800.0),
        ("EUR 4,800.00", ".", 4_800.0),
        ("4.800,00 EUR", ",", 4_800.0),
        ("-€90", ".", -90.0),
        ("US$5,200", ".", 5_200.0),
        ("CHF 1'200.50", ".", 1_200.5),
        ("4 800 zł", ",", 4_800.0),
        ("40,5 м²", ",", 40.5),
        ("4.8k", ".", 4_800.0),
        ("€4.8k", ".", 4_800.0),
        ("£1.2m", ".", 1_200_000.0),
        ("1.2 m", ".", 1.2),
        ("5 руб. 50 к", ".", 5.5),
        ("5 руб. 50 к", ",", 5.5),
        ("5 р. 5 коп.", ".", 5.05),
        ("-12 000 руб 00 коп", ",", -12_000.0),
        ("1 234 рубля 50 копеек", ",", 1_234.5),
        ("12,500 ₽ 50", ".", 12_500.5),
        ("5 руб. 50", ".", 5.5),
        ("90 тыс. руб.", ".", 90_000.0),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, decimal: Decimal, number: float) -> None:
    assert parse_number(text, decimal) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "много",
        "1-2",
        "EUR",
        "€",
        "1½",
        "PCS 5",
        "nan",
        "inf",
        "1e999",
        "12.5.6",
        "5,5 руб. 50 коп.",
        "около 5",
        "+7 (912) 345-67-89",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(FactRefused, match=r"1234\.50"):
        parse_number(text)


@given(st.text(max_size=12), st.sampled_from([".", ","]))
@example("1_000", ".")
def test_any_text_is_a_finite_number_or_refused(text: str, decimal: Decimal) -> None:
    try:
        number = parse_number(text, decimal)
    except FactRefused:
        return
    assert abs(number) < float("inf")


@pytest.mark.parametrize(("rows", "decimal"), [("12,5;7,25", ","), ("12.5;7.25", "."), ("12;7", ".")])
def test_the_decimal_sign_is_the_one_that_most_numbers_have(tmp_path: Path, rows: str, decimal: str) -> None:
    assert shape_of(written(tmp_path, f"a;b\n{rows}\n{rows}\n")).decimal == decimal


def test_a_placeholder_compares_without_case_and_edges() -> None:
    assert is_placeholder(" SELECT ", ["select"])
    assert not is_placeholder("Selected", ["select"])
