"""How long buyers take, and so how likely a lead that has not bought yet still will.

A young lead that bought is seen early, one that will buy is not seen yet: what share of the buyers has bought by which
age is estimated from all sales, each against the leads that were old enough to show it (the reverse-time product limit
for right-truncated times: Lagakos, Barraj & De Gruttola 1988, "Nonparametric analysis of truncated survival data").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FEWEST_SALES = 20
"""With fewer sales nobody can say how long buyers take."""
MOST_AGES = 200


@dataclass(frozen=True, slots=True)
class DelayCurve:
    """The share of those who buy within the window that have bought by an age: it rises to ``shares[n]`` at ``days[n]``.

    Where buyers of some channels take longer, ``longer`` says of each channel how many times as long as the average, and
    ``window`` is the last day, by which those of every channel have bought; a channel that it does not name is average.

    >>> curve = DelayCurve(np.array([1.0, 5.0]), np.array([0.25, 1.0]), 20.0, {"fair": 3.0})
    >>> curve.bought_by(np.array([0.5, 1.0, 7.0])).tolist()
    [0.0, 0.25, 1.0]
    >>> curve.bought_by(np.array([1.0, 3.0, 7.0, 15.0]), curve.longer_of(["fair"] * 4)).tolist()
    [0.0, 0.25, 0.25, 1.0]
    """

    days: Floats
    shares: Floats
    window: float = np.inf
    longer: Mapping[str, float] = field(default_factory=dict)

    def longer_of(self, channel: Iterable[str]) -> Floats:
        """Return for leads of these channels how many times as long as the average their buyers take."""
        return np.array([self.longer.get(one, 1.0) for one in channel], dtype=np.float64)

    def bought_by(self, age: Floats | float, longer: Floats | float = 1.0, waited: Floats | float = 0.0) -> Floats:
        """Return the share that has bought by each age, in days since the request, where buyers take so much ``longer``.

        Who ``waited`` so many days to be spoken to begins only then, and has less of the window left: his share ends below 1.
        """
        share = self._share((np.minimum(age, self.window) - waited) / longer)
        all_of_them = self._share(np.divide(self.window, longer))
        return share / np.maximum(all_of_them, 1e-9)

    def shown(
        self, asked_after: Floats, age: Floats, longer: Floats | float = 1.0, waited: Floats | float = 0.0
    ) -> Floats:
        """Return of those that buy, but had not when asked for ``asked_after`` days, what share has by ``age``.

        ``longer`` and ``waited`` as for ``bought_by``.
        """
        then, now = (self.bought_by(days, longer, waited) for days in (asked_after, age))
        share: Floats = np.clip((now - then) / np.maximum(1.0 - then, 1e-9), 0.0, 1.0)
        return share

    def _share(self, age: Floats | float) -> Floats:
        share: Floats = np.concatenate([[0.0], self.shares])[np.searchsorted(self.days, age, side="right")]
        return share

    def to_json(self) -> dict[str, Any]:
        """Return the curve as plain values, at so many ages at most that they can be read."""
        places = np.unique(np.linspace(0, len(self.days) - 1, MOST_AGES).round().astype(np.int64))
        said: dict[str, Any] = {"days": self.days[places].tolist(), "shares": self.shares[places].tolist()}
        if np.isfinite(self.window):
            said["window"] = self.window
        return said | ({"longer": dict(self.longer)} if self.longer else {})

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> DelayCurve:
        """Return the curve that was saved; ``ValueError``, ``KeyError`` or ``TypeError`` where it is none."""
        days, shares = (np.array(said[name], dtype=np.float64) for name in ("days", "shares"))
        if len(days) != len(shares) or (np.diff(days) <= 0).any() or (np.diff(shares) < 0).any():
            raise ValueError("rising days, each with its share")
        window = float(said.get("window", np.inf))
        longer = {channel: float(times) for channel, times in dict(said.get("longer", {})).items()}
        if not all(0 < times < np.inf for times in longer.values()) or not window > 0:
            raise ValueError("how many times as long as the average each channel's buyers take, within a window")
        return cls(days, shares, window, longer)

    def chance_left(
        self,
        probability: Floats,
        asked_after: Floats,
        age: Floats,
        longer: Floats | float = 1.0,
        waited: Floats | float = 0.0,
    ) -> Floats:
        """Return how likely leads that had not bought by ``age`` still buy within the window.

        ``probability`` is that of buying within the window as it was asked for ``asked_after`` days, not having bought by
        then; ``longer`` how many times as long as the average buyers of their channel take; ``waited`` as for ``bought_by``.
        """
        then, now, at_last = (self.bought_by(days, longer, waited) for days in (asked_after, age, np.inf))
        unseen, in_time = (
            np.clip((end - now) / np.maximum(1.0 - then, 1e-9), 0.0, 1.0) for end in (np.ones_like(now), at_last)
        )
        chance: Floats = probability * in_time / (1.0 - probability * (1.0 - unseen))
        return chance


def delay_curve(bought_after: Floats, age: Floats, window: float) -> DelayCurve | None:
    """Return how buyers' delays are distributed; None with too few sales.

    Parameters
    ----------
    bought_after
        Of each lead that bought within the window, after how many days.
    age
        How many days old that lead is, so how long a delay could have been seen; a window's length or more is all.
    window
        The days within which a purchase counts.
    """
    seen = (bought_after <= np.minimum(age, window)) & np.isfinite(bought_after)
    if seen.sum() < FEWEST_SALES:
        return None
    delay, could = np.maximum(bought_after[seen], 0.0), np.minimum(age[seen], window)
    days, place = np.unique(delay, return_inverse=True)
    at = np.bincount(place)
    # Sales of that delay or an earlier one, without those of leads too young to have shown that delay.
    by_then = np.cumsum(at) - np.searchsorted(np.sort(could), days, side="left")
    stays = 1.0 - at / np.maximum(by_then, 1e-12)
    shares = np.concatenate([np.cumprod(stays[:0:-1])[::-1], [1.0]])
    return DelayCurve(days, shares, window)
