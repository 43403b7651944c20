"""A form field that managers fill in later: whether it is filled tells the outcome beyond all that the lead itself told.

People who mean to buy fill in more of a form, so a gap tells something everywhere. But then it tells little that the
rest of the form does not: it is what a gap adds to the AUC of the columns that are always filled that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from features.drafting.leaks.auc_gain import Estimate, Floats, gain_of, together
from features.drafting.leaks.shares import Share
from features.drafting.leaks.surely_apart import is_surely_apart
from features.drafting.leaks.told_column import Codes, Flags, ToldColumn

ALWAYS = 0.98
"""A column filled for this share of the leads counts as always filled."""
WORTH = 0.01
TOGETHER = 0.4
"""Correlation from which the gaps of two columns go together."""


@dataclass(frozen=True, slots=True)
class LateSign:
    """That a column is filled in: for how many won leads and others, and what it adds to the AUC of what else is known."""

    of_won: Share
    of_others: Share
    gain: Estimate


def late_sign(column: ToldColumn, known: Floats, won: Flags, folds: Codes) -> LateSign | None:
    """Return what speaks for a column being filled in late, beside the score ``known``, or None."""
    signs = [_sign(flags, known, won, folds) for flags in (column.written, column.filled) if _has_gaps(flags)]
    telling = [one for one in signs if one.gain.value >= WORTH and one.gain.is_surely_above(0.0)]
    return max(telling, key=lambda one: one.gain.value, default=None)


def goes_with(column: ToldColumn, late: Mapping[str, ToldColumn], won: Flags) -> str | None:
    """Return the late field with whose gaps this column's gaps go, where they too differ by outcome; None where none."""
    if not _has_gaps(column.filled) or not is_surely_apart(column.filled, won):
        return None
    ties = {name: _tied(column.filled, (other.filled, other.written)) for name, other in late.items()}
    nearest = max(ties, key=lambda name: ties[name], default=None)
    return nearest if nearest is not None and ties[nearest] >= TOGETHER else None


def shares_filled(filled: Flags, won: Flags) -> tuple[Share, Share]:
    """Return for how many won leads and how many others there is something."""
    return Share(int(filled[won].sum()), int(won.sum())), Share(int(filled[~won].sum()), int((~won).sum()))


def _sign(filled: Flags, known: Floats, won: Flags, folds: Codes) -> LateSign:
    more = together([known, filled.astype(np.float64)], won, folds)
    return LateSign(*shares_filled(filled, won), gain_of(known, more, won))


def _has_gaps(filled: Flags) -> bool:
    return 0.0 < float(filled.mean()) < ALWAYS


def _tied(filled: Flags, others: Iterable[Flags]) -> float:
    return max((float(np.corrcoef(filled, other)[0, 1]) for other in others if _has_gaps(other)), default=0.0)
