"""The rows of leads at their arrival: those the champion learned from, and those of one channel since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pandas as pd

from features.facts.history import LeadHistory
from features.facts.values import Lead
from features.rows.feature_row import RowBuilder


def arrival_rows(
    histories: Iterable[LeadHistory], rows: RowBuilder, *, learned_until: datetime, channel: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (rows of leads created before ``learned_until``, rows of the channel's leads created since).

    One column a feature, numbers as floats and levels as strings; columns that know nothing at arrival are left out.
    """
    reference, current = [], []
    for history in histories:
        arrival = min(one.fact.known_at for one in history.stored if isinstance(one.fact, Lead))
        known = rows.known(history, arrival)
        assert known is not None  # the moment is the lead's own arrival
        if known.created_at < learned_until:
            reference.append(rows.row(known))
        elif known.channel == channel:
            current.append(rows.row(known))
    return _frame(reference, rows), _frame(current, rows)


def _frame(made: list[dict[str, float | str | None]], rows: RowBuilder) -> pd.DataFrame:
    frame = pd.DataFrame(made, columns=[one.name for one in rows.features])
    kinds = {one.name: "float64" if one.kind == "number" else "object" for one in rows.features}
    return frame.astype(kinds)
