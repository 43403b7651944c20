"""A model's folder as training leaves it, with figures that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from models.artefact import Artefact, model_folder, save_artefact
from models.card import Card, save_card
from models.judgement import EVALUATION
from models.purchase_model import PurchaseModel
from models.ranking_metrics import MEASURES
from tests.models.small_models import windows_artefact, windows_card

Measures = dict[str, list[float | None]]


def shelve(home: Path, version: str, *, judgement: dict[str, Any] | None = None, **card: object) -> Card:
    """Write a model with its card and its judgement, as training would; return the card."""
    folder = model_folder(home, version)
    save_artefact(windows_artefact(version), folder, text="", card="")
    kept = windows_card(version, **card)
    save_card(kept, folder)
    (folder / EVALUATION).write_bytes(orjson.dumps(judgement or judged()))
    return kept


def rules_alone() -> Artefact:
    """Return a model without tables: the rules at the rates that were seen."""
    return replace(windows_artefact("20260304-abcdef"), model=PurchaseModel([], []))


def keep_card(home: Path, version: str) -> None:
    """Put a card and a judgement beside a model that lies there already."""
    folder = model_folder(home, version)
    save_card(windows_card(version), folder)
    (folder / EVALUATION).write_bytes(orjson.dumps(judged()))


def judged(difference: float = -0.05, **groups: Measures | None) -> dict[str, Any]:
    """Return a judgement in which the model finds 64 % of the sales early and the rules 34 %.

    ``groups`` are further ones: group (a ``_`` is a space) -> the model's measures that differ; None is "not enough data".
    """
    told = [_group("all", {})]
    told += [_group(name.replace("_", " "), measures) for name, measures in groups.items()]
    ends = [difference, difference - 0.02, difference + 0.02]
    return {"groups": told, "log_loss_differences": {"rules": ends, "base rate": ends, "guesses": ends}}


def _group(name: str, measures: Measures | None) -> dict[str, Any]:
    if measures is None:
        return {"group": name, "leads": 40, "sales": 3, "measures": None}
    mine, rules = _measures(0.64) | measures, _measures(0.34) | {"slope": [None, None, None]}
    of = {"candidate": mine, "rules": rules, "base rate": rules, "guesses": rules}
    return {"group": name, "leads": 1_120, "sales": 120, "measures": of}


def _measures(found: float) -> Measures:
    same: Measures = {name: [0.75, 0.7, 0.8] for name in MEASURES}
    return same | {"sales_in_first_30": [found, found - 0.1, found + 0.1], "level": [1.0, 0.8, 1.2]}
