"""A manager's own grade: it counts from when it was told, it is corrected as any fact, and the model never sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from features.facts.codec import encoded, lead_fact, microseconds
from features.facts.identity import digest_of
from features.facts.values import MANAGER_GRADES, LeadFact, ManagerGrade
from features.manager_grade import OwnGrade, own_grades
from features.rows.as_of import KnownLead
from features.rows.feature_row import FixedRates, RowBuilder
from tests.models.small_models import windows_company
from tests.support.facts import NOON, call, history, lead

HOUR = timedelta(hours=1)
ROWS = RowBuilder(windows_company(), FixedRates())


def known(*facts: LeadFact, at: datetime = NOON + 9 * HOUR) -> KnownLead:
    found = ROWS.known(history(*facts), at)
    assert found is not None
    return found


def given_to(*facts: LeadFact, at: datetime = NOON + 9 * HOUR) -> list[OwnGrade]:
    return own_grades(known(*facts, at=at), history(*facts))


def test_a_grade_exists_from_when_it_was_told_on() -> None:
    graded = replace(call(known_at=NOON + 3 * HOUR), grade="A")
    assert given_to(lead(), graded, at=NOON + 2 * HOUR) == []
    (own,) = given_to(lead(), graded, at=NOON + 3 * HOUR)
    assert (own.grade, own.given_at, own.manager) == ("A", NOON + 3 * HOUR, "Анна")


def test_grades_come_in_the_order_in_which_they_were_told() -> None:
    late, early = (replace(call(at=NOON + n * HOUR, known_at=NOON + m * HOUR), grade=g) for n, m, g in LATE_AND_EARLY)
    assert [one.grade for one in given_to(lead(), late, early)] == ["B", "C"]


LATE_AND_EARLY: tuple[tuple[int, int, ManagerGrade], ...] = ((1, 5, "C"), (2, 2, "B"))


def test_a_corrected_grade_is_told_when_it_was_corrected() -> None:
    first = replace(call(), grade="A", call_id="c1")
    corrected = replace(first, grade="C", known_at=NOON + 4 * HOUR)
    (own,) = given_to(lead(), first, corrected)
    assert (own.grade, own.given_at) == ("C", NOON + 4 * HOUR)


def test_what_is_corrected_of_a_call_beside_its_grade_leaves_when_that_was_told() -> None:
    first = replace(call(), grade="B", call_id="c1")
    corrected = replace(first, comment="Просил перезвонить", known_at=NOON + 6 * HOUR)
    (own,) = given_to(lead(), first, corrected)
    assert (own.grade, own.given_at) == ("B", first.known_at)


def test_a_grade_that_a_correction_brought_stays_told_then_when_the_call_is_corrected_again() -> None:
    first = replace(call(), call_id="c1")
    graded, commented = replace(first, grade="B", known_at=NOON + 4 * HOUR), NOON + 6 * HOUR
    (own,) = given_to(lead(), first, graded, replace(graded, comment="Просил перезвонить", known_at=commented))
    assert own.given_at == NOON + 4 * HOUR


@given(grade=st.sampled_from(MANAGER_GRADES))
def test_a_grade_is_stored_and_moves_no_feature(grade: ManagerGrade) -> None:
    graded = replace(call(need="yes"), grade=grade)
    at = microseconds(graded.at)
    assert lead_fact("call", graded.lead_id, at, at, encoded(graded)) == graded
    assert ROWS.row(known(lead(), graded)) == ROWS.row(known(lead(), call(need="yes")))


def test_a_call_without_a_grade_is_stored_as_it_always_was() -> None:
    assert "grade" not in encoded(call())
    assert digest_of(call()) != digest_of(replace(call(), grade="A"))
