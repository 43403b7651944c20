"""leadloop features: what the model may know, and what it knew of one lead at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, House, now, open_house

if TYPE_CHECKING:
    from features.rows.as_of import KnownLead

NAME = "features"
SAMPLE = 20_000


def command(
    lead: Annotated[str | None, typer.Argument(help="A lead's id; without it, the list of all features.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="The moment, 2026-03-31T14:05. [default: now]")] = None,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """List the features with meaning, unit, share missing, first and last seen; or show one lead's row at a moment.

    The row stands beside the facts behind each value; facts known later than the moment are not there.
    """
    house = open_house(home, company)
    if lead is None:
        _list(house)
    else:
        _show(house, lead, _moment(at, house) if at else now())


def _list(house: House) -> None:
    from rich.console import Console
    from rich.table import Table

    from features.facts.values import Lead
    from features.rows.feature_row import FixedRates, RowBuilder

    rows = RowBuilder(house.company, FixedRates())
    seen: dict[str, list[datetime]] = {}
    counted = 0
    present: dict[str, int] = {}
    for history in house.store.histories():
        counted += 1
        arrival = min(one.fact.known_at for one in history.stored if isinstance(one.fact, Lead))
        known = rows.known(history, now())
        assert known is not None  # every stored lead is known by now
        for name, value in rows.row(known).items():
            if value is not None:
                present[name] = present.get(name, 0) + 1
                first, last = seen.setdefault(name, [arrival, arrival])
                seen[name] = [min(first, arrival), max(last, arrival)]
        if counted == SAMPLE:
            break
    table = Table("feature", "family", "unit", "meaning", "missing", "first seen", "last seen")
    for one in rows.features:
        missing = f"{1 - present.get(one.name, 0) / counted:.0%}" if counted else "no leads"
        span = [f"{moment:%Y-%m-%d}" for moment in seen.get(one.name, [])] or ["never", "never"]
        table.add_row(one.name, one.family, one.unit, one.meaning, missing, *span)
    Console().print(table)
    Console().print(f"Of {counted:,} leads, as known now." if counted else "No leads are stored yet.")


def _show(house: House, lead: str, moment: datetime) -> None:
    from rich.console import Console
    from rich.table import Table

    from features.errors import UnknownLead
    from features.facts.values import LeadId
    from features.rows.feature_row import RowBuilder
    from features.rows.rates_timeline import RatesTimeline

    history = house.store.history(LeadId(lead))
    from features.rows.as_of import Gate

    timeline = RatesTimeline(Gate(house.company)).learn(house.store.histories())
    rows = RowBuilder(house.company, timeline)
    known = rows.known(history, moment)
    if known is None:
        raise UnknownLead(lead)
    facts = _facts(known)
    table = Table("feature", "value", "unit", "from", title=f"Lead {lead} as known at {moment.isoformat()}")
    for one in rows.features:
        value = rows.row(known)[one.name]
        behind = "; ".join(facts[kind] for kind in one.reads if kind in facts) or ", ".join(one.reads)
        shown = "missing" if value is None else f"{value:g}" if isinstance(value, float) else value
        table.add_row(one.name, shown, one.unit, behind)
    Console().print(table)


def _facts(known: KnownLead) -> dict[str, str]:
    """Return in words, without any contact, which facts of each kind were known."""
    return {
        "lead": f"request of {known.created_at:%Y-%m-%d %H:%M}",
        "source": ", ".join(f"{name}={word}" for name, word in known.marks.items()) or "no marks",
        "call": ", ".join(f"{call.at:%m-%d %H:%M} {call.result}" for call in known.calls) or "no call",
        "stage": ", ".join(f"{stage.at:%m-%d} {stage.stage}" for stage in known.stages) or "no stage",
    }


def _moment(text: str, house: House) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("--at takes a moment such as 2026-03-31T14:05") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=house.company.zone)
