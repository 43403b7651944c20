"""How leads turn out, as it comes to be known: who was seen to buy by when, and of whom it could have been seen.

A sale is seen at once, that there will be none only much later; so between two moments each lead is asked for just the
share of buyers that would have shown themselves in that time. Leads still open then count for what they could have shown.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from models.delay import DelayCurve
from models.level import Level
from models.level_filter import Seen, after, even_odds

Floats = npt.NDArray[np.float64]
DAY = 86_400.0
CLOSINGS_TELL = "closings_tell"
"""Under this name a model keeps in ``about`` of which untold leads closings were labels; where it keeps nothing, of all."""
LEADS_A_STEP = 25
"""The level is taken to be one for so many leads that came one after the other."""
LEAST_SHARE = 1e-6
"""A sale on a day on which hardly any buyer buys is still a sale."""


@dataclass(frozen=True, slots=True)
class OutcomesSoFar:
    """Leads that were worked: their log-odds as they arrived, and what is known of them; moments are POSIX seconds.

    Parameters
    ----------
    bought_at
        When a lead was told to have bought; nan where it was not.
    settled_at
        From when on its outcome is known; nan where it is not yet. Read only where there is no ``curve``.
    curve
        What share of buyers has bought by which age; None where a company has no window: there an outcome is told once.
    ripe_after
        The age in days before which nothing is asked of a lead, however it ended: of younger ones only those are known
        that were reached soon, or closed soon, and they are other leads than the rest.
    longer
        How many times as long as the average buyers of a lead's channel take.
    waited
        How many days after its request a lead was spoken to; from then on it counts how long buyers take.

    Examples
    --------
    >>> curve = DelayCurve(np.array([1.0, 10.0]), np.array([0.25, 1.0]))
    >>> leads = OutcomesSoFar(np.zeros(2), np.zeros(2), np.array([np.nan, 0.5 * DAY]), np.full(2, np.nan), curve)
    >>> leads.between(0.0, 2 * DAY)
    Seen(log_odds=array([0., 0.]), was=array([0., 0.]), now=array([0.25, 0.25]), bought=array([False,  True]))
    >>> leads.expected(2 * DAY).tolist()  # half of each buys, a quarter of that in the first two days
    [0.125, 0.125]
    """

    log_odds: Floats
    created: Floats
    bought_at: Floats
    settled_at: Floats
    curve: DelayCurve | None
    ripe_after: float = 0.0
    longer: Floats | float = 1.0
    waited: Floats | float = 0.0

    def __len__(self) -> int:
        return len(self.log_odds)

    def share_seen(self, moment: float) -> Floats:
        """Return for each lead what share of buyers like it would have been seen to buy by a moment."""
        is_ripe = self._ripe_at() <= moment
        if self.curve is None:
            return ((self.settled_at <= moment) & is_ripe).astype(np.float64)
        return np.where(is_ripe, self.curve.bought_by((moment - self.created) / DAY, self.longer, self.waited), 0.0)

    def between(self, since: float, until: float) -> Seen:
        """Return what came to be known after ``since`` and up to ``until``, in the order in which the leads came."""
        return self.told_between(since, until)[0]

    def told_between(self, since: float, until: float) -> tuple[Seen, npt.NDArray[np.int64]]:
        """Return what came to be known, and of which leads."""
        was, now = self.share_seen(since), self.share_seen(until)
        told_at = np.maximum(self.bought_at, self._ripe_at())
        bought = (told_at > since) & (told_at <= until)
        now = np.where(bought, np.maximum(now, was + LEAST_SHARE), now)
        some = np.flatnonzero((self.created < until) & ~(told_at <= since) & (now > was))
        some = some[np.argsort(self.created[some], kind="stable")]
        return Seen(self.log_odds[some], was[some], now[some], bought[some]), some

    def mostly_told_at(self) -> Floats:
        """Return from when on most is known of each lead: its outcome, or whether it is among the sooner half of buyers."""
        if self.curve is None:
            return np.fmax(self.settled_at, self._ripe_at())
        half = float(self.curve.days[np.searchsorted(self.curve.shares, 0.5)])
        told: Floats = self.created + DAY * max(half, self.ripe_after)
        return told

    def expected(self, moment: float) -> Floats:
        """Return for each lead how likely it was to be seen to buy by a moment."""
        seen: Floats = self.share_seen(moment) * expit(self.log_odds)
        return seen

    def bought_by(self, moment: float) -> npt.NDArray[np.bool_]:
        """Return which leads had been seen to buy by a moment."""
        return np.maximum(self.bought_at, self._ripe_at()) <= moment

    def of(self, some: npt.NDArray[np.int64]) -> OutcomesSoFar:
        """Return some of the leads."""
        return replace(
            self,
            log_odds=self.log_odds[some],
            created=self.created[some],
            bought_at=self.bought_at[some],
            settled_at=self.settled_at[some],
            longer=np.broadcast_to(self.longer, len(self))[some],
            waited=np.broadcast_to(self.waited, len(self))[some],
        )

    def _ripe_at(self) -> Floats:
        ripe: Floats = self.created + self.ripe_after * DAY
        return ripe


def followed(outcomes: OutcomesSoFar, level: Level, since: float, until: float) -> Level:
    """Return what is believed of the level of leads that come at ``until``, from what was believed at ``since``.

    It wanders from lead to lead in the order in which they came, whenever each bought: sales come in waves (a month's end,
    a day off) that say nothing of the leads.
    """
    seen, leads = outcomes.told_between(since, until)
    came, told = outcomes.created[leads], outcomes.mostly_told_at()[leads]
    moments, levels, counts = [-np.inf], [level], [0.0]
    for begin in range(0, len(seen), LEADS_A_STEP):
        some = slice(begin, begin + LEADS_A_STEP)
        known = bisect_right(moments, came[begin]) - 1
        count = counts[-1] + even_odds(level, seen.of(some))
        level = after(level, seen.of(some), levels[known], counts[-1] - counts[known])
        moments.append(max(moments[-1], float(told[some].max())))
        levels.append(level)
        counts.append(count)
    return level
