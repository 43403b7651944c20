"""What share is usual for a group: its own past, the older the less it counts, and not the last two weeks."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

from features.log_odds import probability_of

HALF_LIFE = 120.0
"""Days after which a lead counts half."""
LAG = 14.0
"""The last days are compared with what was before them, and do not yet count as usual."""
FEWEST = 30
"""Of fewer leads nothing is usual yet."""
CAUTION = 0.8
"""By how many standard errors the usual share is taken to be higher than it looks: it is only an estimate."""
LITTLE = 0.2
"""Log-odds by which a market may be better without its being left out; a change that is looked for is more than twice as large."""
EVEN_DAYS = 10.0
"""The days are taken to scatter by chance alone as if so many of that kind had been seen."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What moves all groups on a day, in log-odds.

    ``by`` is what is expected of such a day in any case (its weekday, what was promised of its leads), ``market`` how much
    worse all are at the time; ``variance`` is of what is not known of both.
    """

    by: float
    market: float
    variance: float


STILL = Moved(0.0, 0.0, 0.0)


class Usual:
    """A share learned from a group's own leads, apart from what moved all groups at the time.

    >>> usual = Usual()
    >>> for day in range(10):
    ...     usual.learn(float(day), bad=1, of=5)
    >>> [round(usual.share(Moved(0.0, market, 0.0)), 3) for market in (0.0, 0.5, -0.2, -0.5)]
    [0.256, 0.362, 0.22, 0.22]
    """

    def __init__(self) -> None:
        self.leads = 0.0
        """How many leads were learned from, old ones too."""
        self._bad = self._of = self._by = self._market = self._day = 0.0
        self._scatter = self._days = 0.0

    def learn(self, day: float, bad: float, of: float, moved: Moved = STILL) -> None:
        """Take in the leads of a day, and what moved all groups on it."""
        if of and self.is_known:
            share = min(max(probability_of(self.log_odds(moved)), 1e-4), 1.0 - 1e-4)
            self._scatter += (bad - of * share) ** 2 / (of * share * (1.0 - share))
            self._days += 1.0
        if day != self._day:
            faded = 0.5 ** ((day - self._day) / HALF_LIFE)
            self._bad, self._of = self._bad * faded, self._of * faded
            self._by, self._market = self._by * faded, self._market * faded
            self._day = day
        self._bad, self._of = self._bad + bad, self._of + of
        self._by, self._market = self._by + of * moved.by, self._market + of * moved.market
        self.leads += of

    @property
    def is_known(self) -> bool:
        """Return whether there were leads enough."""
        return self.leads >= FEWEST

    @property
    def dispersion(self) -> float:
        """Return how many times as much the days scatter as independent leads would: 1, or more.

        Leads that come in batches (a mailing, a page that somebody shared) are alike, and say as much as fewer would: counts are
        divided by this (Pearson's estimate; McCullagh & Nelder 1989, "Generalized Linear Models", section 4.5).
        """
        return max((self._scatter + EVEN_DAYS) / (self._days + EVEN_DAYS), 1.0)

    def log_odds(self, moved: Moved = STILL) -> float:
        """Return the log-odds to expect on a day."""
        of = self._of or 1.0
        return (
            log((self._bad + 0.5) / (self._of - self._bad + 0.5))
            + moved.by
            - self._by / of
            + moved.market
            - self._market / of
        )

    def variance(self) -> float:
        """Return how uncertain the log-odds are (the delta method, with half a lead on either side: Haldane 1956)."""
        return (1.0 / (self._bad + 0.5) + 1.0 / (self._of - self._bad + 0.5)) * self.dispersion

    def share(self, moved: Moved = STILL) -> float:
        """Return the share to expect of leads while nothing has changed, at the cautious end of what is known.

        Who has to be worse than the market has to be worse than before, too: that a market is better than it was counts up to
        ``LITTLE``, by which it is seldom known better.
        """
        better = min(moved.market - self._market / (self._of or 1.0) + LITTLE, 0.0)
        return probability_of(self.log_odds(moved) - better + CAUTION * sqrt(self.variance() + moved.variance))
