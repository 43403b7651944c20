"""What a replay sets side by side is what its name says."""

from __future__ import annotations

from dataclasses import replace

from features.facts.company import Abc
from tests.training.small_sets import seen_so_far
from training.rung_models import SETTLED_ALONE, learned


def test_the_ladder_without_young_leads_knows_nothing_of_them() -> None:
    data = seen_so_far(0.4, 0.0)
    settled = replace(data, young=None)
    with_young, without = learned(data, Abc(), window=60), learned(settled, Abc(), window=60)
    assert with_young.rungs is not None
    assert with_young.ladder is not None
    assert without.ladder is not None
    alone = with_young.rungs[SETTLED_ALONE].probability(settled)
    assert alone.tolist() == without.ladder.probability(settled).tolist()
    assert with_young.ladder.probability(settled).tolist() != alone.tolist()
