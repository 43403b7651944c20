"""Each answer to the next question is told with the very chance that the lead has once it is given."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from features.facts.company import Company
from features.facts.values import LeadFact
from features.rows.as_of import KnownLead
from features.rows.feature_row import FixedRates, RowBuilder
from models.if_answered import MOST_RANGES, IfAnswered, if_answered
from models.model_scorer import ModelScorer
from models.possible_answers import MOST_LEVELS
from models.purchase_model import FieldCells, Part, PurchaseModel
from models.score import RulesScorer, Scorer
from tests.models.small_models import models, windows_artefact, windows_company
from tests.support.facts import call, facts_of_leads, history, lead

MOMENT = call().at
ROWS = RowBuilder(windows_company(), FixedRates())


def known_of(facts: list[LeadFact], rows: RowBuilder = ROWS) -> KnownLead:
    known = rows.known(history(*facts), MOMENT)
    assert known is not None
    return known


def told(name: str, known: KnownLead, scorer: Scorer, rows: RowBuilder = ROWS) -> tuple[IfAnswered, ...]:
    return if_answered(name, known, rows.row(known), rows=rows, scorer=scorer)


def of_model(company: Company, scorer: Scorer, name: str) -> tuple[IfAnswered, ...]:
    rows = RowBuilder(company, FixedRates())
    return told(name, known_of([lead(), call()], rows), scorer, rows)


def one_table(cells: FieldCells, *entries: float) -> ModelScorer:
    counts = (30,) * len(entries), (3,) * len(entries)
    return ModelScorer(windows_artefact(model=PurchaseModel([cells], [Part((cells.feature,), entries, *counts)])))


def rules_on(**fields: object) -> Company:
    """Return a company whose need is read off one field."""
    (name,) = fields
    criteria = {"need": {"field": name, "yes": ["Владелец"], "no": ["Студент"]}}
    return Company.model_validate({"company": "x", "fields": fields, "abc": {"criteria": criteria}})


@given(facts=facts_of_leads(), model=models())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_answering_so_really_gives_that_score_by_any_model(facts: list[LeadFact], model: PurchaseModel) -> None:
    scorer = ModelScorer(windows_artefact(model=model))
    known = known_of(facts)
    for name in ("area", "who"):
        for one in told(name, known, scorer):
            answered = known.with_answers({**known.answers, name: one.answer})
            assert scorer.score(answered, ROWS.row(answered)).probability == one.probability


@given(
    cuts=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4, unique=True).map(sorted),
    border=st.none() | st.floats(-1e6, 1e6),
    whole=st.booleans(),
    number=st.floats(-2e6, 2e6),
)
def test_every_number_of_a_range_has_the_ranges_chance(
    cuts: list[float], border: float | None, whole: bool, number: float
) -> None:
    criteria = {} if border is None else {"need": {"field": "money", "yes_from": border}}
    fields = {"money": {"kind": "number"}}
    company = Company.model_validate({"company": "x", "fields": fields, "abc": {"criteria": criteria}})
    cells = FieldCells("money", cuts=tuple(cuts), whole=whole)
    scorer = one_table(cells, *(0.1 * n for n in range(cells.count)))
    answer = float(round(number)) if whole else number
    rows = RowBuilder(company, FixedRates())
    known = known_of([lead(money=answer)], rows)
    ends = [one for one in told("money", known, scorer, rows) if one.ends and _is_inside(answer, one.ends)]
    assume(ends)
    assert scorer.probability(known, rows.row(known)) in {one.probability for one in ends}


def _is_inside(number: float, ends: tuple[float | None, float | None]) -> bool:
    return (ends[0] is None or ends[0] <= number) and (ends[1] is None or number <= ends[1])


def test_without_a_model_a_yes_and_a_no_lead_to_the_grades_that_they_open() -> None:
    known = known_of([lead(), replace(call(), answers={"need": "yes", "budget": "yes"})])
    yes, no = told("urgency", known, RulesScorer())
    assert (yes.answer, yes.probability, yes.ends) == ("yes", 0.3, None)
    assert (no.answer, no.probability) == ("no", 0.12)


def test_of_a_choice_the_words_of_the_rules_and_the_frequent_levels_are_told_the_best_first() -> None:
    scorer = one_table(FieldCells("role", levels=("владелец", "арендатор")), 1.0, 2.0, 0.0, 0.0)
    answers = of_model(rules_on(role={"kind": "choice"}), scorer, "role")
    assert {one.answer for one in answers} == {"Владелец", "Студент", "арендатор"}
    chances = [one.probability for one in answers]
    assert chances == sorted(chances, reverse=True)


def test_of_many_levels_only_the_frequent_ones_are_told() -> None:
    levels = tuple(f"level {n:02d}" for n in range(40))
    scorer = one_table(FieldCells("role", levels=levels), *(0.01 * n for n in range(42)))
    answers = of_model(rules_on(role={"kind": "choice"}), scorer, "role")
    assert len(answers) == MOST_LEVELS
    assert {one.answer for one in answers} == {"Владелец", "Студент", *levels[: MOST_LEVELS - 2]}


def test_of_a_list_each_item_of_the_rules_stands_alone() -> None:
    answers = of_model(rules_on(wants={"kind": "list"}), RulesScorer(), "wants")
    assert {one.answer for one in answers} == {("Владелец",), ("Студент",)}


def test_a_text_or_a_date_that_no_rule_reads_foretells_nothing() -> None:
    fields = {"wish": {"kind": "text"}, "visit": {"kind": "date"}, "money": {"kind": "number"}}
    company = Company.model_validate({"company": "x", "fields": fields})
    assert [of_model(company, RulesScorer(), name) for name in fields] == [(), (), ()]


def test_a_numbers_ranges_are_those_that_rules_and_model_tell_apart() -> None:
    criteria = {"need": {"field": "windows", "yes_from": 10.0}}
    fields = {"windows": {"kind": "number"}}
    company = Company.model_validate({"company": "x", "fields": fields, "abc": {"criteria": criteria}})
    scorer = one_table(FieldCells("windows", cuts=(2.5, 40.5), whole=True), 0.0, 0.5, 0.5, 0.0)
    answers = of_model(company, scorer, "windows")
    assert [one.ends for one in answers] == [(None, 2.0), (3.0, 9.0), (10.0, None)]
    assert [one.answer for one in answers] == [2.0, 3.0, 40.0]
    assert all(low.probability < high.probability for low, high in itertools.pairwise(answers))


def test_of_many_ranges_a_few_are_told_the_first_and_the_last_among_them() -> None:
    cells = FieldCells("money", cuts=tuple(float(n) for n in range(1, 41)))
    scorer = one_table(cells, *(0.01 * n for n in range(cells.count)))
    company = Company.model_validate({"company": "x", "fields": {"money": {"kind": "number"}}})
    answers = of_model(company, scorer, "money")
    assert len(answers) == MOST_RANGES
    assert (answers[0].ends, answers[-1].ends) == ((None, 1.0), (40.0, None))


@given(facts=facts_of_leads(), model=models())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_foreseen_from_the_sum_is_what_scoring_each_answer_anew_gives(
    facts: list[LeadFact], model: PurchaseModel
) -> None:
    scorer = ModelScorer(windows_artefact(model=model))
    known = known_of(facts)
    row = ROWS.row(known)
    for name in (one for one in windows_company().fields if one not in known.answers):
        for _ in range(2):
            assert scorer.foreseen(name, known, row, ROWS) == told(name, known, scorer)
