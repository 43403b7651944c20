"""The contenders side by side on the same later leads: candidate, rules, base rate, champion."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from models.judgement import ALL, JudgedGroup, Judgement
from models.ranking_metrics import Judged, log_loss_difference, measured
from training.dataset import TrainingSet

Floats = npt.NDArray[np.float64]
FEWEST_LEADS, FEWEST_SALES = 100, 10
"""A group of later leads with fewer says "not enough data" instead of figures."""
MOST_CHANNELS = 8


def evaluated(data: TrainingSet, contenders: Mapping[str, Floats], *, seed: int = 0) -> Judgement:
    """Return how the contenders (name -> probability of each row; "candidate", "rules", "guesses") did on ``data``."""
    judged = Judged(data.outcome, data.weight, data.lead).of(np.arange(len(data)))
    masks = {ALL: np.ones(len(data), dtype=bool), "at arrival": data.at_arrival, "after a call": data.called}
    names, sizes = np.unique(data.channel.astype(str), return_counts=True)
    largest = [str(names[place]) for place in np.argsort(-sizes)[:MOST_CHANNELS]]
    masks |= {f"channel {name}": data.channel == name for name in largest if len(names) > 1}
    groups = tuple(_group(name, np.flatnonzero(mask), judged, contenders, seed) for name, mask in masks.items())
    mine = contenders["candidate"]
    others = {name: p for name, p in contenders.items() if name != "candidate"}
    differences = {name: log_loss_difference(mine, p, judged, seed=seed) for name, p in others.items()}
    rules, guesses = contenders["rules"], contenders["guesses"]
    differences["rules over guesses"] = log_loss_difference(rules, guesses, judged, seed=seed)
    return Judgement(groups, differences)


def _group(
    name: str, rows: npt.NDArray[np.int64], judged: Judged, contenders: Mapping[str, Floats], seed: int
) -> JudgedGroup:
    if not len(rows):
        return JudgedGroup(name, 0, 0, None)
    part = judged.of(rows)
    if part.leads < FEWEST_LEADS or part.sales < FEWEST_SALES:
        return JudgedGroup(name, part.leads, part.sales, None)
    measures = {contender: measured(p[rows], part, seed=seed) for contender, p in contenders.items()}
    return JudgedGroup(name, part.leads, part.sales, measures)
