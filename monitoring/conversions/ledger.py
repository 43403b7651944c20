"""What the ad systems were told so far: appended to, never changed, so that nothing is told twice and nothing gets lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, insert, select

from features.facts.codec import instant, microseconds
from features.facts.conversion_settings import OrderStatus, System
from features.facts.database import reading
from features.facts.tables import CONVERSION_BATCHES, CONVERSIONS
from features.facts.values import LeadId
from monitoring.conversions.ad_systems import Way
from monitoring.conversions.conversion import ToldStep

Key = tuple[LeadId, ToldStep]
LATEST_SHOWN = 10
RETRACTED = "retracted"
"""The basis of a conversion that was taken out."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a system was told last of one lead's step.

    ``basis`` is what the value rests on: "expected" at a step, or the amount that was paid. ``digest`` is the SHA-256 of its line.
    ``way`` is how it was told last, ``first_at`` when it was told for the first time.
    """

    lead_id: LeadId
    step: ToldStep
    at: datetime
    status: OrderStatus | None
    basis: str
    value: float | None
    digest: str
    batch_id: int = 0
    way: Way = "file"
    told_at: datetime | None = None

    @property
    def key(self) -> Key:
        """Return of what it tells."""
        return self.lead_id, self.step


@dataclass(frozen=True, slots=True)
class Batch:
    """A handing out: a file, a pull or a push, with how many of its lines were told for the first time, or restated."""

    id: int
    system: System
    way: Way
    at: datetime
    name: str
    sha256: str
    lines: int
    first_told: int
    restated: int
    letter_id: int | None


class Ledger:
    """The ledger in a database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def told(self, system: System) -> dict[Key, Told]:
        """Return what a system was told last of every lead and step."""
        with reading(self.engine) as connection:
            return told_in(connection, system)

    def told_since(self, system: System, row: int) -> tuple[list[Told], int]:
        """Return what a system was told after a row of the ledger, the oldest first, and the last row there is."""
        with reading(self.engine) as connection:
            newer = _joined().where(CONVERSIONS.c.system == system, CONVERSIONS.c.id > row).order_by(CONVERSIONS.c.id)
            rows = connection.execute(newer).all()
        return [_told(one) for one in rows], rows[-1].id if rows else row

    def leads_told_since(self, row: int) -> tuple[set[LeadId], int]:
        """Return of which leads any system was told after a row of the ledger, and the last row there is."""
        newer = select(CONVERSIONS.c.id, CONVERSIONS.c.lead_id).where(CONVERSIONS.c.id > row)
        with reading(self.engine) as connection:
            rows = connection.execute(newer).all()
        return {LeadId(one.lead_id) for one in rows}, max((one.id for one in rows), default=row)

    def batches(self, system: System, *, way: Way | None = None, most: int = LATEST_SHOWN) -> list[Batch]:
        """Return the latest handings out to a system, the newest first."""
        chosen = select(CONVERSION_BATCHES).where(CONVERSION_BATCHES.c.system == system)
        chosen = chosen.where(CONVERSION_BATCHES.c.way == way) if way else chosen
        with reading(self.engine) as connection:
            rows = connection.execute(chosen.order_by(CONVERSION_BATCHES.c.id.desc()).limit(most)).all()
        return [_batch(row) for row in rows]

    def batch(self, batch_id: int) -> tuple[Batch, list[Told]] | None:
        """Return a handing out and what was told in it; None where there is none of that number."""
        with reading(self.engine) as connection:
            chosen = select(CONVERSION_BATCHES).where(CONVERSION_BATCHES.c.id == batch_id)
            row = connection.execute(chosen).first()
            told = [_told(one) for one in connection.execute(_joined().where(CONVERSIONS.c.batch_id == batch_id))]
        return None if row is None else (_batch(row), told)

    def restated(self, system: System) -> int:
        """Return how many restatements a system was told in all."""
        counted = select(func.coalesce(func.sum(CONVERSION_BATCHES.c.restated), 0))
        with reading(self.engine) as connection:
            return int(connection.execute(counted.where(CONVERSION_BATCHES.c.system == system)).scalar_one())


def told_in(connection: Connection, system: System) -> dict[Key, Told]:
    """Return what a system was told last, as a transaction of the caller's sees it."""
    joined = CONVERSIONS.join(CONVERSION_BATCHES, CONVERSIONS.c.batch_id == CONVERSION_BATCHES.c.id)
    asked = select(CONVERSIONS, CONVERSION_BATCHES.c.way, CONVERSION_BATCHES.c.at_us.label("told_us"))
    rows = connection.execute(
        asked.select_from(joined).where(CONVERSIONS.c.system == system).order_by(CONVERSIONS.c.id)
    )
    return {(LeadId(row.lead_id), row.step): _told(row) for row in rows}


def remember_in(
    connection: Connection,
    system: System,
    told: Sequence[Told],
    *,
    way: Way,
    at: datetime,
    name: str,
    sha256: str,
    lines: int,
    restated: int,
    letter_id: int | None = None,
) -> int:
    """Keep a batch inside a transaction of the caller's; return its number."""
    batch = insert(CONVERSION_BATCHES).values(
        system=system, way=way, at_us=microseconds(at), name=name, sha256=sha256, lines=lines,
        first_told=len(told) - restated, restated=restated, letter_id=letter_id,
    )  # fmt: skip
    batch_id = int(connection.execute(batch.returning(CONVERSION_BATCHES.c.id)).scalar_one())
    if told:
        connection.execute(insert(CONVERSIONS), [{"batch_id": batch_id, "system": system, **_columns(o)} for o in told])
    return batch_id


def _joined() -> Select[Any]:
    joined = CONVERSIONS.join(CONVERSION_BATCHES, CONVERSIONS.c.batch_id == CONVERSION_BATCHES.c.id)
    asked = select(CONVERSIONS, CONVERSION_BATCHES.c.way, CONVERSION_BATCHES.c.at_us.label("told_us"))
    return asked.select_from(joined)


def _columns(one: Told) -> dict[str, Any]:
    return {
        "lead_id": one.lead_id,
        "step": one.step,
        "at_us": microseconds(one.at),
        "status": one.status,
        "basis": one.basis,
        "value": one.value,
        "digest": one.digest,
    }


def _told(row: Row[Any]) -> Told:
    return Told(
        LeadId(row.lead_id), row.step, instant(row.at_us), row.status, row.basis, row.value, row.digest, row.batch_id, row.way,
        instant(row.told_us),
    )  # fmt: skip


def _batch(row: Row[Any]) -> Batch:
    return Batch(
        row.id, row.system, row.way, instant(row.at_us), row.name, row.sha256, row.lines, row.first_told, row.restated,
        row.letter_id,
    )  # fmt: skip
