"""What a service needs before its first score is left counted by the command that brought the leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadloop.commands._house import House, now
from leadloop.commands._progress import bar_over

if TYPE_CHECKING:
    from rich.console import Console

COUNTED_BY_A_START = 100_000
"""Fewer facts (17,000 leads with their calls) a first start counts itself in two or three seconds, and no import waits for it."""
BAR_MOVES = 100
"""So many leads at a time."""


def leave_counted(house: House, console: Console) -> None:
    """Count all leads for the next start, unless they are few, or what is kept serves for that: where little is new, it does."""
    from features.facts.company_file import fingerprint
    from serving.days_count import counted_of
    from serving.first_count import FirstCount

    if house.store.last_number() < COUNTED_BY_A_START:
        return
    moment, of = now(), counted_of(fingerprint(house.company), house.engine)
    steps = house.steps_book() if house.company.conversions.systems else None
    first = FirstCount(house.store, house.lead_book(), house.settings.home, of, steps)
    if first.found(moment):
        return
    done = 0
    with bar_over("Counting leads for the first start", house.store.lead_count(), console) as told:

        def passed() -> None:
            nonlocal done
            done += 1
            if done % BAR_MOVES == 0:
                told(done)

        first.counted(moment, passed)
