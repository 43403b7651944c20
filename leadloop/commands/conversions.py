"""leadloop conversions: what goes back to the ad systems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted
from leadloop.commands._conversions import conversion_desk
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._output import refuse_what_is_read
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from features.facts.conversion_settings import System
    from monitoring.conversions.conversion_desk import ConversionDesk
    from monitoring.conversions.standing import Look, Standing

NAME = "conversions"
WORDS: dict[Standing, str] = {
    "too_old": "too old", "no_consent": "no consent", "no_rule_of_consent": "no rule of consent",
    "no_click_id": "nothing to recognise it by", "unknown_value": "value unknown",
}  # fmt: skip


def command(
    system: Annotated[
        str | None,
        typer.Option(
            help="yandex, yandex_orders, google, google_adjustments, google_enhanced or meta.",
            show_default="all, only shown",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write what is ready into this file, and note it as told.")
    ] = None,
    push: Annotated[
        bool, typer.Option("--push", help="Put what is ready into the outbox; `leadloop work` sends it.")
    ] = False,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Show what the ad systems can be told, what they were told, and what fell out and why; write it into a file to upload.

    Each conversion is told once; an order is told again when what became of it changes. What is shown changes nothing.
    """
    from rich.console import Console

    from monitoring.conversions.pushing import push_ready, pushed_systems

    house, console, moment = open_house(home, company), Console(), now()
    asked = _systems(system, house.company.conversions.systems)
    if not asked:
        console.print("No ad system is named: write the section conversions: in company.yaml first.")
        return
    desk = conversion_desk(house)
    if out is not None:
        if len(asked) != 1:
            raise typer.BadParameter("--out takes one --system: each has a format of its own.")
        refuse_what_is_read(out, house.settings.company_file)
        _write(desk, asked[0], out, moment, console)
        return
    if push:
        able = [one for one in asked if one in pushed_systems(house.company)]
        if not able:
            raise typer.BadParameter(
                "--push needs a counter or a dataset of the system in company.yaml; Google takes a file."
            )
        for one in able:
            console.print(f"{one}: {push_ready(desk, one, moment):,} put into the outbox.")
        return
    for one in asked:
        _show(one, desk.look(one, moment), desk, console)


def _systems(system: str | None, named: tuple[System, ...]) -> tuple[System, ...]:
    from monitoring.conversions.ad_systems import AD_SYSTEMS

    if system is None:
        return named
    if system not in named:
        told = ", ".join(one for one in named if AD_SYSTEMS[one].mends is None) or "none"
        raise typer.BadParameter(f"--system {system}: company.yaml names {told} under conversions:.")
    return tuple(one for one in named if one == system)


def _write(desk: ConversionDesk, system: System, out: Path, moment: datetime, console: Console) -> None:
    from monitoring.conversions.upload_file import finish_last, write_upload

    finished = finish_last(desk.ledger, system)
    if finished:
        console.print(
            f"The last file was cut short and is finished now: {finished.name}, {counted(finished.lines, 'line')}.",
            markup=False,
        )
    look = desk.look(system, moment)
    handed = write_upload(desk, system, out, moment)
    if handed.batch_id is None:
        console.print("Nothing is ready: no file was written.")
    else:
        console.print(
            f"{counted(handed.lines, 'line')} in {out}: {handed.first_told:,} told for the first time, "
            f"{handed.restated:,} restated.",
            markup=False,
        )
    console.print(_fallen(look), highlight=False)


def _show(system: System, look: Look, desk: ConversionDesk, console: Console) -> None:
    table = figures_table(system, figures=("leads", "reached", "ready", "told", "fell out"), last="why")
    for step, of in look.counts.items():
        out = {name: of.get(name, 0) for name in WORDS}
        ready, told = of.get("ready", 0) + of.get("restatement", 0), of.get("told", 0) + of.get("changed", 0)
        why = ", ".join(f"{WORDS[name]} {count:,}" for name, count in out.items() if count)
        cells = (look.leads, look.leads - look.not_reached[step], ready, told, sum(out.values()))
        table.add_row(step, *(f"{one:,}" for one in cells), why)
    console.print(table)
    last = next(iter(desk.ledger.batches(system, most=1)), None)
    if last:
        console.print(
            f"  Last: {last.way}, {last.at:%Y-%m-%d %H:%M} UTC, {counted(last.lines, 'line')}.", highlight=False
        )


def _fallen(look: Look) -> str:
    counts = {name: look.count(name) for name in WORDS}
    said = ", ".join(f"{WORDS[name]} {count:,}" for name, count in counts.items() if count)
    return f"Fell out: {said}." if said else "Nothing fell out."
