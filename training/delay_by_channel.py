"""How much longer the buyers of one channel take than those of another: a partner's leads buy in a day, a fair's in weeks.

All channels have one shape, stretched in time by each (an accelerated failure time model). Where a sale stands among those
that a lead of its age could have shown is spread evenly from 0 to 1 if its channel's stretch is right; so young leads,
which show quick sales only, make no channel look quick. That is a rank estimating equation (Wilcoxon's scores) of truncated
times, as in Lai & Ying 1991, "Rank regression methods for left-truncated and right-censored data", with time reversed. By
how much channels differ at all is told by all of them (DerSimonian & Laird 1986, "Meta-analysis in clinical trials"), and
each is believed as far as its sales go against that.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from models.delay import DelayCurve, delay_curve

Floats = npt.NDArray[np.float64]
ROUNDS = 6
"""How often the shape is drawn from the sales of all channels, each at its stretch, and the stretches from the shape."""
STEP = 0.25
"""How quickly places move is read off stretches whose logarithms are so much more and so much less."""
LONGEST_STEP = 1.0
LEAST_SLOPE = 0.01
EVEN_VARIANCE = 1 / 12
"""Of what is spread evenly from 0 to 1."""


def delay_by_channel(
    bought_after: Floats, age: Floats, window: float, channel: npt.NDArray[np.object_]
) -> DelayCurve | None:
    """Return how buyers' delays are distributed, in each channel as far as its sales tell; None with too few sales.

    ``channel`` is the one from which each lead came; all else is as for ``delay_curve``.

    >>> partners, fairs = np.linspace(0.5, 10.0, 40), np.linspace(1.5, 30.0, 40)
    >>> channel = np.repeat(np.array(["partner", "fair"], dtype=object), 40)
    >>> curve = delay_by_channel(np.concatenate([partners, fairs]), np.full(80, 90.0), 60.0, channel)
    >>> round(curve.longer["fair"] / curve.longer["partner"], 1)
    3.0
    """
    pooled = delay_curve(bought_after, age, window)
    seen = bought_after <= np.minimum(age, window)
    channels, place = np.unique(channel[seen].astype(str), return_inverse=True)
    if pooled is None or len(channels) < 2:
        return pooled
    delay, could = np.maximum(bought_after[seen], 0.0), np.minimum(age[seen], window)
    shape, longer = pooled, np.zeros(len(channels))
    for _ in range(ROUNDS):
        longer = believed(*_found(shape, delay, could, place, longer))
        stretch = np.exp(longer)[place]
        drawn = delay_curve(delay / stretch, could / stretch, np.inf)
        assert drawn is not None  # of as many sales as before
        shape = drawn
    if not longer.any():
        return pooled
    said = zip(channels.tolist(), np.exp(longer).tolist(), strict=True)
    return replace(shape, window=float(window), longer=dict(said))


def believed(found: Floats, variance: Floats) -> Floats:
    """Return what was found of each channel, off the mean of all and drawn to it as far as its ``variance`` says.

    How channels vary is what ``found`` varies by beyond its own ``variance``; where that is nothing, all are 0.

    >>> believed(np.array([1.2, -1.0]), np.array([0.01, 0.01])).round(2).tolist()
    [1.1, -1.1]
    >>> believed(np.array([0.3, 0.1]), np.array([0.5, 0.5])).tolist()
    [0.0, -0.0]
    """
    weight = 1.0 / variance
    beyond = weight @ (found - np.average(found, weights=weight)) ** 2 - (len(found) - 1)
    between = max(float(beyond / (weight.sum() - weight @ weight / weight.sum())), 0.0)
    weight = 1.0 / (between + variance)
    drawn: Floats = between * weight * (found - np.average(found, weights=weight))
    return drawn


def _found(
    shape: DelayCurve, delay: Floats, could: Floats, place: npt.NDArray[np.int64], longer: Floats
) -> tuple[Floats, Floats]:
    """Return the logarithm of each channel's stretch, one step of Newton's on from ``longer``, and its variance."""
    sales = np.bincount(place)
    shorter, here, further = (
        np.bincount(place, _places(shape, delay, could, np.exp(longer + step)[place])) / sales
        for step in (-STEP, 0.0, STEP)
    )
    slope = np.maximum((shorter - further) / (2 * STEP), LEAST_SLOPE)
    step = np.clip((here - 0.5) / slope, -LONGEST_STEP, LONGEST_STEP)
    return longer + step, EVEN_VARIANCE / (sales * slope**2)


def _places(shape: DelayCurve, delay: Floats, could: Floats, stretch: Floats) -> Floats:
    """Return where each sale stands, from 0 to 1, among those that a lead of its age could have shown."""
    middle = (shape.shares + np.concatenate([[0.0], shape.shares[:-1]])) / 2
    all_shown = np.maximum(shape.bought_by(could / stretch), 1e-9)
    places: Floats = np.minimum(np.interp(delay / stretch, shape.days, middle) / all_shown, 1.0)
    return places
