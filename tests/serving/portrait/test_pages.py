"""Who really buys, and how: pages that say what is sure, what may be chance, and what was not looked at."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitoring.portrait.portrait_report import (
    FORMAT,
    PORTRAITS,
    AimedField,
    AimedPart,
    Audience,
    Changed,
    Condition,
    Difference,
    Drawn,
    PortraitReport,
    Segment,
)
from monitoring.portrait.shares import counted_share
from monitoring.won.won_report import FORMAT as WON_FORMAT
from monitoring.won.won_report import WON, Deals, Middle, Notes, Theme, WonReport
from tests.serving.doors import Doors

MOMENT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OWNERS = (Condition("role", level="владелец"), Condition("renovation", level="yes"))


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def segment(conditions: tuple[Condition, ...] = OWNERS, sales: int = 31) -> Segment:
    of_sales = counted_share(sales, 100)
    return Segment(
        conditions, counted_share(90, 1000), of_sales, of_sales, counted_share(31, 90), counted_share(69, 910), 0.002
    )


DRAWN = Drawn("arrival", "drawn", 1000, 100, 200, 12.4, 50, 30, 1896, 0, 66, (segment(),))


def report(**changed: object) -> PortraitReport:
    made = PortraitReport(FORMAT, MOMENT, 7, "hash", None, 0, 2, 0.05, DRAWN, None, None, None)
    return replace(made, **changed)  # type: ignore[arg-type]


def shown(doors: Doors, told: PortraitReport, query: str = "lang=en") -> str:
    PORTRAITS.write(told, doors.service.settings.home)
    return words_of(doors.page(f"/portrait?{query}"))


def test_before_the_first_portrait_the_page_says_which_command_draws_one(doors: Doors) -> None:
    assert "<code>leadloop portrait</code> draws one" in doors.page("/portrait?lang=en")
    assert "<code>leadloop portrait</code>" in doors.page("/portrait")
    assert "<code>leadloop won</code> does" in doors.page("/won?lang=en")


def test_a_segment_stands_in_words_with_counts_and_intervals(doors: Doors) -> None:
    page = shown(doors, report())
    assert "Кто вы: владелец, Ремонт начат: yes 9.0 % 90 of 1,000 31 % 23 %–41 % 31 of 100" in page
    assert "34 % 25 %–45 % 31 of 90 the others 7.6 %" in page
    assert "Segments looked at: 1,896. 66 surely differ" in page
    assert (
        "200 are within their window and counted by their chance, those that bought as sales: 12 sales in all" in page
    )
    assert "50 were never reached: such leads are not counted as lost" in page
    assert "Кто вы: владелец, Ремонт начат: да" in shown(doors, report(), "lang=ru")


def test_nothing_found_does_not_look_like_not_looked_at(doors: Doors) -> None:
    nothing = replace(DRAWN, segments=(), stood_out=0)
    assert "Nothing surely sets buyers apart. Segments looked at: 1,896." in shown(doors, report(arrival=nothing))
    few = replace(nothing, state="too_few", looked_at=0, bought=12)
    page = shown(doors, report(arrival=few))
    assert "Not enough data yet: 12 sales" in page
    assert "nothing was looked at" in page


def test_what_changed_says_sure_or_chance_and_what_was_before(doors: Doors) -> None:
    was, now = counted_share(14, 100), counted_share(31, 100)
    since = MOMENT - timedelta(days=40)
    surely = Difference(since, "compared", 100, 100, 30, 89, (Changed(OWNERS, was, now, True, 0.004),))
    page = shown(doors, report(difference=surely))
    assert "until 2026-01-21 it was 14 %" in page
    assert "Surely changed:" in page
    chance = replace(surely, segments=(Changed(OWNERS, was, now, False, 0.4),))
    assert "There is no sure difference. " in shown(doors, report(difference=chance))
    few = Difference(since, "too_few", 100, 4, 30, 0, ())
    assert "4 sales were settled since the portrait of 2026-01-21" in shown(doors, report(difference=few))
    assert "This is the first portrait" in shown(doors, report())


def test_audience_and_buyers_stand_side_by_side_with_what_to_fix(doors: Doors) -> None:
    parts = (
        AimedPart(
            Condition("role", level="арендатор"), True, None, counted_share(32, 100), counted_share(22, 100), "rarer"
        ),
        AimedPart(
            Condition("role", level="владелец"), False, None, counted_share(28, 100), counted_share(49, 100), "more"
        ),
        AimedPart(Condition("role"), False, None, counted_share(5, 100), counted_share(2, 100), "rarer"),
    )
    field = AimedField("role", counted_share(32, 100), counted_share(22, 100), parts)
    told = Audience((field,), counted_share(32, 100), counted_share(22, 100), 3)
    page = shown(doors, report(audience=told))
    assert "Aimed at, but they rarely buy: Кто вы: арендатор is 32 % of leads and only 22 % of sales." in page
    assert "They buy though nobody aims at them: Кто вы: владелец is 28 % of leads and 49 % of sales." in page
    assert "not given" in page
    assert page.count("is 5.0 %") == 0  # nobody can aim at an answer that is missing
    assert "Add a section audience:" in shown(doors, report())


def test_an_earlier_portrait_and_that_after_the_talk_can_be_asked_for(doors: Doors) -> None:
    talk = replace(DRAWN, known_by="talk", segments=(segment((Condition("need", level="yes"),)),))
    PORTRAITS.write(report(moment=MOMENT - timedelta(days=7), talk=talk), doors.service.settings.home)
    page = shown(doors, report(), "lang=en&drawn=20260223T090000Z&known=talk")
    assert "Потребность: yes" in page
    assert "Only leads that were spoken to" in page


def test_a_damaged_report_is_a_page_and_not_an_error(doors: Doors) -> None:
    PORTRAITS.write(report(), doors.service.settings.home).write_bytes(b"{")
    assert "<code>leadloop portrait</code> draws a new one" in doors.page("/portrait?lang=en")
    WON.write(won(), doors.service.settings.home).write_bytes(b"{")
    assert "<code>leadloop won</code> works it out anew" in doors.page("/won?lang=en")


def won() -> WonReport:
    whole = Deals("", 200, 20, Middle(11.6, 10.5, 12.8), Middle(2.0, 1.0, 2.0), Middle(1.0, 1.0, 2.0))
    few = Deals("vk", 3, 2, Middle(9.0, None, None), Middle(1.0, None, None), None)
    theme = Theme("гарантия 10 лет", ("хорошая гарантия",), 15, 20, 20, 100, 0.001, True)
    notes = Notes("attracts", 20, 100, (theme, replace(theme, quote="тишина", other_quotes=(), is_sure=False)), 2, 30)
    empty = Notes("comment", 0, 0, (), 0, 0)
    return WonReport(WON_FORMAT, MOMENT, 7, 60, whole, (few,), (), (notes, empty), 5)


def test_won_deals_tell_days_calls_and_themes_with_counts(doors: Doors) -> None:
    WON.write(won(), doors.service.settings.home)
    page = words_of(doors.page("/won?lang=en"))
    assert "vk 3 2 9 1 —" in page
    assert "All 200 20 11.6 10.5–12.8 2 1–2 1 1–2" in page
    assert (
        "“гарантия 10 лет” хорошая гарантия 75 % 53 %–89 % 15 of 20 20 % 13 %–29 % 20 of 100 more often where it was won"
        in page
    )
    assert "no sure difference" in page
    assert "something else" in page
    assert "There are no notes yet." in page
    assert "leads older than 60 days" in page


def test_each_leads_to_the_other_and_every_page_to_the_first(doors: Doors) -> None:
    assert 'href="/portrait"' in doors.page("/queue")
    assert 'href="/won"' in doors.page("/portrait")
    assert 'href="/portrait"' in doors.page("/won")
