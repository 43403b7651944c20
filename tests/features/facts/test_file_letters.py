"""A few damaged bytes cost their own rows; an encoding that was recognised wrongly is told, and no sign of it is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.errors import ImportRefused
from features.facts.export_columns import Export
from features.facts.file_letters import SAMPLE, encoding_of
from features.facts.file_shape import header_of, rows_of, shape_of
from features.facts.table_rows import Unfit

HEADER = "id;at;city\n"


def written(folder: Path, *parts: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "leads.csv"
    path.write_bytes(b"".join(part if isinstance(part, bytes) else part.encode(encoding) for part in parts))
    return path


def rows(city: str, numbers: range) -> str:
    return "".join(f"{n};02.03.2026;{city}\n" for n in numbers)


def read(path: Path, export: Export | None = None) -> tuple[dict[int, str], list[str]]:
    """Return the remedies of the rows that are unfit by their lines, and the cities of all others."""
    found = list(rows_of(path, shape_of(path, export)))
    unfit = {line: row.remedy for _, line, row in found if isinstance(row, Unfit)}
    return unfit, [row["city"] for _, _, row in found if isinstance(row, dict)]


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("said", [None, "utf-8"])
def test_half_a_letter_costs_its_own_row(tmp_path: Path, before: bytes, said: str | None) -> None:
    cut = "50;02.03.2026;Москва".encode()[:-1] + b"\n"
    path = written(tmp_path, before, HEADER, rows("Москва", range(49)), cut, rows("Москва", range(51, 100)))
    unfit, cities = read(path, Export(encoding=said))
    assert list(unfit) == [51]
    assert "no letters of utf-8" in unfit[51]
    assert cities == ["Москва"] * 98


@pytest.mark.parametrize("first", [b"50;02.03.2026;\xd0\n", "50;02.03.2026;Пермь\n".encode()])
def test_the_encoding_is_recognised_where_the_first_letters_stand(tmp_path: Path, first: bytes) -> None:
    latin = rows("Moscow", range(SAMPLE // 15))
    path = written(tmp_path, HEADER, first, latin, rows("Тула", range(100)))
    assert (encoding_of(path), len(read(path)[1])) == ("utf-8", SAMPLE // 15 + 100 + (first[-2:] != b"\xd0\n"))
    late = written(tmp_path, HEADER, latin, rows("Тула", range(100)), encoding="cp1251")
    assert encoding_of(late) == "cp1251"
    assert read(late)[1][-100:] == ["Тула"] * 100


def test_rows_of_another_encoding_further_down_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, rows("Москва", range(500)), rows("Тула", range(3)).encode("cp1251"))
    unfit, cities = read(path)
    assert list(unfit) == [502, 503, 504]
    assert "export.encoding" in unfit[502]
    assert set(cities) == {"Москва"}


@pytest.mark.parametrize("said", [None, "cp1251"])
def test_rows_in_utf_8_among_those_in_cp1251_are_told(tmp_path: Path, said: str | None) -> None:
    path = written(
        tmp_path, HEADER, rows("Москва", range(500)).encode("cp1251"), rows("Тула", range(3)), rows("Kazan", range(2))
    )
    unfit, cities = read(path, Export(encoding=said))
    assert list(unfit) == [502, 503, 504]
    assert "save the whole file as UTF-8" in unfit[502]
    assert cities == ["Москва"] * 500 + ["Kazan"] * 2


def test_a_sign_of_replacement_that_the_crm_itself_wrote_is_a_letter_like_others(tmp_path: Path) -> None:
    assert read(written(tmp_path, HEADER, rows("Моск\ufffd", range(9)))) == ({}, ["Моск\ufffd"] * 9)


def test_utf_16_that_was_cut_off_costs_its_last_row(tmp_path: Path) -> None:
    whole = (HEADER + rows("Москва", range(9))).encode("utf-16")
    unfit, cities = read(written(tmp_path, whole[:-3]))
    assert (list(unfit), cities) == ([10], ["Москва"] * 8)


def test_a_damaged_header_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"id;at;\xd0\n", rows("Москва", range(9)))
    with pytest.raises(ImportRefused, match=r"first row of leads\.csv.*no letters of utf-8"):
        header_of(path, shape_of(path))


@pytest.mark.parametrize("said", ["utf-8", "ascii", "none-such"])
def test_a_file_that_is_not_written_as_was_said_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(ImportRefused, match=r"export\.encoding"):
        shape_of(written(tmp_path, HEADER, rows("Москва", range(9)), encoding="cp1251"), Export(encoding=said))
