"""Which leads came with a weak chance: below the median of the company's own leads of the four weeks before.

They are compared with those scored by the same version of the model where there were enough, and with all otherwise. So a new
model, or a market that changes, does not make a channel look worse by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from monitoring.alarms.arrival_clock import ArrivalScore

BEFORE, FEWEST_SCORED = 28, 100
"""Days whose scores a lead is compared with, and how many of one version are enough."""
CELLS, CELL = 400, 0.05
"""Scores are counted in so many cells of log-odds, of this width, around even odds."""
Numbers = npt.NDArray[np.int64]


def scored_cells(scores: Sequence[ArrivalScore]) -> tuple[Numbers, Numbers]:
    """Return the cell of each score, and the number of the version that gave it.

    >>> cells, versions = scored_cells([ArrivalScore(0.5, "1"), ArrivalScore(0.1, "2"), ArrivalScore(0.9, "1")])
    >>> cells.tolist(), versions.tolist()
    ([200, 157, 243], [0, 1, 0])
    """
    chances = np.array([one.probability for one in scores], np.float64)
    log_odds = np.log(np.maximum(chances, 1e-9) / np.maximum(1.0 - chances, 1e-9))
    numbers: dict[str | None, int] = {}
    versions = [numbers.setdefault(one.version, len(numbers)) for one in scores]
    cells = np.clip(np.trunc(log_odds / CELL).astype(np.int64) + CELLS // 2, 0, CELLS - 1)
    return cells, np.array(versions, np.int64)


def weak_leads(arrived: npt.NDArray[np.integer], cells: Numbers, versions: Numbers) -> Numbers:
    """Return 1 for each lead that was weak on the day on which it came, 0 for each that was not, -1 where nobody knows.

    Parameters
    ----------
    arrived
        The day of each lead, as an ordinal; ``cells`` and ``versions`` are those of its score.
    """
    if not len(arrived):
        return np.zeros(0, np.int64)
    days = arrived.astype(np.int64) - int(arrived.min())
    of_all, enough_of_all = _medians(days, cells, int(days.max()) + 1)
    medians = np.where(enough_of_all, of_all, -1)[days]
    for version in range(int(versions.max()) + 1):
        mine = versions == version
        own, enough = _medians(days[mine], cells[mine], len(of_all))
        own_days = days[mine]
        medians[mine] = np.where(enough[own_days], own[own_days], medians[mine])
    return np.where(medians < 0, -1, cells < medians)


def _medians(days: Numbers, cells: Numbers, number: int) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Return of each day the median's cell of the scores of the weeks before, and whether there were enough of them."""
    counts = np.bincount(days * CELLS + cells, minlength=number * CELLS).reshape(number, CELLS)
    until = np.concatenate([np.zeros((1, CELLS), np.int64), np.cumsum(counts, axis=0)])
    begin = np.maximum(np.arange(number) - BEFORE, 0)
    so_far = np.cumsum(until[:-1] - until[begin], axis=1)
    whole = so_far[:, -1]
    return np.argmax(2 * so_far > whole[:, None], axis=1), whole >= FEWEST_SCORED
