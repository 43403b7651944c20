"""Whose leads a cost bought, where the ad system and the leads' marks call the same thing by different names.

A mapping is a row that is only ever added: what was said later holds, and saying nothing of a name again takes it back. It
changes what reports make of costs, of the past as well; no feature reads costs, so no score changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from features.errors import FactRefused
from features.facts.channels import mark_of, tidied
from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.tables import SPEND_MAPPINGS
from features.facts.values import Spend

LONGEST_NAME = 300
SPEND_MARKS = ("source", "campaign", "ad")


@dataclass(frozen=True, slots=True)
class MarkNames:
    """A source, a campaign of it, or an ad of that; None where nothing is said."""

    source: str | None = None
    campaign: str | None = None
    ad: str | None = None

    @property
    def words(self) -> tuple[str | None, str | None, str | None]:
        """Return the three names."""
        return self.source, self.campaign, self.ad


@dataclass(frozen=True, slots=True)
class SpendMapping:
    """Costs ``told`` under these names were for leads whose marks say what ``means`` does; nothing there: as told."""

    told: MarkNames
    means: MarkNames
    saved_at: datetime

    @property
    def is_taken_back(self) -> bool:
        """Return whether the names mean again what they say."""
        return not any(self.means.words)


class SpendMappings:
    """The company's mappings in its database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, told: MarkNames, means: MarkNames, moment: datetime) -> SpendMapping:
        """Keep a mapping; ``FactRefused`` where it says nothing that could hold."""
        mapping = SpendMapping(_tidied(told), _cut(means), moment)
        if mapping.told.source is None and mapping.told.campaign is None:
            raise FactRefused("told", "name at least the source or the campaign whose costs are meant")
        with writing(self._engine) as connection:
            connection.execute(insert(SPEND_MAPPINGS).values(_row(mapping)))
        return mapping

    def said(self) -> list[SpendMapping]:
        """Return everything that was ever said, the oldest first."""
        with reading(self._engine) as connection:
            return _said_in(connection)

    def held(self) -> list[SpendMapping]:
        """Return what holds now: of each name the latest, without what was taken back."""
        return held(self.said())


def held_in(connection: Connection) -> list[SpendMapping]:
    """Return what holds now, inside a transaction of the caller's."""
    return held(_said_in(connection))


def held(said: Iterable[SpendMapping]) -> list[SpendMapping]:
    """Return of each name the latest mapping, without what was taken back."""
    return [one for one in {one.told: one for one in said}.values() if not one.is_taken_back]


def mapped(spend: Iterable[Spend], mappings: Iterable[SpendMapping]) -> list[Spend]:
    """Return costs under the names that the leads' marks have: by the closest mapping, an ad's before its campaign's.

    >>> from datetime import UTC, date
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> paid = Spend(date(2026, 3, 2), noon, noon, 10.0, "RUB", {"source": "yandex", "campaign": "Окна | Поиск"})
    >>> same = SpendMapping(MarkNames("yandex", "окна | поиск"), MarkNames(campaign="okna-poisk"), noon)
    >>> [dict(one.marks) for one in mapped([paid], [same])]
    [{'source': 'yandex', 'campaign': 'okna-poisk'}]
    """
    meant = {one.told: one.means for one in mappings}
    return [_mapped(one, meant) for one in spend] if meant else list(spend)


def names_of(spend: Spend) -> MarkNames:
    """Return the names under which a cost was told, tidied."""
    return MarkNames(*(mark_of(spend.marks, mark) for mark in SPEND_MARKS))


def _mapped(spend: Spend, meant: Mapping[MarkNames, MarkNames]) -> Spend:
    told = names_of(spend)
    closest = (told, MarkNames(told.source, told.campaign), MarkNames(told.source), MarkNames(None, told.campaign))
    means = next((meant[names] for names in closest if names in meant), None)
    if means is None:
        return spend
    said = {mark: word for mark, word in zip(SPEND_MARKS, means.words, strict=True) if word}
    return replace(spend, marks={**spend.marks, **said})


def _tidied(names: MarkNames) -> MarkNames:
    return MarkNames(*(tidied(word)[:LONGEST_NAME] or None if word else None for word in names.words))


def _cut(names: MarkNames) -> MarkNames:
    return MarkNames(*(" ".join(word.split())[:LONGEST_NAME] or None if word else None for word in names.words))


def _row(one: SpendMapping) -> dict[str, object]:
    told = dict(zip(SPEND_MARKS, one.told.words, strict=True))
    means = {f"to_{mark}": word for mark, word in zip(SPEND_MARKS, one.means.words, strict=True)}
    return {"saved_us": microseconds(one.saved_at), **told, **means}


def _said_in(connection: Connection) -> list[SpendMapping]:
    c = SPEND_MAPPINGS.c
    chosen = select(c.saved_us, c.source, c.campaign, c.ad, c.to_source, c.to_campaign, c.to_ad).order_by(c.id)
    return [
        SpendMapping(MarkNames(*row[1:4]), MarkNames(*row[4:7]), instant(row[0])) for row in connection.execute(chosen)
    ]
