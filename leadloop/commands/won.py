"""leadloop won: what won deals tell."""

from __future__ import annotations

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._portraying import say_won, won_once

NAME = "won"


def command(home: HomeOption = None, company: CompanyOption = None) -> None:
    """Work out how long won deals take and how many calls, and what the managers' notes say beside those of lost ones.

    Notes are read without persons and grouped by their words; nothing is fetched. The page /won shows it; `leadloop work`
    refreshes it every week.
    """
    from rich.console import Console

    house, console = open_house(home, company), Console()
    say_won(won_once(house, console, moment=now()), console)
