"""``leadloop drift``: a real Evidently report of a channel, as one file that loads nothing from elsewhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from tests.leadloop.command_line import Small, one_line

SINCE_THE_FIRST = (datetime.now(UTC) - datetime(2025, 6, 2, tzinfo=UTC)).days


def test_the_report_is_one_file_that_loads_nothing_from_elsewhere(trained: Small, tmp_path: Path) -> None:
    out = tmp_path / "reports" / "vk.html"
    days = str(SINCE_THE_FIRST - 90)
    said = one_line(trained.done("drift", "vk", "--days", days, "--out", str(out)))
    counts = re.match(r"(\d+) leads against (\d+) of this channel that were learned from: ", said)
    assert counts is not None
    assert 100 < int(counts[1]) < 500
    assert 200 < int(counts[2]) < 350  # the channel's half of the first ninety days
    page = out.read_text(encoding="utf-8")
    assert "role" in page
    assert re.findall(r"""<(?:script|link)[^>]+(?:src|href)=["']https?://""", page) == []
    assert sorted(path.name for path in out.parent.iterdir()) == ["vk.html", "vk.json"]


def test_too_few_leads_of_a_channel_say_how_many_there_are(trained: Small) -> None:
    ran = trained.run("drift", "vk", "--days", "1")
    assert ran.code == 1
    assert "Not enough data: 0 leads of 'vk' in the last 1 days" in one_line(ran.err)


def test_a_channel_that_is_not_known_is_refused_with_those_that_are(trained: Small) -> None:
    ran = trained.run("drift", "no such channel", "--days", "60")
    assert ran.code == 2
    assert "no lead came by a channel 'no such channel'; there is: " in one_line(ran.err)
    assert "vk" in ran.err


def test_a_report_is_not_written_over_company_yaml(trained: Small) -> None:
    ran = trained.run("drift", "vk", "--out", trained.file("company.yaml"))
    assert ran.code == 2
    assert "is company.yaml itself, which this command reads" in one_line(ran.err)


def test_no_days_at_all_are_refused(trained: Small) -> None:
    ran = trained.run("drift", "vk", "--days", "0")
    assert ran.code == 2
    assert "--days" in one_line(ran.err)
