"""The question asked next is the one whose answers lie furthest apart in purchase probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from features.facts.company import Company, Criterion, FormField
from features.facts.values import Answer
from features.rows.as_of import KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import FixedRates, RowBuilder
from models.abc_rules import RuleGrade, grade_by_rules
from models.grade_starts import GradeStarts
from models.next_answer import NextAnswer
from models.purchase_model import FieldCells, Part, PurchaseModel
from tests.models.small_models import STARTS, windows_company
from tests.support.facts import NOON, call, history, lead

LATER = NOON + timedelta(hours=1)

NO_TABLES = PurchaseModel([], [])


def asked(model: PurchaseModel, company: Company | None = None, **answers: Answer) -> str | None:
    rows = RowBuilder(company or windows_company(), FixedRates())
    known = rows.known(history(lead(), replace(call(at=LATER), answers=answers)), LATER)
    assert known is not None
    return asked_from(STARTS, known, rows.row(known), model)


def asked_from(
    starts: Mapping[RuleGrade, float], known: KnownLead, row: FeatureRow, model: PurchaseModel
) -> str | None:
    rules = known.company.abc[0]
    grading, begun = grade_by_rules(known.answers, rules), GradeStarts(starts, rules)
    ask = NextAnswer(known.company, rules, begun, model)
    log_odds = begun.of(grading.verdicts) + model.moved(row)
    return ask.field_to_ask(ask.questions(grading), grading, known.answers, tuple(model.places(row)), log_odds)


def one_field(name: str, yes: float, no: float) -> PurchaseModel:
    return PurchaseModel([FieldCells(name, levels=("yes", "no"))], [Part((name,), (yes, no, 0, 0), (9,) * 4, (1,) * 4)])


def test_without_tables_the_grades_alone_say_what_to_ask() -> None:
    # need: no starts at 0.2 %, yes between C and A. With need known, budget no starts at 3 % (C), yes between B and A.
    assert asked(NO_TABLES) == "need"
    assert asked(NO_TABLES, need="yes") == "budget"
    assert asked(NO_TABLES, need="yes", budget="yes") == "urgency"


def test_a_table_that_says_more_than_the_rules_is_asked_for_first() -> None:
    assert asked(one_field("urgency", 2.0, -2.0), need="yes") == "urgency"


def test_what_was_answered_is_not_asked_again() -> None:
    assert asked(one_field("urgency", 2.0, -2.0), need="yes", urgency="no") == "budget"


def test_a_choice_that_only_the_model_reads_is_asked_where_it_has_a_question_of_its_own() -> None:
    who = PurchaseModel(
        [FieldCells("who", levels=("owner", "tenant"))], [Part(("who",), (3.0, -3.0, 0, 0), (9,) * 4, (1,) * 4)]
    )
    assert asked(who, need="yes", budget="yes", urgency="yes") == "who"


def test_nothing_is_asked_where_all_is_answered() -> None:
    assert asked(NO_TABLES, who="owner", need="yes", budget="yes", urgency="yes") is None


def test_where_no_answer_moves_the_probability_the_rules_say_what_to_ask() -> None:
    company = windows_company()
    rows = RowBuilder(company, FixedRates())
    known = rows.known(history(lead()), NOON)
    assert known is not None
    assert asked_from(dict.fromkeys(STARTS, -2.0), known, rows.row(known), NO_TABLES) == "need"


def test_words_of_the_rules_move_the_model_as_the_form_does_whatever_their_case() -> None:
    fields = {
        "role": FormField(kind="choice", question="Кто вы?"),
        "when": FormField(kind="choice", question="Когда?"),
    }
    criteria = {
        "need": Criterion(field="role", yes=("Владелец",), no=("Студент",)),
        "urgency": Criterion(field="when", yes=("Сейчас",), no=("Позже",)),
    }
    company = Company.model_validate({"company": "x", "fields": fields, "abc": {"criteria": criteria}})
    rows = RowBuilder(company, FixedRates())
    known = rows.known(history(lead()), NOON)
    assert known is not None
    model = PurchaseModel(
        [FieldCells("when", levels=("сейчас",))], [Part(("when",), (4.0, -1.0, 0.0), (9,) * 3, (1,) * 3)]
    )
    assert asked_from(dict.fromkeys(STARTS, -2.0), known, rows.row(known), model) == "when"


def test_a_number_that_the_rules_read_is_asked_on_both_sides_of_its_border() -> None:
    fields = {"money": FormField(kind="number"), "area": FormField(kind="number", question="Сколько метров?")}
    criteria = {"need": Criterion(field="money", yes_from=100.0)}
    company = Company.model_validate({"company": "x", "fields": fields, "abc": {"criteria": criteria}})
    assert asked(NO_TABLES, company) == "money"


def test_an_answer_named_like_a_general_feature_is_looked_up_as_the_answer_that_it_is() -> None:
    company = Company.model_validate(
        {"company": "x", "fields": {"offer": {"kind": "choice", "question": "Какое предложение?"}}}
    )
    liked = PurchaseModel(
        [FieldCells("answer_offer", levels=("a", "b"))],
        [Part(("answer_offer",), (2.0, -2.0, 0, 0), (9,) * 4, (1,) * 4)],
    )
    assert asked(liked, company) == "offer"


def test_a_question_with_several_answers_is_asked_where_the_rules_read_it() -> None:
    fields = {"wants": FormField(kind="list"), "budget": FormField(kind="yes_no")}
    criteria = {
        "need": Criterion(field="wants", yes=("окна",), no=("работа",)),
        "budget": Criterion(field="budget", yes=("yes",)),
    }
    company = Company.model_validate({"company": "x", "fields": fields, "abc": {"criteria": criteria}})
    assert asked(NO_TABLES, company) == "wants"


def test_a_field_that_a_table_reads_with_another_is_asked_where_the_other_makes_it_matter() -> None:
    cells = [FieldCells("who", levels=("owner", "tenant")), FieldCells("area", cuts=(50.0,))]
    both = Part(("who", "area"), (3.0, 0.0, 0.0, -3.0, *([0.0] * 8)), (9,) * 12, (1,) * 12)
    fields = {
        "who": FormField(kind="choice", question="Кто вы?"),
        "area": FormField(kind="number"),
        "need": FormField(kind="yes_no"),
    }
    company = Company.model_validate(
        {"company": "x", "fields": fields, "abc": {"criteria": {"need": {"field": "need", "yes": ["yes"]}}}}
    )
    model = PurchaseModel(cells, [both])
    assert asked(model, company, area=20.0, need="yes") == "who"
    assert asked(model, company, area=20.0, who="owner", need="yes") is None


def test_a_number_that_two_criteria_read_is_tried_on_every_side_of_both_borders() -> None:
    fields = {"windows": FormField(kind="number"), "soon": FormField(kind="yes_no")}
    criteria = {
        "need": Criterion(field="windows", yes_from=1.0), "budget": Criterion(field="windows", yes_from=100.0),
        "urgency": Criterion(field="soon", yes=("yes",), no=("no",)),
    }  # fmt: skip
    company = Company.model_validate({"company": "x", "fields": fields, "abc": {"criteria": criteria}})
    assert asked(NO_TABLES, company) == "windows"


def test_a_number_that_only_the_model_reads_is_asked_where_it_has_a_question_of_its_own() -> None:
    fields = {"area": FormField(kind="number", question="Сколько метров?"), "money": FormField(kind="number")}
    company = Company.model_validate({"company": "x", "fields": fields})
    area = PurchaseModel([FieldCells("area", cuts=(50.0,))], [Part(("area",), (-2.0, 2.0, 0.0), (9,) * 3, (1,) * 3)])
    assert asked(area, company) == "area"
    assert asked(area, company, area=20.0) is None


def test_what_is_asked_moves_the_score_by_as_much_as_its_answers_are_told_to() -> None:
    levels = tuple(f"level {n:02d}" for n in range(40))
    far_behind = PurchaseModel(
        [FieldCells("who", levels=levels)], [Part(("who",), (*([0.0] * 30), *([4.0] * 12)), (9,) * 42, (1,) * 42)]
    )
    fields = {"who": FormField(kind="choice", question="Кто вы?"), "need": FormField(kind="yes_no")}
    criteria = {"need": Criterion(field="need", yes=("yes",), no=("no",))}
    company = Company.model_validate({"company": "x", "fields": fields, "abc": {"criteria": criteria}})
    assert asked(far_behind, company, need="yes") is None


def test_words_that_the_rules_read_in_a_text_are_tried_as_those_of_a_choice() -> None:
    criteria = {"need": Criterion(field="wish", yes=("Окна",), no=("Двери",))}
    company = Company.model_validate(
        {"company": "x", "fields": {"wish": FormField(kind="text")}, "abc": {"criteria": criteria}}
    )
    assert asked(NO_TABLES, company) == "wish"
