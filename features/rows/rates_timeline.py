"""The purchase rates of all sources at every midnight of the past, each from what was settled by then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from datetime import time as clock_time
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from features.facts.channels import mark_of
from features.facts.history import LeadHistory
from features.facts.values import Assignment, Lead
from features.outcome_window import UNTOLD, Closings, Untold, is_past_horizon, outcome_as_of, window_end
from features.rows.as_of import Gate, KnownLead
from features.rows.source_rates import WHOLE_COMPANY, SourceKey, SourceRates, source_path

INSTANT = timedelta(microseconds=1)
SORTS: frozenset[SourceKey] = frozenset((sort,) for sort in UNTOLD)
LEFT_OPEN = "left open"


class Label(NamedTuple):
    """The sources that a settled lead counts for, 1 if it bought, and why only its closing tells so (``Outcome``).

    Of an untold lead that was left open until its window closed ``sold`` is None.
    """

    keys: tuple[SourceKey, ...]
    sold: int | None
    untold: Untold | None


def last_midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the company's last midnight at or before ``moment``.

    >>> from datetime import UTC
    >>> last_midnight(datetime(2026, 3, 2, 22, tzinfo=UTC), ZoneInfo("Europe/Moscow")).isoformat()
    '2026-03-03T00:00:00+03:00'
    """
    return datetime.combine(moment.astimezone(zone).date(), clock_time(), zone)


