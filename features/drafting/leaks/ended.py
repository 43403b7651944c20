"""How the leads of an export ended: won, not won, or nobody knows yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.drafting.leak_signs import ENOUGH
from features.drafting.leaks.told_column import Flags


@dataclass(frozen=True, slots=True)
class Ended:
    """How the leads of an export ended, one flag a lead; where ``is_open`` is set nobody knows yet."""

    won: Flags
    is_open: Flags

    @classmethod
    def of(cls, won: Sequence[bool], is_open: Sequence[bool] | None = None) -> Ended:
        """Return how the leads ended; without ``is_open`` all of them have."""
        flags = np.array(won, dtype=np.bool_)
        return cls(flags, np.zeros_like(flags) if is_open is None else np.array(is_open, dtype=np.bool_) & ~flags)

    @property
    def settled(self) -> Flags:
        """Return which leads have ended."""
        return ~self.is_open

    @property
    def is_enough(self) -> bool:
        """Return whether there are leads enough of both ends for figures to say something."""
        return min(int(self.won.sum()), int((self.settled & ~self.won).sum())) >= ENOUGH
