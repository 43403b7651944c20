"""The ABC rules grade every combination of answers exactly as the trade's page says."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.facts.company import Abc, AbcRow, Company, Criterion, FormField
from features.facts.values import Answer
from features.log_odds import log_odds
from models.abc_rules import BEST_FIRST, GRADES, Said, grade_by_rules, guessed_rate, rule_grade, said

RULES = Abc(criteria={name: Criterion(field=name, yes=("yes",), no=("no",)) for name in ("need", "budget", "urgency")})

# shared/design/domain.md, "ABC qualification": need yes + budget yes + urgency yes is A; ... yes, no is B; ... no, no is
# C; need and no budget and urgent is C; need no is non-target; an unknown budget or urgency counts as no for the grade
# of the moment, an unknown need is ungraded. Columns: need, budget, urgency, grade now, best grade open, next question.
TABLE = """
yes     yes     yes      A           A           -
yes     yes     no       B           B           -
yes     yes     unknown  B           A           urgency
yes     no      yes      C           C           -
yes     no      no       C           C           -
yes     no      unknown  C           C           -
yes     unknown yes      C           A           budget
yes     unknown no       C           B           budget
yes     unknown unknown  C           A           budget
no      yes     yes      non_target  non_target  -
no      yes     no       non_target  non_target  -
no      yes     unknown  non_target  non_target  -
no      no      yes      non_target  non_target  -
no      no      no       non_target  non_target  -
no      no      unknown  non_target  non_target  -
no      unknown yes      non_target  non_target  -
no      unknown no       non_target  non_target  -
no      unknown unknown  non_target  non_target  -
unknown yes     yes      ungraded    A           need
unknown yes     no       ungraded    B           need
unknown yes     unknown  ungraded    A           need
unknown no      yes      ungraded    C           need
unknown no      no       ungraded    C           need
unknown no      unknown  ungraded    C           need
unknown unknown yes      ungraded    A           need
unknown unknown no       ungraded    B           need
unknown unknown unknown  ungraded    A           need
"""
LINES = [line.split() for line in TABLE.strip().splitlines()]


def answers(*verdicts: str) -> dict[str, Answer]:
    """Return the answers that three verdicts stand for; unknown is no answer at all."""
    named = zip(("need", "budget", "urgency"), verdicts, strict=True)
    return {name: verdict for name, verdict in named if verdict != "unknown"}


def test_the_table_holds_each_of_the_27_combinations_once() -> None:
    combinations = {tuple(line[:3]) for line in LINES}
    assert combinations == set(itertools.product(("yes", "no", "unknown"), repeat=3))
    assert len(LINES) == 27


@pytest.mark.parametrize("line", LINES, ids=lambda line: "-".join(line[:3]))
def test_every_combination_has_the_grade_the_best_open_grade_and_the_question_of_the_table(line: list[str]) -> None:
    need, budget, urgency, now, best, ask = line
    grading = grade_by_rules(answers(need, budget, urgency), RULES)
    assert (grading.grade, grading.best_open, grading.ask or "-") == (now, best, ask)
    assert rule_grade(answers(need, budget, urgency), RULES) == now


def test_the_need_is_asked_first_in_whatever_order_the_company_lists_its_criteria() -> None:
    names = ("urgency", "budget", "need")
    rules = Abc(criteria={name: Criterion(field=name, yes=("yes",), no=("no",)) for name in names})
    assert grade_by_rules({}, rules).ask == "need"


def test_an_answer_that_means_neither_yes_nor_no_leaves_the_criterion_unknown() -> None:
    assert grade_by_rules({"need": "perhaps"}, RULES).verdicts["need"] == "unknown"
    assert grade_by_rules({"need": "perhaps"}, RULES).grade == "ungraded"


def test_words_compare_without_case_edges_and_doubled_spaces() -> None:
    criterion = Criterion(field="who", yes=("Владелец офиса",), no=("студент",))
    assert said({"who": "  ВЛАДЕЛЕЦ   офиса "}, criterion) == "yes"
    assert said({"who": "Студент"}, criterion) == "no"


def test_a_number_is_yes_from_its_border_on_and_a_word_in_its_place_is_unknown() -> None:
    criterion = Criterion(field="budget", yes_from=100_000)
    said_of: dict[Answer, Said] = {100_000.0: "yes", 99_999.9: "no", "много": "unknown"}
    assert {value: said({"budget": value}, criterion) for value in said_of} == said_of


def test_of_a_list_one_chosen_item_that_means_yes_is_enough() -> None:
    criterion = Criterion(field="wants", yes=("окна",), no=("ничего",))
    assert said({"wants": ("двери", "Окна")}, criterion) == "yes"
    assert said({"wants": ("ничего",)}, criterion) == "no"
    assert said({"wants": ("двери",)}, criterion) == "unknown"


def test_more_criteria_can_be_added_to_the_table() -> None:
    criteria = {**RULES.criteria, "owner": Criterion(field="who", yes=("owner",), no=("tenant",))}
    rows = (AbcRow(when={"need": "yes", "budget": "yes", "urgency": "yes", "owner": "no"}, grade="B"), *RULES.table)
    rules = Abc(criteria=criteria, table=rows)
    bought = answers("yes", "yes", "yes")
    assert grade_by_rules({**bought, "who": "tenant"}, rules).grade == "B"
    assert grade_by_rules({**bought, "who": "owner"}, rules).grade == "A"
    unknown = grade_by_rules(bought, rules)
    assert (unknown.grade, unknown.best_open, unknown.ask) == ("B", "A", "owner")


def test_a_company_without_criteria_leaves_every_lead_ungraded_and_asks_nothing() -> None:
    grading = grade_by_rules({"need": "yes"}, Abc())
    assert (grading.grade, grading.best_open, grading.ask) == ("ungraded", "ungraded", None)


def test_each_version_of_the_rules_holds_from_its_own_day_in_the_companys_time_zone() -> None:
    fields = {name: FormField(kind="yes_no") for name in ("need", "budget", "urgency")}
    strict = Abc(since=date(2026, 3, 1), criteria=RULES.criteria, table=(AbcRow(when={}, grade="C"),))
    company = Company(company="x", fields=fields, abc=(strict, RULES), time_zone="Europe/Moscow")
    before = datetime(2026, 2, 28, 20, 59, tzinfo=UTC)  # 23:59 in Moscow
    after = datetime(2026, 2, 28, 21, 0, tzinfo=UTC)  # midnight in Moscow
    assert rule_grade(answers("yes", "yes", "yes"), company.abc_at(before)) == "A"
    assert rule_grade(answers("yes", "yes", "yes"), company.abc_at(after)) == "C"


def test_before_the_first_dated_version_the_oldest_one_holds() -> None:
    later = Abc(since=date(2026, 6, 1), table=(AbcRow(when={}, grade="B"),))
    first = Abc(since=date(2026, 3, 1), table=(AbcRow(when={}, grade="C"),))
    company = Company(company="x", abc=(later, first))
    assert company.abc_at(datetime(2020, 1, 1, tzinfo=UTC)) is company.abc[1]


@given(st.lists(st.sampled_from(["yes", "no", "unknown"]), min_size=3, max_size=3))
def test_no_answer_that_comes_later_earns_more_than_the_best_grade_open(verdicts: list[str]) -> None:
    best = grade_by_rules(answers(*verdicts), RULES).best_open
    for filled in itertools.product(("yes", "no"), repeat=3):
        full = [f if v == "unknown" else v for v, f in zip(verdicts, filled, strict=True)]
        assert BEST_FIRST[grade_by_rules(answers(*full), RULES).grade] >= BEST_FIRST[best]


def test_every_grade_has_a_guessed_rate_and_its_log_odds_are_those_of_the_formula() -> None:
    assert [guessed_rate(grade, RULES) for grade in GRADES] == [0.30, 0.12, 0.03, 0.002, 0.06]
    assert log_odds(0.5) == 0.0
    assert log_odds(0.2) == pytest.approx(-1.3862943611198906, abs=1e-15)  # ln(1/4)
