"""Streams of leads whose share of bad ones is known: a channel's own, with a season and a market that moves for all where asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from benchmarks.alarm_peers import Leads, Shares
from monitoring.alarms.market import Counted, market_of_others
from monitoring.alarms.usual import Moved

A_DAY, YEAR, BEFORE = 20, 365, 60
OTHERS = 5


@dataclass(frozen=True, slots=True)
class Stream:
    """A channel's leads in order, the shares that they were drawn with, and how the other channels did on its days."""

    leads: Leads
    before: Shares
    after: Shares
    moved: dict[int, Moved]


def moved_log_odds(rng: np.random.Generator, days: int) -> Shares:
    """Return a weekly season, a market that wanders for all, and one bad month."""
    season = rng.normal(0, 0.15, 7)[np.arange(days) % 7]
    market = np.zeros(days)
    for day in range(1, days):
        market[day] = market[day - 1] * 0.98 + rng.normal(0, 0.04)
    begin = rng.integers(BEFORE, max(days - 30, BEFORE + 1))
    market[begin : begin + 30] += 0.4
    return season + market


def stream(rng: np.random.Generator, before: float, after: float, change: int, days: int, *, market: bool) -> Stream:
    """Return the leads of ``days`` days whose share changes on day ``change``."""
    moved = moved_log_odds(rng, days) if market else np.zeros(days)
    was, becomes = (np.repeat(share_of(log_odds_of(share) + moved), A_DAY) for share in (before, after))
    leads = rng.random(days * A_DAY) < np.where(np.arange(days * A_DAY) < change * A_DAY, was, becomes)
    known: dict[int, Moved] = {}
    if market:
        others = []
        for usual in rng.uniform(0.1, 0.35, OTHERS):
            bad = rng.binomial(A_DAY, share_of(log_odds_of(usual) + moved))
            others.append([(float(day), float(count), float(A_DAY)) for day, count in enumerate(bad)])
        known = dict(market_of_others(others, days_of(leads)))
    return Stream(leads, was, becomes, known)


def rate_words(alarms: int, years: float) -> str:
    """Return alarms a year with the exact 95 % interval of a Poisson count (Garwood 1936)."""
    low = chi2.ppf(0.025, 2 * alarms) / 2 / years if alarms else 0.0
    high = chi2.ppf(0.975, 2 * alarms + 2) / 2 / years
    return f"{alarms / years:.2f} ({low:.2f} to {high:.2f}; {alarms} in {years:,.0f} years)"


def days_of(leads: Leads) -> list[Counted]:
    counts = leads.reshape(-1, A_DAY).sum(axis=1)
    return [(float(day), float(count), float(A_DAY)) for day, count in enumerate(counts)]


def share_of(log_odds: Shares) -> Shares:
    shares: Shares = 1 / (1 + np.exp(-log_odds))
    return shares


def log_odds_of(share: float | Shares) -> Shares:
    log_odds: Shares = np.log(np.asarray(share) / (1 - np.asarray(share)))
    return log_odds
