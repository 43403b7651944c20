"""An import is taken back: nothing is deleted, but from the next storage number on its facts are not seen.

Whoever reads up to an earlier number still sees them, so that old scores can be rebuilt.
"""

from __future__ import annotations

from sqlalchemy import Connection, Update, exists, func, insert, or_, select, update

from features.errors import UnknownImport
from features.facts.seen_facts import last_number_in, seen_facts
from features.facts.tables import CONTACTS, FACTS, HELD, IMPORTS, NO_CONTACT

UNDO = "undo"
"""The kind of the row that says from which number on an import is taken back."""


def taken_back_in(connection: Connection, import_id: int) -> int:
    """Take an import back inside a transaction of the caller's; return how many facts are no longer seen.

    Raises
    ------
    UnknownImport
        Where there was no such import. One that is taken back already changes nothing, and 0 is returned.
    """
    known = connection.execute(select(IMPORTS.c.undone_number).where(IMPORTS.c.id == import_id)).first()
    if known is None:
        raise UnknownImport(import_id)
    if known.undone_number is not None:
        return 0
    marker = {"kind": UNDO, "key": b"", "digest": b"", "at_us": 0, "known_us": 0, "payload": "{}"}
    number = last_number_in(connection) + 1
    connection.execute(insert(FACTS).values(number=number, import_id=import_id, **marker))
    connection.execute(update(IMPORTS).where(IMPORTS.c.id == import_id).values(undone_number=number))
    connection.execute(_contacts_taken_back(import_id))
    counted = select(func.count()).where(FACTS.c.import_id == import_id, FACTS.c.kind != UNDO)
    return connection.execute(counted).scalar_one()


def _contacts_taken_back(import_id: int) -> Update:
    """Return what forgets the contacts of an import that is taken back: the one before, or the one since, holds again.

    The only contact of a lead that is still stored stays: the import that changed its answers had none to bring.
    """
    other = select(CONTACTS).where(HELD).subquery()
    from_elsewhere = or_(other.c.import_id.is_(None), other.c.import_id != import_id)
    has_another = exists().where(other.c.lead_id == CONTACTS.c.lead_id, from_elsewhere)
    own = select(FACTS.c.number).where(FACTS.c.kind == "lead", FACTS.c.lead_id == CONTACTS.c.lead_id)
    is_stored = seen_facts(own, None).exists()
    taken_back = CONTACTS.c.import_id == import_id, HELD, or_(has_another, ~is_stored)
    return update(CONTACTS).where(*taken_back).values(NO_CONTACT)
