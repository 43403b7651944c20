"""What moves all channels at once: the day of the week, and a market that is better or worse for everybody.

A bad month for all is not a bad channel. So before a channel is asked whether it has changed, its share is set to what the
*other* channels of the same days lead one to expect. Both are followed in log-odds by a Kalman filter (West & Harrison 1997,
"Bayesian Forecasting and Dynamic Models", chapter 14): the market wanders and comes back, the weekdays stand still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp

from features.log_odds import probability_of
from monitoring.alarms.usual import FEWEST, Moved, Usual
from monitoring.breath import breathe

Counted = tuple[float, float, float]
"""A day (as an ordinal), how many leads were bad, of how many."""
WANDERS, COMES_BACK = 0.3, 40.0
"""How far the market's log-odds usually lie from where they are in the long run, and in how many days they return."""
WEEKDAY = 0.15
"""How far the log-odds of a weekday usually lie from the average day's."""
JUMP, CLEAR = 3.0, 0.15
"""A day on which the other channels lie so many standard errors from what was foretold is followed at once, if it has leads
enough for its log-odds to have no more variance than this."""
KNOWN = 0.02
"""Variance of the market's level that no channel is cautious of: what it is off by is over in weeks."""
MOST_OTHERS = 8
"""So many of the largest other channels are enough to know the market by."""


def market_of_others(others: Sequence[Sequence[Counted]], own: Sequence[Counted] = ()) -> Mapping[int, Moved]:
    """Return for each day on which a lead came how far the market had moved, as seen in the other channels.

    Where there is no other channel only the weekdays are known, from the channel's own days before.
    """
    largest = sorted(others, key=lambda days: -sum(of for _, _, of in days))[:MOST_OTHERS]
    by_day: dict[int, list[tuple[int, float, float]]] = {int(day): [] for day, _, _ in own}
    for place, days in enumerate(largest or [own]):
        for day, bad, of in days:
            by_day.setdefault(int(day), []).append((place, bad, of))
    market = _Market(len(largest) or 1, moves=bool(largest))
    moved = {}
    for day in sorted(by_day):
        moved[day] = market.after(day, by_day[day])
        breathe()
    return moved


class _Market:
    """The filter's state: the market's log-odds and each weekday's, with their variances."""

    def __init__(self, channels: int, *, moves: bool) -> None:
        self._usual = [Usual() for _ in range(channels)]
        self._moves = moves
        self._level = self._variance = 0.0
        self._weekday = [0.0] * 7
        self._weekday_variance = [WEEKDAY**2] * 7
        self._day: int | None = None

    def after(self, day: int, counts: Iterable[tuple[int, float, float]]) -> Moved:
        """Return how far the market has moved after a day's leads; of one channel alone, as known before them."""
        self._pass_time(day)
        before = self._moved(day)
        counts = [(place, bad, of) for place, bad, of in counts if of]
        score = information = 0.0
        for place, bad, of in counts:
            usual = self._usual[place]
            if usual.leads >= FEWEST:
                share = probability_of(usual.log_odds(before))
                shade = share * (1.0 - share) * of
                known = shade / (usual.dispersion + shade * usual.variance())
                score += (bad - of * share) * known / max(shade, 1e-9)
                information += known
        if information:
            self._correct(day % 7, score / information, 1.0 / information)
        after = self._moved(day)
        for place, bad, of in counts:
            self._usual[place].learn(float(day), bad, of, after)
        return after if self._moves else before

    def _pass_time(self, day: int) -> None:
        if self._moves and self._day is not None:
            left = exp(-(day - self._day) / COMES_BACK)
            self._level *= left
            self._variance = self._variance * left**2 + WANDERS**2 * (1.0 - left**2)
        self._day = day

    def _correct(self, weekday: int, surprise: float, noise: float) -> None:
        total = self._variance + self._weekday_variance[weekday] + noise
        jumped = self._moves and noise < CLEAR and surprise**2 > JUMP**2 * total
        if jumped:  # a new form for all channels, say
            self._variance += surprise**2 - total
            total = surprise**2
        for_level, for_weekday = self._variance / total, self._weekday_variance[weekday] / total
        self._level += for_level * surprise
        self._variance *= 1.0 - for_level
        self._weekday[weekday] += for_weekday * surprise
        self._weekday_variance[weekday] *= 1.0 - for_weekday

    def _moved(self, day: int) -> Moved:
        unknown = max(self._variance - KNOWN, 0.0) + self._weekday_variance[day % 7]
        return Moved(self._weekday[day % 7], self._level, unknown)
