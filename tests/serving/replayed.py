"""A replay's report, small enough to read: two periods of a company in which the model finds half of the buyers first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from models.backtest_report import FORMAT, BacktestReport, Judgement, LeftAlone, Month, Overall, Period, Tally
from models.measured import Measured

BEGIN = datetime(2026, 1, 4, 21, tzinfo=UTC)
WEEK = timedelta(days=7)
CONTENDERS = (
    "model", "rules", "base rate", "without young leads", "scorecard", "trees of one field", "trees of two fields",
)  # fmt: skip


def judged(sales: int) -> dict[str, Judgement]:
    """Return judgements by which the model finds half of the sales first and the others a fifth."""
    said = {}
    for name in CONTENDERS:
        share = 0.2 if name in ("rules", "base rate") else 0.5
        found = Measured(share * sales, (share - 0.05) * sales, (share + 0.06) * sales)
        said[name] = Judgement(0.287, Measured(0.876, 0.851, 0.902), found)
    return said


def small_report() -> BacktestReport:
    """Return the report: 250 leads came, 150 are settled, 30 of them bought, 28.5 were expected."""
    tally, young = Tally(150, 120, 24, 0, 30, 0), Tally(100, 30, 6, 60, 8, 2)
    periods = (
        Period(BEGIN, BEGIN + WEEK, tally, 400, 41, 0.103, 22.5, judged(24)),
        Period(BEGIN + WEEK, BEGIN + 2 * WEEK, young, 480, 50, 0.104, 6.0, None),
    )
    whole = Overall(150, 30, judged(30), Measured(9.0, 4.0, 13.0))
    one = judged(30)["model"]
    alone = (
        LeftAlone(BEGIN, 400, 150, 30, one, one, Measured(1.08, 1.02, 1.15)),
        LeftAlone(BEGIN + WEEK, 480, 30, 6, None, None, None),
    )
    months = (Month(date(2026, 1, 1), Tally(250, 150, 30, 60, 38, 2), 28.5),)
    read_at = datetime(2026, 3, 30, 21, tzinfo=UTC)
    return BacktestReport(FORMAT, read_at, 1234, "abc123", 0, 1, 60, 1.0, periods, months, whole, alone)


def too_early() -> BacktestReport:
    """Return a report of a company that could learn nothing yet."""
    report = small_report()
    periods = tuple(replace(one, learned_leads=0, learned_sales=0, judged=None) for one in report.periods)
    return replace(report, periods=periods, overall=Overall(0, 0, None, None), left_alone=())
