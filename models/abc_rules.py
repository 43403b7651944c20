"""The ABC rules as data: the grade of the moment, the best grade still open, and what to ask next.

An unknown need leaves a lead ungraded, never non-target; any other unknown counts as "no" for the grade of the moment.
The table, the criteria and the company's guess of each grade's rate stand in ``company.yaml``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from features.facts.channels import tidied
from features.facts.company import Abc, AbcRow, Criterion
from features.facts.values import Answer

RuleGrade = Literal["A", "B", "C", "non_target", "ungraded"]
Said = Literal["yes", "no", "unknown"]
GRADES: tuple[RuleGrade, ...] = ("A", "B", "C", "non_target", "ungraded")
BEST_FIRST: dict[str, int] = {"A": 0, "B": 1, "C": 2, "non_target": 3, "ungraded": 4}
QUALIFIED: frozenset[str] = frozenset({"A", "B"})


@dataclass(frozen=True, slots=True)
class Grading:
    """A lead's grade by the rules: "B, up to A"; ``ask`` is the criterion to clear up next, if any."""

    grade: RuleGrade
    best_open: RuleGrade
    verdicts: Mapping[str, Said]
    ask: str | None


def grade_by_rules(answers: Mapping[str, Answer], rules: Abc) -> Grading:
    """Return the grade of what was answered so far.

    >>> from features.facts.company import Company
    >>> fields = {name: {"kind": "yes_no"} for name in ("need", "budget", "urgency")}
    >>> criteria = {name: {"field": name, "yes": ["yes"], "no": ["no"]} for name in fields}
    >>> rules = Company.model_validate({"company": "x", "fields": fields, "abc": {"criteria": criteria}}).abc[0]
    >>> grading = grade_by_rules({"need": "yes", "budget": "yes"}, rules)
    >>> grading.grade, grading.best_open, grading.ask
    ('B', 'A', 'urgency')
    """
    unasked = [name for name, criterion in rules.criteria.items() if criterion.field not in answers]
    return grading_of(verdicts_of(answers, rules), unasked, rules)


def grading_of(verdicts: Mapping[str, Said], unasked: Iterable[str], rules: Abc) -> Grading:
    """Return the grade of what is known of each criterion, where those of ``unasked`` were not asked yet."""
    grade, best = grade_of_verdicts(verdicts, rules), best_grade_open(verdicts, rules)
    return Grading(grade, best, verdicts, _next_question(verdicts, unasked, rules, best) if best != grade else None)


def rule_grade(answers: Mapping[str, Answer], rules: Abc) -> RuleGrade:
    """Return the grade of the moment alone, where nobody asks what is still open."""
    return grade_of_verdicts(verdicts_of(answers, rules), rules)


def verdicts_of(answers: Mapping[str, Answer], rules: Abc) -> dict[str, Said]:
    """Return what the answers say about each criterion."""
    return {name: said(answers, criterion) for name, criterion in rules.criteria.items()}


def said(answers: Mapping[str, Answer], criterion: Criterion) -> Said:
    """Return what the answers say about one criterion."""
    answer = answers.get(criterion.field)
    if answer is None:
        return "unknown"
    if criterion.yes_from is not None:
        return "unknown" if not isinstance(answer, int | float) else ("yes" if answer >= criterion.yes_from else "no")
    words = {tidied(item) for item in (answer if isinstance(answer, tuple) else (str(answer),))}
    if words & {tidied(word) for word in criterion.yes}:
        return "yes"
    return "no" if words & {tidied(word) for word in criterion.no} else "unknown"


def grade_of_verdicts(verdicts: Mapping[str, Said], rules: Abc) -> RuleGrade:
    """Return the grade of the moment: unknown need is ungraded, every other unknown counts as no."""
    if verdicts.get("need", "unknown") == "unknown":
        return "ungraded"
    return _first_fit({name: "no" if verdict == "unknown" else verdict for name, verdict in verdicts.items()}, rules)


def best_grade_open(verdicts: Mapping[str, Said], rules: Abc) -> RuleGrade:
    """Return the best grade that the unknown answers could still earn."""
    open_names = [name for name, verdict in verdicts.items() if verdict == "unknown"]
    if not rules.criteria:
        return "ungraded"
    outcomes = (
        _first_fit({**verdicts, **dict(zip(open_names, filled, strict=True))}, rules)
        for filled in itertools.product(("yes", "no"), repeat=len(open_names))
    )
    return min(outcomes, key=BEST_FIRST.__getitem__)


def guessed_rate(grade: RuleGrade, rules: Abc) -> float:
    """Return the company's own guess of the share of ``grade`` that buys."""
    return float(getattr(rules.rates, grade))


def _first_fit(verdicts: Mapping[str, str], rules: Abc) -> RuleGrade:
    return next((row.grade for row in rules.table if _fits(row, verdicts)), "ungraded")


def _fits(row: AbcRow, verdicts: Mapping[str, str]) -> bool:
    return all(wanted == "any" or verdicts.get(name) == wanted for name, wanted in row.when.items())


def _next_question(verdicts: Mapping[str, Said], unasked: Iterable[str], rules: Abc, best: RuleGrade) -> str | None:
    """Return the unasked criterion without whose yes the best open grade is out of reach; need goes first.

    What was answered in words that the rules cannot read is open, and is not asked again.
    """
    open_names = sorted(unasked, key=lambda name: name != "need")
    for name in open_names:
        if best_grade_open({**verdicts, name: "no"}, rules) != best:
            return name
    return open_names[0] if open_names else None
