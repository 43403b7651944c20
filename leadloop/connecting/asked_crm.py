"""What speaking to any CRM has in common: whom it asks, how each kind of record is read, and which record a lead of ours is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import ClassVar

from features.crm.mapped import Mapped
from features.facts.company import Company
from leadloop.connecting.asking import Asker
from leadloop.connecting.connector import Found, Record

Reader = Callable[[Record, Company], Mapped]
OF_NOBODY = ("deal-", "deal:")
"""How the id of a lead begins that is a deal of its own, as it belongs to no request."""


class AskedCrm:
    """What the connectors build on.

    Parameters
    ----------
    entities
        The kinds of records, the requests first.
    polled
        Those that are looked through for changes, in this order; default: all.
    """

    readers: ClassVar[Mapping[str, Reader]]
    late_by: ClassVar[Mapping[str, timedelta]] = {}

    def __init__(
        self, company: Company, asker: Asker, entities: tuple[str, ...], polled: tuple[str, ...] | None = None
    ) -> None:
        self._company, self._asker = company, asker
        self.entities: tuple[str, ...] = entities
        self.polled: tuple[str, ...] = entities if polled is None else polled

    def mapped(self, found: Found) -> Mapped:
        """Return what a record comes to."""
        assert found.record is not None
        return self.readers[found.entity](found.record, self._company)

    def home_of(self, lead_id: str) -> tuple[str, str]:
        """Return kind and id of the record that a lead of ours is."""
        if lead_id.startswith(OF_NOBODY):
            return "deal", lead_id[5:]
        return self.entities[0], lead_id

    def close(self) -> None:
        """End the connections."""
        self._asker.close()
