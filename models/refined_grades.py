"""The model's own A, B and C, with the meaning that the rules gave them.

A refined A is to buy at least as often as a rule A did: the border is the lowest probability above which later leads did.
Where nobody can say (no rules, too few leads) the company's guess of each grade's rate is the border.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.log_odds import probability_of
from models.abc_rules import RuleGrade

LEADS_FOR_A_BORDER = 30.0


@dataclass(frozen=True, slots=True)
class GradeBorders:
    """The lowest probability of a refined A, and of a refined B."""

    a: float
    b: float

    def grade(self, probability: float, rule: RuleGrade) -> RuleGrade:
        """Return the refined grade; what the rules call non-target stays so.

        >>> GradeBorders(0.3, 0.1).grade(0.2, "C"), GradeBorders(0.3, 0.1).grade(0.9, "non_target")
        ('B', 'non_target')
        """
        if rule == "non_target":
            return "non_target"
        return "A" if probability >= self.a else "B" if probability >= self.b else "C"

    def to_json(self) -> dict[str, float]:
        """Return the borders as plain values."""
        return {"A": self.a, "B": self.b}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> GradeBorders:
        """Return the borders that were saved."""
        return cls(float(said["A"]), float(said["B"]))


def derived_borders(
    probability: Sequence[float], outcome: Sequence[float], weight: Sequence[float], rates: Mapping[RuleGrade, float]
) -> GradeBorders:
    """Return borders above which later leads bought at least as often as the rules' grades did (``rates``).

    >>> p = [0.9] * 40 + [0.5] * 40 + [0.1] * 40
    >>> y = [1.0] * 30 + [0.0] * 10 + [1.0] * 10 + [0.0] * 30 + [0.0] * 40
    >>> derived_borders(p, y, [1.0] * 120, {"A": 0.6, "B": 0.3, "C": 0.1, "non_target": 0.01, "ungraded": 0.2})
    GradeBorders(a=0.9, b=0.1)
    """
    a = _border(probability, outcome, weight, rates["A"])
    b = _border(probability, outcome, weight, rates["B"])
    a = rates["A"] if a is None else a
    b = rates["B"] if b is None else b
    return GradeBorders(max(a, b), min(a, b))


def rules_borders(starts: Mapping[RuleGrade, float], level: float = 0.0) -> GradeBorders:
    """Return the borders of a model without tables: each grade's leads all have the grade's own probability.

    >>> rules_borders({"A": 0.0, "B": -2.0, "C": -4.0, "non_target": -6.0, "ungraded": -3.0}).grade(0.5, "A")
    'A'
    """
    a, b = probability_of(starts["A"] + level), probability_of(starts["B"] + level)
    return GradeBorders(max(a, b), min(a, b))


def _border(
    probability: Sequence[float], outcome: Sequence[float], weight: Sequence[float], rate: float
) -> float | None:
    """Return the lowest probability above which the rate holds, going down from the best; None where it never does."""
    order = sorted(range(len(probability)), key=lambda n: -probability[n])
    leads = sales = 0.0
    border: float | None = None
    for place, n in enumerate(order):
        leads, sales = leads + weight[n], sales + weight[n] * outcome[n]
        is_last_of_ties = place + 1 == len(order) or probability[order[place + 1]] < probability[n]
        if is_last_of_ties and leads >= LEADS_FOR_A_BORDER and sales / leads >= rate:
            border = probability[n]
    return border
