"""Up to when it is told how leads end: where files come late, nobody knows yet what was sold since the last one.

Silence says that nobody bought only where news would have come. So the leads that came since the last news are asked how much
of it their like brought before: a company of few stages may be quiet for weeks, and one that stops telling is soon found out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from features.facts.codec import instant, microseconds
from features.facts.company import Company
from features.facts.database import reading
from features.facts.seen_facts import seen_facts
from features.facts.store import FactStore
from features.facts.tables import FACTS

FEWEST_MISSED = 5.0
"""With so much news expected none at all comes by chance once in 150 times (Poisson)."""
A_NIGHT = timedelta(days=1)
"""Nothing is read into a shorter silence."""
A_WEEKEND = timedelta(days=3)
"""A longer silence is told to people."""
LATELY = timedelta(days=90)
"""How much news leads bring is counted over so long."""


@dataclass(frozen=True, slots=True)
class StageNews:
    """What was told of stages by a ``moment``: the ``latest`` of it (None: nothing), and how many ``leads`` came after that.

    ``expected`` is how much news so many leads brought before.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 30, 12, tzinfo=UTC)
    >>> late, quiet = (StageNews(noon, noon - timedelta(days=20), 40, expected) for expected in (31.0, 1.5))
    >>> f"{late.told_until:%d.%m}", f"{quiet.told_until:%d.%m}"
    ('10.03', '30.03')
    >>> print(*late.in_words())
    No stage was told since 2026-03-10, and 40 leads came: how leads ended is known up to then only. Import newer stages...
    >>> list(quiet.in_words())
    []
    """

    moment: datetime
    latest: datetime | None
    leads: int
    expected: float

    @property
    def told_until(self) -> datetime:
        """Return up to when outcomes are known to be told: the latest news, or the moment itself where silence is no sign."""
        is_late = self.expected >= FEWEST_MISSED and self.latest and self.moment - self.latest >= A_NIGHT
        return self.latest if self.latest and is_late else self.moment

    def in_words(self) -> tuple[str, ...]:
        """Return what is to be said where nothing was told for longer than a weekend."""
        until = self.told_until
        if self.moment - until < A_WEEKEND:
            return ()
        return (
            f"No stage was told since {until:%Y-%m-%d}, and {self.leads:,} leads came: how leads ended is known up to then only. "
            "Import newer stages; what is learned without them is of that day.",
        )


def stage_news(store: FactStore, company: Company, moment: datetime) -> StageNews:
    """Return what was told of stages by ``moment``; nothing where the company has no window: there silence settles no lead."""
    latest = latest_stage(store, moment) if company.horizon_days else None
    if latest is None:
        return StageNews(moment, None, 0, 0.0)
    since, leads = latest - LATELY, len(store.leads_created(since=latest, before=moment))
    before = len(store.leads_created(since=since, before=latest))
    asked = select(func.count()).where(FACTS.c.kind == "stage", FACTS.c.known_us > microseconds(since))
    with reading(store.engine) as connection:
        told = connection.execute(seen_facts(asked.where(FACTS.c.known_us <= microseconds(latest)), None)).scalar_one()
    return StageNews(moment, latest, leads, leads * told / max(before, 1))


def latest_stage(store: FactStore, moment: datetime) -> datetime | None:
    """Return when a stage was told last by ``moment``; None where none was."""
    asked = select(func.max(FACTS.c.known_us)).where(FACTS.c.kind == "stage", FACTS.c.known_us <= microseconds(moment))
    with reading(store.engine) as connection:
        found = connection.execute(seen_facts(asked, None)).scalar_one()
    return None if found is None else instant(found)
