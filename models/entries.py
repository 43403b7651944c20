"""The entries of all tables at which a lead stands: what they add up to, how far that may be off, and what people may read.

All that can be known of a cell before a lead stands in it is made ready once: its entry, its doubt, and its reason where it
is one worth reading. Sum and reasons are those of ``PurchaseModel``, in a fraction of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from operator import getitem

from features.rows.call_features import CALL_FEATURES, stage_reached
from features.rows.feature import FeatureRow, Value
from models.purchase_model import FieldCells, PurchaseModel
from models.remembered import Remembered
from models.score import Reason

SMALLEST_REASON = 0.03
"""A contribution below this many log-odds is no reason that people should read."""
TOLD_BY_CALLS = frozenset(one.name for one in CALL_FEATURES) | {"seconds_to_first_call"}
"""Where one of these is missing it only says that nothing has happened yet: no reason that people should read."""
AFTER_CALLS = TOLD_BY_CALLS - {stage_reached.name}
"""Before the first call these say no more than that, whatever they are."""

Told = tuple[float, int, Reason]
"""A reason behind what sorts it: the strongest first, of equal ones that of the field that comes first."""
Entry = tuple[int, float, float, Told | None]
"""A cell, what its field's own tables add there, its doubt, and its reason unless it hangs on another field too."""
Pair = tuple[int, int, Sequence[Sequence[float]]]
"""The places of two fields, and half of each entry of their table by the cells of both: the share of either."""


class Entries:
    """One entry of every table, found by a row's values.

    Examples
    --------
    >>> from models.purchase_model import Part
    >>> tables = [Part(("area",), (-0.5, 0.5, 0.0), (120, 80, 10), (4, 12, 0))]
    >>> entries = Entries(PurchaseModel([FieldCells("area", cuts=(50.0,))], tables), average=0.08)
    >>> moved, doubt, told = entries.summed(entries.at({"area": 70.0}), called=False)
    >>> moved, [reason.sales for _, _, reason in told]
    (0.5, [12])
    """

    def __init__(self, model: PurchaseModel, average: float) -> None:
        self._names = [one.feature for one in model.cells]
        self.places = {name: place for place, name in enumerate(self._names)}
        self._pairs: list[Pair] = []
        self._read_with: dict[int, list[Pair]] = {}
        for part in model.parts:
            if len(part.features) == 2:
                first, second = (self.places[name] for name in part.features)
                halves = _halves(part.values, model.cells[second].count)
                self._pairs.append((first, second, halves))
                self._read_with.setdefault(first, []).append((first, second, halves))
                self._read_with.setdefault(second, []).append((second, first, list(zip(*halves, strict=True))))
        self._after_calls = {place for place, name in enumerate(self._names) if name in AFTER_CALLS}
        self._entries: list[list[Entry]] = []
        self._joined: list[tuple[int, list[float], Remembered[tuple[int, float], Told]]] = []
        for place, cells in enumerate(model.cells):
            reasons = [model.reason(place, cell, adds) for cell, adds in enumerate(model.alone(place))]
            ways = [_way(one, average) for one in reasons]
            doubts = model.doubts.get(cells.feature, (0.0,) * cells.count)
            if place in self._read_with:
                self._joined.append((place, ways, Remembered(partial(_told_of, reasons, place))))
            told = [
                None if place in self._read_with or one.contribution * way < SMALLEST_REASON else told_as(one, place)
                for one, way in zip(reasons, ways, strict=True)
            ]
            self._entries.append(
                [(one, reasons[one].contribution, doubts[one], told[one]) for one in range(cells.count)]
            )
        self._by_value = [
            Remembered[Value, Entry](partial(_entry_of, cells, entries))
            for cells, entries in zip(model.cells, self._entries, strict=True)
        ]

    def at(self, row: FeatureRow) -> list[Entry]:
        """Return the entry of each field at which a row stands."""
        return list(map(getitem, self._by_value, map(row.get, self._names)))

    def moved(self, at: Sequence[Entry]) -> float:
        """Return by how much the tables move the log-odds of a row that stands there, as ``summed`` does to the last digit."""
        moved = 0.0
        for _, adds, _, _ in at:
            moved += adds
        for first, second, halves in self._pairs:
            moved += 2 * halves[at[first][0]][at[second][0]]
        return moved

    def summed(self, at: Sequence[Entry], *, called: bool) -> tuple[float, float, list[Told]]:
        """Return by how much the tables move the log-odds, the variance of that, and the reasons worth reading.

        ``called`` says whether anybody called the lead: before that, what a call tells is no reason.
        """
        moved = doubt = 0.0
        reasons: list[Told] = []
        for _, adds, unsure, told in at:
            moved += adds
            doubt += unsure
            if told is not None:
                reasons.append(told)
        if self._pairs:
            shares = {place: at[place][1] for place, _, _ in self._joined}
            for first, second, halves in self._pairs:
                half = halves[at[first][0]][at[second][0]]
                moved += 2 * half
                shares[first] += half
                shares[second] += half
            for place, ways, told_of in self._joined:
                cell, share = at[place][0], shares[place]
                if share * ways[cell] >= SMALLEST_REASON:
                    reasons.append(told_of[cell, share])
        if not called:
            reasons = [told for told in reasons if told[1] not in self._after_calls]
        return moved, doubt, reasons

    def read_with(self, place: int) -> list[int]:
        """Return the places of the fields that a table reads together with the one at ``place``."""
        return [other for _, other, _ in self._read_with.get(place, ())]

    def adds(self, place: int, cell: int, others: Sequence[int]) -> float:
        """Return what all tables of a field add in ``cell``, where those it is ``read_with`` stand in the cells ``others``."""
        total = self._entries[place][cell][1]
        for (_, _, halves), other in zip(self._read_with.get(place, ()), others, strict=True):
            total += 2 * halves[cell][other]
        return total


def _halves(values: Sequence[float], width: int) -> list[tuple[float, ...]]:
    """Return half of each entry of a table of two fields, a row for each cell of the first."""
    return [tuple(value / 2 for value in values[n : n + width]) for n in range(0, len(values), width)]


def _way(reason: Reason, average: float) -> float:
    """Return which way a reason has to point to be worth reading, as its own counts say; 0 where neither is."""
    if reason.cell is None and reason.feature in TOLD_BY_CALLS:
        return 0.0
    return next((way for way in (1.0, -1.0) if replace(reason, contribution=way).is_borne_out(average)), 0.0)


def told_as(reason: Reason, place: int) -> Told:
    """Return a reason behind what sorts it."""
    return -abs(reason.contribution), place, reason


def _told_of(reasons: Sequence[Reason], place: int, cell_and_share: tuple[int, float]) -> Told:
    """Return the reason of a cell whose field's share of the sum depends on other fields too."""
    cell, share = cell_and_share
    return told_as(replace(reasons[cell], contribution=share), place)


def _entry_of(cells: FieldCells, entries: Sequence[Entry], value: Value) -> Entry:
    return entries[cells.cell(value)]
