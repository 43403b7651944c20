"""Which fields tell the time and not the lead: leads that came one after the other have them alike, other months have others.

An interest rate or a month's name predicts well in the months it was learned from, and says nothing that holds in the
next: its values then were never seen, or meant another month.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from models.purchase_model import FieldCells

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ALIKE_BEYOND_CHANCE = 0.5
"""The share of neighbours in time with the same cell, beyond what chance alone gives (Cohen's kappa)."""
UNLIKE_THE_REST = 0.35
"""The total variation distance of a tenth of the time from all of it, on average."""
PERIODS = 10


def period_fields(cells: Mapping[str, FieldCells], where: Mapping[str, Ints], created: Floats) -> set[str]:
    """Return the names of the fields that tell the time; rows of ``where`` are of leads created at ``created``."""
    in_time = np.argsort(created, kind="stable")
    return {name for name, one in cells.items() if _tells_the_time(where[name][in_time], one.count)}


def _tells_the_time(cells: Ints, count: int) -> bool:
    """Return whether cells in order of time are those of a period.

    >>> _tells_the_time(np.repeat([0, 1, 2, 3], 50), 4), _tells_the_time(np.tile([0, 1, 2, 3], 50), 4)
    (True, False)
    """
    share = np.bincount(cells, minlength=count) / len(cells)
    by_chance = float(share @ share)
    if by_chance >= 1.0:
        return False
    alike = (float(np.mean(cells[1:] == cells[:-1])) - by_chance) / (1 - by_chance)
    periods = [np.bincount(part, minlength=count) / len(part) for part in np.array_split(cells, PERIODS) if len(part)]
    unlike = float(np.mean([np.abs(one - share).sum() / 2 for one in periods]))
    return alike > ALIKE_BEYOND_CHANCE and unlike > UNLIKE_THE_REST
