"""Which unanswered question matters most now: the one whose answers would move the purchase probability furthest apart.

Asked of every field that the company's rules read or that has a question of its own. An answer moves the score twice:
through the grade from which the rules let it start, and through the tables that read the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from features.facts.channels import tidied
from features.facts.company import Abc, Company, Criterion, FormField
from features.facts.values import Answer
from features.rows.feature import Value
from features.rows.feature_row import answer_feature_name
from models.abc_rules import Grading, Said, said
from models.entries import Entries, Entry
from models.grade_starts import GradeStarts
from models.purchase_model import PurchaseModel
from models.remembered import Remembered
from models.score import probability_of

SMALLEST_MOVE = 0.002
"""Answers whose probabilities lie closer together than this leave it to the rules what to ask."""
MOST_LEVELS = 12
Ends = tuple[float, float]
"""The highest and the lowest that the answers to a question bring to the log-odds: the rules' start and the field's tables."""


@dataclass(frozen=True, slots=True)
class Question:
    """A field that may be asked for, and how far its answers lie apart.

    ``place`` is where the model reads the field (None: nowhere), ``read_with`` are the places of the fields that tables
    read together with it; ``ends`` are found by the cells of those.
    """

    field: str
    place: int | None
    read_with: Sequence[int]
    ends: Remembered[tuple[int, ...], Ends]


class NextAnswer:
    """What to ask next under one version of a company's rules, with one model."""

    def __init__(self, company: Company, rules: Abc, starts: GradeStarts, model: PurchaseModel, entries: Entries) -> None:
        self._fields = [(name, field, _read_by(name, rules)) for name, field in company.fields.items()]
        self._rules, self._starts, self._model, self._entries = rules, starts, model, entries

    def questions(self, grading: Grading) -> list[Question]:
        """Return the fields that may be asked for, each as if it were still open, with what their answers would do."""
        return [
            self._question(name, answers, criteria, grading.verdicts)
            for name, field, criteria in self._fields
            if (field.question or criteria)
            and (answers := _possible(field, list(criteria.values()), self._model.levels_of(answer_feature_name(name))))
        ]

    def field_to_ask(
        self, questions: Iterable[Question], grading: Grading, answered: Mapping[str, Answer], at: Sequence[Entry], base: float
    ) -> str | None:
        """Return the name of the field to ask for next, or None where nothing is open.

        Parameters
        ----------
        at
            The entries at which the lead stands.
        base
            Its log-odds without the rules' start.
        """
        furthest, smallest = None, SMALLEST_MOVE
        for one in questions:
            if one.field in answered:
                continue
            others = tuple([at[place][0] for place in one.read_with])
            rest = base if one.place is None else base - self._entries.adds(one.place, at[one.place][0], others)
            highest, lowest = one.ends[others]
            move = probability_of(rest + highest) - probability_of(rest + lowest)
            if move > smallest or (move == smallest and furthest is None):
                furthest, smallest = one.field, move
        return furthest or self.field_by_rules(grading)

    def field_by_rules(self, grading: Grading) -> str | None:
        """Return the field on which the grade still hangs, or None."""
        return None if grading.ask is None else self._rules.criteria[grading.ask].field

    def _question(
        self, name: str, answers: Sequence[Answer], criteria: Mapping[str, Criterion], verdicts: Mapping[str, Said]
    ) -> Question:
        feature = answer_feature_name(name)
        place = self._entries.places.get(feature)
        starts = [
            self._starts.of({**verdicts, **{criterion: said({name: answer}, one) for criterion, one in criteria.items()}})
            for answer in answers
        ]
        if place is None:
            return Question(name, None, (), Remembered(lambda _: (max(starts), min(starts))))
        cells = [self._model.cells[place].cell(_as_value(answer)) for answer in answers]

        def ends(others: tuple[int, ...]) -> Ends:
            brought = [
                start + self._entries.adds(place, cell, others) for start, cell in zip(starts, cells, strict=True)
            ]
            return max(brought), min(brought)

        return Question(name, place, self._entries.read_with(place), Remembered(ends))


def _read_by(name: str, rules: Abc) -> dict[str, Criterion]:
    return {criterion: one for criterion, one in rules.criteria.items() if one.field == name}


def _possible(field: FormField, criteria: Sequence[Criterion], levels: tuple[str, ...]) -> list[Answer]:
    """Return the answers that may come: what the rules name, and the levels that the model knows."""
    if field.kind == "yes_no":
        return ["yes", "no"]
    if field.kind == "number":
        borders = sorted(one.yes_from for one in criteria if one.yes_from is not None)
        return [borders[0] - abs(borders[0]) / 2 - 1, *borders] if borders else []
    named = [word for one in criteria for word in (*one.yes, *one.no)]
    if field.kind == "list":
        return [(word,) for word in named]
    return [*named, *levels[:MOST_LEVELS]] if field.kind == "choice" else []


def _as_value(answer: Answer) -> Value:
    if isinstance(answer, tuple):
        return " + ".join(sorted(tidied(one) for one in answer))
    return tidied(answer) if isinstance(answer, str) else answer if isinstance(answer, float) else None
