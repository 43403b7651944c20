"""An honest test of the budget: pairs of weeks, of each pair one drawn to get more money and the other less.

Over a pair the channel costs what it always does. Who gets more is drawn with a seed, shown, and kept, so that nobody chooses
afterwards; what happens besides (a season, a competitor, the market) meets both weeks alike, but for the draw.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from features.errors import ExperimentRefused
from monitoring.budget.sign_flips import attained_level, is_more
from monitoring.budget.student_t import noncentral_t_above, t_quantile
from monitoring.budget.weekly_figures import WEEK, ChannelWeeks, Week

FEWEST_PAIRS, MOST_PAIRS = 6, 52
"""Five pairs cannot show anything: one draw in sixteen looks as extreme by chance alone."""
RECENT_WEEKS = 13
GOOD_POWER = 0.80
FEW_PAIRS, DRAWN_FOR_POWER = 9, 2_000
FULL_ELASTICITY, HALF_ELASTICITY = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two weeks of a channel, by their Mondays: the one that gets more money and the one that gets less."""

    channel: str
    more: date
    less: date


@dataclass(frozen=True, slots=True)
class Expected:
    """What a test can show, and what it was reckoned from.

    ``sold_a_week`` and ``cost_a_week`` are the channels' usual ones; ``dispersion`` is how much more their weeks scatter than
    counts do.
    ``power`` is how often the test finds an effect of ``elasticity``; ``smallest`` is the elasticity that it finds in 80 of 100
    cases (None: none up to 3 is).
    """

    sold_a_week: float
    cost_a_week: float
    dispersion: float
    elasticity: float
    power: float
    smallest: float | None


@dataclass(frozen=True, slots=True)
class Experiment:
    """A drawn test: ``change`` is the share by which the money is raised and lowered (1.0: doubled, and switched off)."""

    name: str
    made_at: datetime
    channels: tuple[str, ...]
    change: float
    seed: int
    pairs: tuple[Pair, ...]
    expected: Expected

    @property
    def begins(self) -> date:
        """Return its first Monday."""
        return min(min(one.more, one.less) for one in self.pairs)

    @property
    def ends(self) -> date:
        """Return its last Sunday."""
        return max(max(one.more, one.less) for one in self.pairs) + WEEK - timedelta(days=1)

    @property
    def weeks(self) -> tuple[date, ...]:
        """Return its Mondays."""
        return tuple(sorted({monday for one in self.pairs for monday in (one.more, one.less)}))

    def gets_more(self, channel: str, monday: date) -> bool:
        """Return whether a channel gets more money in a week of the test."""
        return any(one.channel == channel and one.more == monday for one in self.pairs)


def drawn(
    name: str,
    channels: Sequence[ChannelWeeks],
    *,
    change: float,
    pairs: int,
    begins: date,
    seed: int,
    elasticity: float,
    moment: datetime,
) -> Experiment:
    """Return a test of some channels over ``pairs`` pairs of weeks each, from a Monday on.

    Parameters
    ----------
    change
        The share by which the money is raised in one week and lowered in the other, above 0 and up to 1.
    elasticity
        The effect for which the power is told: 1, a further rouble sells as much as the average one; 0.5, half as much.

    Raises
    ------
    ExperimentRefused
        Where so few pairs cannot show anything, a channel has no spend or sales to vary, or the first day is no Monday.
    """
    if not channels:
        raise ExperimentRefused("no_channel", "Name at least one channel to vary.")
    if begins.weekday() != 0:
        raise ExperimentRefused(
            "no_monday", f"A test begins on a Monday; {begins.isoformat()} is none.", day=begins.isoformat()
        )
    if not 0 < change <= 1:
        raise ExperimentRefused("change", "The change is a share above 0 and up to 1: 0.5 raises and lowers by half.")
    if not pairs * len(channels) >= FEWEST_PAIRS or pairs > MOST_PAIRS:
        asked = pairs * len(channels)
        raise ExperimentRefused(
            "pairs",
            f"{asked} pairs of weeks show nothing, or are too many: take {FEWEST_PAIRS} to {MOST_PAIRS}, over all channels "
            "together.",
            pairs=asked, fewest=FEWEST_PAIRS, most=MOST_PAIRS,
        )  # fmt: skip
    draw = random.Random(seed)
    drawn_pairs = []
    for one in channels:
        for n in range(pairs):
            first, second = begins + WEEK * (2 * n), begins + WEEK * (2 * n + 1)
            more, less = (first, second) if draw.random() < 0.5 else (second, first)
            drawn_pairs.append(Pair(one.channel, more, less))
    expected = expected_of(channels, change=change, pairs=pairs, elasticity=elasticity)
    return Experiment(
        name, moment, tuple(one.channel for one in channels), change, seed, tuple(drawn_pairs), expected
    )  # fmt: skip


