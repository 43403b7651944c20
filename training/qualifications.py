"""What the rules knew of each row's lead, so that any guess of the grades' rates gives each row its start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from features.facts.company import Abc
from features.facts.values import Answer
from models.abc_rules import RuleGrade, Said, best_grade_open, grade_of_verdicts, verdicts_of
from models.grade_starts import StartsByRules

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Qualification:
    """A version of the rules, and what was known of each of its criteria."""

    rules: Abc
    verdicts: Mapping[str, Said]

    @property
    def told(self) -> RuleGrade | None:
        """Return the grade whose rate such leads tell: theirs if no answer can change it, "ungraded" if nothing is known.

        None for leads that may be of several grades.
        """
        if all(one == "unknown" for one in self.verdicts.values()):
            return "ungraded"
        grade = grade_of_verdicts(self.verdicts, self.rules)
        return grade if best_grade_open(self.verdicts, self.rules) == grade else None


@dataclass(slots=True)
class Qualifications:
    """Every qualification that rows have, each once."""

    known: list[Qualification] = field(default_factory=list)
    _places: dict[tuple[int, tuple[Said, ...]], int] = field(default_factory=dict)

    def place(self, answers: Mapping[str, Answer], rules: Abc) -> int:
        """Return the place of a lead's qualification."""
        verdicts = verdicts_of(answers, rules)
        key = id(rules), tuple(verdicts.values())
        if key not in self._places:
            self._places[key] = len(self.known)
            self.known.append(Qualification(rules, verdicts))
        return self._places[key]

    def starts(self, starts: Mapping[RuleGrade, float] | None) -> Floats:
        """Return the log-odds from which each qualification's leads start, given those of each grade (None: as guessed)."""
        by_rules = StartsByRules(starts)
        return np.array([by_rules.under(one.rules).of(one.verdicts) for one in self.known])
