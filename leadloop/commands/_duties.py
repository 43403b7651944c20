"""What becomes of the worker's duties, as a command shows it: on the console, in the log, and in the database."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from features.duty_log import BROKEN_OFF, FAILED, DutyLog, DutyRun
from features.errors import LeadloopError, StoreUnreachable
from leadloop.commands._house import now
from leadloop.commands._moments import in_utc, span_words
from leadloop.commands._table import figures_table
from leadloop.log_lines import places
from leadloop.worker import Duty, FailedBeside, Told

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Engine

NOTED_EVERY = timedelta(minutes=1)
"""A duty that is done every few seconds is noted so often, and whenever it begins to fail, fails otherwise or is well again."""
SAID_AGAIN = timedelta(hours=1)
"""A duty that keeps failing by the same is said again after so long, so that who looks into today's log finds it."""
logger = logging.getLogger("leadloop.work")


@dataclass(slots=True)
class _Standing:
    """How a duty stands in the database: noted when, and why it fails; what has happened since that is not noted yet."""

    noted_at: datetime
    why: str | None = None
    said_at: datetime | None = None
    failures: int = 0

    def is_noted(self, duty: Duty, moment: datetime) -> bool:
        """Return whether a run may pass without a note, as one of less than a minute ago was noted."""
        return duty.every < NOTED_EVERY and timedelta(0) <= moment - self.noted_at < NOTED_EVERY

    def is_said(self, why: str, moment: datetime) -> bool:
        """Return whether it was said a while ago that it fails by this."""
        said = self.said_at
        return self.why == why and said is not None and timedelta(0) <= moment - said < SAID_AGAIN


class DutiesTold(Told):
    """Tells of duties; ``worker`` names who does them."""

    def __init__(self, engine: Engine, console: Console, *, worker: str) -> None:
        self._log, self._console, self._worker = DutyLog(engine), console, worker
        self._begun: dict[str, datetime] = {}
        self._stands: dict[str, _Standing] = {}

    def leads(self, *, is_leader: bool) -> None:
        """Say who leads."""
        words = "This worker leads." if is_leader else "Another worker leads; this one stands by until it ends."
        self._console.print(words)
        logger.info(words)

    def began(self, duty: Duty, moment: datetime) -> None:
        """Note that a duty is in hand."""
        stands = self._stands.get(duty.name)
        self._begun[duty.name] = moment
        if stands is None or not stands.is_noted(duty, moment):
            self._log.began(duty.name, worker=self._worker, every=duty.every, moment=moment)

    def done(self, duty: Duty, moment: datetime) -> None:
        """Note that it was done."""
        stands, begun = self._stands.get(duty.name), self._begun.pop(duty.name, moment)
        if stands is not None and stands.why is None and stands.is_noted(duty, begun):
            return
        seconds = (moment - begun).total_seconds()
        logger.info("done: %s", duty.name, extra={"duty": duty.name, "seconds": seconds})
        if self._is_kept(duty, "was done", lambda: self._log.ended(duty.name, moment=moment)):
            self._stands[duty.name] = _Standing(moment)

    def failed(self, duty: Duty, error: Exception, moment: datetime) -> None:
        """Say why it failed, once an hour while that stays the same: an error of ours in its words, others by kind and place."""
        stands, begun = self._stands.get(duty.name), self._begun.pop(duty.name, moment)
        why = why_of(error)
        said_at = stands.said_at if stands else None
        if stands is None or not stands.is_said(why, moment):
            self._console.print(f"[yellow]{duty.name}[/]: ", end="")
            self._console.print(why, markup=False)
            logger.error("failed: %s: %s", duty.name, why, extra={"duty": duty.name})
            said_at = moment
        failures = (stands.failures if stands else 0) + 1
        if stands is not None and stands.why == why and stands.is_noted(duty, begun):
            stands.failures = failures
            return
        is_kept = self._is_kept(
            duty, "failed", lambda: self._log.ended(duty.name, moment=moment, why=why, times=failures)
        )
        self._stands[duty.name] = _Standing(moment, why, said_at, 0 if is_kept else failures)

    def broken_off(self, duty: Duty, moment: datetime) -> None:
        """Note that it was ended in the middle, and will be begun again."""
        self._begun.pop(duty.name, None)
        words = f"{duty.name} was broken off; it is begun again by the worker that leads next."
        self._console.print(words, highlight=False)
        logger.info(words, extra={"duty": duty.name})
        self._is_kept(duty, "was broken off", lambda: self._log.broken_off(duty.name, moment=moment))

    def _is_kept(self, duty: Duty, what: str, note: Callable[[], None]) -> bool:
        """Return whether the database took a note; where it does not answer, that is said."""
        try:
            note()
        except StoreUnreachable as error:
            logger.warning("that %s %s could not be noted: %s", duty.name, what, error, extra={"duty": duty.name})
            return False
        return True


def why_of(error: Exception) -> str:
    """Return what an error of ours says; of any other only its kind and where it was raised.

    >>> why_of(ZeroDivisionError("of +7 912 345-67-89"))
    'A fault of the program (ZeroDivisionError, nowhere).'
    """
    if isinstance(error, FailedBeside):
        return error.why
    if isinstance(error, LeadloopError):
        return str(error)
    where = places(error.__traceback__)
    at = f"at {where[-1]}" if where else "nowhere"
    return f"A fault of the program ({type(error).__name__}, {at})."


def show_runs(engine: Engine, console: Console, *, is_led: bool) -> int:
    """Show the last run of every duty; return 1 where nobody leads, else 0."""
    runs = DutyLog(engine).runs()
    console.print("A worker leads." if is_led else "[yellow]No worker leads[/]: start `leadloop work`.")
    if not runs:
        console.print("No duty was ever done.")
        return int(not is_led)
    table = figures_table("duty", figures=("every", "last, UTC", "took", "last success, UTC"), last="outcome")
    for one in runs:
        took = span_words(one.ended_at - one.begun_at) if one.ended_at else "-"
        success = in_utc(one.succeeded_at) if one.succeeded_at else "never"
        table.add_row(
            one.name, span_words(one.every), in_utc(one.begun_at), took, success, _outcome(one, is_led=is_led)
        )
    console.print(table)
    for one in runs:
        if one.outcome == FAILED:
            console.print(f"{one.name}: {one.told or 'it said nothing'}", markup=False, style="yellow")
    return int(not is_led)


def _outcome(run: DutyRun, *, is_led: bool) -> str:
    if run.outcome is None:
        age = span_words(now() - run.begun_at)
        return f"in hand since {age}" if is_led else "its worker ended in the middle of it"
    if run.outcome == FAILED:
        return f"[yellow]failed {run.failures} x[/], see below"
    return "broken off; it is begun again" if run.outcome == BROKEN_OFF else "done"
