"""One refresh of the portrait of buyers and of what won deals tell, as a command shows it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from features.counted_words import counted
from leadloop.commands._house import House
from leadloop.commands._progress import bar_over
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from rich.console import Console

    from monitoring.portrait.portrait_report import Drawn, PortraitReport, Share
    from monitoring.won.won_report import Middle, WonReport


def portray_once(house: House, console: Console, *, moment: datetime, most_fields: int = 2) -> PortraitReport:
    """Draw the portrait as known at ``moment``, and keep it."""
    from monitoring.portrait.drawing import drawn_portrait, passes_over
    from monitoring.portrait.portrait_report import PORTRAITS

    home, leads = house.settings.home, house.store.lead_count()
    done = 0
    with bar_over("Reading leads", leads * passes_over(house.company, home), console) as told:

        def passed() -> None:
            nonlocal done
            done += 1
            told(done)

        report = drawn_portrait(house.store, house.company, home, moment=moment, most_fields=most_fields, passed=passed)
    path = PORTRAITS.write(report, home)
    console.print(f"The portrait: {path}", markup=False, highlight=False)
    return report


def won_once(house: House, console: Console, *, moment: datetime) -> WonReport:
    """Work out what won deals tell at ``moment``, and keep it."""
    from features.facts.values import Call
    from monitoring.won.drawing import won_deals
    from monitoring.won.won_report import WON

    calls = (fact for history in house.store.histories() for fact in history.facts if isinstance(fact, Call))
    managers = {one.name for one in house.company.managers} | {one.manager for one in calls if one.manager}
    clean = house.contacts.without_persons(managers, keeps=_own_words(house))
    with console.status("Reading won and lost deals ..."):
        report = won_deals(house.store, house.company, clean, moment=moment)
    console.print(f"What won deals tell: {WON.write(report, house.settings.home)}", markup=False, highlight=False)
    return report


def say_won(report: WonReport, console: Console) -> None:
    """Tell how long deals take, and what is said of them."""
    table = figures_table("channel", figures=("settled", "won", "days", "calls", "calls if lost"))
    for one in (*report.by_channel, report.whole):
        cells = [_middle(middle) for middle in (one.days, one.calls, one.lost_calls)]
        table.add_row(one.name or "all", f"{one.settled:,}", f"{one.won:,}", *cells)
    console.print(table)
    for notes in report.notes:
        sure = [one for one in notes.themes if one.is_sure]
        console.print(
            f"  {notes.kind}: {counted(len(notes.themes), 'theme')} in the notes of {notes.of_won:,} won and "
            f"{notes.of_lost:,} lost leads; {len(sure)} surely more frequent on one side.",
            highlight=False,
        )


def _own_words(house: House) -> list[str]:
    """Return the words that the company itself writes with a capital, and that are nobody's name."""
    company = house.company
    said = [company.company, *company.offers, *(rule.name for rule in company.channels.rules)]
    return [*said, *(word for aimed in company.audience.values() for word in (*aimed.levels, *aimed.shares))]


def _middle(middle: Middle | None) -> str:
    return "-" if middle is None else f"{middle.value:,.1f}"


def last_portrayed(home: Path) -> datetime | None:
    """Return when the portrait was drawn last; None where it never was."""
    from models.report_shelf import moment_of
    from monitoring.portrait.portrait_report import PORTRAITS

    return next((moment_of(name) for name in PORTRAITS.names(home)), None)


def say_portrait(report: PortraitReport, house: House, console: Console) -> None:
    """Tell the marketer who buys."""
    for one in (report.arrival, report.talk):
        if one:
            _say_drawn(one, house, console)
    _say_difference(report, house, console)


def _say_drawn(one: Drawn, house: House, console: Console) -> None:
    from serving.portrait.segment_words import segment_words

    when = "at arrival" if one.known_by == "arrival" else "after the first talk"
    counts = f"{counted(one.bought, 'sale')} among {counted(one.settled, 'settled lead')}"
    if one.state == "too_few":
        console.print(f"By what was known {when}: not enough data ({counts}; {one.fewest} of each kind are needed).")
        return
    if not one.segments:
        console.print(
            f"By what was known {when}: nothing surely sets buyers apart ({counts}, {counted(one.looked_at, 'segment')})."
        )
        return
    table = figures_table("who", figures=("of leads", "of sales", "", "buys", "others"))
    table.title = (
        f"Buyers, by what was known {when}: {counts}; {counted(one.looked_at, 'segment')} looked at; 95 % intervals"
    )
    for segment in one.segments:
        table.add_row(
            segment_words(segment.conditions, house.company), _value(segment.of_leads), _value(segment.of_sales),
            f"{segment.of_sales.low:.0%}-{segment.of_sales.high:.0%}", _value(segment.buys), _value(segment.others_buy),
        )  # fmt: skip
    console.print(table)


def _say_difference(report: PortraitReport, house: House, console: Console) -> None:
    from serving.portrait.segment_words import segment_words

    told = report.difference
    if told is None:
        console.print("  This is the first portrait: nothing to compare it with yet.")
        return
    head = f"  Since the portrait of {told.since:%Y-%m-%d}: {counted(told.new_sales, 'sale')}, {told.before_sales:,} until then"
    if told.state == "too_few":
        console.print(f"{head}; a comparison needs {told.fewest} on each side.")
        return
    sure = [one for one in told.segments if one.is_sure]
    console.print(
        f"{head}; {counted(told.looked_at, 'segment')} compared: {'surely changed:' if sure else 'no sure difference.'}"
    )
    for one in sure:
        words = segment_words(one.conditions, house.company)
        console.print(f"    {words}: was {_value(one.was)}, is {_value(one.now)}", markup=False, highlight=False)


def _value(share: Share) -> str:
    return "-" if share.value is None else f"{share.value:.1%}"
