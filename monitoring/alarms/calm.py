"""Most streams stay calm: how far each of thousands came towards an alarm is found for all of them at once, day by day.

It is what ``episodes.standing`` does for one stream until its first alarm, and nothing else. A stream whose evidence never came
near its mark stands as this says; the few others are gone through one by one, from their beginning, by ``standing`` itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from monitoring.alarms.detector import LARGEST, MOST, TILTS, WEIGHTS
from monitoring.alarms.market_of_many import Markets
from monitoring.alarms.stream_counts import Ints
from monitoring.alarms.usual import LAG
from monitoring.alarms.usual_of_many import Floats, UsualOfMany, Which
from monitoring.breath import breathe

NEAR = 1.0 - 1e-6
"""A stream that came so near to its mark is gone through by itself: sums may round otherwise there."""
MOST_ROWS = 20_000
"""Faces that are gone through together; more of them would not fit into the processor's memory."""


@dataclass(frozen=True, slots=True)
class Faced:
    """The faces of many streams of the same days: of each face its counts and its market, and whose it is.

    Of shape (days, streams) is ``of``, how many leads counted; of shape (days, faces) ``bad``, how many of them were bad. A row
    is a day from ``first`` (an ordinal) on. ``stream_of`` and ``market_of`` name each face's column of ``of`` and column of
    the markets; the faces of a stream stand side by side.
    """

    first: int
    bad: Ints
    of: Ints
    stream_of: Which
    market_of: Which


@dataclass(frozen=True, slots=True)
class Calm:
    """Of each stream the most evidence that there ever was, while nothing is known to have changed; and of each face what is
    usual today. ``is_known`` says of which streams anything is usual yet.

    ``evidence`` is in days (``detector.py``) and, like ``is_known`` (1 or 0), has an entry a stream; ``usual``, a share, and
    ``dispersion`` have one a face.
    """

    evidence: Floats
    is_known: Floats
    usual: Floats
    dispersion: Floats


def calm(faced: Faced, markets: Markets) -> Calm:
    """Return how near the streams came to an alarm by the last of the days, and what is expected of their next leads."""
    streams = faced.of.shape[1]
    begins = np.searchsorted(faced.stream_of, np.arange(streams + 1))
    cuts = [0]
    for stream in range(1, streams + 1):
        if stream == streams or begins[stream + 1] - begins[cuts[-1]] > MOST_ROWS:
            cuts.append(stream)
    parts = []
    for one, other in pairwise(cuts):
        rows = slice(begins[one], begins[other])
        part = Faced(
            faced.first, faced.bad[:, rows], faced.of[:, one:other], faced.stream_of[rows] - one, faced.market_of[rows]
        )
        parts.append(_Streams(part, markets).found())
    return Calm(*(_together([getattr(one, name) for one in parts]) for name in Calm.__slots__))


def _together(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.zeros(0)


class _Streams:
    """Streams while they are gone through."""

    def __init__(self, faced: Faced, markets: Markets) -> None:
        self._faced, self._markets = faced, markets
        self._streams = faced.of.shape[1]
        self._faces = np.bincount(faced.stream_of, minlength=self._streams)
        self._first_face = np.searchsorted(faced.stream_of, np.arange(self._streams))
        self._usual = UsualOfMany(len(faced.stream_of))
        self._sums = np.zeros((len(TILTS), len(faced.stream_of)))
        self._watched_on = np.full(self._streams, -1)
        self._most = np.zeros(self._streams)

    def found(self) -> Calm:
        """Go through all days and return what was found."""
        days = len(self._faced.of)
        for place in range(days):
            if place > LAG:
                self._learn(place - int(LAG) - 1)
            self._watch(place)
            breathe()
        every = np.arange(len(self._faced.stream_of))
        market = self._moved(days - 1, every)
        is_known = self._usual.is_known(self._first_face).astype(np.float64)
        return Calm(self._most, is_known, self._usual.shares(every, *market), self._usual.dispersion(every))

    def _moved(self, place: int, rows: Which) -> tuple[Floats, Floats, Floats]:
        which, markets = self._faced.market_of[rows], self._markets
        return markets.by[place, which], markets.market[place, which], markets.variance[place, which]

    def _learn(self, place: int) -> None:
        leads = self._faced.of[place][self._faced.stream_of]
        rows = np.flatnonzero(leads)
        by, market, _ = self._moved(place, rows)
        bad = self._faced.bad[place, rows].astype(np.float64)
        self._usual.learn(rows, self._faced.first + place, bad, leads[rows].astype(np.float64), by, market)

    def _watch(self, place: int) -> None:
        came = (self._faced.of[place] > 0) & self._usual.is_known(self._first_face)
        rows = np.flatnonzero(came[self._faced.stream_of])
        if not len(rows):
            return
        stream = self._faced.stream_of[rows]
        days = np.where(self._watched_on < 0, 0, place - self._watched_on)
        self._watched_on[came] = place
        alike = self._usual.dispersion(rows)
        usual = self._usual.shares(rows, *self._moved(place, rows))
        bad, of = self._faced.bad[place, rows] / alike, self._faced.of[place, stream] / alike
        waited = days[stream].astype(np.float64)
        evidence = np.zeros(len(rows))
        for number, (tilt, more) in enumerate(TILTS):
            gained = np.exp(np.minimum(bad * tilt - of * np.log1p(usual * more), MOST))
            summed = np.minimum((self._sums[number, rows] + waited) * gained, LARGEST)
            self._sums[number, rows] = summed
            evidence += WEIGHTS[number] * summed
        whole = np.bincount(stream, evidence, self._streams) / self._faces
        self._most = np.maximum(self._most, np.where(came, whole, 0.0))
