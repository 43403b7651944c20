"""The sum of a lead's entries and the reasons in it, looked up for several fields at a time.

The fields are packed into blocks of which the cells can stand in no more than some thousands of ways. What a field adds in
a cell ``PurchaseModel`` says once, what a block adds up to is summed once: the model's own sum, in a fraction of the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
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
Told = tuple[float, int, Reason]
"""A reason behind what sorts it: the strongest first, of equal ones that of the field that comes first."""
Adds = tuple[float, float, Sequence[Told], Sequence[Told]]
"""What a field or a block adds to log-odds and to their variance, and its reasons: those for the lead, those against it."""


class Moves(NamedTuple):
    """Several ways in which a lead's cells may change: so many, and what each makes of the blocks that any of them moves.

    A block is told by its place, by what picks its cells, and by what it then adds, one number for each way.
    """

    ways: int
    blocks: tuple[tuple[int, Picker, Remembered[Cells, tuple[float, ...]]], ...]


class QuickSum:
    """A purchase model's sum.

    Examples
    --------
    >>> from models.purchase_model import FieldCells, Part
    >>> tables = [Part(("area",), (-0.5, 0.5, 0.0), (120, 80, 10), (4, 12, 0))]
    >>> quick = QuickSum(PurchaseModel([FieldCells("area", cuts=(50.0,))], tables), average=0.08)
    >>> adds, doubt, speak_for, against = quick.summed(quick.cells({"area": 70.0}), called=False)
    >>> sum(adds), [reason.sales for *_, reason in speak_for], against
    (0.5, [12], [])
    """

    def __init__(self, model: PurchaseModel, average: float) -> None:
        self._model, self._average = model, average
        self._names = [one.feature for one in model.cells]
        self._values = itemgetter(*self._names) if len(self._names) > 1 else lambda row: map(row.get, self._names)
        self._cell_of = [Remembered[Value, int](one.cell) for one in model.cells]
        reads = [(place, *model.read_with(place)) for place in range(len(model.cells))]
        packed = _packed(model)
        self._reads = [read for _, read in packed]
        self._blocks: list[list[tuple[Picker, Remembered[Cells, Adds]]]] = [[], []]
        for called, blocks in enumerate(self._blocks):
            fields = [Remembered(partial(self._field_adds, read, called=bool(called))) for read in reads]
            for own, read in packed:
                of_fields = [(picker([read.index(one) for one in reads[place]]), fields[place]) for place in own]
                blocks.append((picker(read), Remembered(partial(_all_add, of_fields), MOST_WAYS)))

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
        return [sums[pick(cells)][0] for pick, sums in self._blocks[False]]

    def moves(self, changes: Sequence[Mapping[int, int]]) -> Moves:
        """Return what several changes move of a sum, each the cells in which a lead would stand by the places of their features."""
        changed = set[int]().union(*changes)
        return Moves(
            len(changes),
            tuple(
                [
                    (block, pick, Remembered(partial(self._changed, block, changes)))
                    for block, (pick, _) in enumerate(self._blocks[False])
                    if changed.intersection(self._reads[block])
                ]
            ),
        )

    def moved_so(self, cells: Cells, adds: Sequence[float], moves: Moves) -> list[float]:
        """Return ``moved`` of a lead that stands in ``cells`` but for each of these changes; ``adds`` are those of its cells."""
        found = [(block, after[pick(cells)]) for block, pick, after in moves.blocks]
        moved = []
        for way in range(moves.ways):
            then = [*adds]
            for block, after in found:
                then[block] = after[way]
            moved.append(sum(then, 0.0))
        return moved

    def _changed(self, block: int, changes: Sequence[Mapping[int, int]], cells: Cells) -> tuple[float, ...]:
        """Return what a block whose cells are these adds after each change."""
        sums, reads = self._blocks[False][block][1], self._reads[block]
        return tuple(
            [
                sums[tuple([change.get(place, cell) for place, cell in zip(reads, cells, strict=True)])][0]
                for change in changes
            ]
        )

    def summed(self, cells: Cells, *, called: bool) -> tuple[Sequence[float], float, list[Told], list[Told]]:
        """Return ``adds``, the variance of their sum, and the reasons worth reading for the lead and against it.

        ``called`` says whether anybody called the lead: before that, what a call tells is no reason.
        """
        adds: list[float] = []
        speak_for: list[Told] = []
        against: list[Told] = []
        doubt = 0.0
        for pick, sums in self._blocks[called]:
            added, doubted, told_for, told_against = sums[pick(cells)]
            adds.append(added)
            doubt += doubted
            speak_for += told_for
            against += told_against
        return adds, doubt, speak_for, against

    def _field_adds(self, reads: Sequence[int], cells: Cells, *, called: bool) -> Adds:
        """Return what the first of these fields adds where they stand in ``cells``."""
        place, cell = reads[0], cells[0]
        share = self._model.share(place, dict(zip(reads, cells, strict=True)))
        reason = self._model.reason(place, cell, share)
        is_told = is_worth_reading(reason, self._average) and (called or reason.feature not in AFTER_CALLS)
        told = [told_as(reason, place)] if is_told else []
        speak_for, against = (told, []) if reason.contribution > 0 else ([], told)
        return share, self._model.doubt(place, cell), speak_for, against


def _all_add(fields: Sequence[tuple[Picker, Remembered[Cells, Adds]]], cells: Cells) -> Adds:
    """Return what all fields of a block add where it stands in ``cells``."""
    adds, doubts, speak_for, against = zip(*(sums[pick(cells)] for pick, sums in fields), strict=True)
    return sum(adds, 0.0), sum(doubts, 0.0), (*chain.from_iterable(speak_for),), (*chain.from_iterable(against),)


def is_worth_reading(reason: Reason, average: float) -> bool:
    """Return whether a reason is strong enough, borne out by its own counts, and more than that nothing has happened."""
    says_nothing_yet = reason.cell is None and reason.feature in TOLD_BY_CALLS
    return abs(reason.contribution) >= SMALLEST_REASON and not says_nothing_yet and reason.is_borne_out(average)


def told_as(reason: Reason, place: int) -> Told:
    """Return a reason behind what sorts it."""
    return -abs(reason.contribution), place, reason


def _packed(model: PurchaseModel) -> list[tuple[list[int], list[int]]]:
    """Return the blocks: the places of their fields, and of all fields that these fields' tables read.

    Each field goes into the first block that has room for it, or reads what it reads anyway.
    """
    blocks: list[tuple[list[int], list[int]]] = []
    for place in range(len(model.cells)):
        reads = {place, *model.read_with(place)}
        for own, read in blocks:
            if reads.issubset(read) or prod(model.cells[one].count for one in reads.union(read)) <= MOST_WAYS:
                own.append(place)
                read[:] = sorted(reads.union(read))
                break
        else:
            blocks.append(([place], sorted(reads)))
    return blocks
