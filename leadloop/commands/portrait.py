"""leadloop portrait: who really buys."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._portraying import portray_once, say_portrait

NAME = "portrait"


def command(
    fields: Annotated[int, typer.Option(min=1, max=3, help="Segments of so many fields at most.")] = 2,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Draw the portrait of buyers: the few segments whose share among sales surely differs from that among leads.

    Open leads are counted by their chance where shares are shown, and decide nothing. Each portrait is kept, and what changed
    since the one before is tested. The page /portrait shows it beside the audience that company.yaml declares; `leadloop
    work` refreshes it every week.
    """
    from rich.console import Console

    house, console = open_house(home, company), Console()
    say_portrait(portray_once(house, console, moment=now(), most_fields=fields), house, console)
