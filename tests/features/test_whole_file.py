"""Whoever writes a file beside others loses nothing, and nobody reads half of one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from features.whole_file import write_whole


def test_many_that_write_one_file_at_once_all_succeed_and_whoever_reads_sees_one_of_them_whole(tmp_path: Path) -> None:
    path = tmp_path / "rates.json"
    texts = [bytes([65 + place]) * 50_000 for place in range(8)]
    write_whole(path, texts[0])

    def write(text: bytes) -> None:
        for _ in range(50):
            write_whole(path, text)
            assert path.read_bytes() in texts

    with ThreadPoolExecutor(len(texts)) as writers:
        list(writers.map(write, texts))
    assert list(tmp_path.iterdir()) == [path]


def test_what_could_not_be_put_in_place_leaves_what_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    (folder / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write_whole(folder, b"text")
    assert [one.name for one in tmp_path.iterdir()] == ["taken"]
