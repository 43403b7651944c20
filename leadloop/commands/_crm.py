"""The worker's part with the company's CRM: it is heard every few seconds, and looked through every few minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from leadloop.commands._house import House, now, open_house

if TYPE_CHECKING:
    from rich.console import Console

    from leadloop.connecting.taker import Taking
    from leadloop.connecting.turns import CrmDesk
    from leadloop.sending.postman import Postman

HEARD_EVERY = timedelta(seconds=5)
SHOWN_AMISS = 5


class CrmDuties:
    """Keeps what a turn needs from turn to turn, until company.yaml is written anew."""

    def __init__(self, home: Path | None, company: Path | None, console: Console, carrier: Postman) -> None:
        self._home, self._company, self._console, self._carrier = home, company, console, carrier
        self._written: int | None = None
        self._desk: CrmDesk | None = None
        self._house: House | None = None

    def hear(self, _: datetime) -> None:
        """Look into what the CRM told, and send it the scores at once."""
        desk = self._open()
        if desk is not None:
            done = desk.hear(now)
            if done.letters:
                self._carrier.go_round()
            say_taken(desk, done, self._console, "heard")

    def look_through(self, _: datetime) -> None:
        """Look through what changed in the CRM, message or not."""
        desk = self._open()
        if desk is not None:
            found = desk.look_through(now)
            for one in found.failed:
                self._console.print(f"[yellow]{desk.connector.crm}[/]: ", end="")
                self._console.print(one, markup=False)
            say_taken(desk, found.taking, self._console, "looked through")

    def _open(self) -> CrmDesk | None:
        """Return the desk; put together anew where company.yaml was written since, so that nobody need start the worker anew."""
        from features.errors import StoreUnreachable
        from features.settings import crm_secrets, settings_from_environment
        from leadloop.connecting.turns import crm_desk

        file = settings_from_environment(self._home, self._company).company_file
        written = file.stat().st_mtime_ns if file.exists() else None
        if self._written is None or written != self._written:
            self._close()
            self._written = written  # what is wrong with it is said once, not every few seconds
            try:
                self._house = open_house(self._home, self._company)
                self._desk = crm_desk(self._house.settings, self._house.engine, crm_secrets())
            except StoreUnreachable:
                self._written = None
                raise
        return self._desk

    def _close(self) -> None:
        if self._desk is not None:
            self._desk.close()
        if self._house is not None:
            self._house.engine.dispose()
        self._desk = self._house = None


def say_taken(desk: CrmDesk, done: Taking, console: Console, how: str) -> None:
    """Say what a turn came to, where it came to anything."""
    if done.facts or done.letters:
        told = f"{desk.connector.crm} {how}: {done.seen:,} records, {done.facts:,} new facts, {done.letters:,} scores to tell."
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
