"""When the request came, in the company's time, and how long it has waited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from features.facts.values import LeadFact
from features.rows.feature import Value
from features.rows.time_features import TIME_FEATURES
from tests.features.rows.windows import COMPANY, company_with, known
from tests.support.facts import NOON, call, lead

SUNDAY_EVENING = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)


def features_of(*facts: LeadFact, moment: datetime | None = None, zone: str = COMPANY.time_zone) -> dict[str, Value]:
    one = known(*facts, moment=moment, company=company_with(time_zone=zone))
    return {made.name: made.of(one) for made in TIME_FEATURES}


@pytest.mark.parametrize(
    ("zone", "hour", "weekday"),
    [("UTC", 22.0, "sunday"), ("Europe/Moscow", 1.0, "monday"), ("America/New_York", 17.0, "sunday")],
)
def test_hour_and_weekday_are_the_companys(zone: str, hour: float, weekday: str) -> None:
    row = features_of(lead(at=SUNDAY_EVENING), zone=zone)
    assert (row["hour"], row["weekday"]) == (hour, weekday)


def test_waiting_is_counted_from_the_request_to_the_moment() -> None:
    assert features_of(lead(), moment=NOON + timedelta(minutes=90))["hours_since_request"] == 1.5


def test_the_first_call_ends_the_first_waiting_and_later_ones_do_not_change_it() -> None:
    first, second = call(at=NOON + timedelta(minutes=5)), call(at=NOON + timedelta(hours=5))
    assert features_of(lead(), second, first)["seconds_to_first_call"] == 300.0
    assert features_of(lead())["seconds_to_first_call"] is None


def test_a_call_noted_before_the_request_waited_for_nobody() -> None:
    assert features_of(lead(), call(at=NOON - timedelta(minutes=5)))["seconds_to_first_call"] == 0.0
