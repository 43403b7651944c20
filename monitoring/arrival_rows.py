"""The rows of leads at their arrival: a sample of those that a model learned from, and of one channel's latest."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

import pandas as pd

from features.facts.channels import tidied
from features.facts.database import in_parts
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.outcome_window import outcome_as_of
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from monitoring.lead_summary import channel_in_reports

FEWEST_ROWS, MOST_ROWS = 50, 4_000
"""Of so many rows on either side a report is made; larger samples are drawn from."""
MOST_LOOKED_AT = 40_000
"""Leads of which so many rows are looked for; a million leads would take minutes to read."""
Wanted = Callable[[LeadHistory], bool]


def learned_rows(
    store: FactStore,
    rows: RowBuilder,
    *,
    cut_off: datetime,
    before: datetime,
    most: int,
    channel: str | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return a sample of the leads created before ``before`` whose outcome was settled, and known, at ``cut_off``.

    Parameters
    ----------
    most
        So many leads at the most; of more as many are drawn, with ``seed``.
    channel
        Leads of this channel alone; None: of all.

    Returns
    -------
    pandas.DataFrame
        As ``arrival_frame`` makes it, in the order of the draw.
    """

    def wanted(history: LeadHistory) -> bool:
        of_channel = channel is None or _is_of(channel, history, rows.gate)
        return of_channel and is_settled_by(history, rows.gate, cut_off)

    return arrival_frame(islice(_drawn(store, None, before, wanted, seed), most), rows)


def channel_rows(
    store: FactStore, rows: RowBuilder, *, channel: str, since: datetime, most: int, seed: int = 0
) -> pd.DataFrame:
    """Return a sample of a channel's leads that were created since a moment, ``most`` at the most (``arrival_frame``)."""
    return arrival_frame(
        islice(_drawn(store, since, None, lambda one: _is_of(channel, one, rows.gate), seed), most), rows
    )


def arrival_frame(histories: Iterable[LeadHistory], rows: RowBuilder) -> pd.DataFrame:
    """Return each lead's row as of its arrival: one column a feature, numbers as floats and levels as strings."""
    made = []
    for history in histories:
        known = rows.known(history, history.arrived_at)
        assert known is not None  # the moment is the lead's own arrival
        made.append(rows.row(known))
    frame = pd.DataFrame(made, columns=[one.name for one in rows.features])
    return frame.astype({one.name: "float64" if one.kind == "number" else "object" for one in rows.features})


def is_settled_by(history: LeadHistory, gate: Gate, cut_off: datetime) -> bool:
    """Return whether a model that learned at ``cut_off`` could learn from the lead."""
    known = gate.as_of(history, cut_off)
    return known is not None and outcome_as_of(known).is_settled


def _drawn(
    store: FactStore, since: datetime | None, before: datetime | None, wanted: Wanted, seed: int
) -> Iterator[LeadHistory]:
    """Yield the wanted leads created in a span, in an order drawn at random."""
    ids = store.leads_created(since=since, before=before)
    random.Random(seed).shuffle(ids)
    for asked in in_parts(ids[:MOST_LOOKED_AT]):
        found = {one.lead_id: one for one in store.histories(lead_ids=asked)}
        yield from (found[lead_id] for lead_id in asked if lead_id in found and wanted(found[lead_id]))


def _is_of(channel: str, history: LeadHistory, gate: Gate) -> bool:
    """Return whether a lead counted in a channel when it came, as reports name it, in whatever case."""
    known = gate.as_of(history, history.arrived_at)
    return known is not None and tidied(channel_in_reports(known, gate.channel_of)) == tidied(channel)
