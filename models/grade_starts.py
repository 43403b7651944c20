"""From which log-odds a lead starts: those of its grade by the rules, or what lies between the grades that are still open.

A lead that has said yes to one question and nothing to the others is not yet a C: it buys as often as, on average, what
the open answers may make of it. How likely an open answer is yes is the one number that is not known; it is such that a lead
of which nothing is known starts from "ungraded". So a yes never lowers the start, and a no never raises it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from features.facts.company import Abc
from features.log_odds import log_odds, probability_of
from models.abc_rules import GRADES, RuleGrade, Said, best_grade_open, grade_of_verdicts, guessed_rate

HALVINGS = 60
YES_OR_NO: tuple[Said, Said] = ("yes", "no")


class GradeStarts:
    """The log-odds from which each grade's leads start, in order, and so from which any lead does.

    Parameters
    ----------
    starts
        Each grade's log-odds. Where a better grade lies below a worse one it is lifted to it: a yes never speaks against.

    Examples
    --------
    >>> from features.facts.company import Company
    >>> fields = {name: {"kind": "yes_no"} for name in ("need", "budget", "urgency")}
    >>> criteria = {name: {"field": name, "yes": ["yes"], "no": ["no"]} for name in fields}
    >>> rules = Company.model_validate({"company": "x", "fields": fields, "abc": {"criteria": criteria}}).abc[0]
    >>> starts = GradeStarts({"A": -1.0, "B": -2.0, "C": -3.0, "non_target": -6.0, "ungraded": -3.0}, rules)
    >>> nothing = dict.fromkeys(criteria, "unknown")
    >>> [round(starts.of({**nothing, **said}), 2) for said in ({}, {"need": "yes"}, {"need": "yes", "budget": "no"})]
    [-3.0, -2.13, -3.0]
    """

    def __init__(self, starts: Mapping[RuleGrade, float], rules: Abc) -> None:
        self._starts, self._rules = in_order(starts) if rules.criteria else dict(starts), rules
        self._rates = {grade: probability_of(start) for grade, start in self._starts.items()}
        self._found: dict[tuple[Said, ...], float] = {}
        self._yes = self._chance_of_yes()

    def of(self, verdicts: Mapping[str, Said]) -> float:
        """Return the log-odds of a lead by what is known of each criterion."""
        known = tuple(verdicts.values())
        if known not in self._found:
            self._found[known] = self._between(verdicts)
        return self._found[known]

    def _chance_of_yes(self) -> float:
        """Return how likely an open answer is yes; the mean rises with it, so the interval is halved until it is found."""
        nothing: dict[str, Said] = dict.fromkeys(self._rules.criteria, "unknown")
        low, high = 0.0, 1.0
        for _ in range(HALVINGS if nothing else 0):
            middle = (low + high) / 2
            if self._mean(nothing, middle) < self._rates["ungraded"]:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    def _between(self, verdicts: Mapping[str, Said]) -> float:
        """Return the start of the grade, where no answer can change it, or the log-odds of the mean of those still open."""
        grade = grade_of_verdicts(verdicts, self._rules)
        if all(one == "unknown" for one in verdicts.values()):
            return self._starts["ungraded"]
        if best_grade_open(verdicts, self._rules) == grade:
            return self._starts[grade]
        return log_odds(self._mean(verdicts, self._yes))

    def _mean(self, verdicts: Mapping[str, Said], yes: float) -> float:
        still_open = [name for name, verdict in verdicts.items() if verdict == "unknown"]
        total = 0.0
        for answers in itertools.product(YES_OR_NO, repeat=len(still_open)):
            grade = grade_of_verdicts({**verdicts, **dict(zip(still_open, answers, strict=True))}, self._rules)
            agreeing = answers.count("yes")
            total += yes**agreeing * (1 - yes) ** (len(answers) - agreeing) * self._rates[grade]
        return total


class StartsByRules:
    """From where leads start under each version of the rules; without ``starts``, at the company's own guesses."""

    def __init__(self, starts: Mapping[RuleGrade, float] | None = None) -> None:
        self._starts = starts
        self._by_rules: dict[int, tuple[Abc, GradeStarts]] = {}

    def under(self, rules: Abc) -> GradeStarts:
        """Return from where leads start under one version."""
        found = self._by_rules.get(id(rules))
        if found is None or found[0] is not rules:
            found = rules, GradeStarts(self._starts or guessed_starts(rules), rules)
            self._by_rules[id(rules)] = found
        return found[1]


def guessed_starts(rules: Abc) -> dict[RuleGrade, float]:
    """Return the log-odds of the company's own guess of each grade's rate."""
    return {grade: log_odds(guessed_rate(grade, rules)) for grade in GRADES}


def in_order(starts: Mapping[RuleGrade, float]) -> dict[RuleGrade, float]:
    """Return the starts with none below that of a worse grade, and "ungraded", the lead that may be any, between them all.

    >>> in_order({"A": -2.0, "B": -1.0, "C": -3.0, "non_target": -6.0, "ungraded": 0.0})
    {'A': 0.0, 'B': -1.0, 'C': -3.0, 'non_target': -6.0, 'ungraded': 0.0}
    """
    worst = min(starts["non_target"], starts["ungraded"])
    c = max(starts["C"], worst)
    b = max(starts["B"], c)
    a = max(starts["A"], b, starts["ungraded"])
    return {"A": a, "B": b, "C": c, "non_target": worst, "ungraded": starts["ungraded"]}
