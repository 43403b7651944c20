"""Whether tests of the budget find what their plan says, and whether their intervals hold, on companies whose truth is known.

    python -m benchmarks.budget_tests [--companies 400] [--seed 7]

A simulated company spends on a channel and sells by a known elasticity; its weeks have a season, a market that wanders, and
scatter more than counts do. A test is planned on its past, drawn, lived through, and judged; the plan's power stands beside
the share of companies in which the test found the effect, the interval's coverage beside its 95 %. With no effect at
all, how often one was found is the rate of false findings.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from features.facts.company import Company
from monitoring.budget.experiment import Experiment, drawn
from monitoring.budget.experiment_result import result_of
from monitoring.budget.weekly_figures import WEEK, ChannelWeeks, Week

BEGINS = date(2026, 6, 1)
COMPANY = Company(company="simulated", horizon_days=60)
PAST_WEEKS = 26


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of company and a test of it: sales a week of each channel, elasticity, overdispersion, and the test's size."""

    name: str
    sold: tuple[float, ...]
    elasticity: float
    scatter: float
    change: float
    pairs: int


CASES = (
    Case("no effect, one channel, 8 pairs", (12.0,), 0.0, 1.0, 0.5, 8),
    Case("no effect, three channels, 6 pairs each", (12.0, 6.0, 20.0), 0.0, 1.5, 0.5, 6),
    Case("elasticity 0.5, one channel, 8 pairs", (12.0,), 0.5, 1.0, 0.5, 8),
    Case("elasticity 1, one channel, 6 pairs", (8.0,), 1.0, 1.0, 0.5, 6),
    Case("elasticity 1, one channel, 10 pairs, scatter 2", (8.0,), 1.0, 2.0, 0.3, 10),
    Case("elasticity 0.5, three channels, 4 pairs each", (12.0, 6.0, 20.0), 0.5, 1.0, 0.5, 4),
    Case("elasticity 0.7, on and off, 6 pairs", (5.0,), 0.7, 1.0, 1.0, 6),
    Case("elasticity 0.3, one channel, 13 pairs", (20.0,), 0.3, 1.0, 0.5, 13),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """A case over many companies: mean planned power, share found, share of intervals that held the truth."""

    case: Case
    planned: float
    found: float
    held: float
    companies: int


def measured(case: Case, companies: int, seed: int) -> Measured:
    """Live through many companies."""
    rng = np.random.default_rng(seed)
    planned, found, held = [], [], []
    for n in range(companies):
        past = [_past(name, sold, case, rng) for name, sold in enumerate(case.sold)]
        elasticity = case.elasticity or 1.0
        test = drawn(
            "test", past, change=case.change, pairs=case.pairs, begins=BEGINS, seed=seed * 100_003 + n, elasticity=elasticity,
            moment=datetime(2026, 5, 31, tzinfo=UTC),
        )  # fmt: skip
        lived, truth = _lived(test, case, rng)
        after = datetime.combine(test.ends, datetime.min.time(), UTC) + timedelta(days=2)
        effect = result_of(test, lived, company=COMPANY, moment=after).effect
        assert effect is not None
        planned.append(test.expected.power)
        found.append(effect.low > 0)
        held.append(effect.low <= truth <= effect.high)
    return Measured(case, float(np.mean(planned)), float(np.mean(found)), float(np.mean(held)), companies)


def _past(name: int, sold: float, case: Case, rng: np.random.Generator) -> ChannelWeeks:
    """Return half a year in which the spend stayed as it is."""
    first = BEGINS - WEEK * PAST_WEEKS
    means = sold * _market(PAST_WEEKS, rng)
    counts = _counts(means, case.scatter, rng)
    return ChannelWeeks(
        f"channel {name}", tuple(_week(first + WEEK * place, 100_000.0, count) for place, count in enumerate(counts))
    )


def _lived(test: Experiment, case: Case, rng: np.random.Generator) -> tuple[list[ChannelWeeks], float]:
    """Return the test's weeks, and what a rouble more truly sold over the draw, in a market as it was."""
    market = dict(zip(test.weeks, _market(len(test.weeks), rng), strict=True))
    lived, gain, money = [], 0.0, 0.0
    for name, sold in zip(test.channels, case.sold, strict=True):
        costs = {
            monday: 100_000.0 * (1 + case.change * (1 if test.gets_more(name, monday) else -1)) for monday in test.weeks
        }
        share = {monday: (cost / 100_000.0) ** case.elasticity for monday, cost in costs.items()}
        counts = _counts(np.array([sold * market[m] * share[m] for m in test.weeks]), case.scatter, rng)
        lived.append(
            ChannelWeeks(name, tuple(_week(m, costs[m], count) for m, count in zip(test.weeks, counts, strict=True)))
        )
        for pair in (one for one in test.pairs if one.channel == name):
            both = (market[pair.more] + market[pair.less]) / 2
            gain += sold * both * (share[pair.more] - share[pair.less])
            money += costs[pair.more] - costs[pair.less]
    return lived, gain / money


def _market(weeks: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return what the weeks are worth beside one another: a season, and a walk of a few per cent a week."""
    season = 0.15 * np.sin(np.arange(weeks) / 52 * 2 * np.pi + rng.uniform(0, 6.28))
    return np.exp(season + np.cumsum(rng.normal(0, 0.02, weeks)))


def _counts(means: np.ndarray[tuple[int], np.dtype[np.float64]], scatter: float, rng: np.random.Generator) -> list[int]:
    """Return counts whose variance is ``scatter`` times their mean (negative binomial)."""
    if scatter <= 1:
        return [int(one) for one in rng.poisson(means)]
    return [int(rng.poisson(rng.gamma(mean / (scatter - 1), scatter - 1))) if mean > 0 else 0 for mean in means]


def _week(monday: date, cost: float, sold: int) -> Week:
    return Week(monday, cost, sold * 10, sold, 0.0, 0)


def told(results: Sequence[Measured]) -> str:
    lines = [
        "| company and test | planned power | found | intervals that held the truth |",
        "|---|---|---|---|",
    ]
    for one in results:
        planned = "-" if one.case.elasticity == 0 else f"{one.planned:.2f}"
        lines.append(
            f"| {one.case.name} | {planned} | {_share(one.found, one.companies)} | {_share(one.held, one.companies)} |"
        )
    return "\n".join(lines)


def _share(share: float, of: int) -> str:
    half = 1.96 * (share * (1 - share) / of) ** 0.5
    return f"{share:.3f} ± {half:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=400)
    parser.add_argument("--seed", type=int, default=7)
    said = parser.parse_args()
    print(told([measured(case, said.companies, said.seed) for case in CASES]))


if __name__ == "__main__":
    main()
