"""The marketer's page, and the drift report one click away."""

from __future__ import annotations

import random
import re
import threading
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.facts.values import Call, Fact, Lead, LeadId, Source
from monitoring.alarms.watcher import Watcher
from tests.serving.doors import COMPANY, Doors, eventually, open_doors
from tests.serving.spoiled import spoiled

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def test_a_channel_that_went_bad_is_named_with_its_day_and_what_it_cost_since(doors: Doors) -> None:
    now = doors.clock()
    doors.service.desk.store.append(spoiled(now, seed=6))
    page = doors.page("/channels")
    (words,) = re.findall(r"ВКонтакте: доля нецелевых выросла[^<]*", page)
    dates = re.findall(r"(\d\d)\.(\d\d)\.(\d{4})", words)
    since, earliest, latest = (date(int(year), int(month), int(day)) for day, month, year in dates)
    assert earliest <= (now - 20 * DAY).date() <= latest + DAY
    assert abs((since - (now - 20 * DAY).date()).days) <= 7
    assert "Яндекс: нецелевых" in page
    assert "потрачено" in page
    assert "the non-target share rose from" in doors.page("/channels?lang=en")


def test_the_page_says_that_nothing_rose_only_where_something_could_have_been_noticed(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    with open_doors(tmp_path, sqlite_engine) as doors:
        doors.lead("7")
        assert "Мало данных за последние 120 дней" in doors.page("/channels")
        doors.service.desk.store.append(spoiled(doors.clock(), rise_days_ago=0, seed=6))
        doors.clock.pass_time(2 * MINUTE)  # a look is a minute old at most
        assert "Ни один канал не стал заметно хуже." in doors.page("/channels")
    plain = COMPANY.split("abc:")[0] + "stages: {won: [Договор]}\n"
    with open_doors(tmp_path, sqlite_engine, company=plain) as doors:
        page = doors.page("/channels")
        assert "Не смотрели" in page
        assert "Заявки по неделям" in page


def test_before_the_first_count_of_the_alarms_is_done_the_table_stands_and_the_page_says_what_is_not_known_yet(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors.service.desk.store.append(spoiled(doors.clock(), seed=6))
    may_go_on, summaries = threading.Event(), doors.service.book.summaries
    monkeypatch.setattr("serving.alarm_looks.PATIENCE", 0.0)
    monkeypatch.setattr(doors.service.book, "summaries", lambda moment: may_go_on.wait(30) and summaries(moment))
    page = doors.page("/channels")
    assert "Стало ли где-то хуже, ещё не посчитано" in page
    assert "Ни один канал не стал заметно хуже" not in page
    assert re.findall(r'data-label="Заявок">([^<]*)<', page) == ["300", "300"]
    assert "is not counted yet" in doors.page("/channels?lang=en")
    may_go_on.set()
    eventually(lambda: "доля нецелевых выросла" in doors.page("/channels"), 30)
    assert "ещё не посчитано" not in doors.page("/channels")


def test_the_page_shows_the_look_that_the_page_of_alarms_made_and_says_of_when_it_is(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors.service.desk.store.append(spoiled(doors.clock(), seed=6))
    doors.page("/alarms")
    looked_at = doors.clock().astimezone(doors.service.company.zone)
    monkeypatch.setattr(Watcher, "watch", lambda *_: pytest.fail("one look is enough for both pages"))
    page = doors.page("/channels?lang=en")
    assert "the non-target share rose from" in page
    assert f"Looked at {looked_at:%Y-%m-%d}" in page


def test_a_sale_whose_window_is_open_stands_beside_those_that_are_settled(doors: Doors) -> None:
    doors.lead("7", marks={"source": "vk"})
    doors.call("7")
    assert "срок не вышел" not in doors.page("/channels")
    doors.stage("Договор", "7")
    page = doors.page("/channels")
    assert "и ещё 1, срок не вышел" in page
    assert "продаж: 1" in page
    doors.clock.pass_time(timedelta(days=61))
    assert "срок не вышел" not in doors.page("/channels")


def test_figures_by_channel_campaign_and_month_add_up_to_the_same_leads(doors: Doors) -> None:
    doors.service.desk.store.append(spoiled(doors.clock()))
    whole = doors.page("/channels")
    months = re.findall(r'<option value="(\d{4}-\d\d)"', whole)

    def leads(page: str) -> int:
        cells = re.findall(r'data-label="Заявок">([^<]*)<', page)
        return sum(int(cell.replace("\u00a0", "")) for cell in cells)

    assert leads(whole) == 600
    assert leads(doors.page("/channels?level=campaign")) == 600
    assert sum(leads(doors.page(f"/channels?month={month}")) for month in months) == 600
    assert doors.client.get("/channels?month=2026").status_code == 422


def test_there_is_nothing_to_show_before_the_first_lead(doors: Doors) -> None:
    assert "Заявок пока нет" in doors.page("/channels")


def test_a_drift_report_is_made_by_a_process_of_its_own_and_served_as_a_file(doors: Doors) -> None:
    draw = random.Random(3)
    now = doors.clock()
    facts: list[Fact] = []
    for n in range(320):
        at = now - timedelta(days=160 * (1 - n / 320) + 0.01)
        name = LeadId(f"L{n}")
        facts += [
            Lead(name, at, at, {"area": draw.gauss(80, 20)}),
            Source(name, at, at, {"source": "vk"}),
            Call(name, at, at, "reached"),
        ]
    doors.service.desk.store.append(facts)
    waiting = doors.client.get("/channels/drift?channel=ВКонтакте")
    assert "Отчёт готовится" in waiting.text
    assert "data-waiting" in waiting.text
    report = ""

    def is_ready() -> bool:
        nonlocal report
        report = doors.client.get("/channels/drift?channel=ВКонтакте").text
        return "Отчёт готовится" not in report

    eventually(is_ready, 60)
    assert "Площадь" in report or "area" in report
    assert len(report) > 100_000
    files = sorted((doors.service.settings.home / "reports" / "drift").iterdir())
    assert [file.suffix for file in files] == [".html", ".json", ".log"]
    assert not re.findall(r"""<(?:script|link)[^>]+(?:src|href)=["']https?://""", report)


def test_a_channel_that_is_written_like_an_option_is_a_channel(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def not_started(command: list[str], **_: object) -> object:
        started.append(command)
        raise OSError

    monkeypatch.setattr("serving.reports.drift_reports.subprocess.Popen", not_started)
    with suppress(OSError):
        doors.client.get("/channels/drift?channel=--home=elsewhere")
    assert started[0][-2:] == ["--", "--home=elsewhere"]


def test_a_drift_report_that_cannot_be_made_says_why(doors: Doors) -> None:
    doors.lead("7", marks={"source": "vk"})
    page = ""

    def is_over() -> bool:
        nonlocal page
        page = doors.client.get("/channels/drift?channel=ВКонтакте").text
        return "Отчёт готовится" not in page

    eventually(is_over, 60)
    assert "Отчёт не получился" in page
    assert "Not enough data" in page
