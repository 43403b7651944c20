"""The first rows of a file are read column by column, however it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.drafting.sampled_file import sampled
from features.errors import ImportRefused
from tests.features.drafting.exports import ids, written_csv


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_recognised(tmp_path: Path, encoding: str, separator: str) -> None:
    columns = {
        "Номер": ["1", "2"],
        "Площадь, м²" if encoding != "cp1251" else "Площадь, м": ["12,5", "7,25"],
        "Имя": ["а", "б"],
    }
    file = sampled(written_csv(tmp_path / "a.csv", columns, separator=separator, encoding=encoding))
    assert file.columns == columns
    assert file.shape.encoding == encoding
    assert file.shape.decimal == ","


def test_a_long_file_is_cut_and_says_so(tmp_path: Path) -> None:
    path = written_csv(tmp_path / "a.csv", {"id": ids(10), "x": ["a"] * 10})
    assert (sampled(path, most_rows=4).rows, sampled(path, most_rows=4).is_whole) == (4, False)
    assert (sampled(path, most_rows=10).rows, sampled(path, most_rows=10).is_whole) == (10, True)


def test_a_header_of_data_is_refused_without_repeating_it(tmp_path: Path) -> None:
    path = written_csv(tmp_path / "a.csv", {"Анна": ["Лев"], "anna@example.com": ["lev@example.com"]})
    with pytest.raises(ImportRefused, match="column names") as refused:
        sampled(path)
    assert "anna" not in str(refused.value)


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,x,x\n1,2,3\n")
    with pytest.raises(ImportRefused, match="twice"):
        sampled(path)


def test_rows_of_another_width_are_counted_and_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,x\n1,2\n1,2,3\n2\n")
    file = sampled(path)
    assert (file.rows, file.misfits) == (1, 2)
