"""What is held against each column so far: the worst that is said first stays, and every reason with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from features.drafting.leaks.findings import Knows


@dataclass(slots=True)
class Case:
    """What is held against the columns so far."""

    knows: dict[str, Knows] = field(default_factory=dict)
    why: dict[str, list[str]] = field(default_factory=dict)

    def add(self, column: str, knows: Knows, why: str) -> None:
        """Hold something against a column; what was held against it before stays."""
        self.knows.setdefault(column, knows)
        self.why.setdefault(column, []).append(why)

    def add_first(self, column: str, why: Sequence[str]) -> None:
        """Hold a name against a column, before all else that is."""
        self.knows[column] = "leak"
        self.why[column] = [*why, *self.why.get(column, [])]

    def named(self, *knows: Knows) -> set[str]:
        """Return the columns that know so much."""
        return {column for column, one in self.knows.items() if one in knows}
