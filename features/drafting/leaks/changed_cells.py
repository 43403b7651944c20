"""What became of a column's cells between an older export and the newer one, lead by lead."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, get_args

import numpy as np

from features.drafting.leaks.earlier_export import EarlierExport
from features.drafting.leaks.renamed_words import renamed_words
from features.drafting.leaks.same_cell import Manner, says_the_same
from features.drafting.leaks.told_column import Codes, Flags
from features.facts.file_shape import FileShape, is_placeholder

Change = Literal["filled", "changed", "emptied"]
CHANGES: tuple[Change, ...] = get_args(Change)
NOT_THERE, SAME, CHANGED = -1, 0, 2
"""The numbers of a lead that the older export has not, of a cell that says the same, of one changed; 1 and more is a change."""
LEAST_ENDED = 20
NEARLY_ALL = 0.9


def changes_in(
    column: str, now: Sequence[str], shape: FileShape, earlier: EarlierExport, placeholders: Collection[str]
) -> Codes:
    """Return one number a lead: ``NOT_THERE``, ``SAME``, or 1 + the place in ``CHANGES``.

    Parameters
    ----------
    now
        The newer export's cells, one a lead.
    shape
        How the newer export is written.
    placeholders
        Words that mean: not chosen. A cell of such a word is empty.
    """
    then = earlier.columns.get(column)
    if then is None:
        return np.full(len(now), NOT_THERE, dtype=np.int64)
    manners = Manner.of(earlier.shape, [cell for cell in then if cell is not None]), Manner.of(shape, now)
    renamed = renamed_words(then, now, earlier.surely_ended)
    read: dict[tuple[str | None, str], int] = {}
    for pair in set(zip(then, now, strict=True)):
        before, after = pair
        if before is None:
            read[pair] = NOT_THERE
        else:
            gaps = is_placeholder(before, placeholders), is_placeholder(after, placeholders)
            same = renamed.get(before) == after or says_the_same(before, after, *manners)
            read[pair] = _change(*gaps, is_same=same)
    return np.array([read[pair] for pair in zip(then, now, strict=True)], dtype=np.int64)


def only_written_otherwise(changes: Codes, had_ended: Flags) -> bool:
    """Return whether nearly all that stood in the column of ended leads stands otherwise: then the export writes it otherwise.

    >>> only_written_otherwise(np.full(40, 2), np.arange(40) < 30), only_written_otherwise(np.zeros(40), np.arange(40) < 30)
    (True, False)
    """
    stood = had_ended & np.isin(changes, (SAME, CHANGED))
    return int(stood.sum()) >= LEAST_ENDED and float((changes[stood] == CHANGED).mean()) >= NEARLY_ALL


def _change(was_empty: bool, is_empty: bool, *, is_same: bool) -> int:
    if was_empty and is_empty:
        return SAME
    if was_empty:
        return 1 + CHANGES.index("filled")
    if is_empty:
        return 1 + CHANGES.index("emptied")
    return SAME if is_same else 1 + CHANGES.index("changed")
