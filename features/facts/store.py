"""The log of facts: appended to, never changed; read as histories of leads in the order of storage numbers.

How a fact goes in is told in ``appending.py``, which facts are seen in ``seen_facts.py``, how an import is taken back in
``undoing.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import JSON, ColumnElement, Connection, Engine, Row, cast, func, select, type_coerce

from features.errors import UnknownLead
from features.facts.appending import append_in
from features.facts.codec import lead_fact, microseconds, plan_fact, spend_fact
from features.facts.database import in_parts, reading, writing
from features.facts.history import LeadHistory
from features.facts.keyring import keyring_of
from features.facts.sealed_texts import opened_texts
from features.facts.seen_facts import LAST_NUMBER, AnySelect, last_number_in, seen_facts
from features.facts.spend_mappings import held_in, mapped
from features.facts.tables import FACTS, FORGOTTEN, IMPORTS
from features.facts.undoing import UNDO, taken_back_in
from features.facts.values import Fact, Lead, LeadId, Plan, Spend, Stored

ROWS_READ_AT_ONCE = 10_000
AnyRow = Row[*tuple[Any, ...]]
FORGETTING = (
    select(func.count()).select_from(FORGOTTEN).scalar_subquery(),
    select(func.max(FORGOTTEN.c.at_us)).scalar_subquery(),
)
LAST_CHANGE = select(LAST_NUMBER.scalar_subquery(), *FORGETTING)
LEAD_KINDS = ("lead", "source", "call", "stage", "assignment")


def forgetting_in(connection: Connection) -> tuple[int, int]:
    """Return inside a transaction of the caller's of how many leads persons were forgotten, and when last."""
    leads, at_us = connection.execute(select(*FORGETTING)).one()
    return leads, at_us or 0


class LastChange(NamedTuple):
    """The largest storage number, and of how many leads persons were forgotten and when last.

    No number tells of those: what is stored of them is written anew.
    """

    number: int
    forgetting: tuple[int, int]


