"""A lead that was named without a talk weighs as much as its day's others were called, so rubbish told early is no rise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.facts.company import Company
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary
from monitoring.non_target_days import non_target_days, rate_of
from tests.monitoring.leads import COMPANY, summary
from tests.support.facts import NOON

SILENT = Company.model_validate({"company": "x", "calls_recorded": False, "stages": {"non_target": ["spam"]}})


def leads(named: int, good: int, bad: int, waiting: int) -> list[LeadSummary]:
    """Return one day's leads: named without a talk, spoken to (good, bad), and waiting for a call."""
    kinds = [(False, True)] * named + [(True, False)] * good + [(True, True)] * bad + [(False, False)] * waiting
    return [summary(str(n), NOON, spoken=spoken, is_bad=is_bad) for n, (spoken, is_bad) in enumerate(kinds)]


def test_named_leads_weigh_as_much_as_the_others_of_their_day_were_spoken_to() -> None:
    (day,) = non_target_days(leads(named=10, good=36, bad=9, waiting=45), COMPANY)
    assert (day.looks, day.non_target) == (45 + 5, 9 + 5)


@given(named=st.integers(0, 30), good=st.integers(0, 30), bad=st.integers(0, 30), more=st.integers(1, 5))
def test_the_share_is_the_same_however_few_of_the_others_were_called_so_far(
    named: int, good: int, bad: int, more: int
) -> None:
    all_called = non_target_days(leads(named, more * good, more * bad, 0), COMPANY)
    one_in_some = non_target_days(leads(named, good, bad, (more - 1) * (good + bad)), COMPANY)
    if good + bad:
        early, late = one_in_some[0], all_called[0]
        assert early.non_target / early.looks == pytest.approx(late.non_target / late.looks)


def test_a_day_of_named_leads_only_counts_them_whole_where_nothing_else_ever_came() -> None:
    assert rate_of(non_target_days(leads(7, 0, 0, 0), COMPANY)) == Rate(7, 7)


def test_while_nobody_was_spoken_to_nothing_was_looked_at() -> None:
    assert rate_of(non_target_days(leads(7, 0, 0, 20), COMPANY)) == Rate(0, 0)


def test_without_recorded_calls_every_lead_is_a_look() -> None:
    assert rate_of(non_target_days(leads(7, 0, 0, 20), SILENT)) == Rate(7, 27)
