"""Earlier leads to fit on, later ones to judge by; the fit knows only labels that were known when the later slice begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from features.errors import NothingToLearn
from training.dataset import TrainingSet

Ints = npt.NDArray[np.int64]
JUDGED_SHARE = 0.25
SHORTER = (0.25, 0.2, 0.15, 0.1, 0.05)
FEWEST_LEADS, FEWEST_SALES = 30, 5
"""With fewer whose label was known before the last leads came, leads are split by creation alone."""
ENOUGH_LEADS, ENOUGH_SALES = 300, 30
"""The fit wants as many; with fewer the judging slice is shortened, and that is said."""
BY_CREATION_ALONE = (
    "Hardly a label was known before the last leads came (the export has no dates of sales and losses, or the history is "
    "hardly longer than the horizon): leads are split by creation alone, and the figures may look a little too good."
)


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """Rows to fit on, rows to judge by, where the border lies, and what had to be said about it."""

    fit: Ints
    judge: Ints
    border: datetime
    notes: tuple[str, ...]


def share_since(data: TrainingSet, moment: float) -> float | None:
    """Return the share of the leads that came after a moment (POSIX seconds); None where none did."""
    created = data.created[data.at_arrival]
    return float(np.mean(created > moment)) or None if len(created) else None


def split_by_time(data: TrainingSet) -> TimeSplit:
    """Return the split with the longest judging slice that leaves enough to fit on.

    Where hardly a label was known before the last leads came (an export that says how each lead ended but not when, or
    a history hardly longer than the horizon), leads are split by creation alone, and that is said.

    Raises
    ------
    NothingToLearn
        Where all leads came at one moment: then none are later than others.
    """
    notes: list[str] = []
    undated = not any(_is_possible(data, _split(data, share, undated=False).fit) for share in SHORTER)
    if undated:
        notes.append(BY_CREATION_ALONE)
    splits = {share: _split(data, share, undated=undated) for share in SHORTER}
    fitting = [share for share, split in splits.items() if _is_enough(data, split.fit)]
    share = fitting[0] if fitting else max(splits, key=lambda one: len(splits[one].fit))
    chosen = splits[share]
    if not len(chosen.fit):
        raise NothingToLearn(
            "All settled leads came at one moment, so none are later than others: judging takes dates."
        )
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


def _is_enough(data: TrainingSet, rows: Ints) -> bool:
    return _has(data, rows, ENOUGH_LEADS, ENOUGH_SALES)


def _is_possible(data: TrainingSet, rows: Ints) -> bool:
    return _has(data, rows, FEWEST_LEADS, FEWEST_SALES)


def _has(data: TrainingSet, rows: Ints, leads: int, sales: int) -> bool:
    sold = data.lead[rows[data.outcome[rows] > 0]]
    return len(np.unique(data.lead[rows])) >= leads and len(np.unique(sold)) >= sales
