"""The sum of a lead's entries and the reasons in it, looked up for several fields at a time.

The fields are packed into blocks of which the cells can stand in no more than some thousands of ways. What a field adds in
a cell ``PurchaseModel`` says once, what a block adds up to is summed once: the model's own sum, in a fraction of the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import prod
from operator import getitem, itemgetter
from typing import NamedTuple

from features.rows.call_features import CALL_FEATURES, stage_reached
from features.rows.feature import FeatureRow, Value
from models.picked import Picker, picker
from models.purchase_model import PurchaseModel
from models.remembered import Remembered
from models.score import Reason

SMALLEST_REASON = 0.03
"""A contribution below this many log-odds is no reason that people should read."""
TOLD_BY_CALLS = frozenset(one.name for one in CALL_FEATURES) | {"seconds_to_first_call"}
"""Where one of these is missing it only says that nothing has happened yet: no reason that people should read."""
AFTER_CALLS = TOLD_BY_CALLS - {stage_reached.name}
"""Before the first call these say no more than that, whatever they are."""
MOST_WAYS = 20_000
"""A block takes fields as long as their cells can stand in no more ways than these; all of them can be remembered."""

Cells = tuple[int, ...]
"""The cell of each feature, or of some."""
Told = tuple[float, int, bool, Reason]
"""A reason behind what sorts it (the strongest first, of equal ones that of the field that comes first) and whether it speaks
for the lead."""
Adds = tuple[float, float, tuple[Sequence[Told], Sequence[Told]]]
"""What a field or a block adds to log-odds and to their variance, and its reasons: before the first call, and after it."""


class Move(NamedTuple):
    """Cells in which a lead would stand: by the blocks of the sum that hang on them, and their places among a block's cells."""

    blocks: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]


class QuickSum:
    """A purchase model's sum.

    Examples
    --------
    >>> from models.purchase_model import FieldCells, Part
    >>> tables = [Part(("area",), (-0.5, 0.5, 0.0), (120, 80, 10), (4, 12, 0))]
    >>> quick = QuickSum(PurchaseModel([FieldCells("area", cuts=(50.0,))], tables), average=0.08)
    >>> adds, doubt, told = quick.summed(quick.cells({"area": 70.0}), called=False)
    >>> sum(adds), [reason.sales for *_, reason in told]
    (0.5, [12])
    """

    def __init__(self, model: PurchaseModel, average: float) -> None:
        self._model, self._average = model, average
        self._names = [one.feature for one in model.cells]
        self._values = itemgetter(*self._names) if len(self._names) > 1 else lambda row: map(row.get, self._names)
        self._cell_of = [Remembered[Value, int](one.cell) for one in model.cells]
        reads = [(place, *model.read_with(place)) for place in range(len(model.cells))]
        fields = [Remembered(partial(self._field_adds, read)) for read in reads]
        self._blocks: list[tuple[Picker, Remembered[Cells, Adds]]] = []
        self._reads: list[list[int]] = []
        for own, read in _packed(model):
            self._reads.append(read)
            of_fields = [(picker([read.index(one) for one in reads[place]]), fields[place]) for place in own]
            self._blocks.append((picker(read), Remembered(partial(_all_add, of_fields), MOST_WAYS)))

    def cells(self, row: FeatureRow) -> Cells:
        """Return the cell of each feature in which a row stands."""
        try:
            values = self._values(row)
        except KeyError:  # a feature that the row does not know is missing
            values = map(row.get, self._names)
        return tuple(map(getitem, self._cell_of, values))

    def moved(self, cells: Cells) -> float:
        """Return by how much the tables move the log-odds, to the last digit of ``summed``."""
        return sum(self.adds(cells), 0.0)

    def adds(self, cells: Cells) -> list[float]:
        """Return what each block adds; their sum is ``moved``."""
        return [sums[pick(cells)][0] for pick, sums in self._blocks]

    def move(self, cells: Mapping[int, int]) -> Move:
        """Return what a lead that stands in these cells moves of a sum, by the places of their features."""
        blocks = [
            (block, tuple([(reads.index(place), cell) for place, cell in cells.items() if place in reads]))
            for block, reads in enumerate(self._reads)
        ]
        return Move(tuple([(block, changed) for block, changed in blocks if changed]))

    def moved_so(self, cells: Cells, adds: Sequence[float], move: Move) -> float:
        """Return ``moved`` of a lead that stands in ``cells`` but for a move; ``adds`` are those of its cells as they are."""
        then = list(adds)
        for block, changed in move.blocks:
            pick, sums = self._blocks[block]
            there = list(pick(cells))
            for place, cell in changed:
                there[place] = cell
            then[block] = sums[tuple(there)][0]
        return sum(then, 0.0)

    def summed(self, cells: Cells, *, called: bool) -> tuple[list[float], float, list[Told]]:
        """Return ``adds``, the variance of their sum, and the reasons worth reading.

        ``called`` says whether anybody called the lead: before that, what a call tells is no reason.
        """
        found = [sums[pick(cells)] for pick, sums in self._blocks]
        reasons: list[Told] = []
        for one in found:
            reasons += one[2][called]
        return [one[0] for one in found], sum([one[1] for one in found], 0.0), reasons

    def _field_adds(self, reads: Sequence[int], cells: Cells) -> Adds:
        """Return what the first of these fields adds where they stand in ``cells``."""
        place, cell = reads[0], cells[0]
        share = self._model.share(place, dict(zip(reads, cells, strict=True)))
        reason = self._model.reason(place, cell, share)
        told = [told_as(reason, place)] if is_worth_reading(reason, self._average) else []
        return share, self._model.doubt(place, cell), ([] if reason.feature in AFTER_CALLS else told, told)


def _all_add(fields: Sequence[tuple[Picker, Remembered[Cells, Adds]]], cells: Cells) -> Adds:
    """Return what all fields of a block add where it stands in ``cells``."""
    moved = doubt = 0.0
    before: list[Told] = []
    after: list[Told] = []
    for pick, sums in fields:
        adds, unsure, told = sums[pick(cells)]
        moved += adds
        doubt += unsure
        before += told[False]
        after += told[True]
    return moved, doubt, (before, after)


def is_worth_reading(reason: Reason, average: float) -> bool:
    """Return whether a reason is strong enough, borne out by its own counts, and more than that nothing has happened."""
    says_nothing_yet = reason.cell is None and reason.feature in TOLD_BY_CALLS
    return abs(reason.contribution) >= SMALLEST_REASON and not says_nothing_yet and reason.is_borne_out(average)


def told_as(reason: Reason, place: int) -> Told:
    """Return a reason behind what sorts it and which way it speaks."""
    return -abs(reason.contribution), place, reason.contribution > 0, reason


def _packed(model: PurchaseModel) -> list[tuple[list[int], list[int]]]:
    """Return the blocks: the places of their fields, and of all fields that these fields' tables read.

    Each field goes into the first block that has room for it.
    """
    blocks: list[tuple[list[int], list[int]]] = []
    for place in range(len(model.cells)):
        reads = {place, *model.read_with(place)}
        for own, read in blocks:
            if prod(model.cells[one].count for one in reads.union(read)) <= MOST_WAYS:
                own.append(place)
                read[:] = sorted(reads.union(read))
                break
        else:
            blocks.append(([place], sorted(reads)))
    return blocks
