"""Whose leads are those of persons who asked to be forgotten: nothing that names them may be stored or told again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from features.facts.database import in_parts
from features.facts.tables import FORGOTTEN
from features.facts.values import LeadId


def forgotten_among(connection: Connection, lead_ids: Sequence[LeadId]) -> dict[LeadId, str]:
    """Return which leads are those of forgotten persons, each with what holds a person's leads together.

    >>> from features.facts.database import engine_for, writing
    >>> from features.facts.tables import METADATA
    >>> engine = engine_for("sqlite://")
    >>> METADATA.create_all(engine)
    >>> with writing(engine) as connection:
    ...     _ = connection.execute(FORGOTTEN.insert().values(lead_id="7", token="a1", at_us=0))
    ...     forgotten_among(connection, [LeadId("7"), LeadId("8")])
    {'7': 'a1'}
    """
    found: dict[LeadId, str] = {}
    for some in in_parts(lead_ids):
        asked = select(FORGOTTEN.c.lead_id, FORGOTTEN.c.token).where(FORGOTTEN.c.lead_id.in_(some))
        found |= {LeadId(row.lead_id): row.token for row in connection.execute(asked)}
    return found
