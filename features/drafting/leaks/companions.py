"""Columns that are filled in the very rows in which a leak is filled: whoever wrote one wrote the other."""

from __future__ import annotations

from collections.abc import Mapping

from features.drafting.leaks.case import Case
from features.drafting.leaks.told_column import Flags, ToldColumn

SAME_ROWS = 0.995
ENOUGH_ROWS = 100


def name_companions(columns: Mapping[str, ToldColumn], case: Case) -> None:
    """Name the columns that are filled in the very rows in which a leak is filled."""
    partly = {name: one.filled for name, one in columns.items() if 0.02 < float(one.filled.mean()) < 0.95}
    leaks = sorted(name for name in case.named("leak") if name in partly)
    for name in sorted(partly):
        same = next((leak for leak in leaks if same_rows(partly[name], partly[leak])), None)
        if case.knows.get(name) != "leak" and same is not None and len(partly[name]) >= ENOUGH_ROWS:
            case.knows[name] = "leak"
            case.add(name, "leak", f"filled in the same rows as {same}")


def same_rows(one: Flags, other: Flags) -> bool:
    """Return whether two columns are filled in nearly all the same rows, by ``filled`` of each."""
    return float((one == other).mean()) >= SAME_ROWS
