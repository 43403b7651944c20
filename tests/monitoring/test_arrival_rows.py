"""Rows as leads arrived: those that could be learned from, and those of one channel since."""

from __future__ import annotations

from datetime import timedelta

from features.facts.history import LeadHistory
from features.facts.values import Lead, LeadFact, LeadId
from features.rows.feature_row import FixedRates, RowBuilder
from monitoring.arrival_rows import arrival_rows
from tests.monitoring.leads import COMPANY
from tests.support.facts import NOON, call, history, lead, source

DAY = timedelta(days=1)
WORDS = COMPANY.model_copy(
    update={"fields": {**COMPANY.fields, "area": next(iter(COMPANY.fields.values())).model_copy(
        update={"kind": "number", "filled_by": "person"})}}
)  # fmt: skip


def arrived(name: str, day: int, channel: str, *more: LeadFact, area: float = 1.0) -> LeadHistory:
    return history(lead(name, NOON + day * DAY, area=area), source(name, NOON + day * DAY, source=channel), *more)


def test_leads_are_split_at_the_border_and_only_the_channels_own_come_after_it() -> None:
    histories = [
        arrived("1", 0, "vk"),
        arrived("2", 0, "mail"),
        arrived("3", 9, "vk", area=3.0),
        arrived("4", 9, "mail"),
    ]
    rows = RowBuilder(WORDS, FixedRates())
    before, after = arrival_rows(histories, rows, learned_until=NOON + 5 * DAY, channel="vk")
    assert list(before["channel"]) == ["vk", "mail"]
    assert list(after["area"]) == [3.0]
    assert list(before.columns) == list(after.columns) == [one.name for one in rows.features]


def test_a_lead_created_at_the_border_is_one_since() -> None:
    rows = RowBuilder(WORDS, FixedRates())
    before, after = arrival_rows([arrived("1", 5, "vk")], rows, learned_until=NOON + 5 * DAY, channel="vk")
    assert (len(before), len(after)) == (0, 1)


def test_what_happened_after_the_arrival_is_not_in_the_row() -> None:
    answered, corrected = call("1", NOON + DAY, need="yes"), Lead(LeadId("1"), NOON, NOON + DAY, {"area": 99.0})
    rows = RowBuilder(WORDS, FixedRates())
    plain = arrival_rows([arrived("1", 0, "vk")], rows, learned_until=NOON + DAY, channel="vk")[0]
    told = arrival_rows([arrived("1", 0, "vk", answered, corrected)], rows, learned_until=NOON + DAY, channel="vk")[0]
    assert told.equals(plain)
    assert list(told["area"]) == [1.0]


def test_numbers_are_floats_and_levels_are_strings_also_in_an_empty_frame() -> None:
    rows = RowBuilder(WORDS, FixedRates())
    before, after = arrival_rows([arrived("1", 0, "vk")], rows, learned_until=NOON + DAY, channel="vk")
    for frame in (before, after):
        assert str(frame["area"].dtype) == "float64"
        assert str(frame["channel"].dtype) == "object"
    assert len(after) == 0
