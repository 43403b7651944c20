"""What of a database nobody can read, as no data key opens it: contacts, notes, free texts.

After a restore that is whatever was sealed since the keys at hand were copied; whoever was forgotten since the backup is among it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, select

from features.facts.database import reading
from features.facts.keyring import Keyring
from features.facts.sealed_texts import MAY_BE_SEALED, sealed_keys
from features.facts.tables import CONTACTS, FACTS, HELD

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """How many leads have a sealed contact and how many facts a sealed text, and of how many the key is not here."""

    contacts: int = 0
    lost_contacts: int = 0
    texts: int = 0
    lost_texts: int = 0

    @property
    def is_whole(self) -> bool:
        """Return whether all of it can be read."""
        return not self.lost_contacts and not self.lost_texts


def sealed_in(engine: Engine, keyring: Keyring | None) -> Sealed:
    """Return how much lies sealed in a database, and how much of it the keyring does not open; None is no keys at all."""
    with reading(engine) as connection:
        kept = select(CONTACTS.c.lead_id, CONTACTS.c.key_id).where(CONTACTS.c.sealed.is_not(None), HELD)
        latest = {row.lead_id: row.key_id for row in connection.execute(kept.order_by(CONTACTS.c.id))}
        payloads = select(FACTS.c.payload).where(FACTS.c.payload.contains(MAY_BE_SEALED))
        found = connection.execution_options(yield_per=AT_ONCE).execute(payloads).scalars()
        texts = [key for payload in found for key in sealed_keys(payload)]
    contacts = list(latest.values())
    lost = {*contacts, *texts} if keyring is None else keyring.missing({*contacts, *texts})
    return Sealed(len(contacts), sum(key in lost for key in contacts), len(texts), sum(key in lost for key in texts))
