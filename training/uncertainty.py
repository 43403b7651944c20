"""How far a score may be off: the scorecard's own uncertainty, shared out among the fields as the tables are.

The variance of a row's log-odds is x'Cx, where C is the covariance that leads and penalties leave to the effects (a
Laplace approximation: MacKay 1992, "The evidence framework applied to classification networks"). What each field has part
in of it is averaged over the rows of each of its cells: so one lead's variance is again a sum of entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.cells import Rows
from training.scorecard import Scorecard, places_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_ROWS = 20_000
MOST_UNSEEN, LESS_SURE = 0.25, 1.5
"""A cell that no lead stood in, whose entry is held at nothing, adds no more variance than the first, or than so many times
what the least sure cell that was seen adds: a lead with half its answers missing is not one that may be anything."""
WIDENED = 1.3
"""The variance is multiplied by this: what the scorecard cannot say at all adds to it. Found where the truth is known
(benchmarks/known_truth.py)."""


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The variance of log-odds: what every lead has, and what each cell of each field adds; entries may be negative."""

    level: float
    cells: Mapping[str, Floats]


CERTAIN = Uncertainty(0.0, {})


def uncertainty_of(card: Scorecard, rows: Rows, shown: Mapping[str, Ints], counts: Mapping[str, int]) -> Uncertainty:
    """Return the variance of the log-odds of rows like these, by cells.

    Parameters
    ----------
    rows
        The rows that the scorecard was fitted to.
    shown, counts
        The same rows' cells in the tables that are served (fewer, coarser), by field, and how many cells each field has.
    """
    if not rows.cells:
        return CERTAIN
    every = -(-len(rows) // MOST_ROWS)
    some = np.arange(0, len(rows), every)
    weight = rows.weight[some]
    shares = _shares(card, rows.of(some))
    level = float(weight @ shares[:, 0] / weight.sum())
    cells: dict[str, Floats] = {}
    alone = np.diag(card.covariance)[1:]
    first = places_of(rows) - 1
    for place, name in enumerate(rows.cells):
        share = shares[:, place + 1]
        if name not in shown:
            level += float(weight @ share / weight.sum())
            continue
        where = shown[name][some]
        mass = np.bincount(where, weight, minlength=counts[name])
        total = np.bincount(where, weight * share, minlength=counts[name])
        own = alone[first[place] : first[place + 1]]
        prior = own if len(own) == counts[name] else np.full(counts[name], float(own.max()))
        seen = total / np.maximum(mass, 1e-12)
        unseen = np.minimum(prior, max(MOST_UNSEEN, LESS_SURE * float(seen[mass > 0].max())))
        cells[name] = np.where(mass > 0, seen, unseen)
    return Uncertainty(WIDENED * level, {name: WIDENED * shares for name, shares in cells.items()})


def _shares(card: Scorecard, rows: Rows) -> Floats:
    """Return what the level and each field have part in of each row's variance: rows x (1 + fields)."""
    first = places_of(rows)[:-1]
    places = [
        np.zeros(len(rows), dtype=np.int64),
        *(begin + own for begin, own in zip(first, rows.where.values(), strict=True)),
    ]
    shares = np.zeros((len(rows), len(places)))
    for n, one in enumerate(places):
        for m in range(n):
            both = card.covariance[one, places[m]]
            shares[:, n] += both
            shares[:, m] += both
        shares[:, n] += card.covariance[one, one]
    return shares
