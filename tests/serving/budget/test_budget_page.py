"""The page of the budget: what each channel's money brought, a plan of a test, and the test once it is kept."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine

from features.facts.values import Lead, LeadFact, LeadId, Source, Spend, Stage
from features.written_numbers import around_money
from monitoring.budget.channel_return import ChannelReturn
from serving.budget.charts import cost_chart
from serving.wiring import clock
from tests.serving.doors import COMPANY, Doors, open_doors


@pytest.fixture
def doors(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    """Give a company of twenty weeks: two channels that cost and sell, one that costs nothing."""
    with open_doors(tmp_path, sqlite_engine) as opened:
        draw, now = random.Random(5), clock()
        facts: list[LeadFact] = []
        for n in range(260):
            at, name = now - timedelta(days=7 + draw.randrange(140)), LeadId(f"L{n}")
            source = draw.choice(["yandex", "vk", "friend"])
            facts += [Lead(name, at, at), Source(name, at, at, {"source": source})]
            if draw.random() < 0.4:
                facts.append(Stage(name, at + timedelta(days=2), at + timedelta(days=2), "Договор", 1000.0))
        store = opened.service.desk.store
        store.append(facts)
        for week in range(22):
            for source in ("yandex", "vk"):
                at = now - timedelta(days=7 * week)
                cost = 1000.0 * draw.uniform(0.5, 2.0) if source == "yandex" else 1000.0
                store.append([Spend(at.date(), at, at, cost, "RUB", {"source": source})])
        yield opened


def test_a_company_without_a_whole_week_is_told_so(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine) as opened:
        assert "no whole week" in opened.page("/budget?lang=en")


def test_where_the_window_is_longer_than_a_quarter_the_page_looks_at_all_of_it(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    with open_doors(tmp_path, sqlite_engine, company=f"{COMPANY}horizon_days: 120\n") as opened:
        now, store = clock(), opened.service.desk.store
        for days in (20, 110, 140):
            at, name = now - timedelta(days=days), LeadId(f"L{days}")
            store.append([Lead(name, at, at), Source(name, at, at, {"source": "vk"})])
            store.append([Stage(name, at + timedelta(days=2), at + timedelta(days=2), "Договор", 1000.0)])
        page = opened.page("/budget?lang=en")
    assert "Over the last 18 whole weeks" in page
    assert re.search(r'data-label="Sales"><span>2\.0<', page)  # 110 days are within them, 140 are not


def test_the_page_says_what_is_an_association_and_where_nothing_can_be_told(doors: Doors) -> None:
    page = doors.page("/budget?lang=en")
    assert "is an association, not a cause" in page
    assert "spend hardly varied" in page  # vk cost the same each week
    assert "no spend" in page  # friends cost nothing
    assert "data-chart" in page


@pytest.mark.parametrize(
    ("currency", "language", "before", "behind"),
    [("USD", "en", "$", ""), ("USD", "ru", "", "\u00a0$"), ("PLN", "en", "", "\u00a0PLN")],
)
def test_the_chart_writes_money_as_the_page_does(currency: str, language: str, before: str, behind: str) -> None:
    one = ChannelReturn("vk", 12, 9000.0, 90, 30, 0.0, 0, 0, (), None)
    drawn = cost_chart([one], str, around_money(currency, language))
    assert drawn is not None
    axis = orjson.loads(drawn)["layout"]["xaxis"]
    assert (axis["tickprefix"], axis["ticksuffix"]) == (before, behind)


def test_a_plan_is_shown_kept_under_its_name_and_not_drawn_again(doors: Doors) -> None:
    plan = doors.page("/budget?lang=en&channel=Яндекс&channel=ВКонтакте&change=50&weeks=12")
    assert "the test notices it in" in plan
    assert plan.count('class="n up"') == plan.count('class="n down"') == 12
    said = {"name": "spring", "channel": ["Яндекс", "ВКонтакте"], "change": "50", "weeks": "12"}
    answer = doors.client.post("/budget/tests?lang=en", data=said)
    assert answer.headers["location"] == "/budget?lang=en#test-spring"
    kept = doors.page("/budget?lang=en")
    assert "spring" in kept
    assert "Still on" in kept
    again = doors.client.post("/budget/tests?lang=en", data=said)
    assert again.status_code == 422
    assert "a drawn test is not changed" in again.text


def test_a_test_that_can_show_nothing_is_refused_with_the_remedy(doors: Doors) -> None:
    assert "pairs of weeks show nothing" in doors.page("/budget?lang=en&channel=Яндекс&weeks=4")
    assert "at least one channel" in doors.page("/budget?lang=en&channel=nobody")


def test_a_refusal_is_told_in_the_readers_language(doors: Doors) -> None:
    assert "Пар недель по всем каналам вместе вышло 2" in doors.page("/budget?channel=Яндекс&weeks=4")
    assert "не было расхода или продаж" in doors.page("/budget?channel=friend")
    said = {"name": "Весна", "channel": ["Яндекс", "ВКонтакте"], "change": "50", "weeks": "12"}
    for language, remedy in (("ru", "только a–z"), ("en", "is of a–z")):
        answer = doors.client.post(f"/budget/tests?lang={language}", data=said)
        assert (answer.status_code, remedy in answer.text) == (422, True)


def test_a_channel_that_a_kept_test_holds_is_refused_until_that_test_is_over(doors: Doors) -> None:
    said = {"channel": ["Яндекс"], "change": "50", "weeks": "12"}
    assert doors.client.post("/budget/tests", data={**said, "name": "spring"}).status_code in (200, 303)
    again = doors.client.post("/budget/tests?lang=en", data={**said, "name": "again"})
    assert (again.status_code, "is in the test spring from" in again.text) == (422, True)
    assert "take another channel, or begin on" in doors.page("/budget?lang=en&channel=Яндекс&weeks=12")
    assert "уже занят проверкой spring" in doors.page("/budget?channel=Яндекс&weeks=12")


def test_of_a_channel_that_is_called_otherwise_now_the_test_is_not_judged(doors: Doors) -> None:
    said = {"name": "spring", "channel": ["Яндекс"], "change": "50", "weeks": "12"}
    doors.client.post("/budget/tests", data=said)
    home = doors.service.settings.home / "experiments"
    kept = (home / "spring.json").read_text(encoding="utf-8")
    (home / "spring.json").write_text(kept.replace("Яндекс", "Директ"), encoding="utf-8")
    assert "no cost of any week counts in: Директ. Was a channel renamed" in doors.page("/budget?lang=en")
