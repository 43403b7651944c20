"""Words that an export writes otherwise since: a list of the CRM was renamed, and no lead has changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.drafting.column_kinds import is_number
from features.drafting.leaks.told_column import Flags

LEAST_ENDED = 3
"""So many leads that had ended by then must have the new word: of an ended lead nobody changes it by hand."""


def renamed_words(then: Sequence[str | None], now: Sequence[str], had_ended: Flags) -> dict[str, str]:
    """Return old word -> new word, where the old one is gone and all its leads have the same other one; no number is a word.

    Parameters
    ----------
    then, now
        One cell a lead; None where the earlier export does not have the lead.
    had_ended
        Which leads had ended in the earlier export.

    Examples
    --------
    >>> ended = np.array([True, True, True, False])
    >>> renamed_words(["web"] * 4, ["Website"] * 4, ended), renamed_words(["web"] * 4, ["shop"] * 3 + ["web"], ended)
    ({'web': 'Website'}, {})
    """
    standing = set(now)
    became: dict[str, set[str]] = {}
    ended: dict[str, int] = {}
    for before, after, is_over in zip(then, now, np.asarray(had_ended).tolist(), strict=True):
        if before and before not in standing and not is_number(before):
            became.setdefault(before, set()).add(after)
            ended[before] = ended.get(before, 0) + is_over
    return {
        before: next(iter(after))
        for before, after in became.items()
        if len(after) == 1 and "" not in after and ended[before] >= LEAST_ENDED
    }
