"""Costs come in by day and add up; a plan may be made for months to come."""

from __future__ import annotations

from datetime import date

import pytest

from features.facts import read_rows
from tests.features.facts.importer.house import (
    LATER,
    House,
    Killed,
    killed_after,
)


def test_spend_comes_in_by_day_and_a_later_export_corrects_it(house: House) -> None:
    header = ("День", "Расход", "Клики", "Источник")
    rows = (("02.03.2026", "1 500,50", "12", "vk"), ("03.03.2026", "", "", "vk"), ("04.03.2026", "0", "", "vk"))
    summary = house.take(house.file("spend.csv", header, *rows))
    assert (summary.kind, summary.stored, summary.rejected) == ("spend", 2, 1)
    assert house.rejects(summary)[0][1:3] == ("3", "Расход")
    house.take(house.file("later.csv", header, ("02.03.2026", "1 600", "12", "vk")), exported_at=LATER)
    spend = sorted(house.store.spend(), key=lambda one: one.day)
    assert [(one.day, one.cost, one.clicks, one.currency) for one in spend] == [
        (date(2026, 3, 2), 1600.0, 12, "RUB"),
        (date(2026, 3, 4), 0.0, None, "RUB"),
    ]
    assert spend[0].known_at == LATER
    assert spend[0].marks == {"source": "vk"}


@pytest.mark.parametrize("month", ["2026-05", "05.2026", "2026/05", "15.05.2026"])
def test_a_plan_may_be_made_for_months_to_come_and_be_changed_before_they_begin(house: House, month: str) -> None:
    header = ("Месяц", "Кто", "Что", "План")
    first = house.take(house.file("plan.csv", header, (month, "", "sales", "30"), (month, "Вера", "sales", "")))
    assert (first.kind, first.stored, first.rejected) == ("plan", 1, 1)
    house.take(house.file("later.csv", header, (month, "", "sales", "25")), exported_at=LATER)
    (plan,) = house.store.plans()
    assert (plan.month, plan.measure, plan.value, plan.manager) == (date(2026, 5, 1), "sales", 25.0, None)


SPEND_BY_AD = (
    ("День", "Расход", "Клики", "Источник", "Объявление"),
    ("02.03.2026", "100", "1", "vk", "a"),
    ("02.03.2026", "200", "2", "vk", "b"),
    ("02.03.2026", "200", "2", "vk", "c"),
    ("02.03.2026", "200", "2", "vk", "c"),
)


def test_costs_of_a_day_that_differ_in_a_column_nobody_mapped_add_up(house: House) -> None:
    summary = house.take(house.file("spend.csv", *SPEND_BY_AD))
    assert (summary.stored, summary.unchanged) == (3, 1)
    assert sorted(one.cost for one in house.store.spend()) == [100.0, 200.0, 200.0]
    assert house.take(house.file("again.csv", *SPEND_BY_AD, ("", "", "", "", ""))).stored == 0


def test_costs_of_a_day_add_up_also_when_their_import_was_killed_and_went_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", 1)
    path = house.file("spend.csv", *SPEND_BY_AD)
    with pytest.raises(Killed):
        house.take(path, progress=killed_after(2))
    assert house.take(path).resumed_after == 2
    assert sum(one.cost for one in house.store.spend()) == 500.0
