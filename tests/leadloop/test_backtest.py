"""``leadloop backtest``: a table of the past, and a report in the data folder that the page reads."""

from __future__ import annotations

import re

from models.backtest_report import BACKTESTS, MODEL
from tests.leadloop.command_line import Small, one_line


def test_the_past_is_replayed_and_the_report_lies_in_the_data_folder(trained: Small) -> None:
    said = trained.done("backtest", "--every", "4", "--until", "2025-11-10")
    report = BACKTESTS.latest(trained.home)
    assert report is not None
    assert report.every_weeks == 4
    assert report.overall.judged is not None
    assert report.overall.judged[MODEL].over_base.high < 1  # owners buy, and it was found
    assert report.overall.more_than_rules is not None
    words = one_line(said)
    assert f"{report.overall.leads:,} settled leads, {report.overall.sales:,} sales" in words
    assert re.search(r"\d+% \d+%-\d+% best first by the model", words)
    assert re.search(r"The report: \S+\.json", words)
    for period in report.periods:
        assert f"{period.since:%Y-%m-%d}" in said


def test_a_company_with_nothing_settled_is_told_so(imported: Small) -> None:
    ran = imported.run("backtest", "--until", "2026-03-10")
    assert ran.code == 1
    assert "There is nothing to replay" in one_line(ran.err)


def test_options_that_make_no_sense_are_refused_in_a_sentence(trained: Small) -> None:
    for words, told in (
        (("--every", "0"), "--every"),
        (("--from", "someday"), "--from takes a moment"),
        (("--until", "2999-01-01"), "lies in the future"),
    ):
        ran = trained.run("backtest", *words)
        assert ran.code == 2
        assert told in one_line(ran.err)
