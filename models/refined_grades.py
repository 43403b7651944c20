"""The model's own A, B and C, with the meaning that the rules gave them.

A lead is a refined A where its chance lies nearer to that of the rules' A than to that of their B: so where the model says
little beyond the rules, both grade alike. Training raises a border where later leads above it bought less often than the
rules' own grade did (``training/grade_borders.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from features.log_odds import log_odds, probability_of
from models.abc_rules import RuleGrade


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

    def moved(self, moved: Callable[[float], float]) -> GradeBorders:
        """Return the borders of leads whose log-odds were moved so: each lead keeps its grade.

        >>> GradeBorders(0.5, 0.2).moved(lambda log_odds: log_odds - 1.0).a  # 1 / (1 + e)
        0.2689414213699951
        """
        a, b = (probability_of(moved(log_odds(one))) if 0.0 < one < 1.0 else one for one in (self.a, self.b))
        return GradeBorders(a, b)

    def to_json(self) -> dict[str, float]:
        """Return the borders as plain values."""
        return {"A": self.a, "B": self.b}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> GradeBorders:
        """Return the borders that were saved."""
        return cls(float(said["A"]), float(said["B"]))


def borders_between(starts: Mapping[RuleGrade, float], level: float = 0.0) -> GradeBorders:
    """Return borders half way between the log-odds of the rules' grades, all moved by ``level``.

    ``starts`` are in order: an A that buys less often than B, or than a lead of which nothing is known, stands as high as
    they do. People call A first, as the best there are, so A begins no lower than at such a lead's chance either.

    >>> said = borders_between({"A": -1.0, "B": -2.0, "C": -4.0, "non_target": -6.0, "ungraded": -3.0})
    >>> round(log_odds(said.a), 6), round(log_odds(said.b), 6)
    (-1.5, -3.0)
    """
    a = max((starts["A"] + starts["B"]) / 2, starts["ungraded"])
    return GradeBorders(probability_of(a + level), probability_of((starts["B"] + starts["C"]) / 2 + level))


def guessed_borders(rates: Mapping[RuleGrade, float]) -> GradeBorders:
    """Return the borders where the rules grade nobody: a grade then promises the rate that the company guessed of it.

    An A that buys less often than the average lead would be none.

    >>> guessed_borders({"A": 0.3, "B": 0.12, "C": 0.03, "non_target": 0.002, "ungraded": 0.385})
    GradeBorders(a=0.385, b=0.12)
    """
    return GradeBorders(max(rates["A"], rates["B"], rates["ungraded"]), rates["B"])