def expected_of(channels: Sequence[ChannelWeeks], *, change: float, pairs: int, elasticity: float) -> Expected:
    """Return what a test can show, from the channels' latest weeks with spend.

    Raises
    ------
    ExperimentRefused
        Where a channel had no spend, or sold nothing, in its latest weeks.
    """
    usual = [_usual(one) for one in channels]
    sold, cost = sum(week.sold for week in usual), sum(week.cost for week in usual)
    scatter = dispersion([one.latest(2 * RECENT_WEEKS) for one in channels])
    every = pairs * len(channels)
    mean_sold = sold / len(channels)
    chance = power(mean_sold, scatter, change=change, pairs=every, elasticity=elasticity)
    steps = [n / 20 for n in range(1, 61)]
    place = bisect_left(
        steps, GOOD_POWER, key=lambda e: power(mean_sold, scatter, change=change, pairs=every, elasticity=e)
    )
    smallest = steps[place] if place < len(steps) else None
    return Expected(sold, cost, scatter, elasticity, chance, smallest)


@dataclass(frozen=True, slots=True)
class _Usual:
    sold: float
    cost: float


def _usual(one: ChannelWeeks) -> _Usual:
    weeks = [week for week in one.latest(RECENT_WEEKS) if week.cost > 0]
    sold = sum(week.sold for week in weeks)
    if not weeks or sold <= 0:
        raise ExperimentRefused(
            "nothing_to_vary",
            f"{one.channel} had no spend, or sold nothing, in the last {RECENT_WEEKS} weeks: there is nothing to vary.",
            channel=one.channel,
            weeks=RECENT_WEEKS,
        )
    return _Usual(sold / len(weeks), sum(week.cost for week in weeks) / len(weeks))


def dispersion(channels: Sequence[Sequence[Week]]) -> float:
    """Return how much more weeks scatter than counts do, from neighbouring weeks, 1 at least: so that no trend counts as scatter.

    Half of the squared difference of two neighbours estimates a week's variance (von Neumann 1941, Annals of Mathematical
    Statistics 12:367-395).
    """
    squares = sums = 0.0
    for weeks in channels:
        for before, after in pairwise(weeks):
            squares += (after.sold - before.sold) ** 2
            sums += after.sold + before.sold
    return max(squares / sums, 1.0) if sums else 1.0


def power(sold: float, scatter: float, *, change: float, pairs: int, elasticity: float) -> float:
    """Return how often a test finds an effect: the power of the paired t test, at the level that so many draws attain.

    A channel that sells ``sold`` a week sells (1 + change)^elasticity as much in its richer weeks, (1 - change)^elasticity in
    its poorer ones; the difference of a pair has ``scatter`` times the sum of both as its variance. The power is that of a
    noncentral t with pairs - 1 degrees of freedom (Cohen 1988, Statistical Power Analysis, ch. 2); the test by draws has it
    nearly (Hoeffding 1952, Annals of Mathematical Statistics 23:169-192), but for very few pairs, where it is drawn.

    >>> round(power(20.0, 1.0, change=0.5, pairs=8, elasticity=1.0), 2), power(20.0, 1.0, change=0.5, pairs=5, elasticity=1.0)
    (1.0, 0.0)
    """
    level = attained_level(pairs)
    if level <= 0:
        return 0.0
    richer, poorer = sold * (1 + change) ** elasticity, sold * _poorer(change, elasticity)
    shift = (richer - poorer) / math.sqrt(scatter * (richer + poorer))
    if pairs <= FEW_PAIRS:
        return _drawn_power(round(shift, 2), pairs)
    return noncentral_t_above(t_quantile(1 - level / 2, pairs - 1), pairs - 1, shift * math.sqrt(pairs))


@lru_cache(maxsize=4_096)
def _drawn_power(shift: float, pairs: int) -> float:
    """Return the power where pairs are few and the level moves in steps: by drawing normal differences, always the same."""
    draw, found = random.Random(pairs), 0
    for _ in range(DRAWN_FOR_POWER):
        differences = [draw.gauss(shift, 1.0) for _ in range(pairs)]
        found += is_more(differences)
    return found / DRAWN_FOR_POWER


def _poorer(change: float, elasticity: float) -> float:
    return 0.0 if change >= 1 else (1 - change) ** elasticity
