"""What a turn with the company's CRM came to, as commands and the worker say it, and the desk that a command opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.counted_words import counted
from leadloop.commands._house import House

if TYPE_CHECKING:
    from rich.console import Console

    from leadloop.connecting.taker import Taking
    from leadloop.connecting.turns import CrmDesk

SHOWN_AMISS = 5


def say_taken(desk: CrmDesk, done: Taking, console: Console, how: str) -> None:
    """Say what a turn came to, where it came to anything."""
    if done.facts or done.letters:
        read, new = counted(done.seen, "record"), counted(done.facts, "new fact")
        told = f"{desk.connector.crm} {how}: {read}, {new}, {counted(done.letters, 'score')} to tell."
        console.print(told, highlight=False, markup=False)
    for one in done.amiss[:SHOWN_AMISS]:
        console.print(f"  {one}", highlight=False, markup=False)
    if len(done.amiss) > SHOWN_AMISS:
        console.print(f"  and {len(done.amiss) - SHOWN_AMISS:,} more: leadloop connect {desk.connector.crm} --check")


def opened(house: House) -> CrmDesk:
    """Return the desk of the CRM that company.yaml names; ``CrmRefused`` where it names none."""
    from features.errors import CrmRefused
    from features.settings import crm_secrets
    from leadloop.connecting.turns import crm_desk

    desk = crm_desk(house.settings, house.engine, crm_secrets())
    if desk is None:
        raise CrmRefused("company.yaml has no crm part; `leadloop connect bitrix24 --draft` drafts one.")
    return desk