class FactStore:
    """Facts in a database; every method is one transaction, safe to call from several threads.

    A database that does not answer is ``StoreUnreachable`` everywhere.

    Examples
    --------
    >>> from datetime import UTC
    >>> from features.facts.database import engine_for
    >>> from features.facts.tables import METADATA
    >>> engine, noon = engine_for("sqlite://"), datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> METADATA.create_all(engine)
    >>> store, area = FactStore(engine), Lead(LeadId("7"), noon, noon, {"area": 40.0})
    >>> store.append([area]), store.append([area])  # the same again is nothing new
    ([1], [None])
    >>> [one.fact.answers for one in store.history(LeadId("7")).stored]
    [{'area': 40.0}]
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def append(self, facts: Sequence[Fact], *, import_id: int | None = None) -> list[int | None]:
        """Store facts; return each one's storage number, or None where the same is stored already."""
        with writing(self.engine) as connection:
            return append_in(connection, facts, import_id=import_id)

    def last_number(self) -> int:
        """Return the largest storage number; 0 for an empty store."""
        with reading(self.engine) as connection:
            return last_number_in(connection)

    def last_change(self) -> LastChange:
        """Return where the store stands: whoever keeps what he read of it looks whether that changed."""
        with reading(self.engine) as connection:
            number, leads, at_us = connection.execute(LAST_CHANGE).one()
        return LastChange(number, (leads, at_us or 0))

    def fact_at(self, number: int) -> str:
        """Return what tells the fact of a storage number from any that another database has there; "" where there is none."""
        told = select(FACTS.c.kind, FACTS.c.lead_id, FACTS.c.digest, FACTS.c.known_us).where(FACTS.c.number == number)
        with reading(self.engine) as connection:
            row = connection.execute(told).first()
        return f"{row.kind} {row.lead_id} {row.digest.hex()} {row.known_us}" if row else ""

    def forgotten_leads(self) -> frozenset[LeadId]:
        """Return the leads of whoever asked to be forgotten: what is stored of them was written anew."""
        with reading(self.engine) as connection:
            return frozenset(LeadId(one) for one in connection.execute(select(FORGOTTEN.c.lead_id)).scalars())

    def lead_count(self) -> int:
        """Return how many leads are stored."""
        with reading(self.engine) as connection:
            seen = select(func.count(func.distinct(FACTS.c.lead_id))).where(FACTS.c.kind == "lead")
            return connection.execute(seen).scalar_one()

    def history(self, lead_id: LeadId, *, up_to: int | None = None) -> LeadHistory:
        """Return what is stored of one lead, up to a storage number.

        Raises
        ------
        UnknownLead
            Where the lead itself is not stored, even if a call of it is.
        """
        with reading(self.engine) as connection:
            number = last_number_in(connection) if up_to is None else up_to
            rows = connection.execute(_lead_rows(number).where(FACTS.c.lead_id == lead_id)).all()
        history = LeadHistory(lead_id, tuple([_stored(row) for row in self._readable(rows)]), number)
        if not any(isinstance(one.fact, Lead) for one in history.stored):
            raise UnknownLead(lead_id)
        return history

    def histories(self, *, up_to: int | None = None, lead_ids: Sequence[LeadId] | None = None) -> Iterator[LeadHistory]:
        """Yield every lead's history in order of lead ids, with bounded memory; ``lead_ids`` keeps to those."""
        if lead_ids is None:
            yield from self._all_histories(up_to)
            return
        for asked in in_parts(lead_ids):
            with reading(self.engine) as connection:
                number = last_number_in(connection) if up_to is None else up_to
                rows = connection.execute(_lead_rows(number).where(FACTS.c.lead_id.in_(asked))).all()
            yield from _grouped(self._readable(rows), number)

    def leads_created(self, *, since: datetime | None = None, before: datetime | None = None) -> list[LeadId]:
        """Return the leads created in a span of time (``before`` not within), sorted; any version of its creation counts."""
        asked = seen_facts(select(FACTS.c.lead_id), None).distinct().where(FACTS.c.kind == "lead")
        if since is not None:
            asked = asked.where(FACTS.c.at_us >= microseconds(since))
        if before is not None:
            asked = asked.where(FACTS.c.at_us < microseconds(before))
        with reading(self.engine) as connection:
            return sorted(LeadId(one) for one in connection.execute(asked).scalars() if one is not None)

    def leads_known(self, after: datetime, upto: datetime) -> list[LeadId]:
        """Return the leads of which something became known after ``after`` and by ``upto``, sorted, whenever it was stored."""
        span = FACTS.c.known_us > microseconds(after), FACTS.c.known_us <= microseconds(upto)
        asked = seen_facts(select(FACTS.c.lead_id), None).distinct().where(FACTS.c.lead_id.is_not(None), *span)
        with reading(self.engine) as connection:
            return sorted(LeadId(one) for one in connection.execute(asked).scalars() if one is not None)

    def leads_graded_by_managers(self) -> list[LeadId]:
        """Return the leads to which a manager may have given a grade of his own, sorted: all such, and few others."""
        calls = select(FACTS.c.lead_id).where(FACTS.c.kind == "call", FACTS.c.payload.contains('"grade":"'))
        with reading(self.engine) as connection:
            found = connection.execute(seen_facts(calls, None).distinct()).scalars()
            return sorted(LeadId(one) for one in found if one is not None)

    def managers(self, *, after: int = 0) -> set[str]:
        """Return the managers whom what is stored of leads, calls, stages and hand-overs names; ``after`` a storage number."""
        named = _said("manager", self.engine.dialect.name)
        asked = seen_facts(select(named), None).distinct().where(FACTS.c.kind.in_(LEAD_KINDS), named.is_not(None))
        asked = asked.where(FACTS.c.number > after)
        with reading(self.engine) as connection:
            return {one for one in connection.execute(asked).scalars() if one}

    def stage_counts(
        self, *, known_by: datetime | None = None, imported_since: datetime | None = None
    ) -> dict[str, int]:
        """Return how often each stage of the pipeline was told by then (None: at all), by its own name.

        With ``imported_since`` only what files brought that were imported after that moment, whenever it was known.
        """
        named = _said("stage", self.engine.dialect.name)
        asked = seen_facts(select(named, func.count()), None).where(FACTS.c.kind == "stage").group_by(named)
        if known_by is not None:
            asked = asked.where(FACTS.c.known_us <= microseconds(known_by))
        if imported_since is not None:
            since = select(IMPORTS.c.id).where(IMPORTS.c.started_us > microseconds(imported_since))
            asked = asked.where(FACTS.c.import_id.in_(since))
        with reading(self.engine) as connection:
            return {row[0]: row[1] for row in connection.execute(asked)}

    def leads_changed_since(self, number: int) -> set[LeadId]:
        """Return the leads with facts after a storage number; an undone import changes all that it touched."""
        with reading(self.engine) as connection:
            newer = select(FACTS.c.lead_id, FACTS.c.kind, FACTS.c.import_id).where(FACTS.c.number > number)
            rows = connection.execute(newer).all()
            undone = [row.import_id for row in rows if row.kind == UNDO]
            touched = select(FACTS.c.lead_id).distinct().where(FACTS.c.import_id.in_(undone))
            more = connection.execute(touched).scalars().all() if undone else []
        return {LeadId(one) for one in [*(row.lead_id for row in rows), *more] if one is not None}

    def spend(
        self, *, known_by: datetime | None = None, up_to: int | None = None, as_told: bool = False
    ) -> list[Spend]:
        """Return the advertising costs, of each the latest version that was known by then (None: all versions).

        Their marks are those of the leads that they bought, by the company's mappings; ``as_told``: as the ad system has them.
        """
        told = [spend_fact(row.at_us, row.known_us, row.payload) for row in self._latest("spend", known_by, up_to)]
        if as_told:
            return told
        with reading(self.engine) as connection:
            return mapped(told, held_in(connection))

    def spend_changed_since(self, number: int) -> bool:
        """Return whether costs came, or an import was taken back, after a storage number."""
        return self._came_since("spend", number)

    def plans_changed_since(self, number: int) -> bool:
        """Return whether plans came, or an import was taken back, after a storage number."""
        return self._came_since("plan", number)

    def undone_since(self, number: int) -> bool:
        """Return whether an import was taken back after a storage number."""
        newer = select(FACTS.c.number).where(FACTS.c.number > number, FACTS.c.kind == UNDO).limit(1)
        with reading(self.engine) as connection:
            return connection.execute(newer).first() is not None

    def plans(self, *, known_by: datetime | None = None, up_to: int | None = None) -> list[Plan]:
        """Return the plans, of each the latest version that was known by then (None: all versions)."""
        return [plan_fact(row.at_us, row.known_us, row.payload) for row in self._latest("plan", known_by, up_to)]

    def undo(self, import_id: int) -> int:
        """Take an import back; return how many facts are no longer seen, 0 where it was taken back before.

        Raises
        ------
        UnknownImport
            Where there was no such import.
        """
        with writing(self.engine) as connection:
            return taken_back_in(connection, import_id)

    def _all_histories(self, up_to: int | None) -> Iterator[LeadHistory]:
        with reading(self.engine) as connection:
            number = last_number_in(connection) if up_to is None else up_to
            chosen = _lead_rows(number).where(FACTS.c.lead_id.is_not(None))
            streamed = connection.execution_options(yield_per=ROWS_READ_AT_ONCE).execute(chosen)
            yield from _grouped(self._readable(streamed), number)

    def _readable(self, rows: Iterable[AnyRow]) -> Iterator[AnyRow]:
        """Return rows of leads with what is sealed in them opened."""
        return opened_texts(rows, keyring_of(self.engine))

    def _came_since(self, kind: str, number: int) -> bool:
        newer = select(FACTS.c.number).where(FACTS.c.number > number, FACTS.c.kind.in_((kind, UNDO))).limit(1)
        with reading(self.engine) as connection:
            return connection.execute(newer).first() is not None

    def _latest(
        self, kind: str, known_by: datetime | None, up_to: int | None
    ) -> list[Row[tuple[bytes, int, int, str]]]:
        columns = select(FACTS.c.key, FACTS.c.at_us, FACTS.c.known_us, FACTS.c.payload)
        of_kind = (FACTS.c.kind == kind, FACTS.c.lead_id.is_(None))  # the second leads to the few facts of no lead
        chosen = seen_facts(columns, up_to).where(*of_kind).order_by(FACTS.c.known_us, FACTS.c.number)
        if known_by is not None:
            chosen = chosen.where(FACTS.c.known_us <= microseconds(known_by))
        with reading(self.engine) as connection:
            return list({row.key: row for row in connection.execute(chosen)}.values())


