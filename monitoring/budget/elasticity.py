"""How much more a channel sold in the weeks in which more was spent on it: an association, which may have other causes.

Elasticity 1: one per cent more money went with one per cent more sales; 0.3: the last rouble went with a third of what
the average rouble did. Estimated from weekly sales by Poisson regression with a log link on log cost and a straight
trend, by quasi-likelihood where weeks scatter more than counts do (McCullagh & Nelder 1989, ch. 6 and 9). Each channel is
pulled to the channels' common mean as far as its own weeks say little (DerSimonian & Laird 1986, Controlled Clinical Trials
7:177-188; the posterior mean under it).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitoring.budget.student_t import t_quantile
from monitoring.budget.weekly_figures import ChannelWeeks, Week

FEWEST_WEEKS, FEWEST_SALES = 10, 20.0
LEAST_VARIATION = 0.10
"""The standard deviation of log cost below which a channel's spend hardly varied: it stayed within a tenth or so."""
WIDEST = 1.5
"""An interval of the elasticity, to each side, from which on nothing can be told."""
STEPS, CLOSE_ENOUGH = 50, 1e-10
Matrix = list[list[float]]


@dataclass(frozen=True, slots=True)
class Elasticity:
    """An elasticity with its 95 % interval, from so many weeks with spend; ``own`` is what the channel's weeks alone say."""

    value: float
    low: float
    high: float
    own: float
    weeks: int


@dataclass(frozen=True, slots=True)
class _Own:
    value: float
    variance: float
    weeks: int


def elasticities(channels: Iterable[ChannelWeeks]) -> dict[str, Elasticity | None]:
    """Return each channel's elasticity; None: not enough variation, weeks or sales to tell."""
    told = {one.channel: own_elasticity(one.weeks) for one in channels}
    return _pulled_together({channel: own for channel, own in told.items() if own}) | dict.fromkeys(
        (channel for channel, own in told.items() if own is None), None
    )


def own_elasticity(weeks: Sequence[Week]) -> _Own | None:
    """Return what a channel's weeks with spend say by themselves; None where they cannot tell."""
    paid = [(place, one) for place, one in enumerate(weeks) if one.cost > 0]
    sold = [one.sold for _, one in paid]
    if len(paid) < FEWEST_WEEKS or sum(sold) < FEWEST_SALES:
        return None
    logs = [math.log(one.cost) for _, one in paid]
    mean = sum(logs) / len(logs)
    if math.sqrt(sum((one - mean) ** 2 for one in logs) / (len(logs) - 1)) < LEAST_VARIATION:
        return None
    centre, span = sum(place for place, _ in paid) / len(paid), max(len(weeks), 2)
    rows = [[1.0, log - mean, (place - centre) / span] for (place, _), log in zip(paid, logs, strict=True)]
    fitted = poisson_fit(rows, sold)
    if fitted is None:
        return None
    coefficients, covariance, dispersion = fitted
    freedom = len(rows) - 3
    half = t_quantile(0.975, freedom) * math.sqrt(covariance[1][1] * max(dispersion, 1.0))
    if half > WIDEST:
        return None
    return _Own(coefficients[1], (half / t_quantile(0.975, 10**6)) ** 2, len(rows))


def poisson_fit(rows: Sequence[Sequence[float]], counts: Sequence[float]) -> tuple[list[float], Matrix, float] | None:
    """Return coefficients, their covariance, and the dispersion (Pearson's) of a log-linear model of counts.

    By iteratively reweighted least squares; None where that does not settle. Each of ``rows`` belongs to one of ``counts`` and
    has a number for each coefficient; the first is to be 1, for the level.

    >>> rows, counts = [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]], [2.0, 4.0, 8.0, 16.0]
    >>> coefficients, _, dispersion = poisson_fit(rows, counts)
    >>> [round(one, 4) for one in coefficients], round(dispersion, 6)  # each step doubles: log 2 twice
    ([0.6931, 0.6931], 0.0)
    """
    mean = max(sum(counts) / len(counts), 1e-9)
    found = [math.log(mean)] + [0.0] * (len(rows[0]) - 1)
    for _ in range(STEPS):
        fitted = [math.exp(min(_dot(row, found), 50.0)) for row in rows]
        information = _weighted_square(rows, fitted)
        slope = [
            sum(row[k] * (y - mu) for row, y, mu in zip(rows, counts, fitted, strict=True)) for k in range(len(found))
        ]
        inverse = _inverse(information)
        if inverse is None:
            return None
        step = [_dot(line, slope) for line in inverse]
        largest = max(abs(one) for one in step)
        found = [one + by * min(1.0, 3.0 / max(largest, 1e-12)) for one, by in zip(found, step, strict=True)]
        if largest < CLOSE_ENOUGH:
            pearson = sum((y - mu) ** 2 / max(mu, 1e-12) for y, mu in zip(counts, fitted, strict=True))
            return found, inverse, pearson / max(len(rows) - len(found), 1)
    return None


def _pulled_together(own: Mapping[str, _Own]) -> dict[str, Elasticity | None]:
    if not own:
        return {}
    weights = {name: 1 / one.variance for name, one in own.items()}
    total = sum(weights.values())
    fixed = sum(weights[name] * one.value for name, one in own.items()) / total
    scatter = sum(weights[name] * (one.value - fixed) ** 2 for name, one in own.items())
    spare = total - sum(weight**2 for weight in weights.values()) / total
    between = max((scatter - (len(own) - 1)) / spare, 0.0) if spare > 0 else math.inf
    common = {name: 1 / (one.variance + between) if between < math.inf else 0.0 for name, one in own.items()}
    of_all = sum(common.values())
    mean = sum(common[name] * one.value for name, one in own.items()) / of_all if of_all else 0.0
    return {name: _pulled(one, mean, between, 1 / of_all if of_all else 0.0) for name, one in own.items()}


def _pulled(one: _Own, mean: float, between: float, mean_variance: float) -> Elasticity:
    """Return the posterior mean, and an interval that knows that the common mean is itself estimated."""
    share = 1.0 if between == math.inf else between / (between + one.variance)  # how much its own weeks count
    value = share * one.value + (1 - share) * mean
    variance = share * one.variance + (1 - share) ** 2 * mean_variance
    half = t_quantile(0.975, 10**6) * math.sqrt(variance)
    return Elasticity(value, value - half, value + half, one.value, one.weeks)


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def _weighted_square(rows: Sequence[Sequence[float]], weights: Sequence[float]) -> Matrix:
    size = range(len(rows[0]))
    return [[sum(w * row[i] * row[j] for row, w in zip(rows, weights, strict=True)) for j in size] for i in size]


def _inverse(matrix: Matrix) -> Matrix | None:
    """Return the inverse by Gauss and Jordan, with the largest pivot; None where there is none."""
    size = len(matrix)
    work = [[*line, *(1.0 if place == n else 0.0 for n in range(size))] for place, line in enumerate(matrix)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda line: abs(work[line][column]))
        if abs(work[pivot][column]) < 1e-12:
            return None
        work[column], work[pivot] = work[pivot], work[column]
        work[column] = [one / work[column][column] for one in work[column]]
        for line in range(size):
            if line != column:
                by = work[line][column]
                work[line] = [a - by * b for a, b in zip(work[line], work[column], strict=True)]
    return [line[size:] for line in work]
