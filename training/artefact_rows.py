"""A saved model's answers to many rows at once: the batch path of what serves one lead at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.artefact import Artefact
from training.cells import cells_of
from training.dataset import TrainingSet
from training.grade_rates import starts_of
from training.recipe import probability

Floats = npt.NDArray[np.float64]


def artefact_probability(artefact: Artefact, data: TrainingSet) -> Floats:
    """Return a saved model's probability of each row."""
    return probability(artefact_log_odds(artefact, data))


def artefact_log_odds(artefact: Artefact, data: TrainingSet) -> Floats:
    """Return a saved model's log-odds of each row."""
    total = starts_of(data, artefact.starts) + artefact.level
    cells = {one.feature: one for one in artefact.model.cells}
    where = cells_of(data.columns, cells)
    for part in artefact.model.parts:
        entry = where[part.features[0]]
        if len(part.features) == 2:
            entry = entry * cells[part.features[1]].count + where[part.features[1]]
        total = total + np.array(part.values)[entry]
    return total
