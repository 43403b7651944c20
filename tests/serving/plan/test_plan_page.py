"""The page of plan and fact, through the doors: what it shows, in both languages, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.facts.values import Call, Fact, Lead, LeadId, Plan, Stage
from serving.wiring import clock
from tests.serving.doors import Doors, open_doors
from tests.serving.people import HTML, signed_in

MANAGERS = ("Анна", "Борис")


def this_month(moment: datetime) -> datetime:
    """Return the beginning of the month of a moment, in Moscow."""
    local = moment + timedelta(hours=3)
    return datetime(local.year, local.month, 1, tzinfo=UTC) - timedelta(hours=3)


def month_before(moment: datetime) -> datetime:
    """Return the beginning of the month before, in Moscow."""
    return this_month(this_month(moment) - timedelta(days=2))


def sold(begins: datetime) -> list[Fact]:
    """Return a month in which Anna sold three of ten leads and Boris one of ten, for 100,000 each."""
    facts: list[Fact] = []
    for n in range(20):
        name, manager, at = LeadId(f"L{n}"), MANAGERS[n % 2], begins + timedelta(days=1, hours=12)
        facts += [Lead(name, at, at), Call(name, at, at, "reached", manager=manager)]
        if n in (0, 2, 4, 1):
            facts.append(Stage(name, at + timedelta(days=1 + n), at + timedelta(days=1 + n), "Договор", 100_000.0))
    return facts


def planned(begins: datetime, measure: str, value: float, manager: str | None = None) -> Plan:
    month = (begins + timedelta(hours=3)).date()
    return Plan(month, begins, begins, measure, value, manager, back_dated=True)


@pytest.fixture
def selling(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    """Give a company with a month that is over, planned and sold in."""
    with open_doors(tmp_path, sqlite_engine) as opened:
        begins = month_before(clock())
        opened.service.desk.store.append(
            [*sold(begins), planned(begins, "sales_sum", 800_000.0), planned(begins, "sales", 3, "Анна"),
             planned(begins, "sales", 4, "Никто"), planned(begins, "встречи", 5)]
        )  # fmt: skip
        yield opened


def month(doors: Doors) -> str:
    return f"{month_before(doors.clock()) + timedelta(hours=3):%Y-%m}"


def test_the_department_and_the_managers_stand_beside_their_plans(selling: Doors) -> None:
    page = selling.page(f"/plan?month={month(selling)}&lang=en")
    department, managers = page.split('id="managers"')[0], page.split('id="managers"')[1].split('id="days"')[0]
    assert "400,000\u00a0₽" in department
    assert "800,000\u00a0₽" in department
    assert "50\u00a0%" in department
    assert "20\u00a0%" in department
    assert "4 of 20" in department
    assert "400,000\u00a0₽ short" in department
    assert "The month is over; the plan was not reached." in department
    assert managers.index("Анна") < managers.index("Борис")
    assert "100\u00a0% of 3" in managers
    assert "just as planned" in managers


def test_the_page_is_written_in_russian_too(selling: Doors) -> None:
    page = selling.page(f"/plan?month={month(selling)}")
    assert "Сумма продаж" in page
    assert "не хватает 400\u00a0000\u00a0₽" in page
    assert "Месяц закончился, план не выполнен." in page


def test_a_plan_of_an_unknown_measure_or_manager_is_named(selling: Doors) -> None:
    page = selling.page(f"/plan?month={month(selling)}&lang=en").split('id="unread"')[1]
    assert "“встречи” = 5, the whole department: there is no such measure here." in page
    assert "“sales” = 4, Никто: no such manager" in page


def test_the_days_of_a_manager_are_chosen_in_the_address(selling: Doors) -> None:
    page = selling.page(f"/plan?month={month(selling)}&manager=Борис&lang=en").split('id="days"')[1]
    assert "By day: Борис" in page
    assert "100,000\u00a0₽ since the month began" in page
    assert "400,000" not in page


def test_this_month_is_shown_where_none_is_asked_for_and_says_that_it_is_empty(selling: Doors) -> None:
    page = selling.page("/plan?lang=en")
    assert "no calls, no sales and no plan" in page
    assert f'value="{month(selling)}"' in page


def test_what_the_rest_of_the_plan_asks_for_is_said_with_its_bounds(selling: Doors) -> None:
    now = selling.clock()
    begins = this_month(now)
    more: list[Fact] = [planned(begins, "sales", 6)]
    for n in range(20, 22):  # two more sales of the month before: six of twenty-two
        at = month_before(now) + timedelta(days=2)
        more += [
            Lead(LeadId(f"L{n}"), at, at),
            Call(LeadId(f"L{n}"), at, at, "reached"),
            Stage(LeadId(f"L{n}"), at, at, "Договор"),
        ]
    selling.service.desk.store.append(more)
    page = selling.page("/plan?lang=en").split('id="needed"')[1]
    # 6 sales / (6 of 22) are 22 leads; Wilson's 95 % interval of 6 of 22 is 13.2 to 48.2 %
    assert "6 sales of the plan are left. That asks for calling about 22 more leads (13 to 46)." in page
    assert "27\u00a0% (6 sales of 22 called leads since" in page
    russian = selling.page("/plan").split('id="needed"')[1]
    assert "До плана осталось 6 продаж. Для этого нужно обработать ещё около 22 заявок (от 13 до 46)." in russian


@pytest.mark.parametrize("said", ["2026-13", "1999-01", "завтра", "<b>"])
def test_a_month_that_is_none_is_answered_with_those_there_are(selling: Doors, said: str) -> None:
    answer = selling.client.get("/plan", params={"month": said, "lang": "en"}, headers=HTML)
    assert answer.status_code == 422
    assert month(selling) in answer.text
    assert "<b>”" not in answer.text


def test_a_manager_whom_nothing_names_is_answered_with_those_there_are(selling: Doors) -> None:
    answer = selling.client.get("/plan", params={"manager": "Никто", "lang": "en"}, headers=HTML)
    assert answer.status_code == 422
    assert "Анна, Борис" in answer.text


def test_a_company_that_has_nothing_yet_is_told_so(doors: Doors) -> None:
    assert "no calls, no sales and no plan" in doors.page("/plan?lang=en")


def test_a_month_without_a_plan_shows_the_fact_alone(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine) as opened:
        opened.service.desk.store.append(sold(month_before(clock())))
        page = opened.page(f"/plan?month={month(opened)}&lang=en")
    assert "There is no plan of this month" in page
    assert "no plan of the sum or the number of sales" in page
    assert "400,000\u00a0₽" in page


def test_a_manager_sees_his_own_line_and_the_departments_marketer_and_analyst_nobodys(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    with open_doors(tmp_path, sqlite_engine, open_to="") as closed:
        begins = month_before(clock())
        plans = [planned(begins, "sales", 3, "Никто"), planned(begins, "sales_sum", 800_000.0)]
        closed.service.desk.store.append([*sold(begins), *plans])
        asked = {"month": month(closed), "manager": "Борис", "lang": "en"}
        shown = {
            role: signed_in(closed, role).get("/plan", params=asked, headers=HTML)
            for role in ("head", "manager", "marketer", "analyst", "admin")
        }
        assert {one.status_code for one in shown.values()} == {200}
        named = {role: [one for one in (*MANAGERS, "Никто") if one in page.text] for role, page in shown.items()}
    everybody = ["Анна", "Борис", "Никто"]
    assert named == {"head": everybody, "admin": everybody, "manager": ["Анна"], "marketer": [], "analyst": []}
    assert all("800,000" in page.text for page in shown.values())
