"""Which of the stored facts are seen: up to a storage number, and not those of imports that were taken back by then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, or_, select

from features.facts.tables import FACTS, IMPORTS
from features.facts.values import LeadId

AnySelect = Select[*tuple[Any, ...]]
LAST_NUMBER = select(func.coalesce(func.max(FACTS.c.number), 0))


def seen_facts(chosen: AnySelect, up_to: int | None, *, of: FromClause = FACTS) -> AnySelect:
    """Keep to facts up to a number, without those of imports undone by then; ``of`` is the table, where it goes by another name."""
    undone: ColumnElement[bool] = IMPORTS.c.undone_number.is_not(None)
    if up_to is not None:
        chosen = chosen.where(of.c.number <= up_to)
        undone = and_(undone, IMPORTS.c.undone_number <= up_to)
    gone = select(IMPORTS.c.id).where(undone)
    return chosen.where(or_(of.c.import_id.is_(None), of.c.import_id.not_in(gone)))


def seen_among(connection: Connection, lead_ids: Sequence[LeadId]) -> set[LeadId]:
    """Return which leads are stored by an import that was not taken back, or by none."""
    leads = select(FACTS.c.lead_id).where(FACTS.c.kind == "lead", FACTS.c.lead_id.in_(lead_ids))
    return {LeadId(one) for one in connection.execute(seen_facts(leads, None)).scalars() if one is not None}


def last_number_in(connection: Connection) -> int:
    """Return the largest storage number; 0 for an empty store."""
    return int(connection.execute(LAST_NUMBER).scalar_one())
