"""What each offer, campaign and ad promised, as marketers keep it: versions that are appended to and never changed.

What a lead saw is the latest version known at the moment that was valid on the day of its request; so a price that is told
today moves no score of yesterday.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Engine, func, insert, select

from features.facts.channels import mark_of, tidied
from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.tables import OFFER_VERSIONS

EntryKind = Literal["offer", "campaign", "ad"]
ENTRY_KINDS: tuple[EntryKind, ...] = ("offer", "campaign", "ad")
LOOK_EVERY_SECONDS = 2.0
"""Another process's versions are seen within so long."""


@dataclass(frozen=True, slots=True)
class Promised:
    """What an advertisement promised: nothing in it is about a person.

    ``price`` is the expected amount of a sale in the company's currency; ``pictures`` are addresses, or the names of files
    that are kept in the data folder; the days are the first and the last on which it held, None for an open end.
    """

    promise: str = ""
    discount: str = ""
    price: float | None = None
    pictures: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    withdrawn: bool = False

    def held_on(self, day: date) -> bool:
        """Return whether it was valid on a day.

        >>> Promised(valid_from=date(2026, 3, 1)).held_on(date(2026, 2, 28))
        False
        """
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of what is told of an offer, a campaign or an ad, under the name that its marks carry."""

    kind: EntryKind
    name: str
    told_at: datetime
    promised: Promised


_READER = TypeAdapter(Promised)


class Catalogue:
    """The versions in a database, held in memory and looked at again every few seconds."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        self._engine, self._zone = engine, zone
        self._versions: dict[tuple[EntryKind, str], list[Version]] = {}
        self._last_id, self._looked_at = 0, float("-inf")
        self._lock = threading.Lock()

    def remember(self, version: Version) -> None:
        """Append a version."""
        row = {
            "kind": version.kind,
            "name": version.name,
            "told_us": microseconds(version.told_at),
            "words": orjson.dumps(version.promised).decode(),
        }
        with writing(self._engine) as connection:
            connection.execute(insert(OFFER_VERSIONS).values(row))
        self._looked_at = float("-inf")

    def versions(self, kind: EntryKind, name: str) -> list[Version]:
        """Return every version of an entry, the latest first."""
        return list(reversed(self._held().get((kind, tidied(name)), ())))

    def entries(self, moment: datetime) -> list[Version]:
        """Return the latest version of each entry known at ``moment``, without those that were withdrawn."""
        known = (_last_known(one, moment) for one in self._held().values())
        return sorted(
            (one for one in known if one and not one.promised.withdrawn),
            key=lambda one: (ENTRY_KINDS.index(one.kind), one.name),
        )

    def held(self, kind: EntryKind, name: str, *, created_at: datetime, moment: datetime) -> Version | None:
        """Return what is known at ``moment`` of an entry as it held on the day of a request; None where nothing is."""
        told = self._held().get((kind, tidied(name)))
        if not told:
            return None
        day = created_at.astimezone(self._zone).date()
        known = [one for one in told if one.told_at <= moment]
        if known and known[-1].promised.withdrawn:
            return None
        return next((one for one in reversed(known) if not one.promised.withdrawn and one.promised.held_on(day)), None)

    def seen(self, marks: Mapping[str, str], *, created_at: datetime, moment: datetime) -> list[Version]:
        """Return what a lead with these marks saw: of its offer, its campaign and its ad, as far as somebody told."""
        named = ((kind, mark_of(marks, kind)) for kind in ENTRY_KINDS)
        found = (self.held(kind, name, created_at=created_at, moment=moment) for kind, name in named if name)
        return [one for one in found if one]

    def price(self, offer: str | None, *, created_at: datetime, moment: datetime) -> float | None:
        """Return an offer's price for a request as known at ``moment``, in the company's currency; None where none is told."""
        held = self.held("offer", offer, created_at=created_at, moment=moment) if offer else None
        return held.promised.price if held else None

    def _held(self) -> Mapping[tuple[EntryKind, str], list[Version]]:
        if time.monotonic() - self._looked_at >= LOOK_EVERY_SECONDS:
            with self._lock:
                self._look()
        return self._versions

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        with reading(self._engine) as connection:
            last = connection.execute(select(func.max(OFFER_VERSIONS.c.id))).scalar_one() or 0
            if last == self._last_id:
                return
            rows = connection.execute(select(OFFER_VERSIONS).order_by(OFFER_VERSIONS.c.id)).all()
        found: dict[tuple[EntryKind, str], list[Version]] = {}
        for row in rows:
            one = Version(row.kind, row.name, instant(row.told_us), _READER.validate_json(row.words))
            found.setdefault((one.kind, tidied(one.name)), []).append(one)
        self._versions, self._last_id = found, last


def _last_known(versions: Iterable[Version], moment: datetime) -> Version | None:
    return max((one for one in versions if one.told_at <= moment), key=lambda one: one.told_at, default=None)
