"""The card's part about the leads that came since: what was promised by now, what was seen, and where the level stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.artefact import model_folder, set_champion
from models.level import STEPS, Level
from models.own_window import OwnWindow
from models.since_report import SINCE, Cohort, Look, SinceReport, save_since
from serving.model_card.market_level import level_chart
from tests.serving.doors import Doors
from tests.serving.model_card.shelved import shelve
from tests.serving.model_card.test_models_pages import JARGON, section

VERSION = "20260302-abc123"
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)


def looked(shift: float, cohort: Cohort | None) -> SinceReport:
    """Return what was seen of a market of which all steps believe the same shift."""
    level = Level(-2.0, ((shift, 0.0),) * len(STEPS), ((1e-6, 0.0, 1e-6),) * len(STEPS), (0.0,) * len(STEPS))
    looks = tuple(Look(NOON + timedelta(days=n), shift, level.shift, 0.1, 1.0, 40) for n in range(2))
    weeks = (cohort,) if cohort else ()
    return SinceReport(VERSION, looks[-1].at, NOON, level.to_json(), cohort, weeks, 0.02, looks)


def card_of(doors: Doors, report: SinceReport | None, language: str, **card: Any) -> str:
    home: Path = doors.service.settings.home
    shelve(home, VERSION, **card)
    if report:
        save_since(report, model_folder(home, VERSION))
    set_champion(home, VERSION)
    doors.service.desk.champion.look()
    told = section(doors.page(f"/models/{VERSION}?lang={language}"), "since")
    assert not [word for word in JARGON if word in told]
    return told


def test_where_nobody_looked_the_page_says_so_and_how_to(doors: Doors) -> None:
    assert "Nobody has looked at the leads that came since it learned: leadloop follow" in card_of(doors, None, "en")
    assert "ещё никто не смотрел: leadloop follow" in card_of(doors, None, "ru")


def test_where_no_lead_came_there_is_nothing_to_compare(doors: Doors) -> None:
    told = card_of(doors, looked(0.0, None), "en")
    assert "No probability was moved: what was seen so far is too little for that." in told
    assert "nothing to compare yet. Leads that were called later count once a later stage" in told


@pytest.mark.parametrize(
    ("bought", "verdict"), [(11, "As promised."), (30, "more often than promised"), (2, "less often than promised")]
)
def test_what_was_promised_by_now_stands_beside_what_was_seen(doors: Doors, bought: int, verdict: str) -> None:
    cohort = Cohort(date(2026, 3, 9), 120, bought, 12.4, 6, 18, 6)
    told = card_of(doors, looked(0.0, cohort), "en")
    assert "120 worked leads came since" in told
    assert f"12 sales were expected of them (6 to 18 by chance alone); {bought} have bought." in told
    assert verdict in told
    assert ("The market buys as it did" in told) is (verdict == "As promised.")  # beside "less often" it would be a lie
    assert "of the request count" not in told
    assert "6 of 120, 5.0 %; of those it learned from 2.0 %" in told.replace("0%", "0 %")


def test_where_a_shorter_window_taught_it_is_said_within_how_many_days_those_bought(doors: Doors) -> None:
    report = looked(0.0, Cohort(date(2026, 3, 9), 120, 11, 12.4, 6, 18, 6))
    told = card_of(doors, report, "en", horizon_days=45, own_window=OwnWindow(90, NOON))
    assert "11 have bought. As promised. Purchases within 45 days of the request count." in told


def test_a_level_that_rose_is_told_by_what_became_of_a_middling_lead(doors: Doors) -> None:
    told = card_of(doors, looked(0.7, Cohort(date(2026, 3, 9), 120, 30, 12.4, 6, 18, 6)), "en")
    # With nothing to say yet whether following pays, half of the shift is followed: it would be 21 % with all of it.
    assert "a middling lead was given 12%, now 16%" in told.replace(" %", "%")
    assert "была 12%, стала 16%" in card_of(doors, looked(0.7, None), "ru").replace(" %", "%")


def test_what_serves_gives_the_moved_probability(doors: Doors) -> None:
    card_of(doors, None, "en")
    before = doors.service.desk.scorer
    card_of(doors, looked(0.7, None), "en")
    after = doors.service.desk.scorer
    assert after.version == before.version
    assert after is not before


def test_a_damaged_look_hides_no_model(doors: Doors) -> None:
    card_of(doors, looked(0.7, None), "en")
    (model_folder(doors.service.settings.home, VERSION) / SINCE).write_text("{", encoding="utf-8")
    assert "Nobody has looked" in section(doors.page(f"/models/{VERSION}?lang=en"), "since")
    assert VERSION in doors.page("/models?lang=en")


def test_the_charts_days_are_the_companys() -> None:
    from zoneinfo import ZoneInfo

    import orjson

    late = looked(0.1, None)
    chart = level_chart(late, ZoneInfo("Asia/Vladivostok"))
    assert chart is not None
    assert orjson.loads(chart)["traces"][2]["x"] == ["2026-03-20", "2026-03-21"]
    evening = SinceReport(
        VERSION, NOON, NOON, late.level, None, (), 0.0,
        tuple(Look(NOON.replace(hour=20) + timedelta(days=n), 0.1, 0.1, 0.1, 1.0, 4) for n in range(2)),
    )  # fmt: skip
    chart = level_chart(evening, ZoneInfo("Asia/Vladivostok"))
    assert chart is not None
    assert orjson.loads(chart)["traces"][2]["x"] == ["2026-03-21", "2026-03-22"]
