"""Some places of a row of values, as a tuple."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

Picker = Callable[[tuple[int, ...]], tuple[int, ...]]


def picker(places: Sequence[int]) -> Picker:
    """Return what picks the values at ``places``, as a tuple also where it is one alone, or none.

    >>> [picker(places)((5, 6, 7)) for places in ([2, 0], [1], [])]
    [(7, 5), (6,), ()]
    """
    if len(places) > 1:
        return itemgetter(*places)
    one: Callable[[Any], Any] = itemgetter(slice(places[0], places[0] + 1) if places else slice(0))
    return one
