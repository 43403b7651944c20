"""An earlier export of a set, made by hand: the latest leads are not in it yet, those before them are still open.

A set as its publishers give it is one export. The earlier one has the first ``KNOWN`` of the leads in the order in which
they came. The latest of these (``open_share`` of all leads) are open: their outcome is the word of an open lead, and what
is written late is empty. Of the honest cells of these leads one in two hundred was mended since, whoever bought.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Cells = dict[str, list[str]]
KNOWN = 0.7
MENDED = 0.005


def open_then(order: Sequence[float], open_share: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which leads are in the earlier export, and which of them are open there; larger numbers came later.

    >>> is_there, is_open = open_then(range(10), 0.2)
    >>> int(is_there.sum()), np.flatnonzero(is_open).tolist()
    (7, [5, 6])
    """
    places = np.argsort(np.argsort(order, kind="stable"), kind="stable") / len(order)
    is_there = places < KNOWN
    return is_there, is_there & (places >= KNOWN - open_share - 1e-9)


def earlier_cells(
    columns: Mapping[str, Sequence[str]],
    is_there: NDArray[np.bool_],
    is_open: NDArray[np.bool_],
    *,
    outcome: tuple[str, str],
    late: Collection[str],
    kept: Collection[str],
) -> Cells:
    """Return the earlier export.

    Parameters
    ----------
    outcome
        The column of the outcome, and the word of an open lead.
    late
        The columns that are written late, empty for open leads.
    kept
        The columns that nobody mends: ids and moments.
    """
    lot = np.random.default_rng(11)
    made: Cells = {}
    for name in sorted(columns):
        cells = np.array(columns[name], dtype=object)
        if name == outcome[0]:
            cells[is_open] = outcome[1]
        elif name in late:
            cells[is_open] = ""
        elif name not in kept:
            mended = is_open & (lot.random(len(cells)) < MENDED)
            cells[mended] = lot.permutation(cells)[mended]
        made[name] = cells[is_there].tolist()
    return made


def written(path: Path, columns: Mapping[str, Sequence[str]]) -> Path:
    """Write columns of cells as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path
