"""A company's leads as they were known at any moment: what every frame of leads is read through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal

from features.errors import UnknownLead
from features.facts.values import LeadId
from features.rows.as_of import Gate, KnownLead
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline
from leadloop.commands._house import House, now

At = datetime | Literal["arrival"] | None
"""A moment with a time zone; "arrival": of each lead, when it came; None: now."""


class KnownLeads:
    """The leads of an opened data folder; each look reads the store anew."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._counted: tuple[int, RowBuilder] | None = None

    @property
    def rows(self) -> RowBuilder:
        """Return the builder of rows: source rates as of the last midnight before each moment, counted anew after an import."""
        number = self._house.store.last_number()
        if self._counted is None or self._counted[0] != number:
            timeline = RatesTimeline(Gate(self._house.company)).learn(self._house.store.histories(up_to=number))
            self._counted = number, RowBuilder(self._house.company, timeline)
        return self._counted[1]

    def known(self, at: At, leads: Iterable[str] | None) -> Iterator[KnownLead]:
        """Yield what was known of each lead; ``UnknownLead`` where one that was asked for is not stored."""
        moment = now() if at is None else at if isinstance(at, str) else aware(at)
        asked = None if leads is None else sorted({LeadId(str(one)) for one in leads})
        rows, found = self.rows, 0
        for history in self._house.store.histories(lead_ids=asked):
            found += 1
            known = rows.known(history, history.arrived_at if isinstance(moment, str) else moment)
            if known:
                yield known
        if asked is not None and found < len(asked):
            self._name_the_missing(asked)

    def of_one(self, lead_id: str, at: At) -> KnownLead:
        """Return what was known of one lead; ``UnknownLead`` where it is not stored, or had not come."""
        known = next(self.known(at, [lead_id]), None)
        if known is None:
            raise UnknownLead(LeadId(lead_id))
        return known

    def _name_the_missing(self, asked: Sequence[LeadId]) -> None:
        for lead_id in asked:
            self._house.store.history(lead_id)


def aware(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a time zone could be any hour of a day."""
    if moment.tzinfo is None:
        raise ValueError("The moment needs a time zone: datetime(2026, 3, 2, 9, tzinfo=UTC).")
    return moment.astimezone(UTC)
