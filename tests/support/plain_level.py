"""How the level of a model follows the market, lead by lead, by plain loops: what is believed of a shift and a strength.

Twenty-four sizes of steps are followed side by side, each as a Kalman filter (Laplace's approximation, found by Newton's method),
and each counts by how well it has foretold what was seen of late (Raftery, Karny & Ettler 2010). It shares no code with the
product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log, log1p, sqrt
from typing import Any

STEPS = [(s, t) for s in (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2) for t in (0.0, 1e-5, 1e-4, 1e-3)]
FORGETTING, A_STEP, LEAST_SHARE = 0.998, 25, 1e-6
Seen = tuple[float, float, float, bool]
"""Of a lead its log-odds, what share of its like had bought by the look before and has by this one, whether it was seen to."""


@dataclass(frozen=True)
class Came:
    """A lead: its log-odds, when it came, when it was seen to buy (None: it was not), what share of its like is seen by when.

    ``mostly_told`` is from when on most is known of it; moments are POSIX seconds.
    """

    log_odds: float
    came: float
    bought: float | None
    share: Callable[[float], float]
    mostly_told: float


@dataclass
class Belief:
    """What is believed: of each step the mean and covariance of shift and strength, and its weight in nats; what it was worth."""

    centre: float
    means: list[tuple[float, float]]
    covariances: list[tuple[float, float, float]]
    weights: list[float]
    gain: float

    @property
    def shares(self) -> list[float]:
        grown = [exp(one - max(self.weights)) for one in self.weights]
        return [one / sum(grown) for one in grown]

    @property
    def believed(self) -> tuple[float, float]:
        together = list(zip(self.shares, self.means, strict=True))
        return sum(part * mean[0] for part, mean in together), sum(part * mean[1] for part, mean in together)

    @property
    def paid(self) -> float:
        return 1 / (1 + exp(-self.gain))

    @property
    def shift(self) -> float:
        return self.paid * self.believed[0]

    @property
    def strength(self) -> float:
        return max(1 + self.paid * self.believed[1], 0.1)

    @property
    def deviation(self) -> float:
        """Return how unsure the shift is, all steps together."""
        middle = self.believed[0]
        told = zip(self.shares, self.means, self.covariances, strict=True)
        return sqrt(sum(part * (own[0] + (mean[0] - middle) ** 2) for part, mean, own in told))


def belief_of(said: dict[str, Any]) -> Belief:
    """Return what a model's file says."""
    means, covariances = [(a, b) for a, b in said["means"]], [(a, b, c) for a, b, c in said["covariances"]]
    return Belief(said["centre"], means, covariances, list(said["beliefs"]), said["gain"])


def followed(leads: Sequence[Came], belief: Belief, since: float, until: float) -> Belief:
    """Return what is believed once everything was seen that came to be known after one moment and up to another."""
    told: list[tuple[Came, Seen]] = []
    for one in sorted(leads, key=lambda lead: lead.came):
        was, now = one.share(since), one.share(until)
        seen = one.bought is not None and since < one.bought <= until
        now = max(now, was + LEAST_SHARE) if seen else now
        if one.came < until and now > was and not (one.bought is not None and one.bought <= since):
            told.append((one, (one.log_odds, was, now, seen)))
    known = [(float("-inf"), belief, 0.0)]
    for begin in range(0, len(told), A_STEP):
        some = told[begin : begin + A_STEP]
        _, then, before = [one for one in known if one[0] <= some[0][0].came][-1]
        seen_of = [seen for _, seen in some]
        count = known[-1][2] + worth(belief, seen_of)
        belief = after(belief, seen_of, then, known[-1][2] - before)
        known.append((max(known[-1][0], *(one.mostly_told for one, _ in some)), belief, count))
    return belief


def worth(belief: Belief, seen: Sequence[Seen]) -> float:
    """Return of how many leads of even odds so much is told."""
    shift = belief.believed[0]
    chances = [(1 / (1 + exp(-(odds + shift))), now - was) for odds, was, now, _ in seen]
    return sum(4 * p * (1 - p) * more for p, more in chances)


