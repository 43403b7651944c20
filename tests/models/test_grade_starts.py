"""A lead starts from its grade, or between the grades still open; a yes never lowers it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.facts.company import Abc, Criterion
from features.log_odds import log_odds, probability_of
from models.abc_rules import GRADES, RuleGrade, Said, best_grade_open, grade_of_verdicts
from models.grade_starts import GradeStarts, StartsByRules, guessed_starts, in_order

NAMES = ("need", "budget", "urgency")
SAID: tuple[Said, ...] = ("no", "unknown", "yes")
RULES = Abc(criteria={name: Criterion(field=name, yes=("yes",), no=("no",)) for name in NAMES})
ANY_STARTS = st.fixed_dictionaries({grade: st.floats(-8, 4) for grade in GRADES})


def every_standing() -> list[dict[str, Said]]:
    return [dict(zip(NAMES, said, strict=True)) for said in itertools.product(SAID, repeat=3)]


@given(ANY_STARTS)
def test_a_yes_never_lowers_the_start_and_a_no_never_raises_it(starts: dict[RuleGrade, float]) -> None:
    at = GradeStarts(starts, RULES)
    for qualification in every_standing():
        for name in NAMES:
            no, unknown, yes = (at.of({**qualification, name: said}) for said in SAID)
            assert no <= unknown + 1e-12
            assert unknown <= yes + 1e-12


@given(ANY_STARTS)
def test_a_grade_that_no_answer_can_change_starts_from_its_own_rate(starts: dict[RuleGrade, float]) -> None:
    at, own = GradeStarts(starts, RULES), in_order(starts)
    for qualification in every_standing():
        grade = grade_of_verdicts(qualification, RULES)
        if best_grade_open(qualification, RULES) == grade:
            assert at.of(qualification) == pytest.approx(own[grade])


@given(ANY_STARTS)
def test_a_lead_of_which_nothing_is_known_starts_from_ungraded(starts: dict[RuleGrade, float]) -> None:
    assert GradeStarts(starts, RULES).of(dict.fromkeys(NAMES, "unknown")) == pytest.approx(starts["ungraded"], abs=1e-9)


def test_a_company_without_questions_starts_every_lead_from_ungraded_whatever_the_grades_say() -> None:
    starts: dict[RuleGrade, float] = {"A": -1.0, "B": -2.0, "C": -3.0, "non_target": -6.0, "ungraded": 0.7}
    assert GradeStarts(starts, Abc()).of({}) == 0.7


def test_by_the_default_guesses_a_yes_to_need_is_worth_more_than_nothing_said() -> None:
    at = StartsByRules().under(RULES)
    nothing: dict[str, Said] = dict.fromkeys(NAMES, "unknown")
    said = [probability_of(at.of({**nothing, **more})) for more in ({"need": "no"}, {}, {"need": "yes"})]  # type: ignore[dict-item]
    assert said[0] == pytest.approx(0.002)
    assert said[1] == pytest.approx(0.06)
    assert said[2] == pytest.approx(0.12, abs=0.005)
    assert guessed_starts(RULES)["A"] == pytest.approx(log_odds(0.30))


def test_each_version_of_the_rules_has_starts_of_its_own() -> None:
    by_rules = StartsByRules()
    stricter = RULES.model_copy()
    assert by_rules.under(RULES) is by_rules.under(RULES)
    assert by_rules.under(stricter) is not by_rules.under(RULES)
