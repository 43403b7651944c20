"""leadloop outbox: what waits to be sent to other systems, and what needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted
from leadloop.commands._conversions import postman
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._moments import in_utc
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from features.outbox.letter import KeptLetter

NAME = "outbox"
SHOWN = 50
NEWER = "a newer score of the same record was put since"


def command(
    again: Annotated[int | None, typer.Option("--again", help="Let this dead letter be sent again.")] = None,
    all_again: Annotated[
        str | None, typer.Option("--all-again", help="Let every dead letter of this destination be sent again.")
    ] = None,
    show: Annotated[
        int | None, typer.Option("--show", help="Show one letter whole: what it says and what came of it.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="List the letters of this destination alone.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send what is due now, as `leadloop work` does.")] = False,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """List the letters that wait for another system or for a person: number, whom it goes to, tries, and the last answer.

    A dead letter was refused, or tried for more than a day, or nobody knows whether it arrived; `--show` reads it, `--again`
    sends it once more, `--all-again` all of one destination, once what was wrong there is mended. A score is not sent
    again where a newer one of the same record was put since.
    """
    from rich.console import Console

    from features.outbox.outbox import Outbox

    house, console = open_house(home, company), Console()
    outbox = Outbox(house.engine)
    if show is not None:
        for line in _whole(outbox.letter(show)):
            console.print(line, markup=False, highlight=False)
        return
    if again is not None:
        is_sent = outbox.again(again, now()).sent
        how = "sent again, by `leadloop work` or `leadloop outbox --send`" if is_sent else f"not sent again: {NEWER}"
        console.print(f"Letter {again} is {how}.", highlight=False)
    if all_again is not None:
        once_more = outbox.all_again(all_again, now())
        sent = counted(once_more.sent, f"letter to {all_again} is", f"letters to {all_again} are")
        console.print(f"{sent} sent again.", markup=False, highlight=False)
        if once_more.superseded:
            console.print(f"{counted(once_more.superseded, 'was', 'were')} superseded: {NEWER}.", highlight=False)
    if send:
        done = postman(house).go_round()
        console.print(
            f"Delivered {done.delivered:,}, later again {done.put_off:,}, needs a person {done.given_up:,}, "
            f"left alone {done.left_alone:,}.",
            highlight=False,
        )
    letters = outbox.letters("dead", "waiting", "sending", destination=to, most=SHOWN)
    if not letters:
        delivered = sum(count for (_, state), count in outbox.counts().items() if state == "delivered")
        console.print(f"Nothing waits. {counted(delivered, 'letter was', 'letters were')} delivered.", highlight=False)
        return
    console.print(_listed(letters))


def _listed(letters: list[KeptLetter]) -> Table:
    from rich.markup import escape

    table = figures_table("letter", figures=("state", "tries", "due, UTC"), last="last answer")
    for one in letters:
        named = f"{one.id} {escape(one.letter.destination)}\n[dim]{escape(one.letter.kind)}[/]"
        table.add_row(named, one.state, str(one.tries), in_utc(one.due_at), escape(one.answer or ""))
    return table


def _whole(one: KeptLetter) -> Iterator[str]:
    """Yield what is known of a letter; of its address the machine alone, as the rest may be a secret."""
    from urllib.parse import urlsplit

    from features.facts.contact_signs import HAS_CONTACT, HIDDEN

    yield f"Letter {one.id} to {one.letter.destination}: {one.letter.kind}, {one.state}."
    yield f"  Put {in_utc(one.put_at)} UTC, tried {counted(one.tries, 'time')}, changed {in_utc(one.changed_at)} UTC."
    yield f"  {one.letter.method} to {urlsplit(one.letter.url).hostname}, {one.letter.content_type}, id {one.letter.once_key}"
    yield f"  Last answer: {one.answer or 'none yet'}"
    if one.letter.body:
        yield HAS_CONTACT.sub(HIDDEN, _readable(one.letter.body))
    else:
        yield "  Its body is forgotten: it was delivered, a newer one was put since, or it told of somebody who is forgotten."


def _readable(body: bytes) -> str:
    import orjson

    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
