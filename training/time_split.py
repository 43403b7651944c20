"""Earlier leads to fit on, later ones to judge by; the fit knows only labels that were known when the later slice begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from training.dataset import TrainingSet

Ints = npt.NDArray[np.int64]
JUDGED_SHARE = 0.25
SHORTER = (0.25, 0.2, 0.15, 0.1, 0.05)
ENOUGH_LEADS, ENOUGH_SALES = 300, 30
"""The fit wants as many; with fewer the judging slice is shortened, and that is said."""


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """Rows to fit on, rows to judge by, where the border lies, and what had to be said about it."""

    fit: Ints
    judge: Ints
    border: datetime
    notes: tuple[str, ...]


def split_by_time(data: TrainingSet) -> TimeSplit:
    """Return the split with the longest judging slice that leaves enough to fit on.

    Where all labels carry one date (an export that says how each lead ended but not when), what was known when cannot
    be told, and leads are split by creation alone.
    """
    notes: list[str] = []
    undated = _labels_carry_no_dates(data)
    if undated:
        notes.append("The labels carry no dates of their own: leads are split by creation alone.")
    splits = {share: _split(data, share, undated=undated) for share in SHORTER}
    fitting = [share for share, split in splits.items() if _is_enough(data, split.fit)]
    share = fitting[0] if fitting else max(splits, key=lambda one: len(splits[one].fit))
    chosen = splits[share]
    if share < JUDGED_SHARE:
        notes.append(
            f"The judging slice is the last {share:.0%} of the settled leads instead of {JUDGED_SHARE:.0%}: "
            "with a longer one too few labels were known when it begins."
        )
    return TimeSplit(chosen.fit, chosen.judge, chosen.border, tuple(notes))


def _split(data: TrainingSet, share: float, *, undated: bool) -> TimeSplit:
    by_lead = np.sort(data.created[np.unique(data.lead, return_index=True)[1]])
    border = float(by_lead[min(int(len(by_lead) * (1 - share)), len(by_lead) - 1)])
    judge = np.flatnonzero(data.created >= border)
    earlier = data.created < border
    fit = np.flatnonzero(earlier if undated else earlier & (data.known_from <= border))
    return TimeSplit(fit, judge, datetime.fromtimestamp(border, UTC), ())


def _labels_carry_no_dates(data: TrainingSet) -> bool:
    """Return whether every label was known only after every lead was created: on the day of an export."""
    return bool(data.known_from.min() >= data.created.max())


def _is_enough(data: TrainingSet, rows: Ints) -> bool:
    part = data.lead[rows]
    sales = data.lead[rows[data.outcome[rows] > 0]]
    return len(np.unique(part)) >= ENOUGH_LEADS and len(np.unique(sales)) >= ENOUGH_SALES
