"""Which unanswered question matters most now: the one whose answers would move the purchase probability furthest apart.

Asked of every field that the company's rules read or that has a question of its own. An answer moves the score twice:
through the grade from which the rules let it start, and through the tables that read the field.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from features.facts.channels import tidied
from features.facts.company import Abc, Company, Criterion, FormField
from features.facts.values import Answer
from features.rows.feature import Value
from features.rows.feature_row import answer_feature_name
from models.abc_rules import Grading, Said, said
from models.grade_starts import GradeStarts
from models.picked import Picker, picker
from models.possible_answers import possible_answers
from models.purchase_model import PurchaseModel
from models.remembered import Remembered

SMALLEST_MOVE = 0.002
"""Answers whose probabilities lie closer together than this leave it to the rules what to ask."""
FAR = 300.0
"""Log-odds further out than this are certain to the last digit."""
Ends = tuple[float, float]
"""By how much the best and the worst answer to a question multiply the odds against a purchase."""
Told = tuple[Mapping[str, Said], int | None]
"""What an answer says of each criterion that reads its field, and its cell in the model's tables; None where none reads it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A field that may be asked for; ``ends`` are found by the cells of those fields on which they hang, its own first."""

    field: str
    pick: Picker
    ends: Remembered[tuple[int, ...], Ends]


class NextAnswer:
    """What to ask next under one version of a company's rules, with one model."""

    def __init__(self, company: Company, rules: Abc, starts: GradeStarts, model: PurchaseModel) -> None:
        self._rules, self._starts, self._model = rules, starts, model
        asked = ((name, field, _read_by(name, rules)) for name, field in company.fields.items())
        told = (
            (name, self._told_apart(name, field, criteria))
            for name, field, criteria in asked
            if field.question or criteria
        )
        self._answers = [(name, answers) for name, answers in told if answers]

    def questions(self, grading: Grading) -> list[Question]:
        """Return the fields that may be asked for, each as if it were still open, in the company's order."""
        return [self._question(name, answers, grading.verdicts) for name, answers in self._answers]

    def field_to_ask(
        self,
        questions: Iterable[Question],
        grading: Grading,
        answered: Mapping[str, Answer],
        cells: tuple[int, ...],
        log_odds: float,
    ) -> str | None:
        """Return the name of the field to ask for next, or None where nothing is open.

        Parameters
        ----------
        questions
            What ``questions`` returned for this grading.
        cells
            The cells in which the lead stands.
        """
        against = _odds_against(log_odds)
        furthest, most = None, 0.0
        for one in questions:
            if one.field in answered:
                continue
            best, worst = one.ends[one.pick(cells)]
            move = 1.0 / (1.0 + against * best) - 1.0 / (1.0 + against * worst)
            if move > most:
                furthest, most = one.field, move
        return furthest if most >= SMALLEST_MOVE else self.field_by_rules(grading)

    def field_by_rules(self, grading: Grading) -> str | None:
        """Return the field on which the grade still hangs, or None."""
        return None if grading.ask is None else self._rules.criteria[grading.ask].field

    def _told_apart(self, name: str, field: FormField, criteria: Mapping[str, Criterion]) -> list[Told]:
        """Return what rules and model make of each answer that may come, once where they make the same of several."""
        place = self._model.place_of(answer_feature_name(name))
        cells = None if place is None else self._model.cells[place]
        told: dict[tuple[object, ...], Told] = {}
        for one in possible_answers(field, list(criteria.values()), cells):
            verdicts = {criterion: said({name: one.answer}, read) for criterion, read in criteria.items()}
            cell = None if cells is None else cells.cell(_as_value(one.answer))
            told[*verdicts.values(), cell] = verdicts, cell
        return list(told.values())

    def _question(self, name: str, answers: Sequence[Told], verdicts: Mapping[str, Said]) -> Question:
        start, place = self._starts.of(verdicts), self._model.place_of(answer_feature_name(name))
        after = [(self._starts.of({**verdicts, **then}), cell) for then, cell in answers]
        if place is None:
            starts = [begun for begun, _ in after]
            ends = _odds_against(max(starts) - start), _odds_against(min(starts) - start)
            return Question(name, picker(()), Remembered(lambda _: ends))
        places = (place, *self._model.read_with(place))

        def ends_in(cells: tuple[int, ...]) -> Ends:
            at = dict(zip(places, cells, strict=True))
            now = start + self._model.adds(place, at)
            moved = [begun + self._model.adds(place, {**at, place: cell}) for begun, cell in after if cell is not None]
            return _odds_against(max(moved) - now), _odds_against(min(moved) - now)

        return Question(name, picker(places), Remembered(ends_in))


def _odds_against(log_odds: float) -> float:
    """Return the odds of no purchase."""
    return math.exp(min(max(-log_odds, -FAR), FAR))


def _read_by(name: str, rules: Abc) -> dict[str, Criterion]:
    return {criterion: one for criterion, one in rules.criteria.items() if one.field == name}


def _as_value(answer: Answer) -> Value:
    if isinstance(answer, tuple):
        return " + ".join(sorted(tidied(one) for one in answer))
    return tidied(answer) if isinstance(answer, str) else answer if isinstance(answer, float) else None
