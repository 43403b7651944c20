"""Rows as leads arrived: a sample of those that a model learned from, and of one channel's latest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine

from features.facts.store import FactStore
from features.facts.values import Lead, LeadFact, LeadId
from features.rows.feature_row import FixedRates, RowBuilder
from monitoring.arrival_rows import arrival_frame, channel_rows, learned_rows
from tests.monitoring.leads import COMPANY
from tests.support.facts import NOON, call, history, lead, source, stage

DAY = timedelta(days=1)
WORDS = COMPANY.model_copy(
    update={"fields": {**COMPANY.fields, "area": next(iter(COMPANY.fields.values())).model_copy(
        update={"kind": "number", "filled_by": "person"})}}
)  # fmt: skip
ROWS = RowBuilder(WORDS, FixedRates())
HORIZON = timedelta(days=WORDS.horizon_days or 0)


def arrived(name: str, day: int, channel: str, area: float = 1.0) -> list[LeadFact]:
    at = NOON + day * DAY
    return [lead(name, at, area=area), source(name, at, source=channel)]


def stored(engine: Engine, *leads: Iterable[LeadFact]) -> FactStore:
    store = FactStore(engine)
    store.append([fact for facts in leads for fact in facts])
    return store


def learned(store: FactStore, cut_off_day: float, before_day: int = 900, most: int = 100) -> pd.DataFrame:
    cut_off, before = NOON + cut_off_day * DAY, NOON + before_day * DAY
    return learned_rows(store, ROWS, cut_off=cut_off, before=before, most=most)


def test_only_leads_that_were_settled_and_known_at_the_cut_off_were_learned_from(engine: Engine) -> None:
    reached = call("1", NOON + DAY)
    told_late = call("2", NOON + DAY, known_at=NOON + 200 * DAY)
    store = stored(
        engine, arrived("1", 0, "vk"), [reached], arrived("2", 0, "vk", 2.0), [told_late], arrived("3", 0, "vk")
    )
    after = HORIZON / DAY + 1
    assert len(learned(store, after - 2)) == 0
    assert list(learned(store, after)["area"]) == [1.0]
    assert sorted(learned(store, 201)["area"]) == [1.0, 2.0]


def test_leads_of_one_channel_alone_can_be_asked_for(engine: Engine) -> None:
    facts = [[*arrived(str(n), 0, ("vk", "avito")[n % 2], float(n)), call(str(n), NOON + DAY)] for n in range(4)]
    found = learned_rows(
        stored(engine, *facts), ROWS, cut_off=NOON + 300 * DAY, before=NOON + DAY, most=100, channel="avito"
    )
    assert sorted(found["area"]) == [1.0, 3.0]


def test_a_lead_that_is_looked_at_as_new_is_not_among_those_learned_from(engine: Engine) -> None:
    store = stored(engine, arrived("1", 0, "vk"), [call("1", NOON + DAY), stage("1", "won", NOON + 2 * DAY)])
    assert len(learned(store, 300, before_day=0)) == 0
    assert len(learned(store, 300, before_day=1)) == 1


def test_the_channels_own_leads_since_a_moment_are_its_rows(engine: Engine) -> None:
    store = stored(
        engine, arrived("1", 0, "vk"), arrived("2", 9, "vk", 3.0), arrived("3", 9, "mail"), arrived("4", 10, "vk", 4.0)
    )
    rows = channel_rows(store, ROWS, channel="vk", since=NOON + 9 * DAY, most=100)
    assert sorted(rows["area"]) == [3.0, 4.0]
    assert list(rows.columns) == [one.name for one in ROWS.features]


def test_a_channel_is_the_one_that_reports_count_its_leads_in(engine: Engine) -> None:
    at = NOON + DAY
    clicked: list[LeadFact] = [lead("1", at, area=5.0), source("1", at, yclid="77")]
    store = stored(engine, clicked, arrived("2", 1, "Yandex", 6.0), arrived("3", 1, "vk"))
    for name in ("yandex", " Yandex"):
        rows = channel_rows(store, ROWS, channel=name, since=NOON, most=100)
        assert sorted(rows["area"]) == [5.0, 6.0]


@pytest.mark.parametrize("most", [1, 7])
def test_no_more_rows_than_wanted_are_made_and_the_same_seed_draws_the_same(sqlite_engine: Engine, most: int) -> None:
    store = stored(sqlite_engine, *(arrived(str(n), n % 5, "vk", float(n)) for n in range(30)))
    first, again, other = (
        channel_rows(store, ROWS, channel="vk", since=NOON, most=most, seed=seed) for seed in (1, 1, 2)
    )
    assert len(first) == most
    assert first.equals(again)
    assert not first.equals(other)


def test_what_happened_after_the_arrival_is_not_in_the_row() -> None:
    answered, corrected = call("1", NOON + DAY, need="yes"), Lead(LeadId("1"), NOON, NOON + DAY, {"area": 99.0})
    plain = arrival_frame([history(*arrived("1", 0, "vk"))], ROWS)
    told = arrival_frame([history(*arrived("1", 0, "vk"), answered, corrected)], ROWS)
    assert told.equals(plain)
    assert list(told["area"]) == [1.0]


def test_numbers_are_floats_and_levels_are_strings_also_in_an_empty_frame() -> None:
    for frame in (arrival_frame([history(*arrived("1", 0, "vk"))], ROWS), arrival_frame([], ROWS)):
        assert str(frame["area"].dtype) == "float64"
        assert str(frame["channel"].dtype) == "object"
