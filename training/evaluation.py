"""The contenders side by side on the same later leads: candidate, rules, base rate, champion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import orjson

from models.measured import Measured
from models.ranking_metrics import Judged, log_loss_difference, measured
from training.dataset import TrainingSet

Floats = npt.NDArray[np.float64]
FEWEST_LEADS, FEWEST_SALES = 100, 10
"""A group of later leads with fewer says "not enough data" instead of figures."""
MOST_CHANNELS = 8


@dataclass(frozen=True, slots=True)
class Group:
    """One group of later leads and every contender's measures on it; None where there is not enough data."""

    name: str
    leads: int
    sales: int
    measures: Mapping[str, Mapping[str, Measured]] | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All groups (the first is all rows), and the candidate's log-loss minus each other contender's."""

    groups: tuple[Group, ...]
    differences: Mapping[str, Measured]

    @property
    def overall(self) -> Group:
        """Return the group of all rows."""
        return self.groups[0]


def evaluated(data: TrainingSet, contenders: Mapping[str, Floats], *, seed: int = 0) -> Evaluation:
    """Return how the contenders (name -> probability of each row; "candidate", "rules", "guesses") did on ``data``."""
    judged = Judged(data.outcome, data.weight, data.lead)
    masks = {"all": np.ones(len(data), dtype=bool), "at arrival": data.at_arrival, "after a call": data.called}
    names, sizes = np.unique(data.channel.astype(str), return_counts=True)
    largest = [str(names[place]) for place in np.argsort(-sizes)[:MOST_CHANNELS]]
    masks |= {f"channel {name}": data.channel == name for name in largest if len(names) > 1}
    groups = tuple(_group(name, np.flatnonzero(mask), judged, contenders, seed) for name, mask in masks.items())
    mine = contenders["candidate"]
    others = {name: p for name, p in contenders.items() if name != "candidate"}
    differences = {name: log_loss_difference(mine, p, judged, seed=seed) for name, p in others.items()}
    rules, guesses = contenders["rules"], contenders["guesses"]
    differences["rules over guesses"] = log_loss_difference(rules, guesses, judged, seed=seed)
    return Evaluation(groups, differences)


def evaluation_json(evaluation: Evaluation) -> bytes:
    """Return everything as JSON: for each group, contender and measure the value and its interval; null cannot be told."""
    groups = [
        {
            "group": group.name,
            "leads": group.leads,
            "sales": group.sales,
            "measures": None
            if group.measures is None
            else {who: {name: _ends(m) for name, m in of.items()} for who, of in group.measures.items()},
        }
        for group in evaluation.groups
    ]
    differences = {name: _ends(m) for name, m in evaluation.differences.items()}
    told = {"groups": groups, "log_loss_differences": differences}
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def _ends(measured: Measured) -> list[float]:
    return [measured.value, measured.low, measured.high]


def _group(
    name: str, rows: npt.NDArray[np.int64], judged: Judged, contenders: Mapping[str, Floats], seed: int
) -> Group:
    if not len(rows):
        return Group(name, 0, 0, None)
    part = judged.of(rows)
    if part.leads < FEWEST_LEADS or part.sales < FEWEST_SALES:
        return Group(name, part.leads, part.sales, None)
    measures = {contender: measured(p[rows], part, seed=seed) for contender, p in contenders.items()}
    return Group(name, part.leads, part.sales, measures)
