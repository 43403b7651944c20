"""What /backtest says became of each month's leads equals plain loops over the exported files."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from models.backtest_report import BACKTESTS
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.support.plain_figures import PlainLead, wilson
from training.backtest import backtest_report, replay_of

FEWEST = 5


@pytest.mark.parametrize("name", ["demo", "olist"])
def test_what_became_of_each_months_leads_equals_counting_by_hand(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    company: Shown = request.getfixturevalue(name).copy(tmp_path / "copy")
    moment = company.moments()[-1]
    plain = company.at(moment)
    service = company.doors.service
    first = min(one.day for one in plain.leads.values()) + timedelta(days=75)
    since = datetime.combine(first, time(), plain.zone)
    replay = replay_of(service.desk.store, service.company, read_at=moment, since=since, every_weeks=52)
    BACKTESTS.write(backtest_report(replay), service.settings.home)
    page = Page(company.doors.page("/backtest?lang=en"))
    months: dict[str, list[PlainLead]] = defaultdict(list)
    for one in plain.leads.values():
        if one.at >= since:
            months[f"{one.day:%m.%Y}"].append(one)
    (table,) = page.of("foretold")
    assert {row[0] for row in table.rows} == {*months, "In all"}
    for row in table.rows:
        mine = months[row[0]] if row[0] in months else [one for some in months.values() for one in some]
        check_month(row, mine)
    company.close()


def check_month(row: list[str], mine: list[PlainLead]) -> None:
    """Check a month; leads that turned out to be tests came, too, and are left out."""
    count = {
        kind: sum(one.told["outcome"] == kind for one in mine)
        for kind in ("bought", "did_not_buy", "open", "never_called")
    }
    settled = count["bought"] + count["did_not_buy"]
    left_out = re.search(r"([\d,]+)$", row[5]) if "test leads" in row[5] else None
    tests = int(left_out[1].replace(",", "")) if left_out else 0
    is_written(row[1], "en", len(mine) + tests)
    is_written(row[2], "en", settled)
    bought = [count["bought"], settled]
    if settled >= FEWEST:
        bought = [count["bought"] / settled, *wilson(count["bought"], settled), *bought]
    is_written(row[4], "en", *(bought if settled else []))
    is_written(row[5], "en", count["open"], count["never_called"], *([tests] if left_out else []))
