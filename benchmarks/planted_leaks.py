"""The ways in which a leak is planted into an export: a column that knows the outcome as strongly as it is told to.

Each is given who bought, an honest column, how strong the leak is (0 to 1) and a generator, and returns the column's cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Way = Callable[[NDArray[np.bool_], list[str], float, np.random.Generator], list[str]]


def words_by_outcome(won: NDArray[np.bool_], _model: list[str], strength: float, lot: np.random.Generator) -> list[str]:
    """Return words of which some stand oftener at won leads."""
    words = int(lot.integers(2, 8))
    tilt = np.exp(4 * strength * lot.normal(size=words))
    of_won, of_others = tilt / tilt.sum(), np.full(words, 1 / words)
    drawn = np.where(won, lot.choice(words, len(won), p=of_won), lot.choice(words, len(won), p=of_others))
    return [f"w{number}" for number in drawn]


def number_by_outcome(
    won: NDArray[np.bool_], _model: list[str], strength: float, lot: np.random.Generator
) -> list[str]:
    """Return numbers that are higher for won leads."""
    return [f"{number:.3f}" for number in 10 + lot.normal(size=len(won)) + 2 * strength * won]


def gaps_by_outcome(won: NDArray[np.bool_], model: list[str], strength: float, lot: np.random.Generator) -> list[str]:
    """Return an honest column's cells, drawn anew, and oftener empty where nobody bought."""
    filled = lot.random(len(won)) < np.where(won, 0.5 + strength / 2, 0.5 - strength / 2)
    drawn = lot.permutation(len(model))
    return [(model[place] or "there") if there else "" for place, there in zip(drawn, filled, strict=True)]


def emptied_by_outcome(
    won: NDArray[np.bool_], model: list[str], strength: float, lot: np.random.Generator
) -> list[str]:
    """Return an honest column as it is, emptied where nobody bought."""
    emptied = lot.random(len(won)) < strength * ~won
    return ["" if gone else cell for cell, gone in zip(model, emptied, strict=True)]


def overwritten_by_outcome(
    won: NDArray[np.bool_], model: list[str], strength: float, lot: np.random.Generator
) -> list[str]:
    """Return an honest column as it is, overwritten by another of its own cells where somebody bought."""
    levels = sorted(set(model) - {""})
    other = levels[int(lot.integers(len(levels)))]
    changed = lot.random(len(won)) < strength * won
    return [other if gone else cell for cell, gone in zip(model, changed, strict=True)]


WAYS: Mapping[str, Way] = {
    "words drawn by the outcome": words_by_outcome,
    "a number drawn by the outcome": number_by_outcome,
    "gaps drawn by the outcome": gaps_by_outcome,
    "an honest column emptied by it": emptied_by_outcome,
    "an honest column overwritten by it": overwritten_by_outcome,
}


FROM_THE_START = (emptied_by_outcome, overwritten_by_outcome)
"""Of these the honest cells stood there before; all else was empty before the outcome showed."""
