"""leadloop follow: how the champion does on the leads that came since it learned."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._following import follow_once, say
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._moments import moment_of

NAME = "follow"


def command(
    moment: Annotated[
        str | None,
        typer.Option(
            "--at",
            help="Show what was known by then, 2026-03-31; no score moves.",
            show_default="now",
        ),
    ] = None,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Compare what the champion expected of the leads since it learned with what was seen so far, and follow the level.

    No lead has to have ended: each counts for what could have been seen of it by now. Where more or fewer buy than was
    expected, beyond chance, every score moves with it within seconds; the model's page shows the history. `leadloop work`
    does this by itself.
    """
    from rich.console import Console

    house, console, present = open_house(home, company), Console(), now()
    asked = moment_of(moment, option="--at", zone=house.company.zone, not_after=present) if moment else present
    report = follow_once(house, console, moment=asked, keep=moment is None)
    if report:
        say(report, console, home=house.settings.home)
