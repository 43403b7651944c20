"""A quotation mark out of place costs its own row; what is quoted by the rules comes back as it was."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from features.facts.table_rows import LONGEST_CELL, OPEN_MARK, Unfit, table_rows

HEADER = ["id", "at", "name", "city", "comment"]


def as_text(rows: Sequence[Sequence[str]], separator: str = ";", quoting: int = 0) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL if quoting else csv.QUOTE_MINIMAL).writerows(rows)
    return text.getvalue()


def read(text: str, separator: str = ";") -> list[tuple[int, list[str] | Unfit]]:
    return list(table_rows(io.StringIO(text, newline=""), separator))


def table(count: int) -> list[list[str]]:
    return [HEADER, *([str(n), f"0{n % 9 + 1}.03.2026 10:00", f"Имя{n}", "Москва", ""] for n in range(1, count + 1))]


def unfit_lines(read: Sequence[tuple[int, list[str] | Unfit]]) -> list[int]:
    return [line for line, told in read if isinstance(told, Unfit)]


def test_a_mark_that_is_never_closed_costs_its_own_row_alone() -> None:
    rows = table(3_000)
    found = read(as_text(rows).replace("Имя100;", '"Окна Плюс;'))
    assert unfit_lines(found) == [101]
    assert [told for _, told in found if told != OPEN_MARK] == [*rows[:100], *rows[101:]]


def test_two_open_marks_in_one_column_cost_their_two_rows() -> None:
    rows = table(3_000)
    found = read(as_text(rows).replace("Имя100;", '"Окна Плюс;').replace("Имя1000;", 'Плюс";'))
    assert unfit_lines(found) == [101]
    assert found[1_000] == (1_001, ["1000", rows[1_000][1], 'Плюс"', "Москва", ""])
    found = read(as_text(rows).replace("Имя100;", '"Окна Плюс;').replace("Имя1000;", '"Плюс;'))
    assert unfit_lines(found) == [101, 1_001]


@pytest.mark.parametrize("mended", ['"Окна Плюс";', '""Окна Плюс;', '"""Окна Плюс";'])
def test_a_row_goes_in_once_its_mark_is_closed_or_doubled(mended: str) -> None:
    found = read(as_text(table(20)).replace("Имя10;", mended))
    assert unfit_lines(found) == []
    assert len(found) == 21


def test_a_comment_of_300_kb_stays_whole_and_so_do_the_rows_behind_it() -> None:
    rows = table(2_000)
    rows[100][4] = "Длинный; текст, с переносами\n" * 10_000
    assert [told for _, told in read(as_text(rows))] == rows


