"""How each lead came to its call: its place in the queue as it was ordered just before, why it stood there, and how likely
that was.

Written once for every wait of a lead, when it is taken or, where nobody took it, called: that is when somebody chose
it. What a page merely showed was not handed out, and a page that is loaded again would count the same lead again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, insert, select

from features.facts.codec import instant, microseconds
from features.facts.database import reading
from features.facts.tables import HAND_OUTS
from features.facts.values import LeadId

Arm = Literal["promised", "by_worth", "at_random"]
"""Why a lead stands where it stands: a call-back was promised, its worth, or the draw."""
DRAWN_FOR = timedelta(days=3)
"""How long a lead takes part in the draw once it waits: a weekend fits in, and it is still early enough to tell what its
kind is worth. What waits longer has cooled, and its window to buy has shrunk."""


@dataclass(frozen=True, slots=True)
class HandOut:
    """A lead that left the queue for a call.

    ``propensity`` is the chance, over the draw of that day, that it stood at random where it stood (ahead of that very
    lead), or that it kept the place of its worth; 1 for a promised call-back. ``drawn_from`` is how many leads took part
    in the draw, ``waiting`` how many waited in all.
    """

    lead_id: LeadId
    at: datetime
    waiting_since: datetime
    position: int
    waiting: int
    drawn_from: int
    arm: Arm
    propensity: float


class HandOutLog:
    """The hand-outs in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def every(self, *, until: datetime | None = None) -> Iterator[HandOut]:
        """Yield the hand-outs up to a moment, the oldest first."""
        chosen = select(HAND_OUTS).order_by(HAND_OUTS.c.id)
        if until is not None:
            chosen = chosen.where(HAND_OUTS.c.at_us <= microseconds(until))
        with reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=2_000).execute(chosen):
                yield _hand_out(row)


def remember_hand_out(connection: Connection, one: HandOut) -> None:
    """Keep a hand-out inside a transaction of the caller's; nothing where this wait of the lead had one already."""
    columns = HAND_OUTS.c
    same = (columns.lead_id == one.lead_id) & (columns.since_us == microseconds(one.waiting_since))
    if connection.execute(select(columns.id).where(same)).first() is None:
        connection.execute(insert(HAND_OUTS).values(_columns(one)))


def _columns(one: HandOut) -> dict[str, Any]:
    return {
        "lead_id": one.lead_id,
        "at_us": microseconds(one.at),
        "since_us": microseconds(one.waiting_since),
        "position": one.position,
        "waiting": one.waiting,
        "drawn_from": one.drawn_from,
        "arm": one.arm,
        "propensity": one.propensity,
    }


def _hand_out(row: Row[Any]) -> HandOut:
    return HandOut(
        LeadId(row.lead_id), instant(row.at_us), instant(row.since_us), row.position, row.waiting, row.drawn_from, row.arm,
        row.propensity,
    )  # fmt: skip