def after(belief: Belief, seen: Sequence[Seen], then: Belief, ahead: float) -> Belief:
    """Return what is believed after some leads, of which ``then`` was believed when they came, ``ahead`` leads before these."""
    leads = worth(belief, seen)
    moved = [_moved(seen, belief, n, leads) for n in range(len(STEPS))]
    foretold = moved if then is belief else [_moved(seen, then, n, ahead + leads) for n in range(len(STEPS))]
    weights = [old * FORGETTING**leads + new[2] for old, new in zip(belief.weights, foretold, strict=True)]
    gain = belief.gain + nats(seen, belief.centre, *then.believed) - nats(seen, belief.centre, 0.0, 0.0)
    best = max(weights)
    means, covariances = [one[0] for one in moved], [one[1] for one in moved]
    return Belief(belief.centre, means, covariances, [one - best for one in weights], min(max(gain, -20.0), 100.0))


def chance(one: Seen, centre: float, shift: float, strength: float) -> tuple[float, float]:
    """Return how likely a lead is seen to buy between the looks, having not before, and the slope of that by its log-odds."""
    odds, was, now, _ = one
    p = 1 / (1 + exp(-(odds + shift + strength * (odds - centre))))
    left = 1 - p * was
    return min(max(p * (now - was) / left, 1e-12), 1 - 1e-12), p * (1 - p) * (now - was) / left**2


def nats(seen: Sequence[Seen], centre: float, shift: float, strength: float) -> float:
    """Return how likely all was that was seen."""
    chances = [(chance(one, centre, shift, strength)[0], one[3]) for one in seen]
    return sum(log(p) if bought else log1p(-p) for p, bought in chances)


def _moved(
    seen: Sequence[Seen], belief: Belief, step: int, leads: float
) -> tuple[tuple[float, float], tuple[float, float, float], float]:
    """Return a step's mean and covariance after what was seen, and how well it had foretold that."""
    a, b, c = belief.covariances[step]
    a, c = a + STEPS[step][0] * leads, c + STEPS[step][1] * leads
    area = a * c - b * b
    held = (c / area, -b / area, a / area)
    first, second = belief.means[step]
    x, y = first, second
    for _ in range(20):
        slope, told = _slope(seen, belief.centre, x, y)
        pull = held[0] * (x - first) + held[1] * (y - second), held[1] * (x - first) + held[2] * (y - second)
        k, m, n = (one + other for one, other in zip(told, held, strict=True))
        right = slope[0] - pull[0], slope[1] - pull[1]
        by = (n * right[0] - m * right[1]) / (k * n - m * m), (k * right[1] - m * right[0]) / (k * n - m * m)
        move = [min(max(one, -1.0), 1.0) for one in by]
        x, y = x + move[0], y + move[1]
        if max(map(abs, move)) < 1e-9:
            break
    k, m, n = (one + other for one, other in zip(_slope(seen, belief.centre, x, y)[1], held, strict=True))
    inner = k * n - m * m
    cost = (held[0] * (x - first) ** 2 + 2 * held[1] * (x - first) * (y - second) + held[2] * (y - second) ** 2) / 2
    gained = log((held[0] * held[2] - held[1] ** 2) / inner) / 2
    return (x, y), (n / inner, -m / inner, k / inner), nats(seen, belief.centre, x, y) - cost + gained


def _slope(
    seen: Sequence[Seen], centre: float, shift: float, strength: float
) -> tuple[tuple[float, float], tuple[float, float, float]]:
    s = t = k = m = n = 0.0
    for one in seen:
        p, slope = chance(one, centre, shift, strength)
        apart, sure = one[0] - centre, p * (1 - p)
        by = (one[3] - p) / sure * slope
        information = slope * slope / sure
        s, t = s + by, t + by * apart
        k, m, n = k + information, m + information * apart, n + information * apart * apart
    return (s, t), (k, m, n)
