"""Whoever writes a file beside others loses nothing, and nobody reads half of one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from features.whole_file import whole_text, write_whole


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


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError])
def test_a_text_that_was_broken_off_leaves_what_was_there(tmp_path: Path, failure: type[BaseException]) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("before")

    def broken_off() -> None:
        with whole_text(path) as file:
            file.write("half a")
            raise failure

    with pytest.raises(failure):
        broken_off()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_text_keeps_the_link_that_leads_to_it_and_who_may_read_it(tmp_path: Path) -> None:
    there, link = tmp_path / "there.csv", tmp_path / "link.csv"
    there.write_text("before")
    there.chmod(0o600)
    link.symlink_to(there)
    with whole_text(link) as file:
        file.write("after")
    assert (there.read_text(), there.stat().st_mode & 0o777) == ("after", 0o600)
    assert link.is_symlink()


def test_what_is_no_file_is_written_as_it_comes() -> None:
    with whole_text(Path("/dev/null")) as file:
        file.write("text")
    assert Path("/dev/null").is_char_device()
