"""leadloop features: what the model may know, and what it knew of one lead at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, House, now, open_house
from leadloop.commands._moments import moment_of
from leadloop.commands._progress import Done, bar_over

if TYPE_CHECKING:
    from features.facts.values import LeadId
    from features.rows.as_of import KnownLead
    from features.rows.feature_row import RowBuilder

NAME = "features"
SAMPLE = 20_000
LEADS_A_STEP = 100


def command(
    lead: Annotated[str | None, typer.Argument(help="A lead's id; without it, the list of all features.")] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", help="The moment, 2026-03-31T14:05, in the company's time.", show_default="now"),
    ] = None,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """List the features with meaning, unit, share missing, first and last seen; or show one lead's row at a moment.

    The row stands beside the facts behind each value; facts known later than the moment are not there.
    """
    house = open_house(home, company)
    moment = now() if at is None else moment_of(at, option="--at", zone=house.company.zone)
    if lead is None:
        _list(house, moment)
    else:
        _show(house, lead, moment)


@dataclass(slots=True)
class _Seen:
    """In how many leads a feature had a value, and when the first and the last of them came."""

    leads: int
    first: datetime
    last: datetime


def _list(house: House, moment: datetime) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    from features.rows.feature_row import FixedRates, RowBuilder

    console, stored = Console(), house.store.lead_count()
    rows = RowBuilder(house.company, FixedRates())
    with bar_over("Reading leads", min(stored, SAMPLE), console) as done:
        seen, counted = _seen(house, rows, moment, done)
    name, day = Column("feature", no_wrap=True), Column("first, last", no_wrap=True)
    table = Table(name, "family", "meaning, unit", "missing", day, box=box.SIMPLE_HEAD)
    for one in rows.features:
        found = seen.get(one.name)
        missing = f"{1 - (found.leads if found else 0) / counted:.0%}" if counted else "no leads"
        span = f"{found.first:%Y-%m-%d}\n{found.last:%Y-%m-%d}" if found else "never"
        meaning = escape(one.meaning) + (f" [dim]{escape(one.unit)}[/]" if one.unit else "")
        table.add_row(one.name, one.family, meaning, missing, span)
    console.print(table)
    if counted:
        console.print(
            f"Of {counted:,} of {stored:,} leads, as known at {moment.astimezone(house.company.zone):%Y-%m-%d %H:%M}."
        )
    else:
        console.print("No leads are stored yet." if not stored else "No lead had come by then.")


def _seen(house: House, rows: RowBuilder, moment: datetime, done: Done) -> tuple[dict[str, _Seen], int]:
    """Return feature -> where it had a value, among a sample of the leads; and how many leads that are."""
    seen: dict[str, _Seen] = {}
    counted = 0
    for history in house.store.histories(lead_ids=_spread(house.store.leads_created())):
        known = rows.known(history, moment)
        if known is None:
            continue
        counted += 1
        if counted % LEADS_A_STEP == 0:
            done(counted)
        came = known.created_at.astimezone(house.company.zone)
        for name, value in rows.row(known).items():
            if value is not None:
                one = seen.setdefault(name, _Seen(0, came, came))
                one.leads, one.first, one.last = one.leads + 1, min(one.first, came), max(one.last, came)
    return seen, counted


def _spread(ids: list[LeadId]) -> list[LeadId]:
    """Return at most ``SAMPLE`` of the leads, evenly over their ids."""
    step = max(len(ids) / SAMPLE, 1.0)
    return [ids[-1 - int(place * step)] for place in range(min(len(ids), SAMPLE))]


def _show(house: House, lead: str, moment: datetime) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    from features.errors import NotThere
    from features.facts.values import LeadId
    from features.rows.as_of import Gate
    from features.rows.feature_row import RowBuilder
    from features.rows.rates_timeline import RatesTimeline

    console = Console()
    history = house.store.history(LeadId(lead))
    with console.status("Counting how the sources have sold ..."):
        rows = RowBuilder(house.company, RatesTimeline(Gate(house.company)).learn(house.store.histories()))
    known = rows.known(history, moment)
    if known is None:
        raise NotThere(f"Lead {lead!r} was not known yet at {moment.isoformat()}; take a later --at.")
    facts, row = _facts(known), rows.row(known)
    title = escape(f"Lead {lead} as known at {moment.astimezone(house.company.zone):%Y-%m-%d %H:%M}")
    table = Table(Column("feature", no_wrap=True), "value, unit", "from", title=title, box=box.SIMPLE_HEAD)
    for one in rows.features:
        value = row[one.name]
        behind = "; ".join(facts[kind] for kind in one.reads if kind in facts) or ", ".join(one.reads)
        shown = "missing" if value is None else f"{value:g}" if isinstance(value, float) else value
        unit = f" [dim]{escape(one.unit)}[/]" if one.unit and value is not None else ""
        table.add_row(one.name, escape(shown) + unit, escape(behind))
    console.print(table)


def _facts(known: KnownLead) -> dict[str, str]:
    """Return in words, without any contact, which facts of each kind were known; times are the company's."""
    zone = known.company.zone
    return {
        "lead": f"request of {known.created_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "source": ", ".join(f"{name}={word}" for name, word in known.marks.items()) or "no marks",
        "call": ", ".join(f"{call.at.astimezone(zone):%m-%d %H:%M} {call.result}" for call in known.calls) or "no call",
        "stage": ", ".join(f"{one.at.astimezone(zone):%m-%d} {one.stage}" for one in known.stages) or "no stage",
    }
