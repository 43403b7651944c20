"""When the worker last did each of its duties, and what came of it: kept in the database, so that anybody can ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.tables import DUTY_RUNS

DONE, FAILED, BROKEN_OFF = "done", "failed", "broken_off"
LONGEST_TOLD = 500


@dataclass(frozen=True, slots=True)
class DutyRun:
    """The last run of a duty. ``ended_at`` is None while it is in hand, or where the worker died in the middle of it.

    ``outcome`` is ``broken_off`` where its worker was told to stop, or led no more, in the middle of it. ``failures`` counts how
    often in a row it has failed; ``told`` says why it last did, ``succeeded_at`` when it last did not.
    """

    name: str
    worker: str
    every: timedelta
    begun_at: datetime
    ended_at: datetime | None
    outcome: str | None
    told: str | None
    succeeded_at: datetime | None
    failures: int


class DutyLog:
    """A line a duty."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def began(self, name: str, *, worker: str, every: timedelta, moment: datetime) -> None:
        """Note that a duty is in hand."""
        said = {"worker": worker[:100], "every_us": every // timedelta(microseconds=1)}
        begun: dict[str, Any] = {**said, "begun_us": microseconds(moment), "ended_us": None, "outcome": None}
        with writing(self._engine) as connection:
            if not connection.execute(update(DUTY_RUNS).where(DUTY_RUNS.c.name == name).values(**begun)).rowcount:
                connection.execute(insert(DUTY_RUNS).values(name=name, failures=0, **begun))

    def ended(self, name: str, *, moment: datetime, why: str | None = None, times: int = 1) -> None:
        """Note that it was done, or ``why`` it failed, ``times`` in a row since the last note."""
        said: dict[str, Any] = {"ended_us": microseconds(moment)}
        if why is None:
            said |= {"outcome": DONE, "told": None, "failures": 0, "succeeded_us": microseconds(moment)}
        else:
            said |= {"outcome": FAILED, "told": why[:LONGEST_TOLD], "failures": DUTY_RUNS.c.failures + times}
        self._note(name, said)

    def broken_off(self, name: str, *, moment: datetime) -> None:
        """Note that it was ended in the middle by no fault of its own."""
        self._note(name, {"ended_us": microseconds(moment), "outcome": BROKEN_OFF})

    def _note(self, name: str, said: dict[str, Any]) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(DUTY_RUNS).where(DUTY_RUNS.c.name == name).values(**said))

    def runs(self) -> list[DutyRun]:
        """Return the last run of every duty that was ever begun, by name."""
        with reading(self._engine) as connection:
            return [_run(row) for row in connection.execute(select(DUTY_RUNS).order_by(DUTY_RUNS.c.name))]


def _run(row: Row[Any]) -> DutyRun:
    return DutyRun(
        name=row.name,
        worker=row.worker,
        every=timedelta(microseconds=row.every_us),
        begun_at=instant(row.begun_us),
        ended_at=None if row.ended_us is None else instant(row.ended_us),
        outcome=row.outcome,
        told=row.told,
        succeeded_at=None if row.succeeded_us is None else instant(row.succeeded_us),
        failures=row.failures,
    )
