"""What the rules make of a lead's answers: its grade, its start, what to ask; worked out once for each way to answer.

A company has few criteria, so there are few ways to answer them, and almost every lead answers in one seen before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from features.facts.company import Abc, Company
from features.facts.values import Answer
from models.abc_rules import Grading, Said, grading_of, said
from models.artefact import Artefact
from models.foreseen import Prospects
from models.grade_starts import GradeStarts
from models.next_answer import NextAnswer, Question
from models.quick_sum import Told, is_worth_reading, told_as
from models.remembered import Remembered


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules say of a lead: its grading, where it starts and how doubtful that is.

    ``speaks_for`` or ``against`` holds the grade as a reason, where it is one worth reading; ``questions`` may be asked next.
    ``prospects`` are the answers to those that were looked into, by their fields.
    """

    grading: Grading
    start: float
    doubt: float
    speaks_for: Sequence[Told]
    against: Sequence[Told]
    questions: Sequence[Question]
    prospects: dict[str, Prospects] = field(default_factory=dict)


class ByRules:
    """One version of a company's rules, read by one model."""

    def __init__(self, company: Company, rules: Abc, artefact: Artefact) -> None:
        self.company, self.rules = company, rules
        self._artefact, self._starts = artefact, GradeStarts(artefact.starts, rules)
        self.next_answer = NextAnswer(company, rules, self._starts, artefact.model)
        self._fields = [one.field for one in rules.criteria.values()]
        self._by_answers = Remembered(self._ruled)
        self._by_verdicts = Remembered(self._ruled_so)

    def of(self, answers: Mapping[str, Answer]) -> Ruled:
        """Return what the rules make of these answers."""
        return self._by_answers[tuple(map(answers.get, self._fields))]

    def _ruled(self, told: tuple[Answer | None, ...]) -> Ruled:
        answers = {name: answer for name, answer in zip(self._fields, told, strict=True) if answer is not None}
        verdicts = tuple([said(answers, one) for one in self.rules.criteria.values()])
        return self._by_verdicts[verdicts, tuple([name in answers for name in self._fields])]

    def _ruled_so(self, verdicts_and_asked: tuple[tuple[Said, ...], tuple[bool, ...]]) -> Ruled:
        verdicts = dict(zip(self.rules.criteria, verdicts_and_asked[0], strict=True))
        unasked = [name for name, asked in zip(verdicts, verdicts_and_asked[1], strict=True) if not asked]
        grading, start = grading_of(verdicts, unasked, self.rules), self._starts.of(verdicts)
        told = self._told(grading, start)
        speaks_for, against = (told, []) if any(reason.contribution > 0 for *_, reason in told) else ([], told)
        return Ruled(
            grading,
            start,
            self._artefact.doubt[grading.grade],
            speaks_for,
            against,
            self.next_answer.questions(grading),
        )

    def _told(self, grading: Grading, start: float) -> list[Told]:
        """Return the grade as a reason, behind those of all fields that are as strong; nothing where it is none."""
        reason = None if grading.grade == "ungraded" else self._artefact.grade_reason(grading.grade, start)
        if reason is None or not is_worth_reading(reason, self._artefact.average):
            return []
        return [told_as(reason, len(self._artefact.model.cells))]
