"""Hears the company's CRM every few seconds, and looks it through every few minutes; scores go back to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING

from leadloop.commands._crm import say_taken
from leadloop.commands._house import now
from leadloop.duties.work_place import WorkPlace
from leadloop.worker import Duty

if TYPE_CHECKING:
    from leadloop.commands._house import House
    from leadloop.connecting.turns import CrmDesk

NAME = "crm"
HEARD_EVERY = timedelta(seconds=5)


def duty(place: WorkPlace, every: timedelta) -> Duty:
    """Return the duty; ``every`` is how often the CRM is looked through, whatever it told."""
    return Duty(NAME, CrmTurns(place, every), HEARD_EVERY)


class CrmTurns:
    """Keeps what a turn needs from turn to turn, until company.yaml is written anew."""

    def __init__(self, place: WorkPlace, every: timedelta) -> None:
        self._place, self._every = place, every
        self._written: int | None = None
        self._desk: CrmDesk | None = None
        self._house: House | None = None
        self._looked_through: datetime | None = None
        self._lacks: tuple[Exception, TracebackType | None] | None = None
        self._not_looked_through: list[str] = []

    def __call__(self, moment: datetime) -> None:
        """Take in what the CRM told, and where it is due what it did not; send the scores at once.

        Raises
        ------
        DutyLacks
            Where a part of the CRM could not be looked through at the last look, or it told of a record that it does not give
            out, after everything else was done.
        """
        from features.errors import DutyLacks

        desk = self._open()
        if desk is None:
            return
        heard = desk.hear(now)
        if heard.taking.letters:
            self._place.say_posted(self._place.postman.go_round())
        say_taken(desk, heard.taking, self._place.console, "heard")
        if self._looked_through is None or not timedelta(0) <= moment - self._looked_through < self._every:
            self._looked_through = moment
            self._look_through(desk)
        in_vain = [f"{desk.connector.crm}, {one}" for one in desk.reconciler.waits_in_vain()]
        lacks = [*in_vain, *self._not_looked_through]
        if lacks:
            raise DutyLacks("; ".join(lacks))

    def _look_through(self, desk: CrmDesk) -> None:
        found = desk.look_through(now)
        self._not_looked_through = [f"{desk.connector.crm}, {one}" for one in found.failed]
        say_taken(desk, found.taking, self._place.console, "looked through")

    def _open(self) -> CrmDesk | None:
        """Return the desk; put together anew where company.yaml was written since, so that nobody need start the worker anew.

        What keeps it from being put together is raised at every turn, until company.yaml is written anew.
        """
        from features.errors import StoreUnreachable
        from features.settings import crm_secrets
        from leadloop.connecting.turns import crm_desk

        file = self._place.settings.company_file
        written = file.stat().st_mtime_ns if file.exists() else None
        if self._written is None or written != self._written:
            self.close()
            self._written, self._looked_through = written, None
            try:
                self._house = self._place.open()
                self._desk = crm_desk(self._house.settings, self._house.engine, crm_secrets())
            except StoreUnreachable:
                self._written = None
                raise
            except Exception as error:
                self._lacks = error, error.__traceback__
                raise
        if self._lacks is not None:
            lacks, where = self._lacks
            raise lacks.with_traceback(where)  # else it would grow by a place each time
        return self._desk

    def close(self) -> None:
        """End connections, and write what was logged."""
        if self._desk is not None:
            self._desk.close()
        if self._house is not None:
            self._house.engine.dispose()
        self._desk = self._house = self._lacks = None
        self._not_looked_through = []
