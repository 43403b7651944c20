"""What the finder says of one column: what it knows, and the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from features.drafting.column_kinds import ColumnKind
from features.drafting.leaks.auc_gain import Estimate
from features.drafting.leaks.shares import Share

Knows = Literal["leak", "late", "differs", "honest"]
"""leak: written when the outcome began to show; late: a form field that managers fill in while they talk; differs: the
latest leads say something else, as if it were filled in with age; honest: nothing speaks against it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A column's figures: for how many it is filled, and how well it alone ranks won leads before the others."""

    of_won: Share
    of_others: Share
    alone: Estimate


@dataclass(frozen=True, slots=True)
class Finding:
    """What a column knows; ``why`` says in words what led to it, ``figures`` is None where no outcome is known.

    ``since`` says in words for how few leads something was written into it since an older export, if there is one.
    """

    column: str
    kind: ColumnKind
    knows: Knows
    why: tuple[str, ...] = ()
    figures: Figures | None = None
    since: str = ""
