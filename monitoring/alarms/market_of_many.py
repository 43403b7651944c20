"""What moves all channels at once, for every channel and measure in one go: the same figures as ``market.py`` gives for one.

What it says is held against ``market.py`` by the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitoring.alarms.market import CLEAR, COMES_BACK, JUMP, KNOWN, MOST_OTHERS, WANDERS, WEEKDAY
from monitoring.alarms.stream_counts import Counts
from monitoring.alarms.usual_of_many import Floats, UsualOfMany, Which
from monitoring.breath import breathe


@dataclass(frozen=True, slots=True)
class Markets:
    """On each day, for each row: how far all had moved (``usual.Moved``); zero where no lead came that could show it.

    All are of shape (days, rows): ``by`` and ``market`` in log-odds, ``variance`` of both together.
    """

    by: Floats
    market: Floats
    variance: Floats
    is_told: Floats
    """1 on the days of which anything is known, 0 on others."""


def markets_of(counted: Sequence[tuple[Counts, Sequence[int]]]) -> Markets:
    """Return the markets that every place sees in the others: a row for each of the faces (levels) of each place.

    Parameters
    ----------
    counted
        Of several measures, all of the same days: the counts of the places that see each other, and the faces.
    """
    bad, of, own, others, moves = [], [], [], [], []
    columns = 0
    for counts, faces in counted:
        days, places, _ = counts.table.shape
        leads = counts.table.sum(axis=2, dtype=np.float64)
        bad.append(counts.table[:, :, list(faces)].astype(np.float64).reshape(days, -1))
        of.append(np.repeat(leads, len(faces), axis=1))
        for place, seen in enumerate(_seen_by_each(leads)):
            for face in range(len(faces)):
                own.append(columns + place * len(faces) + face)
                others.append([columns + other * len(faces) + face for other in seen])
                moves.append(places > 1)
        columns += places * len(faces)
    if not columns:
        return Markets(*(np.zeros((0, 0)) for _ in range(4)))
    nobody = np.zeros((len(of[0]), 1))
    wide = np.array([[*one, *[columns] * (MOST_OTHERS - len(one))] for one in others], np.int64)
    filters = _Filters(np.array(moves), MOST_OTHERS)
    together = np.concatenate([*bad, nobody], axis=1), np.concatenate([*of, nobody], axis=1)
    return filters.run(counted[0][0].first, *together, np.array(own, np.int64), wide)


def _seen_by_each(leads: Floats) -> list[list[int]]:
    """Return for each place the others by which it knows the market: the largest; a single one sees itself."""
    places = leads.shape[1]
    whole = leads.sum(axis=0)
    largest = sorted(range(places), key=lambda one: -whole[one])[: MOST_OTHERS + 1]
    return [[other for other in largest if other != own][:MOST_OTHERS] or [own] for own in range(places)]


class _Filters:
    """The state of all filters: each market's log-odds and its weekdays', with their variances."""

    def __init__(self, moves: npt.NDArray[np.bool_], width: int) -> None:
        rows = len(moves)
        self._width, self._moves = width, moves
        self._usual = UsualOfMany(rows * width)
        self._level, self._variance = np.zeros(rows), np.zeros(rows)
        self._weekday, self._weekday_variance = np.zeros((7, rows)), np.full((7, rows), WEEKDAY**2)
        self._day = np.full(rows, -1)

    def run(self, first: int, bad: Floats, of: Floats, own: Which, others: Which) -> Markets:
        """Go through the days; return what was known after each (of one channel alone: before it)."""
        found = np.zeros((4, len(of), len(own)))
        for place in range(len(of)):
            leads = of[place][others]
            rows = np.flatnonzero((leads > 0).any(axis=1) | (of[place][own] > 0))
            if len(rows):
                found[:3, place, rows] = self._after(first + place, rows, bad[place][others[rows]], leads[rows])
                found[3, place, rows] = 1.0
            breathe()
        return Markets(*found)

    def _after(self, day: int, rows: Which, bad: Floats, of: Floats) -> Floats:
        self._pass_time(day, rows)
        before = self._moved(day, rows)
        came = np.flatnonzero(of.ravel() > 0)
        row = came // self._width
        usual = (rows[:, None] * self._width + np.arange(self._width)).ravel()[came]
        counted, leads = bad.ravel()[came], of.ravel()[came]
        share, unsure, alike = self._usual.expected(usual, before[0][row], before[1][row])
        shade = share * (1.0 - share) * leads
        known = np.where(self._usual.is_known(usual), shade / (alike + shade * unsure), 0.0)
        score = np.bincount(row, (counted - leads * share) * known / np.maximum(shade, 1e-9), len(rows))
        information = np.bincount(row, known, len(rows))
        told = np.flatnonzero(information)
        self._correct(day % 7, rows[told], score[told] / information[told], 1.0 / information[told])
        after = self._moved(day, rows)
        self._usual.learn(usual, day, counted, leads, after[0][row], after[1][row])
        return np.where(self._moves[rows], after, before)

    def _pass_time(self, day: int, rows: Which) -> None:
        stays = (self._day[rows] < 0) | ~self._moves[rows]
        left = np.where(stays, 1.0, np.exp(-(day - self._day[rows]) / COMES_BACK))
        self._level[rows] *= left
        self._variance[rows] = self._variance[rows] * left**2 + WANDERS**2 * (1.0 - left**2)
        self._day[rows] = day

    def _correct(self, weekday: int, rows: Which, surprise: Floats, noise: Floats) -> None:
        variance, of_weekday = self._variance[rows], self._weekday_variance[weekday, rows]
        total = variance + of_weekday + noise
        jumped = self._moves[rows] & (noise < CLEAR) & (surprise**2 > JUMP**2 * total)
        variance = np.where(jumped, variance + surprise**2 - total, variance)
        total = np.where(jumped, surprise**2, total)
        for_level, for_weekday = variance / total, of_weekday / total
        self._level[rows] += for_level * surprise
        self._variance[rows] = variance * (1.0 - for_level)
        self._weekday[weekday, rows] += for_weekday * surprise
        self._weekday_variance[weekday, rows] = of_weekday * (1.0 - for_weekday)

    def _moved(self, day: int, rows: Which) -> Floats:
        of_weekday = self._weekday_variance[day % 7, rows]
        unknown = np.maximum(self._variance[rows] - KNOWN, 0.0) + of_weekday
        return np.stack([self._weekday[day % 7, rows], self._level[rows], unknown])
