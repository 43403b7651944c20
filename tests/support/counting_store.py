"""A store of facts that says how much was read of it."""

from __future__ import annotations

from features.facts.store import FactStore


class Reading(FactStore):
    """A store that counts how many histories were read."""

    read = 0

    def histories(self, **asked):  # type: ignore[no-untyped-def]
        """Yield what is stored, and count it."""
        for one in super().histories(**asked):
            self.read += 1
            yield one