def test_a_cell_longer_than_any_text_is_not_searched_to_the_end_of_the_file() -> None:
    rows = table(20)
    text = as_text(rows).replace("Имя10;", '"Окна;') + "".join(f"{n};x;y;z;\r\n" for n in range(LONGEST_CELL // 8))
    found = read(text)
    assert unfit_lines(found) == [11]
    assert [told for _, told in found[:10]] == rows[:10]


def test_the_lines_of_a_comment_with_separators_are_no_rows() -> None:
    rows = table(30)
    rows[7][4] = "звонил;просил;перезвонить;завтра;утром\nпозже;или;никогда;не;знаю"
    rows[8][2] = 'ООО "Окна", Пермь\n\n12 окон; 3 двери; да; нет; да'
    assert [told for _, told in read(as_text(rows))] == rows


def test_marks_that_are_not_doubled_inside_of_a_cell_are_read_as_people_mean_them() -> None:
    text = 'id;name;comment\n1;"ООО "Окна"";"первая\nвторая; третья"\n2;ООО "Окна";"a "b" c"\n'
    assert [told for _, told in read(text)][1:] == [
        ["1", 'ООО Окна""', "первая\nвторая; третья"],
        ["2", 'ООО "Окна"', 'a b" c"'],
    ]


def test_a_mark_that_runs_into_the_next_quoted_cell_of_its_row_is_told() -> None:
    text = 'id;name;city;text\n1;"Окна;"Пермь; центр";x\n2;Анна;Пермь;"две\nстроки"\n3;"Окна;"две\nстроки; вот";x\n4;a;b;c\n'
    found = read(text)
    assert unfit_lines(found) == [2, 5]
    assert [told for _, told in found if isinstance(told, list)][1:] == [
        ["2", "Анна", "Пермь", "две\nстроки"],
        ["4", *"abc"],
    ]


def test_a_row_of_another_width_is_told_with_its_cells() -> None:
    assert read("a;b\n1\n2;3;\n4;5;6\n\n") == [
        (1, ["a", "b"]),
        (2, Unfit("has another number of cells than the header; look for a stray separator or quotation mark", ("1",))),
        (3, ["2", "3", ""]),
        (
            4,
            Unfit(
                "has another number of cells than the header; look for a stray separator or quotation mark",
                ("4", "5", "6"),
            ),
        ),
    ]


@pytest.mark.parametrize("every", [100, 20_000])
def test_a_file_of_any_length_is_read_in_little_memory_however_many_marks_are_open(every: int) -> None:
    def lines() -> Iterator[str]:
        yield "id;at;name;city\n"
        for n in range(100_000):
            name = '"Окна' if n % every == 5 else "Анна"
            yield f"{n};02.03.2026;{name};Пермь\n"

    tracemalloc.start()
    unfit = sum(isinstance(told, Unfit) for _, told in table_rows(lines(), ";"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert unfit == 100_000 // every
    assert peak < 20_000_000


WORDS = ["окна", "да, нет", '"Ромашка"', " и ", "(a;b)", "x\ty"]
"""No word is a number: a line of a comment that has the numbers of a row as well is taken for one."""


@st.composite
def tables(draw: st.DrawFn, breaks: Sequence[str] = ("\n", "\r\n", ";", ",", '"')) -> list[list[str]]:
    words = st.lists(st.sampled_from([*WORDS, *breaks]), max_size=5).map("".join)
    cell = st.one_of(st.just(""), st.sampled_from(["Анна", "vk", "52,7"]), words)
    width, count = draw(st.integers(3, 9)), draw(st.integers(1, 12))
    rows = [draw(st.lists(cell, min_size=width - 2, max_size=width - 2)) for _ in range(count)]
    return [
        [f"column {n}" for n in range(width)],
        *([str(n), f"0{n % 9 + 1}.03.2026 10:00", *row] for n, row in enumerate(rows)),
    ]


@given(tables(), st.sampled_from(";,\t"), st.booleans())
def test_what_is_written_by_the_rules_comes_back_as_it_was(rows: list[list[str]], separator: str, quoted: bool) -> None:
    assert [told for _, told in read(as_text(rows, separator, quoted), separator)] == rows


@given(tables(breaks=("x\ny", "x\r\n\r\ny")), st.sampled_from(";,\t"), st.booleans(), st.data())
@settings(max_examples=300)
def test_one_stray_mark_in_a_plain_cell_costs_at_most_its_row_and_that_is_told(
    rows: list[list[str]], separator: str, quoted: bool, data: st.DataObject
) -> None:
    plain = [
        (row, place)
        for row in range(1, len(rows))
        for place, cell in enumerate(rows[row])
        if cell and not set(cell) & {'"', "\n", "\r", separator}
    ]
    row, place = data.draw(st.sampled_from(plain))
    behind = [*rows[row + 1 : row + 2], rows[row][place + 1 :]]
    assume(
        not any(cell.startswith(separator) for cells in behind for cell in cells)
    )  # such a cell closes the mark by the rules
    cut = data.draw(st.integers(0, len(rows[row][place])))
    damaged = [*rows[row]]
    damaged[place] = f"{rows[row][place][:cut]}\N{BULLET}{rows[row][place][cut:]}"
    before = as_text(rows[:row], separator, quoted)
    text = (
        before
        + as_text([damaged], separator, quoted).replace("\N{BULLET}", '"')
        + as_text(rows[row + 1 :], separator, quoted)
    )
    found = dict(read(text, separator))
    line = before.count("\n") + 1
    own = found.pop(line)
    assert isinstance(own, Unfit) or [one.replace('"', "") for one in own] == [
        one.replace('"', "") for one in rows[row]
    ]
    ends = line + as_text([damaged], separator, quoted).count("\n")
    others = {at: told for at, told in found.items() if not (line < at < ends and isinstance(told, Unfit))}
    assert list(others.values()) == [*rows[:row], *rows[row + 1 :]]
