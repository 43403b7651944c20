"""How the house stands at the moment of asking: what the database, the outbox, the worker's duties and the champion say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from features.duty_log import DutyLog, DutyRun
from features.errors import StoreUnreachable
from features.facts.codec import instant
from features.facts.database import reading
from features.facts.tables import OUTBOX
from serving.desk.desk import Desk
from serving.open_leads.board import Board

UNSENT = ("waiting", "sending", "dead")


@dataclass(frozen=True, slots=True)
class InTheDatabase:
    """What is read there: letters by destination and state, since when the oldest waits, duties, and the largest storage number."""

    letters: Mapping[tuple[str, str], int]
    oldest_waits_since: datetime | None
    duties: list[DutyRun]
    last_number: int


@dataclass(frozen=True, slots=True)
class Standing:
    """``stored`` is None where the database does not answer; ``behind`` where it cannot be told how far the board has read."""

    stored: InTheDatabase | None
    behind: int | None
    model_version: str | None
    learned_until: datetime | None
    moment: datetime


def standing_of(desk: Desk, board: Board) -> Standing:
    """Return how the house stands now."""
    scorer = desk.scorer
    try:
        stored = _stored(desk)
    except StoreUnreachable:
        stored = None
    read = board.read_up_to
    behind = max(0, stored.last_number - read) if stored and read is not None else None
    return Standing(stored, behind, scorer.version, scorer.data_cut_off, desk.now())


def _stored(desk: Desk) -> InTheDatabase:
    engine, state = desk.store.engine, OUTBOX.c.state
    unsent = select(OUTBOX.c.destination, state, func.count()).where(state.in_(UNSENT))
    with reading(engine) as connection:
        letters = {
            (row[0], row[1]): int(row[2]) for row in connection.execute(unsent.group_by(OUTBOX.c.destination, state))
        }
        oldest = connection.execute(select(func.min(OUTBOX.c.put_us)).where(state == "waiting")).scalar_one()
    since = None if oldest is None else instant(oldest)
    return InTheDatabase(letters, since, DutyLog(engine).runs(), desk.store.last_number())
