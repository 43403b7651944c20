"""What share is usual, for thousands of groups at once: the same figures as ``usual.py`` works out for one.

Every method works on some of the groups, by their numbers. What it says is held against ``usual.py`` by the tests.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitoring.alarms.usual import CAUTION, EVEN_DAYS, FEWEST, HALF_LIFE, LITTLE

Floats = npt.NDArray[np.float64]
Which = npt.NDArray[np.int64]
LEADS, BAD, OF, BY, MARKET, DAY, SCATTER, DAYS = range(8)
"""The lines of the state: those of ``Usual``, in its order."""


class UsualOfMany:
    """The usual shares of ``number`` groups.

    ``which`` names the groups by their numbers from 0; all else that is given or returned has an entry for each of them: counts
    of leads, ``by``, ``market`` and ``variance`` in log-odds as in ``usual.Moved``.

    >>> usual, both = UsualOfMany(2), np.array([0, 1])
    >>> still = np.zeros(2)
    >>> for day in range(10):
    ...     usual.learn(both, day, np.array([1.0, 2.0]), np.array([5.0, 5.0]), still, still)
    >>> usual.is_known(both).tolist(), usual.expected(both, still, still)[0].round(2).tolist()
    ([True, True], [0.21, 0.4])
    """

    def __init__(self, number: int) -> None:
        self._state = np.zeros((8, number))

    def learn(self, which: Which, day: int, bad: Floats, of: Floats, by: Floats, market: Floats) -> None:
        """Take in the leads of a day of groups that had any, and what moved all on it."""
        state = self._state[:, which]
        known = state[LEADS] >= FEWEST
        share = np.clip(odds_shares(_log_odds(state, by, market)), 1e-4, 1.0 - 1e-4)
        state[SCATTER] += known * (bad - of * share) ** 2 / (of * share * (1.0 - share))
        state[DAYS] += known
        faded = 0.5 ** ((day - state[DAY]) / HALF_LIFE)
        state[BAD : MARKET + 1] *= faded
        state[BAD] += bad
        state[OF] += of
        state[BY] += of * by
        state[MARKET] += of * market
        state[LEADS] += of
        state[DAY] = day
        self._state[:, which] = state

    def is_known(self, which: Which) -> npt.NDArray[np.bool_]:
        """Return which of the groups had leads enough."""
        known: npt.NDArray[np.bool_] = self._state[LEADS, which] >= FEWEST
        return known

    def dispersion(self, which: Which) -> Floats:
        """Return how many times as much the days of each scatter as independent leads would: 1, or more."""
        return _dispersion(self._state[:, which])

    def expected(self, which: Which, by: Floats, market: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the shares to expect on a day, how uncertain their log-odds are, and the dispersion."""
        state = self._state[:, which]
        return odds_shares(_log_odds(state, by, market)), _variance(state), _dispersion(state)

    def shares(self, which: Which, by: Floats, market: Floats, variance: Floats) -> Floats:
        """Return the shares to expect of leads while nothing has changed, at the cautious end of what is known."""
        state = self._state[:, which]
        of = np.where(state[OF] == 0.0, 1.0, state[OF])
        better = np.minimum(market - state[MARKET] / of + LITTLE, 0.0)
        careful = CAUTION * np.sqrt(_variance(state) + variance)
        return odds_shares(_log_odds(state, by, market) - better + careful)


def odds_shares(log_odds: Floats) -> Floats:
    """Return the shares whose log-odds these are.

    >>> odds_shares(np.array([0.0, -800.0])).round(3).tolist()
    [0.5, 0.0]
    """
    shares: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -700.0, 500.0)))
    return shares


def _log_odds(state: Floats, by: Floats, market: Floats) -> Floats:
    of = np.where(state[OF] == 0.0, 1.0, state[OF])
    found: Floats = (
        np.log((state[BAD] + 0.5) / (of - state[BAD] + 0.5)) + by - state[BY] / of + market - state[MARKET] / of
    )
    return found


def _dispersion(state: Floats) -> Floats:
    found: Floats = np.maximum((state[SCATTER] + EVEN_DAYS) / (state[DAYS] + EVEN_DAYS), 1.0)
    return found


def _variance(state: Floats) -> Floats:
    found: Floats = (1.0 / (state[BAD] + 0.5) + 1.0 / (state[OF] - state[BAD] + 0.5)) * _dispersion(state)
    return found
