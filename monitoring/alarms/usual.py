"""What share is usual for a group: its own past, the older the less it counts, and not the last two weeks."""

from __future__ import annotations

from math import exp, log, sqrt

HALF_LIFE = 120.0
"""Days after which a lead counts half."""
LAG = 14.0
"""The last days are compared with what was before them, and do not yet count as usual."""
FEWEST = 30
"""Of fewer leads nothing is usual yet."""
CAUTION = 0.8
"""By how many standard errors the usual share is taken to be higher than it looks: it is only an estimate."""


class Usual:
    """A share learned from a group's own leads, apart from what moved all groups at the time.

    >>> usual = Usual()
    >>> for day in range(10):
    ...     usual.learn(float(day), bad=1, of=5)
    >>> round(usual.share(), 3), round(usual.share(moved=0.5), 3)
    (0.256, 0.362)
    """

    def __init__(self) -> None:
        self.leads = 0.0
        """How many leads were learned from, old ones too."""
        self._bad = self._of = self._moved = self._day = 0.0

    def learn(self, day: float, bad: float, of: float, moved: float = 0.0) -> None:
        """Take in the leads of a day, on which the log-odds of all groups had moved by ``moved``."""
        if day != self._day:
            faded = 0.5 ** ((day - self._day) / HALF_LIFE)
            self._bad, self._of, self._moved = self._bad * faded, self._of * faded, self._moved * faded
            self._day = day
        self._bad, self._of, self._moved = self._bad + bad, self._of + of, self._moved + of * moved
        self.leads += of

    @property
    def is_known(self) -> bool:
        """Return whether there were leads enough."""
        return self.leads >= FEWEST

    def log_odds(self) -> float:
        """Return the usual log-odds, on a day on which nothing moves all groups."""
        return log((self._bad + 0.5) / (self._of - self._bad + 0.5)) - (self._moved / self._of if self._of else 0.0)

    def variance(self) -> float:
        """Return how uncertain the log-odds are (the delta method, with half a lead on either side: Haldane 1956)."""
        return 1.0 / (self._bad + 0.5) + 1.0 / (self._of - self._bad + 0.5)

    def share(self, moved: float = 0.0, variance: float = 0.0) -> float:
        """Return the share to expect of leads while nothing has changed, at the cautious end of what is known.

        Parameters
        ----------
        moved, variance
            By how much the log-odds of all groups have moved by now, and how uncertain that is.
        """
        return odds_share(self.log_odds() + moved + CAUTION * sqrt(self.variance() + variance))


def odds_share(log_odds: float) -> float:
    """Return the share whose log-odds these are.

    >>> odds_share(0.0), odds_share(-800.0)
    (0.5, 0.0)
    """
    if log_odds >= 0:
        return 1.0 / (1.0 + exp(-min(log_odds, 500.0)))
    odds = exp(max(log_odds, -800.0))
    return odds / (1.0 + odds)
