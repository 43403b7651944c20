"""Damaged webhooks: the short form of ``python -m benchmarks.mutated_webhooks``."""

from __future__ import annotations

from benchmarks.damaged_bodies import MUTATIONS
from benchmarks.mutated_webhooks import mutated


def test_damaged_webhooks_never_break_the_doors_and_store_nothing_that_was_not_meant() -> None:
    tally = mutated(450, seed=11)
    assert tally.failures == []
    assert tally.unmeant == []
    assert tally.stored > 0
    assert {200, 403, 422} <= set(tally.statuses)
    assert len(tally.by_mutation) == len(MUTATIONS)
