"""How much sooner than a peer we alarm, with the interval of that ratio: a peer's threshold is known no better than its calm years.

Single rows of ``one_channel`` with many more runs and calm years. All methods see the same leads from the first day on. Every peer
is asked at several thresholds about the one at which it alarms as often as we do; false alarms and delays are read off between
them. A bootstrap draws calm years and runs anew, the same ones for all methods, sets each peer to the rate that we have in those
years, and takes the ratio of the mean delays (Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13). Beside us
stand two that are told both shares: Page's CUSUM, the best in the worst case (Lorden 1971; Moustakides 1986, Annals of Statistics
14:1379-1387), and Shiryaev-Roberts, of which it is proved that at the same rate of false alarms no method has a smaller mean
delay to a change that comes long after the watch began (Pollak & Tartakovsky 2009, Statistica Sinica 19:1729-1739).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.alarm_peers import (
    Peer,
    Places,
    adwin,
    adwin_asked_always,
    cusum,
    page_hinkley,
    shiryaev_roberts,
    weekly_z,
)
from benchmarks.alarms.one_channel import CHANGE_DAY, LONGEST, delay_of, is_alarmed, ours
from benchmarks.alarms.streams import A_DAY, BEFORE, YEAR, Stream, rate_words, stream

Floats = npt.NDArray[np.float64]
Which = npt.NDArray[np.intp]
Finder = Callable[[Stream, float], Places]
STEPS, WIDE = 7, 1.6
"""Thresholds that a peer is asked at, and how many times as often as we, or as seldom, it alarms at the outermost."""
COARSE = 100
"""Calm years on which the outermost thresholds are looked for."""
DRAWS = 2_000
OURS = "ours"
BASES = (OURS, "CUSUM", "Shiryaev-Roberts")
"""What every method is set beside: we, and two that are told both shares."""
PEERS: dict[str, tuple[Peer, float]] = {
    "adwin": (adwin, 40.0),
    "weekly_z": (weekly_z(A_DAY), 8.0),
    "adwin_asked_always": (adwin_asked_always, 40.0),
    "page_hinkley": (page_hinkley, 150.0),
}
"""Peers that are told nothing, with the highest threshold that is tried."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a method did at each of its thresholds: ``false`` of shape (thresholds, years) counts the alarms of each calm year,
    ``delays`` of shape (thresholds, runs) the called leads from the change to the alarm, NaN where an alarm stood already."""

    false: Floats
    delays: Floats

    def rates(self, years: Which) -> Floats:
        """Return the false alarms a year at each threshold, never more at a higher one."""
        rates: Floats = np.minimum.accumulate(self.false[:, years].mean(axis=1))
        return rates

    def delay_at(self, rate: float, years: Which, runs: Which) -> float:
        """Return the mean delay where the method alarms ``rate`` times a year."""
        means = np.nanmean(self.delays[:, runs], axis=1)
        return float(np.interp(-rate, -self.rates(years), means))


def ratios(
    changes: Sequence[tuple[float, float]], years: int, runs: int, peers: Sequence[str], *, seed: int = 2
) -> None:
    """Print each change's delays and ratios with their intervals."""
    for before, after in changes:
        rng = np.random.default_rng([seed, round(before * 100), round(after * 100)])
        calm = [stream(rng, before, before, 10**6, BEFORE + YEAR, market=False) for _ in range(years)]
        drawn = []
        for number in range(runs):
            change = CHANGE_DAY + number % 7
            drawn.append((stream(rng, before, after, change, change + LONGEST, market=False), change))
        mine = _ours(calm, drawn)
        alarms = int(mine.false.sum())
        print(f"\n{before:.0%} → {after:.0%}: {runs:,} runs, {rate_words(alarms, years)} false alarms a year")
        print(
            f"| method | called leads to the alarm | {' over it | '.join(BASES)} over it |\n|---|---|---|---|---|",
            flush=True,
        )
        bases = {OURS: mine}
        for name, kind in (("CUSUM", cusum), ("Shiryaev-Roberts", shiryaev_roberts)):
            bases[name] = _asked(_knowing(kind, after), calm, drawn, alarms / years, 15.0)
        for name in BASES:
            print(_line(name, bases[name], bases, seed), flush=True)
        for name in peers:
            peer, highest = PEERS[name]
            print(_line(name, _asked(_blind(peer), calm, drawn, alarms / years, highest), bases, seed), flush=True)


def _blind(peer: Peer) -> Finder:
    return lambda one, threshold: peer(one.leads, threshold)


def _knowing(kind: Callable[[Floats, Floats], Peer], after: float) -> Finder:
    return lambda one, threshold: kind(one.before, np.full_like(one.before, after))(one.leads, threshold)


def _ours(calm: Sequence[Stream], runs: Sequence[tuple[Stream, int]]) -> Asked:
    delays = [np.nan if is_alarmed(one, change) else delay_of(ours(one), one, change)[0] for one, change in runs]
    return Asked(np.array([[_false(ours(one)) for one in calm]], float), np.array([delays], float))


def _asked(peer: Finder, calm: Sequence[Stream], runs: Sequence[tuple[Stream, int]], rate: float, top: float) -> Asked:
    low, high = (_threshold(peer, calm[:COARSE], one, top) for one in (rate * WIDE, rate / WIDE))
    thresholds = np.linspace(low, high, STEPS).tolist()
    false = [[_false(peer(one, at)) for one in calm] for at in thresholds]
    delays = [[delay_of(peer(one, at), one, change)[0] for one, change in runs] for at in thresholds]
    return Asked(np.array(false, float), np.array(delays, float))


def _threshold(peer: Finder, calm: Sequence[Stream], rate: float, top: float) -> float:
    low, high = 0.0, top
    for _ in range(12):
        middle = (low + high) / 2
        alarms = sum(_false(peer(one, middle)) for one in calm) / len(calm)
        low, high = (middle, high) if alarms > rate else (low, middle)
    return (low + high) / 2


def _false(places: Places) -> int:
    return sum(place >= BEFORE * A_DAY for place in places)


def _line(name: str, asked: Asked, bases: dict[str, Asked], seed: int) -> str:
    """Return the table's row of a method: means over all, and intervals of what the bootstrap drew."""
    rng = np.random.default_rng(seed)
    years, runs = bases[OURS].false.shape[1], bases[OURS].delays.shape[1]
    whole = _means(asked, bases, np.arange(years), np.arange(runs))
    drawn = np.array([_means(asked, bases, _drawn(rng, years), _drawn(rng, runs)) for _ in range(DRAWS)])
    cells = [_said(whole[0], drawn[:, 0], 0)]
    for place, base in enumerate(BASES, 1):
        cells.append("" if base == name else _said(whole[place] / whole[0], drawn[:, place] / drawn[:, 0], 3))
    return f"| {name} | {' | '.join(cells)} |"


def _drawn(rng: np.random.Generator, of: int) -> Which:
    return rng.choice(np.arange(of), of)


def _means(asked: Asked, bases: dict[str, Asked], years: Which, runs: Which) -> list[float]:
    """Return the mean delay of a method, then those of ``BASES``, all at the rate that we have in these years."""
    rate = float(bases[OURS].false[0, years].mean())
    return [one.delay_at(rate, years, runs) for one in (asked, *(bases[name] for name in BASES))]


def _said(value: float, drawn: Floats, places: int) -> str:
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{value:.{places}f} ({low:.{places}f} to {high:.{places}f})"
