"""How early a changed channel is named, and how often a calm one is, beside peers at the same measured rate of false alarms.

20 called leads a day, looked at after every lead; nobody knows the share before or after, nor the day, except the CUSUM, which
knows all but the day. With ``market`` there are a weekly season and a market that moves for all channels at once, beside five other
channels; the CUSUM knows season and market too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt

import numpy as np
from scipy.stats import norm

from benchmarks.alarm_peers import (
    WEEK,
    Leads,
    Peer,
    Places,
    adwin,
    adwin_asked_always,
    cusum,
    ddm,
    evidently_p,
    page_hinkley,
    threshold_at,
    weekly_evidently,
    weekly_z,
    z_of,
)
from benchmarks.alarms.streams import A_DAY, BEFORE, YEAR, Stream, log_odds_of, rate_words, share_of, stream
from monitoring.alarms.episodes import Face, Standing, standing

CHANGES = ((0.20, 0.40), (0.20, 0.60), (0.10, 0.20), (0.30, 0.45))
CHANGE_DAY, LONGEST = 150, 50
"""The day of the change in a run, give or take a week, and the days after it for which an alarm is waited for."""
BUDGET = 1.0
"""False alarms a year that a single channel bears here."""
COLUMNS = (
    "change", "ours", "CUSUM that knows all", "ratio", "ADWIN", "ADWIN asked after every lead", "Page-Hinkley",
    "z-test, Evidently's test, weekly", "Evidently weekly at its default (false a year)", "DDM at its default (false a year)",
)  # fmt: skip
TUNED_ON = 50
"""Years on which a peer's threshold is set."""


def ours(one: Stream) -> Places:
    """Return the leads after which the product alarms."""
    return [round(episode.raised_on * A_DAY) for episode in _standing(one, BUDGET).episodes]


def _standing(one: Stream, budget: float) -> Standing:
    counts = [(place / A_DAY, float(bad), 1.0) for place, bad in enumerate(one.leads.tolist())]
    return standing([Face(counts, one.moved)], YEAR / budget, len(one.leads) / A_DAY)


@dataclass(frozen=True, slots=True)
class Delays:
    """Called leads from the change to the alarm; a run without an alarm counts as long as it lasted."""

    leads: Sequence[int]
    missed: int

    def __str__(self) -> str:
        mean, half = float(np.mean(self.leads)), 1.96 * float(np.std(self.leads)) / sqrt(len(self.leads))
        return f"{mean:.0f} ({mean - half:.0f} to {mean + half:.0f})" + (
            f", {self.missed} missed" if self.missed else ""
        )

    @property
    def mean(self) -> float:
        """Return the mean of called leads."""
        return float(np.mean(self.leads))


def delays(runs: Sequence[tuple[Stream, int]], places_of: Callable[[Stream], Places]) -> Delays:
    """Return how long each run took; alarms before the change are false and do not count here."""
    found = [delay_of(places_of(one), one, change) for one, change in runs]
    return Delays([leads for leads, _ in found], sum(missed for _, missed in found))


def delay_of(places: Places, one: Stream, change: int) -> tuple[int, bool]:
    """Return the called leads from the change of one run to the first of the alarms since, and whether there was none."""
    after = [place for place in places if place >= change * A_DAY]
    return (len(one.leads) - change * A_DAY, True) if not after else (after[0] - change * A_DAY + 1, False)


