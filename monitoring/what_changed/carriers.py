"""Which ad, landing page or offer brings the additional bad leads: its part of what came beyond the group's own past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from features.facts.contact_signs import holds_contact
from features.facts.values import LeadId
from features.rows.feature import FeatureRow
from monitoring.alarms.group import Badness
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary
from monitoring.what_changed.moved import p_value

MARKS = ("campaign", "ad", "landing_page", "keyword", "offer")
CARRIES = 0.5
"""Who brings at least this part of the additional bad leads carries the change."""
SURELY_WORSE = 0.05
"""Shared by all values of a mark: at this level a carrier is worse than the group's other leads since."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """An ad, page or offer that carries the change: bad ones of its leads before and since.

    ``additional`` is how many bad leads it brought beyond the group's share before; ``of_all`` how many the whole group did.
    """

    mark: str
    name: str
    before: Rate
    since: Rate
    additional: float
    of_all: float

    @property
    def part(self) -> float:
        """Return its part of the additional bad leads; all of them where the others became better meanwhile."""
        return min(self.additional / self.of_all, 1.0)


def carriers_of(
    before: Sequence[LeadSummary],
    since: Sequence[LeadSummary],
    rows: Mapping[LeadId, FeatureRow],
    is_bad: Badness,
    *,
    beside: frozenset[str] = frozenset(),
) -> tuple[list[Carrier], int]:
    """Return who carries the change, one a mark at most, and among how many was looked.

    Parameters
    ----------
    rows
        Lead -> its row at arrival, of the leads that were read; of others nothing is counted.
    beside
        Marks that all leads of the group share.
    """
    sides = _judged(before, rows, is_bad), _judged(since, rows, is_bad)
    whole = [Rate(sum(bad for _, bad in side), len(side)) for side in sides]
    usual = whole[0].value
    if usual is None or not whole[1].of:
        return [], 0
    of_all = whole[1].count - usual * whole[1].of
    found, looked_at = [], 0
    for mark in MARKS:
        if mark in beside:
            continue
        told = [_by_value(side, mark) for side in sides]
        values = [name for name in told[1] if not holds_contact(name)]
        looked_at += len(values)
        if of_all <= 0 or len(values) < 2:
            continue
        best = max(values, key=lambda name: told[1][name].count - usual * told[1][name].of)
        one = told[1][best]
        others = Rate(whole[1].count - one.count, whole[1].of - one.of)
        additional = one.count - usual * one.of
        is_worse = others.of > 0 and (one.value or 0.0) > (others.value or 0.0)
        if additional >= CARRIES * of_all and is_worse and p_value(others, one) <= SURELY_WORSE / len(values):
            found.append(Carrier(mark, best, told[0].get(best, Rate(0, 0)), one, additional, of_all))
    surest = sorted(found, key=lambda one: (-round(one.part, 1), -(one.since.value or 0.0)))
    return surest, looked_at


def _judged(
    leads: Iterable[LeadSummary], rows: Mapping[LeadId, FeatureRow], is_bad: Badness
) -> list[tuple[FeatureRow, bool]]:
    told = ((rows.get(one.lead_id), is_bad(one)) for one in leads)
    return [(row, bad) for row, bad in told if row is not None and bad is not None]


def _by_value(side: Iterable[tuple[FeatureRow, bool]], mark: str) -> dict[str, Rate]:
    counts: dict[str, list[int]] = {}
    for row, bad in side:
        value = row.get(mark)
        if value is not None:
            count = counts.setdefault(str(value), [0, 0])
            count[0] += bad
            count[1] += 1
    return {name: Rate(bad, of) for name, (bad, of) in counts.items()}
