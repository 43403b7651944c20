"""What exactly changed in the group that an alarm is about: who comes instead, through what, and what managers heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Literal

from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.shown_comments import shown_comment
from features.facts.store import FactStore
from features.facts.values import Call, LeadId
from features.facts.without_persons import WithoutPersons
from features.rows.feature import FeatureRow
from features.rows.feature_row import FixedRates, RowBuilder
from monitoring.alarms.alarm import Alarm
from monitoring.alarms.group import badness_of, members
from monitoring.breath import breathe
from monitoring.lead_book import LeadSummary
from monitoring.what_changed.carriers import MARKS, Carrier, carriers_of
from monitoring.what_changed.moved import FEWEST_BEFORE, FEWEST_SINCE, MovedSegment, moved_segments
from monitoring.what_changed.segments import Cells, masks_of

State = Literal["moved", "nothing_moved", "too_little"]
BEFORE = timedelta(days=120)
"""How far back from the change leads are compared."""
MOST_A_SIDE = 3_000
"""Leads of one side that are read; of more, so many are drawn."""
MOST_COMMENTS = 3
Persons = Callable[[], WithoutPersons]


@dataclass(frozen=True, slots=True)
class Comment:
    """What a manager wrote after a talk, without the person."""

    day: datetime
    words: str


@dataclass(frozen=True, slots=True)
class WhatChanged:
    """The answer, with how much it rests on.

    ``before`` and ``since`` are the leads compared, at most a sample of ``of_before`` and ``of_since``; ``looked_at`` is among
    how many segments, ``carriers_looked_at`` among how many campaigns, ads, pages, phrases and offers was looked. For a
    measure by which no single lead is bad ``carriers_looked_at`` is None: nobody looked.
    """

    state: State
    before: int
    since: int
    of_before: int
    of_since: int
    looked_at: int = 0
    moved: tuple[MovedSegment, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    carriers_looked_at: int | None = None
    comments: tuple[Comment, ...] = ()


def what_changed(
    alarm: Alarm,
    summaries: Iterable[LeadSummary],
    store: FactStore,
    *,
    company: Company,
    moment: datetime,
    persons: Persons,
) -> WhatChanged:
    """Return what changed in the alarm's group, from what is known at ``moment``.

    Parameters
    ----------
    summaries
        The leads that count: ``lead_book.counted``.
    persons
        Gives what leaves persons out of a comment, asked where there is one: ``ContactBook.without_persons``.
    """
    first = datetime(alarm.since.year, alarm.since.month, alarm.since.day, tzinfo=company.zone)
    group = [one for one in members(summaries, alarm.watched) if first - BEFORE <= one.created_at <= moment]
    sides = [one for one in group if one.created_at < first], [one for one in group if one.created_at >= first]
    before, since = (_drawn(side) for side in sides)
    if len(before) < FEWEST_BEFORE or len(since) < FEWEST_SINCE:
        return WhatChanged("too_little", len(before), len(since), len(sides[0]), len(sides[1]))
    builder = RowBuilder(_at_arrival(company), FixedRates())
    histories = {}
    for history in store.histories(lead_ids=[one.lead_id for one in (*before, *since)]):
        histories[history.lead_id] = history
        breathe()
    rows = {lead_id: row for lead_id, one in histories.items() if (row := _arrival_row(one, builder, moment))}
    shared = _shared_by_all(alarm)
    read = [[rows[one.lead_id] for one in side if one.lead_id in rows] for side in (before, since)]
    cells = Cells(builder.features, read[0], beside=shared)
    masks = masks_of(*([cells.of(row) for row in side] for side in read))
    moved, looked_at = moved_segments(masks, len(read[0]), len(read[1]))
    is_bad = badness_of(alarm.watched.measure, company, moment)
    carriers, among = ([], None) if is_bad is None else carriers_of(before, since, rows, is_bad, beside=shared)
    worst = [one.lead_id for one in since if is_bad is None or is_bad(one)]
    told = [histories[lead_id] for lead_id in worst if lead_id in histories]
    return WhatChanged(
        state="moved" if moved else "nothing_moved",
        before=len(read[0]),
        since=len(read[1]),
        of_before=len(sides[0]),
        of_since=len(sides[1]),
        looked_at=looked_at,
        moved=tuple(moved),
        carriers=tuple(carriers),
        carriers_looked_at=among,
        comments=tuple(_comments(told, builder, first, moment, persons)),
    )


def _drawn(side: Sequence[LeadSummary]) -> list[LeadSummary]:
    """Return the side's leads, or so many of them that take part by their ids alone: the same at every look."""
    if len(side) <= MOST_A_SIDE:
        return list(side)
    return sorted(side, key=lambda one: _mixed(one.lead_id))[:MOST_A_SIDE]


def _mixed(lead_id: LeadId) -> bytes:
    return blake2b(str(lead_id).encode(), digest_size=8).digest()


def _at_arrival(company: Company) -> Company:
    """Return the company with the form's fields alone: what is asked by phone is known of those who were called."""
    fields = {name: field for name, field in company.fields.items() if field.is_known_at_arrival}
    return company.model_copy(update={"fields": fields})


def _arrival_row(history: LeadHistory, builder: RowBuilder, moment: datetime) -> FeatureRow | None:
    breathe()
    known = builder.known(history, min(history.arrived_at, moment))
    return builder.row(known) if known else None


def _shared_by_all(alarm: Alarm) -> frozenset[str]:
    levels = {"channel": 0, "campaign": 1, "ad": 2}
    known = {"channel", "channel_lift", "ad_lift", "offer_lift"}
    if alarm.watched.level == "offer":
        return frozenset({*known, "offer"})
    return frozenset({*known, *MARKS[: levels[alarm.watched.level]]})


def _comments(
    histories: Iterable[LeadHistory], builder: RowBuilder, first: datetime, moment: datetime, persons: Persons
) -> list[Comment]:
    """Return a few different comments since the change, the latest first, as they stand: not what was corrected since."""
    calls: list[Call] = []
    for history in histories:
        breathe()
        known = builder.known(history, moment)
        calls += [one for one in known.calls if one.comment and one.at >= first] if known else []
    found: dict[str, Comment] = {}
    clean = persons() if calls else WithoutPersons()
    for call in sorted(calls, key=lambda one: one.at, reverse=True):
        words = shown_comment(call.comment or "", clean)
        if words and words.casefold() not in found:
            found[words.casefold()] = Comment(call.at, words)
        if len(found) == MOST_COMMENTS:
            break
    return list(found.values())