def next_midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the company's first midnight after ``moment``; a day may have 23 or 25 hours.

    >>> from datetime import UTC
    >>> next_midnight(datetime(2026, 10, 24, 22, 15, tzinfo=UTC), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-10-26T00:00:00+01:00'
    """
    return datetime.combine(moment.astimezone(zone).date() + timedelta(days=1), clock_time(), zone)


class RatesTimeline:
    """Settled leads and sales per source, at any midnight.

    ``timeline.at(moment)`` is what a row at ``moment`` may know: labels known by the last midnight before it. Leads of
    which only a closing tells count where nearly all such leads had been closed by then; they are kept under their sort.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._zone = gate.company.zone
        self._steps: dict[SourceKey, dict[datetime, list[int]]] = {}
        self._days: dict[SourceKey, list[datetime]] = {}
        self._totals: dict[SourceKey, list[tuple[int, int]]] = {}
        self._views: dict[datetime, SourceRates] = {}

    def learn(self, histories: Iterable[LeadHistory]) -> RatesTimeline:
        """Count the labels of ``histories``, each from the moment at which it was known; return the timeline."""
        return self._add(histories, 1)

    def forget(self, histories: Iterable[LeadHistory]) -> RatesTimeline:
        """Take back what was learned from the very same histories; return the timeline."""
        return self._add(histories, -1)

    def _add(self, histories: Iterable[LeadHistory], sign: int) -> RatesTimeline:
        for history in histories:
            for moment, before, after in _changes(history, self._gate):
                for label, more in ((before, -sign), (after, sign)):
                    if label is not None:
                        self._count(moment, _counted_under(label), more, more * (label.sold or 0))
        self._days.clear()
        self._views.clear()
        return self

    def take_in(self, other: RatesTimeline) -> RatesTimeline:
        """Add what another timeline counted or took back; return this one."""
        for key, of in other._steps.items():
            mine = self._steps.setdefault(key, {})
            for day, (leads, sales) in of.items():
                step = mine.setdefault(day, [0, 0])
                step[0] += leads
                step[1] += sales
        self._days.clear()
        self._views.clear()
        return self

    def steps(self) -> list[tuple[SourceKey, list[tuple[str, int, int]]]]:
        """Return what is known from each midnight on, of each source: enough to go on from."""
        return [
            (key, [(day.isoformat(), leads, sales) for day, (leads, sales) in of.items() if leads or sales])
            for key, of in self._steps.items()
        ]

    def go_on_from(self, steps: Iterable[tuple[Iterable[str], Iterable[tuple[str, int, int]]]]) -> RatesTimeline:
        """Take over what another timeline of the company's words had counted; return the timeline."""
        known = cache(datetime.fromisoformat)  # the sources share their days
        for key, of in steps:
            self._steps[tuple(key)] = {known(day): [leads, sales] for day, leads, sales in of}
        self._days.clear()
        self._views.clear()
        return self

    def at(self, moment: datetime) -> SourceRates:
        """Return the rates as of the last midnight before ``moment``."""
        midnight = last_midnight(moment, self._zone)
        if midnight not in self._views:
            self._views[midnight] = SourceRates(_AtMidnight(self, midnight))
        return self._views[midnight]

    def held(self, moment: datetime, number: int) -> SourceRates:
        """Return the rates as of the last midnight before ``moment`` with every source summed up, to be held for the day.

        ``number`` is the storage number up to which facts were counted.
        """
        midnight = last_midnight(moment, self._zone)
        return SourceRates({key: self.totals(key, midnight) for key in self.sources()}, midnight, number)

    def totals(self, key: SourceKey, midnight: datetime) -> tuple[int, int]:
        """Return (settled leads, sales) of a source as known before ``midnight``."""
        leads, sales = self._totals_of(key, midnight)
        for sort in UNTOLD:
            if (sort, *key) in self._steps and self.closings_tell(sort, midnight):
                closed, sold = self._totals_of((sort, *key), midnight)
                leads, sales = leads + closed, sales + sold
        return leads, sales

    def closings_tell(self, sort: Untold, midnight: datetime) -> bool:
        """Return whether closings of untold leads of a sort told of both sides, as known before ``midnight``."""
        (closed, sold), (left, _) = (self._totals_of(key, midnight) for key in ((sort,), (sort, LEFT_OPEN)))
        return Closings(closed, sold, left).tell

    def sources(self) -> list[SourceKey]:
        """Return every source that has a label."""
        every = (key[1:] if key[:1] in SORTS else key for key in self._steps if LEFT_OPEN not in key[1:2])
        return list(dict.fromkeys(every))

    def _totals_of(self, key: SourceKey, midnight: datetime) -> tuple[int, int]:
        if key not in self._days:
            self._sum_up(key)
        position = bisect_right(self._days[key], midnight)
        return self._totals[key][position - 1] if position else (0, 0)

    def _count(self, moment: datetime, keys: Iterable[SourceKey], leads: int, sales: int) -> None:
        counts_from = next_midnight(moment, self._zone)
        for key in keys:
            step = self._steps.setdefault(key, {}).setdefault(counts_from, [0, 0])
            step[0] += leads
            step[1] += sales

    def _sum_up(self, key: SourceKey) -> None:
        leads = sales = 0
        totals = []
        steps = sorted(self._steps.get(key, {}).items())
        for _, (more_leads, more_sales) in steps:
            leads, sales = leads + more_leads, sales + more_sales
            totals.append((leads, sales))
        self._days[key] = [day for day, _ in steps]
        self._totals[key] = totals


class _AtMidnight(Mapping[SourceKey, tuple[int, int]]):
    """The timeline at one midnight; a source is summed up when it is asked for."""

    def __init__(self, timeline: RatesTimeline, midnight: datetime) -> None:
        self._timeline, self._midnight = timeline, midnight
        self._seen: dict[SourceKey, tuple[int, int]] = {}

    def __getitem__(self, key: SourceKey) -> tuple[int, int]:
        if key not in self._seen:
            self._seen[key] = self._timeline.totals(key, self._midnight)
        return self._seen[key]

    def __iter__(self) -> Iterator[SourceKey]:
        return iter(self._timeline.sources())

    def __len__(self) -> int:
        return len(self._timeline.sources())


def label_changes(
    history: LeadHistory, gate: Gate, *, closings_tell: Collection[str] = UNTOLD
) -> Iterator[tuple[datetime, tuple[SourceKey, ...], int, int]]:
    """Yield (moment it was known, source keys, change of settled leads, change of sales) through a lead's life.

    ``closings_tell`` names the sorts of untold leads whose closings are labels.
    """
    for moment, before, after in _changes(history, gate):
        for label, more in ((before, -1), (after, 1)):
            is_told = label is not None and (label.untold is None or label.untold in closings_tell)
            if label is not None and label.sold is not None and is_told:
                yield moment, label.keys, more, more * label.sold


def _changes(history: LeadHistory, gate: Gate) -> Iterator[tuple[datetime, Label | None, Label | None]]:
    """Yield (moment it was known, label before, label from then on) through a lead's life."""
    before: Label | None = None
    for moment in _moments_that_may_settle(history, gate):
        known = gate.as_of(history, moment)
        after = _label(known) if known else None
        if after != before:
            yield moment, before, after
            before = after


def _counted_under(label: Label) -> Iterator[SourceKey]:
    sort = () if label.untold is None else (label.untold,)
    if label.sold is None:
        yield (*sort, LEFT_OPEN)
        return
    for key in (WHOLE_COMPANY, *label.keys):
        yield (*sort, *key)


def _moments_that_may_settle(history: LeadHistory, gate: Gate) -> list[datetime]:
    facts = [stored.fact for stored in history.stored]
    created = [fact.at for fact in facts if isinstance(fact, Lead)]
    if not created:
        return []
    told = [fact.known_at for fact in facts if not isinstance(fact, Assignment)]
    ends = [end + INSTANT for at in set(created) if (end := window_end(at, gate.company))]
    first = min(ends, default=None)
    return sorted({*ends, *(moment for moment in told if first is None or moment > first)})


def _label(known: KnownLead) -> Label | None:
    outcome = outcome_as_of(known)
    if not outcome.is_settled:
        was_left = outcome.kind == "never_called" and outcome.untold and is_past_horizon(known)
        return Label((), None, outcome.untold) if was_left else None
    marks = known.marks
    keys = source_path(known.channel, mark_of(marks, "campaign"), mark_of(marks, "ad"))
    offer = mark_of(marks, "offer")
    if offer is not None:
        keys.append(("offer", offer))
    return Label(tuple(keys), int(outcome.kind == "bought"), outcome.untold)
