"""What becomes of the worker's duties, as a command shows it: on the console, in the log, and in the database."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from features.duty_log import FAILED, DutyLog, DutyRun
from features.errors import LeadloopError, StoreUnreachable
from leadloop.commands._house import now
from leadloop.commands._moments import in_utc
from leadloop.commands._table import figures_table
from leadloop.log_lines import places
from leadloop.worker import Duty, Told

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Engine

NOTED_EVERY = timedelta(minutes=1)
"""A duty that is done every few seconds is noted so often, and whenever it fails or is well again."""
logger = logging.getLogger("leadloop.work")


class DutiesTold(Told):
    """Tells of duties; ``worker`` names who does them."""

    def __init__(self, engine: Engine, console: Console, *, worker: str) -> None:
        self._log, self._console, self._worker = DutyLog(engine), console, worker
        self._begun: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}

    def leads(self, *, is_leader: bool) -> None:
        """Say who leads."""
        words = "This worker leads." if is_leader else "Another worker leads; this one stands by until it ends."
        self._console.print(words)
        logger.info(words)

    def began(self, duty: Duty, moment: datetime) -> None:
        """Note that a duty is in hand."""
        if self._is_noted(duty, moment):
            self._begun.pop(duty.name, None)
            return
        self._begun[duty.name] = moment
        self._log.began(duty.name, worker=self._worker, every=duty.every, moment=moment)

    def done(self, duty: Duty, moment: datetime) -> None:
        """Note that it was done."""
        begun = self._begun.get(duty.name)
        if begun is None:
            return
        seconds = (moment - begun).total_seconds()
        logger.info("done: %s", duty.name, extra={"duty": duty.name, "seconds": seconds})
        try:
            self._log.ended(duty.name, moment=moment)
            self._noted[duty.name] = moment
        except StoreUnreachable as error:
            logger.warning("that %s was done could not be noted: %s", duty.name, error, extra={"duty": duty.name})

    def failed(self, duty: Duty, error: Exception, moment: datetime) -> None:
        """Say why it failed: in its own words where it is an error of ours, else by kind and place alone."""
        why = why_of(error)
        self._noted.pop(duty.name, None)
        self._console.print(f"[yellow]{type(error).__name__}[/]: ", end="")
        self._console.print(why.partition(": ")[2], markup=False)
        logger.error("failed: %s: %s", duty.name, why, extra={"duty": duty.name})
        try:
            self._log.ended(duty.name, moment=moment, why=why)
        except StoreUnreachable:
            logger.warning("that %s failed could not be noted", duty.name, extra={"duty": duty.name})

    def _is_noted(self, duty: Duty, moment: datetime) -> bool:
        """Return whether a run may pass without a note: one of less than a minute ago was noted and went well."""
        noted = self._noted.get(duty.name)
        return noted is not None and duty.every < NOTED_EVERY and timedelta(0) <= moment - noted < NOTED_EVERY


def why_of(error: Exception) -> str:
    """Return the kind of an error, what it says where it is one of ours, and where it was raised.

    >>> why_of(ZeroDivisionError("of +7 912 345-67-89"))
    'ZeroDivisionError: a fault of the program, nowhere'
    """
    where = places(error.__traceback__)
    at = f" at {where[-1]}" if where else ", nowhere"
    if isinstance(error, LeadloopError):
        return f"{type(error).__name__}: {error}"
    return f"{type(error).__name__}: a fault of the program{at}"


def show_runs(engine: Engine, console: Console, *, is_led: bool) -> int:
    """Show the last run of every duty; return 1 where nobody leads, else 0."""
    runs = DutyLog(engine).runs()
    console.print("A worker leads." if is_led else "[yellow]No worker leads[/]: start `leadloop work`.")
    if not runs:
        console.print("No duty was ever done.")
        return int(not is_led)
    table = figures_table("duty", figures=("every", "last, UTC", "took", "last success, UTC"), last="outcome")
    for one in runs:
        took = str(one.ended_at - one.begun_at).split(".")[0] if one.ended_at else "-"
        success = in_utc(one.succeeded_at) if one.succeeded_at else "never"
        table.add_row(one.name, str(one.every), in_utc(one.begun_at), took, success, _outcome(one, is_led=is_led))
    console.print(table)
    return int(not is_led)


def _outcome(run: DutyRun, *, is_led: bool) -> str:
    from rich.markup import escape

    if run.outcome is None:
        age = str(now() - run.begun_at).split(".")[0]
        return f"in hand since {age}" if is_led else "its worker ended in the middle of it"
    if run.outcome == FAILED:
        return f"[yellow]failed {run.failures} x[/]: {escape(run.told or '')}"
    return "done"
