"""leadloop backtest: how it would have gone, week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._moments import moment_of
from leadloop.commands._progress import bar_over, over_both_passes
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from models.backtest_report import BacktestReport, LeftAlone, Period
    from models.measured import Measured

NAME = "backtest"
FEW, NEW_LINE = "[dim]too few[/]", "\n"
WHY_NOT = {
    "too_early": "Before the last settled lead came, too little was settled to learn from; a longer history can be replayed.",
    "too_few": "Not enough data to judge: {leads:,} settled leads came after something was learned, {sales:,} bought.",
}


def command(
    every: Annotated[
        int | None,
        typer.Option("--every", min=1, help="Learn anew after so many weeks.", show_default="26 times in all or fewer"),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", help="Begin on this day, 2026-01-31.", show_default="when the first lead was settled"),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Leads that came before this day.", show_default="all leads")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of what is drawn at random.")] = 0,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Replay the company's past: learn from what was known then, score who came next, and see who bought.

    Every model is judged on leads that came after it had learned. Leads that are still open, and those that nobody reached,
    are counted and never taken for lost. The page /backtest shows what the latest replay came to.
    """
    from rich.console import Console

    from models.backtest_report import BACKTESTS
    from training.backtest import backtest_report, replay_of

    house = open_house(home, company)
    moment, zone, console = now(), house.company.zone, Console()
    with bar_over("Reading leads, twice", 2 * house.store.lead_count(), console) as passed:
        replay = replay_of(
            house.store,
            house.company,
            read_at=moment,
            since=None if since is None else moment_of(since, option="--from", zone=zone, not_after=moment),
            until=None if until is None else moment_of(until, option="--until", zone=zone, not_after=moment),
            every_weeks=every,
            seed=seed,
            progress=over_both_passes(passed),
        )
    with bar_over("Learning, scoring, looking", len(replay.periods), console) as passed:
        report = backtest_report(replay, seed=seed, progress=passed)
    console.print(_periods(report))
    for line in (*_shorter(report), *_overall(report), *(_left_alone(one) for one in report.left_alone)):
        console.print(f"  {line}", markup=False, highlight=False)
    console.print(f"  The report: {BACKTESTS.write(report, house.settings.home)}", markup=False, highlight=False)


def _periods(report: BacktestReport) -> Table:
    every = "week" if report.every_weeks == 1 else f"{report.every_weeks} weeks"
    figures = ("from", "leads", "settled", "expected", "bought", "log-loss,\nbase = 1", "in first\n20 %")
    table = figures_table("learned on", figures=figures)
    table.title = f"Learned anew every {every}, judged on the leads that came next; 95 % intervals"
    for one in report.periods:
        learned = f"{one.learned_leads:,}" if one.learned_leads else "rules"
        learned += f"\n[dim]{one.shorter_window} days[/]" if one.shorter_window else ""
        table.add_row(f"{one.since:%Y-%m-%d}", learned, f"{one.tally.arrived:,}", *_outcomes(one))
    return table


def _outcomes(one: Period) -> tuple[str, ...]:
    """Return what became of a period's leads, as far as they are settled."""
    from models.backtest_report import MODEL
    from monitoring.intervals import Rate

    bought = Rate(one.tally.sales, one.tally.settled)
    if bought.value is None:
        return (f"0\n[dim]{one.tally.open:,} open[/]", "-", "-", "-", "-")
    low, high = bought.interval
    came = f"{bought.value:.1%}\n[dim]{low:.1%}-{high:.1%}\n{bought.count:,}[/]" if bought.is_enough else FEW
    expected = f"{one.expected / bought.of:.1%}\n\n[dim]{one.expected:,.0f}[/]"
    model = one.judged[MODEL] if one.judged else None
    judged = (_ends(model.over_base), _found(model.found, bought.count)) if model else (FEW, FEW)
    return (f"{bought.of:,}", expected, came, *judged)


def _shorter(report: BacktestReport) -> Iterator[str]:
    """Yield what is to be said of the models that a shorter window than the company's taught."""
    windows = sorted({one.shorter_window for one in report.periods if one.shorter_window})
    if windows:
        days = " or ".join(str(one) for one in windows)
        yield (
            f"Where {days} days stand, too few leads had lived through the company's {report.horizon_days}: the model had "
            f"learned who buys within those, and is held to who bought within {report.horizon_days}."
        )


def _overall(report: BacktestReport) -> Iterator[str]:
    """Yield how all leads together came out, or why that cannot be told."""
    from models.backtest_report import BASE_RATE, MODEL, RULES

    whole = report.overall
    if whole.judged is None or whole.more_than_rules is None:
        yield WHY_NOT[report.state].format(leads=whole.leads, sales=whole.sales)
        return
    settled = f"{counted(whole.leads, 'settled lead')}, {counted(whole.sales, 'sale')}"
    yield f"{settled}. Of these sales the first 20 % of each period's leads hold"
    for name, words in ((MODEL, "best first by the model"), (RULES, "by the rules"), (BASE_RATE, "at random")):
        yield f"  {_found(whole.judged[name].found, whole.sales).replace(NEW_LINE, ' ')}  {words}"
    more = whole.more_than_rules
    yield f"With the model {more.value:+,.0f} ({more.low:+,.0f} to {more.high:+,.0f}) sales over the rules."
    yield "Log-loss over the base rate's (below 1 is better):"
    for name, one in whole.judged.items():
        yield f"  {_ends(one.over_base).replace(NEW_LINE, ' ')}  {name}"


def _left_alone(one: LeftAlone) -> str:
    since = f"The model of {one.since:%Y-%m-%d}, left alone since"
    if one.over_renewed is None:
        return f"{since}: not enough data ({counted(one.leads, 'settled lead')} later, {counted(one.sales, 'sale')})."
    ratio = _ends(one.over_renewed).replace(NEW_LINE, " ")
    return f"{since}: log-loss {ratio} of the renewed one's, on {one.leads:,} leads that came after the next one was learned."


def _ends(measured: Measured) -> str:
    return f"{measured.value:.3f}\n{measured.low:.3f}-{measured.high:.3f}"


def _found(found: Measured, sales: int) -> str:
    """Return a number of sales as their share of all."""
    return f"{found.value / sales:.0%}\n{found.low / sales:.0%}-{found.high / sales:.0%}"