def _lead_rows(up_to: int | None) -> AnySelect:
    columns = (FACTS.c.number, FACTS.c.kind, FACTS.c.lead_id, FACTS.c.at_us, FACTS.c.known_us, FACTS.c.payload)
    chosen = seen_facts(select(*columns), up_to).where(FACTS.c.kind.in_(LEAD_KINDS))
    return chosen.order_by(FACTS.c.lead_id, FACTS.c.number)


def _said(name: str, dialect: str) -> ColumnElement[str]:
    """Return what stored facts say under a name, as the database itself reads it; NULL where one says nothing."""
    payload = cast(FACTS.c.payload, JSON) if dialect == "postgresql" else type_coerce(FACTS.c.payload, JSON)
    said: ColumnElement[str] = payload[name].as_string()
    return said


def _grouped(rows: Iterable[AnyRow], number: int) -> Iterator[LeadHistory]:
    """Yield the histories of rows sorted by lead; a lead whose own fact has not come is left out."""
    for lead_id, group in groupby(rows, key=lambda row: row[2]):
        history = LeadHistory(LeadId(lead_id), tuple([_stored(row) for row in group]), number)
        if any(isinstance(one.fact, Lead) for one in history.stored):
            yield history


def _stored(row: AnyRow) -> Stored:
    return Stored(row[0], lead_fact(row[1], LeadId(row[2]), row[3], row[4], row[5]))
