"""leadloop outbox: what waits to be sent to other systems, and what needs a person."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._conversions import postman
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._moments import in_utc
from leadloop.commands._table import figures_table

NAME = "outbox"
SHOWN = 50


def command(
    again: Annotated[int | None, typer.Option("--again", help="Let this dead letter be sent again.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send what is due now, as `leadloop work` does.")] = False,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """List the letters that wait for another system or for a person: number, whom it goes to, tries, and the last answer.

    A dead letter was refused, or tried for more than a day, or nobody knows whether it arrived; `--again` sends it once more.
    """
    from rich.console import Console
    from rich.markup import escape

    from features.outbox.outbox import Outbox

    house, console = open_house(home, company), Console()
    outbox = Outbox(house.engine)
    if again is not None:
        outbox.again(again, now())
        console.print(f"Letter {again} is sent again, by `leadloop work` or `leadloop outbox --send`.")
    if send:
        done = postman(house).go_round()
        console.print(
            f"Delivered {done.delivered:,}, later again {done.put_off:,}, needs a person {done.given_up:,}, "
            f"left alone {done.left_alone:,}.",
            highlight=False,
        )
    letters = outbox.letters("dead", "waiting", "sending", most=SHOWN)
    if not letters:
        delivered = sum(count for (_, state), count in outbox.counts().items() if state == "delivered")
        console.print(f"Nothing waits. {delivered:,} letters were delivered.", highlight=False)
        return
    table = figures_table("letter", figures=("state", "tries", "due, UTC"), last="last answer")
    for one in letters:
        named = f"{one.id} {escape(one.letter.destination)}\n[dim]{escape(one.letter.kind)}[/]"
        table.add_row(named, one.state, str(one.tries), in_utc(one.due_at), escape(one.answer or ""))
    console.print(table)
