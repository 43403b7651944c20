"""How soon the sales are found: of a hundred, how many lie in the first 30 % of the calls, by whose order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.measured import Measured
from serving.model_card.shelf import ShelvedModel

Verdict = Literal["surely", "several_times", "unsure", "worse", "rules_alone", "not_enough"]


@dataclass(frozen=True, slots=True)
class FoundSales:
    """The share of the sales among the first 30 % of the calls in the model's order, and in the rules'.

    ``model`` is None where the rules serve at the rates that were seen: then their order is the model's.
    """

    model: Measured | None
    rules: Measured


def found_sales(shelved: ShelvedModel) -> FoundSales | None:
    """Return how soon the later leads' sales were found; None where there was not enough data to say."""
    measures = shelved.judgement.overall.measures if shelved.judgement else None
    if measures is None:
        return None
    mine, rules = (measures[who]["sales_in_first_30"] for who in ("candidate", "rules"))
    if not shelved.artefact.model.parts:
        return FoundSales(None, rules)
    return FoundSales(mine, rules)


def verdict(shelved: ShelvedModel) -> Verdict:
    """Return whether the model beat the rules on later leads, and how sure that is.

    ``several_times``: the last slice of leads is too short to tell, but training found that all the later leads on which
    its blend was chosen are not. ``unsure``: nothing tells.
    """
    if not shelved.artefact.model.parts:
        return "rules_alone"
    if shelved.judgement is None or shelved.judgement.overall.measures is None:
        return "not_enough"
    is_better = shelved.judgement.surely_better_than("rules")
    if is_better is not None:
        return "surely" if is_better else "worse"
    return "several_times" if shelved.card and shelved.card.by_gain else "unsure"
