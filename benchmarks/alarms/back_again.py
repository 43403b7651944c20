"""How soon an alarm is over once its channel is back where it was, how often while it is not, and what one odd day does to it.

A channel's share goes from 20 % to 40 % on day 80; looked at once a day. In the one measurement it is back after 30 days; in the
other it stays, but for a single day on which it is as it was. Each beside the same streams without the rule that a day has no
more than half the say (``monitoring/alarms/recovery.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

from benchmarks.alarms.streams import YEAR
from features.wilsons_interval import wilsons_interval
from monitoring.alarms import recovery
from monitoring.alarms.episodes import Episode, Face, standing

USUAL, RISEN = 0.2, 0.4
RISES_ON, BACK_ON, ODD_DAY, DAYS = 80, 110, 95, 160
SIZES = (5, 20, 50, 200)
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ends:
    """What became of the alarms of the rise: days until those that stood when it was over ended, and how many ended before."""

    waits: Sequence[float]
    too_soon: int
    alarmed: int

    def __str__(self) -> str:
        low, high = wilsons_interval(self.too_soon, self.alarmed)
        falsely = f"{self.too_soon / self.alarmed:.1%} ({low:.1%} to {high:.1%}; {self.too_soon} of {self.alarmed})"
        if not self.waits:
            return falsely
        mean, half = float(np.mean(self.waits)), 1.96 * float(np.std(self.waits)) / len(self.waits) ** 0.5
        return f"{mean:.2f} days ({mean - half:.2f} to {mean + half:.2f}; {len(self.waits)}) | {falsely}"


def back_again(runs: int, seed: int = 1) -> None:
    """Print how long alarms take to be over, and how many are over while nothing is back."""
    for a_day in SIZES:
        back, stays = np.full(DAYS, USUAL), np.full(DAYS, USUAL)
        back[RISES_ON:BACK_ON] = stays[RISES_ON:] = RISEN
        odd = stays.copy()
        odd[ODD_DAY] = USUAL
        print(f"\n{a_day} leads a day, {USUAL:.0%} → {RISEN:.0%}; with the rule, and without it", flush=True)
        for words, shares, until in (("back on day 110", back, BACK_ON), ("one odd day, then as before", odd, DAYS)):
            cells = [str(_ends(shares, a_day, until, runs, seed))]
            with _no_rule():
                cells.append(str(_ends(shares, a_day, until, runs, seed)))
            print(f"| {words} | " + " | ".join(cells) + " |", flush=True)


def _ends(shares: Shares, a_day: int, until: int, runs: int, seed: int) -> Ends:
    rng = np.random.default_rng([seed, a_day, until])
    waits: list[float] = []
    too_soon = alarmed = 0
    for _ in range(runs):
        first = _alarm_of_the_rise(rng.binomial(a_day, shares), a_day)
        if first is None:
            continue
        alarmed += 1
        if first.over_on is not None and first.over_on < until:
            too_soon += first.why_over == "recovered"
        elif until < DAYS:
            waits.append((first.over_on if first.over_on is not None else DAYS) - until + 1)
    return Ends(waits, too_soon, alarmed)


def _alarm_of_the_rise(bad: npt.NDArray[np.int64], a_day: int) -> Episode | None:
    """Return the first alarm that was raised while the share was high; none where a false one stood by then."""
    counts = [(float(day), float(count), float(a_day)) for day, count in enumerate(bad)]
    found = [one for one in standing([Face(counts)], YEAR, DAYS - 1.0).episodes if (one.over_on or inf) > RISES_ON]
    return found[0] if found and RISES_ON <= found[0].raised_on < BACK_ON else None


@contextmanager
def _no_rule() -> Iterator[None]:
    kept = recovery.MOST_OF_A_DAY
    recovery.MOST_OF_A_DAY = inf
    try:
        yield
    finally:
        recovery.MOST_OF_A_DAY = kept
