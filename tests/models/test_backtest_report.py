"""A replay's report survives being written, and the latest is the one that is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from features.errors import ArtefactUnreadable
from models.backtest_report import BACKTESTS, Overall
from tests.serving.replayed import small_report, too_early


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = BACKTESTS.write(small_report(), tmp_path)
    assert path == tmp_path / "reports" / "backtest" / "20260330T210000Z.json"
    assert BACKTESTS.latest(tmp_path) == small_report()


def test_the_latest_of_several_reports_is_read(tmp_path: Path) -> None:
    later = replace(small_report(), read_at=small_report().read_at + timedelta(days=1), seed=7)
    BACKTESTS.write(later, tmp_path)
    BACKTESTS.write(small_report(), tmp_path)
    assert BACKTESTS.latest(tmp_path) == later


def test_before_the_first_replay_there_is_none(tmp_path: Path) -> None:
    assert BACKTESTS.latest(tmp_path) is None


@pytest.mark.parametrize("spoiled", [b"", b"{", b"[]", b'{"format": 1}'])
def test_a_damaged_report_says_what_to_do(tmp_path: Path, spoiled: bytes) -> None:
    BACKTESTS.write(small_report(), tmp_path).write_bytes(spoiled)
    with pytest.raises(ArtefactUnreadable, match="run `leadloop backtest` again"):
        BACKTESTS.latest(tmp_path)


def test_a_report_of_another_format_is_refused(tmp_path: Path) -> None:
    BACKTESTS.write(replace(small_report(), format=99), tmp_path)
    with pytest.raises(ArtefactUnreadable, match="another format"):
        BACKTESTS.latest(tmp_path)


def test_a_report_says_whether_it_can_be_judged_or_why_not() -> None:
    assert small_report().state == "judged"
    assert replace(small_report(), overall=Overall(30, 6, None, None)).state == "too_few"
    assert too_early().state == "too_early"
