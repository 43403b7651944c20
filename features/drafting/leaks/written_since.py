"""What was written into a column since an older export: filled in, changed or emptied, for how many leads and for which.

One export cannot tell which cells were written after the lead came; two can. Counted are the leads that were still open in
the older export.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from features.drafting.leaks.changed_cells import (
    CHANGED,
    CHANGES,
    NOT_THERE,
    SAME,
    Change,
    changes_in,
    only_written_otherwise,
)
from features.drafting.leaks.earlier_export import EarlierExport
from features.drafting.leaks.ended import Ended
from features.drafting.leaks.shares import Share
from features.drafting.leaks.told_column import Codes, Flags
from features.facts.file_shape import FileShape


@dataclass(frozen=True, slots=True)
class WrittenSince:
    """What became of a column's cells since one older export.

    ``changes`` has one number a lead (``changed_cells``): of those that were open then, and ``before`` of those that had
    ended by then, of which nothing should change any more. ``won`` and ``is_open`` say how the leads ended since, None where
    nobody says. ``open_then`` says in words which leads count; where ``is_rewritten``, all of the column is written
    otherwise, and only what was filled in or emptied counts.
    """

    older: str
    open_then: str
    changes: Codes
    before: Codes
    won: Flags | None
    is_open: Flags | None
    is_rewritten: bool

    def share(self, change: Change | None = None, of: Flags | None = None) -> Share:
        """Return for how many leads the cell was written since, in one way or in any."""
        compared = self.changes != NOT_THERE if of is None else (self.changes != NOT_THERE) & of
        wrote = self.changes > SAME if change is None else self.changes == 1 + CHANGES.index(change)
        return Share(int((wrote & compared).sum()), int(compared.sum()))

    def share_before(self) -> Share:
        """Return for how many leads that had ended by then the cell was written since all the same."""
        return Share(int((self.before > SAME).sum()), int((self.before != NOT_THERE).sum()))


def written_since(
    column: str, now: Sequence[str], shape: FileShape, earlier: EarlierExport, ended: Ended | None,
    placeholders: Collection[str] = (),
) -> WrittenSince:  # fmt: skip
    """Return what was written into a column since an older export.

    ``ended`` says how the leads have ended since, None where nobody says; all else is as for ``changes_in``.
    """
    changes = changes_in(column, now, shape, earlier, placeholders)
    had_ended = earlier.surely_ended
    is_rewritten = only_written_otherwise(changes, had_ended)
    if is_rewritten:
        changes = np.where(changes == CHANGED, SAME, changes)
    return WrittenSince(
        earlier.name,
        _open_then(earlier),
        np.where(had_ended, NOT_THERE, changes),
        np.where(had_ended, changes, NOT_THERE),
        ended.won if ended is not None else None,
        ended.is_open if ended is not None else None,
        is_rewritten,
    )


def _open_then(earlier: EarlierExport) -> str:
    if earlier.had_ended is None:
        return "found in both"
    return "still open then" if earlier.tells_losses else "that had not bought by then"
