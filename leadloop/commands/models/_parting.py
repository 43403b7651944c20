"""How far a challenger in the shadow parts from the champion, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.counted_words import counted
from leadloop.commands._moments import in_utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.shadow_log import Parting


def parting_words(told: Parting, champion: str | None, challenger: str) -> Iterator[str]:
    """Yield what is known of it, or that it is not enough."""
    from models.shadow_log import FEWEST

    beside = f"In the shadow {challenger} scored {counted(told.leads, 'lead')} beside {champion or 'the rules'}"
    if told.first is None or told.last is None or not told.is_enough:
        yield f"{beside}: not enough data, it takes {FEWEST}."
        return
    yield f"{beside}, from {in_utc(told.first)} to {in_utc(told.last)} UTC; each lead counts once; 95 % intervals."
    low, high = (100 * one for one in told.difference_interval)
    yield f"  Its probability is {100 * told.difference:+.2f} points on average ({low:+.2f} to {high:+.2f})."
    low, high = told.changed_interval
    yield f"  Another grade: {counted(told.changed, 'lead')}, {told.share_changed:.1%} ({low:.1%} to {high:.1%})."
    for (before, after), count in sorted(told.moves.items(), key=lambda one: -one[1]):
        yield f"    {before} -> {after}: {count:,}".replace("_", "-")
