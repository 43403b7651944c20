"""What a challenger scored in the shadow beside what the champion said, and how far the two part.

A lead counts once, by the pair of its newest score: its earlier ones are nearly the same and would make the intervals too
narrow. Leads that were only asked about have no id and count each by itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, Row, insert, select

from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.tables import SHADOW_SCORES
from features.facts.values import LeadId
from features.wilsons_interval import Z95, wilsons_interval
from models.abc_rules import RuleGrade

FEWEST = 20
"""Of fewer leads nothing is said of how far the two part."""
NEWEST = 100_000
"""So many of the newest pairs are looked at."""


class ShadowScore(NamedTuple):
    """A champion's score of a lead, and the challenger's of the same lead at the same moment."""

    lead_id: LeadId | None
    at: datetime
    champion: str | None
    challenger: str
    champion_probability: float
    challenger_probability: float
    champion_grade: RuleGrade
    challenger_grade: RuleGrade


@dataclass(frozen=True, slots=True)
class Parting:
    """How far a challenger parts from a champion.

    ``difference`` is the mean of the challenger's probability minus the champion's; ``changed`` of ``leads`` have another grade;
    ``moves`` counts (champion's grade, challenger's) where they differ. Intervals are of 95 %; with fewer than ``FEWEST`` leads
    there is no difference to tell.
    """

    leads: int
    first: datetime | None
    last: datetime | None
    difference: float
    difference_interval: tuple[float, float]
    changed: int
    moves: Mapping[tuple[str, str], int]

    @property
    def is_enough(self) -> bool:
        """Return whether anything is said."""
        return self.leads >= FEWEST

    @property
    def share_changed(self) -> float:
        """Return the share of leads that have another grade."""
        return self.changed / self.leads if self.leads else 0.0

    @property
    def changed_interval(self) -> tuple[float, float]:
        """Return the interval of that share, Wilson's."""
        return wilsons_interval(self.changed, self.leads)


class ShadowLog:
    """The pairs in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def remember(self, scores: Sequence[ShadowScore]) -> None:
        """Keep pairs in one transaction."""
        if scores:
            with writing(self._engine) as connection:
                connection.execute(insert(SHADOW_SCORES), [_columns(one) for one in scores])

    def parting(self, champion: str | None, challenger: str) -> Parting:
        """Return how far a challenger parts from a champion (None: the rules), by the newest pairs."""
        columns = SHADOW_SCORES.c
        mine = (columns.challenger == challenger) & (columns.champion == champion)
        newest = select(SHADOW_SCORES).where(mine).order_by(columns.id.desc()).limit(NEWEST)
        with reading(self._engine) as connection:
            return parting_of(_pair(row) for row in connection.execute(newest))


def parting_of(newest_first: Iterable[ShadowScore]) -> Parting:
    """Return how far the two sides of pairs part.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> pairs = [ShadowScore(LeadId(str(n)), at, "a", "b", 0.2, 0.2 + n / 100, "B", "A" if n > 15 else "B") for n in range(20)]
    >>> told = parting_of(pairs)
    >>> told.leads, round(told.difference, 4), told.changed, dict(told.moves)
    (20, 0.095, 4, {('B', 'A'): 4})
    """
    seen: set[LeadId] = set()
    differences: list[float] = []
    moves: Counter[tuple[str, str]] = Counter()
    first = last = None
    for one in newest_first:
        if one.lead_id in seen:
            continue
        if one.lead_id is not None:
            seen.add(one.lead_id)
        differences.append(one.challenger_probability - one.champion_probability)
        first, last = one.at, last or one.at
        if one.champion_grade != one.challenger_grade:
            moves[one.champion_grade, one.challenger_grade] += 1
    mean = math.fsum(differences) / len(differences) if differences else 0.0
    reach = Z95 * _standard_error(differences, mean)
    return Parting(len(differences), first, last, mean, (mean - reach, mean + reach), moves.total(), moves)


def _standard_error(values: Sequence[float], mean: float) -> float:
    if len(values) < 2:
        return math.inf
    return math.sqrt(math.fsum((one - mean) ** 2 for one in values) / (len(values) - 1) / len(values))


def _columns(one: ShadowScore) -> dict[str, Any]:
    said = one._asdict()
    said["at_us"] = microseconds(said.pop("at"))
    return said


def _pair(row: Row[Any]) -> ShadowScore:
    return ShadowScore(
        None if row.lead_id is None else LeadId(row.lead_id), instant(row.at_us), row.champion, row.challenger,
        row.champion_probability, row.challenger_probability, row.champion_grade, row.challenger_grade,
    )  # fmt: skip