def detection(years: int, runs: int, *, market: bool, seed: int = 1) -> None:
    """Print false alarms and delays of the product and its peers."""
    rng = np.random.default_rng(seed)
    usual = sorted({before for before, _ in CHANGES})
    falsely: dict[float, float] = {}
    calm: dict[float, list[Stream]] = {}
    whole = 0
    for before in usual:
        alarms = 0
        for number in range(max(years // len(usual), 1)):
            one = stream(rng, before, before, 10**6, BEFORE + YEAR, market=market)
            alarms += len([place for place in ours(one) if place >= BEFORE * A_DAY])
            if number < TUNED_ON:
                calm.setdefault(before, []).append(one)
        falsely[before] = alarms / max(years // len(usual), 1)
        whole += alarms
    counted = len(usual) * max(years // len(usual), 1)
    print(
        f"\nFalse alarms a channel-year, {BUDGET:.0f} borne: {rate_words(whole, counted)};",
        _by_share(falsely),
        flush=True,
    )
    print(_same_test(calm[usual[0]][0].leads))
    print(f"\n| {' | '.join(COLUMNS)} |\n|" + "---|" * len(COLUMNS))
    for before, after in CHANGES:
        drawn = []
        for number in range(runs):
            change = CHANGE_DAY + number % 7
            drawn.append((stream(rng, before, after, change, change + LONGEST, market=market), change))
        _row(drawn, calm[before], before, after, falsely[before])


def _row(runs: Sequence[tuple[Stream, int]], calm: Sequence[Stream], before: float, after: float, rate: float) -> None:
    rate = max(rate, 1 / len(calm))
    tilt = log_odds_of(after) - log_odds_of(before)

    def knows_all(one: Stream, threshold: float) -> Places:
        return cusum(one.before, share_of(log_odds_of(one.before) + tilt))(one.leads, threshold)

    free = [(one, change) for one, change in runs if not is_alarmed(one, change)]
    mine = delays(free, ours)
    threshold = _set_for(knows_all, calm, rate)
    best = delays(runs, lambda one: knows_all(one, threshold))
    cells = [f"{before:.0%} → {after:.0%}", f"{mine} in {len(free)} runs", str(best), f"{mine.mean / best.mean:.2f}"]
    year = [one.leads[BEFORE * A_DAY :] for one in calm]
    peers: list[tuple[Peer, float]] = [
        (adwin, 40.0),
        (adwin_asked_always, 40.0),
        (page_hinkley, 150.0),
        (weekly_z(A_DAY), 8.0),
    ]
    for peer, highest in peers:
        at = threshold_at(peer, year, rate, 0.0, highest)
        cells.append(_beside(delays(runs, lambda one, peer=peer, at=at: peer(one.leads, at)), mine))  # type: ignore[misc]
    default = -log(0.05)
    false = np.mean([len(weekly_evidently(A_DAY)(leads, default)) for leads in year[:2]])
    some, since = runs[: max(len(runs) // 4, 1)], CHANGE_DAY * A_DAY
    asked = weekly_evidently(A_DAY, since)
    cells.append(_beside(delays(some, lambda one: asked(one.leads, default)), mine) + f" ({false:.1f})")
    false = np.mean([len(ddm(leads, 3.0)) for leads in year])
    cells.append(_beside(delays(runs, lambda one: ddm(one.leads, 3.0)), mine) + f" ({false:.2f})")
    print("| " + " | ".join(cells) + " |", flush=True)


def is_alarmed(one: Stream, change: int) -> bool:
    """Return whether a false alarm stands on the day of the change: the delay is of those who are not alarmed yet."""
    return _standing(replace(one, leads=one.leads[: change * A_DAY]), BUDGET).open is not None


def _same_test(leads: Leads) -> str:
    """Return how far Evidently's p-values are from the z-test's: at one rate of false alarms the two are one peer."""
    week = WEEK * A_DAY
    weeks = [(leads[end - week : end], leads[end - 5 * week : end - week]) for end in range(5 * week, 15 * week, week)]
    apart = max(abs(evidently_p(now, before) - 2 * norm.sf(abs(z_of(now, before)))) for now, before in weeks)
    return f"Evidently's default test of a share is the two-proportion z-test: p-values of ten weeks differ by {apart:.0e} at most."


def _set_for(peer: Callable[[Stream, float], Places], calm: Sequence[Stream], rate: float) -> float:
    low, high = 0.0, 15.0
    for _ in range(12):
        middle = (low + high) / 2
        alarms = sum(len([place for place in peer(one, middle) if place >= BEFORE * A_DAY]) for one in calm) / len(calm)
        low, high = (middle, high) if alarms > rate else (low, middle)
    return (low + high) / 2


def _beside(theirs: Delays, mine: Delays) -> str:
    return f"{theirs}: {mine.mean / theirs.mean:.2f}"


def _by_share(rates: dict[float, float]) -> str:
    return ", ".join(f"{rate:.2f} at {share:.0%}" for share, rate in rates.items())
