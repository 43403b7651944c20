"""Whose leads a cost bought: the latest word holds, the closest name wins, and nothing that was said is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from features.errors import FactRefused
from features.facts.spend_mappings import MarkNames, SpendMapping, SpendMappings, mapped
from features.facts.store import FactStore
from features.facts.values import Spend
from tests.support.facts import NOON

CAMPAIGN = MarkNames("yandex", "окна | поиск")


def paid(**marks: str) -> Spend:
    return Spend(date(2026, 3, 2), NOON, NOON, 10.0, "RUB", marks)


def test_the_latest_word_of_a_name_holds_and_saying_nothing_takes_it_back(engine: Engine) -> None:
    mappings = SpendMappings(engine)
    for hours, campaign in enumerate(("a", "b")):
        mappings.save(CAMPAIGN, MarkNames(campaign=campaign), NOON + timedelta(hours=hours))
    assert [one.means.campaign for one in mappings.held()] == ["b"]
    mappings.save(CAMPAIGN, MarkNames(), NOON + timedelta(hours=2))
    assert mappings.held() == []
    assert [one.means.campaign for one in mappings.said()] == ["a", "b", None]


def test_reports_get_costs_under_the_leads_names_and_the_facts_stay_as_told(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append([paid(source="Yandex", campaign="Окна |  Поиск")])
    SpendMappings(sqlite_engine).save(MarkNames("Yandex", "Окна | Поиск"), MarkNames(campaign="okna"), NOON)
    assert [one.marks["campaign"] for one in store.spend()] == ["okna"]
    assert [one.marks["campaign"] for one in store.spend(as_told=True)] == ["Окна |  Поиск"]
    number = store.last_number()
    assert not store.spend_changed_since(number)
    store.append([paid(source="vk")])
    assert store.spend_changed_since(number)


def test_the_closest_name_wins() -> None:
    said = [
        SpendMapping(MarkNames("yandex"), MarkNames("ya-all"), NOON),
        SpendMapping(MarkNames("yandex", "a"), MarkNames("ya-a"), NOON),
        SpendMapping(MarkNames("yandex", "a", "1"), MarkNames("ya-a-1"), NOON),
    ]
    rows = [
        paid(source="yandex", campaign="a", ad="1"),
        paid(source="yandex", campaign="a", ad="2"),
        paid(source="yandex"),
    ]
    assert [one.marks["source"] for one in mapped(rows, said)] == ["ya-a-1", "ya-a", "ya-all"]
    assert [dict(one.marks) for one in mapped([paid(source="vk")], said)] == [{"source": "vk"}]


def test_a_mapping_of_nothing_is_refused(sqlite_engine: Engine) -> None:
    with pytest.raises(FactRefused):
        SpendMappings(sqlite_engine).save(MarkNames(), MarkNames(campaign="a"), NOON)
