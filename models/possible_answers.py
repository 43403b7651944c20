"""Which answers to a question may come, as far as the rules and the model tell them apart.

One list for all who ask: which question matters most (``next_answer.py``), and what each answer would do
(``if_answered.py``).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from features.facts.channels import tidied
from features.facts.company import Criterion, FormField
from features.facts.values import Answer

if TYPE_CHECKING:
    from models.purchase_model import FieldCells

MOST_LEVELS = 12
"""So many words stand for all; of a number every range is kept."""
Ends = tuple[float | None, float | None]
"""From where to where a number goes, with None for an open end."""
_Border = tuple[float, bool]
"""A number at which the answer begins to count otherwise, and whether that is only right behind it."""


@dataclass(frozen=True, slots=True)
class PossibleAnswer:
    """An answer that may come; a number stands for all from ``ends[0]`` to ``ends[1]``, other answers have no ends."""

    answer: Answer
    ends: Ends | None = None


def possible_answers(
    field: FormField, criteria: Sequence[Criterion], cells: FieldCells | None
) -> tuple[PossibleAnswer, ...]:
    """Return the answers to a field that may come; none where no answer can be foreseen (a date, a text that no rule reads).

    Parameters
    ----------
    criteria
        Those that read the field.
    cells
        The cells by which the model tells its answers apart; None where no table reads it.

    Examples
    --------
    >>> need = Criterion(field="role", yes=("owner", "tenant"), no=("student",))
    >>> [one.answer for one in possible_answers(FormField(kind="choice"), [need], None)]
    ['owner', 'student', 'tenant']
    >>> [(one.answer, one.ends) for one in possible_answers(FormField(kind="number"), [Criterion(field="n", yes_from=3)], None)]
    [(1.0, (None, 3.0)), (3.0, (3.0, None))]
    """
    if field.kind == "number":
        return tuple(_ranges(criteria, cells))
    if field.kind == "yes_no":
        return PossibleAnswer("yes"), PossibleAnswer("no")
    if field.kind == "date":
        return ()
    few = _words(criteria, (cells.levels or ()) if cells and field.kind == "choice" else ())
    return tuple(PossibleAnswer((word,) if field.kind == "list" else word) for word in few)


def _words(criteria: Iterable[Criterion], frequent: Iterable[str]) -> list[str]:
    """Return the words that the rules name, then the model's levels; of many none of the rules' verdicts is left out."""
    in_turn = itertools.zip_longest(*(side for one in criteria for side in (one.yes, one.no)))
    words: dict[str, str] = {}
    for word in itertools.chain(*in_turn, frequent):
        if word is not None:
            words.setdefault(tidied(word), word)
    return list(words.values())[:MOST_LEVELS]


def _ranges(criteria: Iterable[Criterion], cells: FieldCells | None) -> Iterator[PossibleAnswer]:
    """Yield a number within each range that the rules and the model do not look into, and the ends of the range."""
    borders: set[_Border] = {(one.yes_from, False) for one in criteria if one.yes_from is not None}
    borders |= {(cut, True) for cut in (cells.cuts or () if cells else ())}
    borders = {one for one in borders if math.isfinite(one[0])}
    if not borders:
        return
    whole = cells is not None and cells.whole
    ordered: list[_Border | None] = [None, *sorted(borders), None]
    for low, high in itertools.pairwise(ordered):
        number = _within(low, high, whole=whole)
        if number is not None:
            yield PossibleAnswer(number, (_from(low, whole=whole), _up_to(high, whole=whole)))


def _within(low: _Border | None, high: _Border | None, *, whole: bool) -> float | None:
    """Return a number between two borders, a whole one where there is one; else None of whole numbers, any of others."""
    found: float = _whole_within(low, high)
    if not _lies(found, low, high) and not whole:
        found = _any_within(low, high)
    return float(found) if _lies(found, low, high) else None


def _whole_within(low: _Border | None, high: _Border | None) -> int:
    if high is not None and high[1]:
        return math.floor(high[0])
    if low is not None:
        return math.floor(low[0]) + 1 if low[1] else math.ceil(low[0])
    assert high is not None
    return math.floor(high[0] / 2) if high[0] > 0 else math.floor(high[0]) - 1


def _any_within(low: _Border | None, high: _Border | None) -> float:
    if high is not None and high[1]:
        return high[0]
    if low is not None and not low[1]:
        return low[0]
    if low is None:
        assert high is not None
        return high[0] / 2 if high[0] > 0 else high[0] - 1
    return low[0] + 1 if high is None else (low[0] + high[0]) / 2


def _lies(number: float, low: _Border | None, high: _Border | None) -> bool:
    above = low is None or number > low[0] or (number == low[0] and not low[1])
    return above and (high is None or number < high[0] or (number == high[0] and high[1]))


def _from(border: _Border | None, *, whole: bool) -> float | None:
    """Return where a range begins as people say it: of whole numbers, with the first that belongs to it."""
    if border is None or not whole:
        return border and border[0]
    return float(math.floor(border[0]) + 1 if border[1] else math.ceil(border[0]))


def _up_to(border: _Border | None, *, whole: bool) -> float | None:
    """Return where a range ends as people say it: of whole numbers, with the last that belongs to it."""
    if border is None or not whole:
        return border and border[0]
    return float(math.floor(border[0]) if border[1] else math.ceil(border[0]) - 1)
