"""How a model did on later leads: every measure of every group with its interval, as training writes it and pages read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from features.errors import ArtefactUnreadable
from models.measured import Measured

EVALUATION = "evaluation.json"
"""The file of a model's folder that holds every measure of every group."""
ALL = "all"


@dataclass(frozen=True, slots=True)
class JudgedGroup:
    """A group of later leads: contender -> measure -> value with its interval; None where there was not enough data."""

    name: str
    leads: int
    sales: int
    measures: Mapping[str, Mapping[str, Measured]] | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """All groups (the first is all leads), and the candidate's log-loss minus each other contender's."""

    groups: tuple[JudgedGroup, ...]
    differences: Mapping[str, Measured]

    @property
    def overall(self) -> JudgedGroup:
        """Return the group of all rows."""
        return self.groups[0]

    def surely_better_than(self, contender: str) -> bool | None:
        """Return whether the candidate surely did better than another (False: surely worse); None where chance may do it."""
        difference = self.differences.get(contender)
        if difference is None or not (difference.high < 0 or difference.low > 0):
            return None
        return difference.high < 0


def judgement_json(judgement: Judgement) -> bytes:
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
        for group in judgement.groups
    ]
    differences = {name: _ends(m) for name, m in judgement.differences.items()}
    told = {"groups": groups, "log_loss_differences": differences}
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def load_judgement(folder: Path) -> Judgement | None:
    """Return the judgement in a model's folder; None where there is none.

    Raises
    ------
    ArtefactUnreadable
        Where it is damaged.
    """
    try:
        said = orjson.loads((folder / EVALUATION).read_bytes())
        groups = tuple(_group(one) for one in said["groups"])
        differences = {name: _measured(ends) for name, ends in said["log_loss_differences"].items()}
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ArtefactUnreadable(f"{folder.name}/{EVALUATION} is damaged; train anew.") from None
    if not groups or groups[0].name != ALL:
        raise ArtefactUnreadable(f"{folder.name}/{EVALUATION} lacks the group of all leads; train anew.")
    return Judgement(groups, differences)


def _group(said: Mapping[str, Any]) -> JudgedGroup:
    measures = said["measures"]
    if measures is not None:
        measures = {who: {name: _measured(ends) for name, ends in of.items()} for who, of in measures.items()}
    return JudgedGroup(str(said["group"]), int(said["leads"]), int(said["sales"]), measures)


def _ends(measured: Measured) -> list[float]:
    return [measured.value, measured.low, measured.high]


def _measured(ends: Sequence[float | None]) -> Measured:
    """Return a measure; null in JSON is what the leads could not say."""
    value, low, high = (float("nan") if end is None else float(end) for end in ends)
    return Measured(value, low, high)
