"""``leadloop plan``: plan and fact in the terminal, and its figures beside a plain reckoning from the company's own files."""

from __future__ import annotations

import csv
import shutil
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.store import FactStore
from monitoring.lead_book import LeadBook
from monitoring.plan_book import PlanBook
from serving.plan.view import plan_view
from tests.conftest import DemoMade
from tests.leadloop.command_line import Small, one_line, run


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_the_fact_stands_beside_the_plan_by_manager_and_day(imported: Small) -> None:
    said = imported.done("plan", "--month", "2026-03")
    assert "2026-03, up to 2026-03-31, that day included" in said
    department = said.split("all", 1)[1]
    assert "8% of 12" in department
    assert "230,000" in department
    assert "Анна" in said
    assert "2026-03-10  1  1  230,000  230,000" in one_line(said).replace("  ", " ").replace(" ", "  ")
    assert "The month is over; the plan was not reached." in said
    assert "A sale stands on the day on which it was won" in one_line(said)


def test_without_a_month_this_one_is_shown(imported: Small) -> None:
    said = imported.done("plan")
    assert f"{datetime.now(UTC):%Y-%m}" in said
    assert "There are no calls, no sales and no plan of this month." in said


def test_the_days_of_a_manager_are_his_own(imported: Small) -> None:
    days = imported.done("plan", "--month", "2026-03", "--manager", "Анна").split("day ")[1]
    assert "230,000" in days


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("--month", "2026-13"), "--month: there is no '2026-13' here; there is:"),
        (("--month", "2026-03", "--manager", "Никто"), "--manager: there is no 'Никто' here; there is: Анна."),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(imported: Small, said: tuple[str, ...], why: str) -> None:
    ran = imported.run("plan", *said)
    assert ran.code == 2
    assert why in one_line(ran.err)


def test_a_plan_that_stands_beside_nothing_is_named(imported: Small) -> None:
    path = imported.folder / "more.csv"
    path.write_text("month,manager,measure,value\n2026-03,,meetings,5\n2026-03,Никто,sales,6\n", encoding="utf-8")
    imported.done("import", str(path))
    said = one_line(imported.done("plan", "--month", "2026-03"))
    assert "Not counted: meetings = 5, the whole department: there is no such measure; there is: sales," in said
    assert "Not counted: sales = 6, Никто: no such manager stands in company.yaml" in said


def test_all_figures_of_the_demo_equal_a_plain_reckoning_from_its_files(demo_once: DemoMade, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(demo_once.folder, folder)
    company = read_company(folder / "company.yaml")

    def moment_of(cell: str) -> datetime:
        return datetime.strptime(cell, "%d.%m.%Y %H:%M:%S").replace(tzinfo=company.zone)

    calls: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for row in rows_of(folder / "calls.csv"):
        calls[row["ID заявки"]].append((moment_of(row["Начало"]), row["Менеджер"]))
    processed: Counter[tuple[str, str, str]] = Counter()
    for tries in calls.values():
        at, manager = min(tries)
        processed[f"{at:%Y-%m}", f"{at:%Y-%m-%d}", manager] += 1
    won: dict[str, tuple[datetime, float]] = {}
    for row in sorted(rows_of(folder / "stages.csv"), key=lambda row: moment_of(row["Дата"])):
        if row["Этап"] == "Договор":
            amount = float(row["Сумма"].replace(" ", "").replace("\u00a0", "").replace(",", "."))
            won.setdefault(row["ID заявки"], (moment_of(row["Дата"]), amount))
    sold: Counter[tuple[str, str, str]] = Counter()
    money: Counter[tuple[str, str, str]] = Counter()
    for lead_id, (at, amount) in won.items():
        key = (f"{at:%Y-%m}", f"{at:%Y-%m-%d}", max(one for one in calls[lead_id] if one[0] <= at)[1])
        sold[key] += 1
        money[key] += round(amount * 100)
    plans = {
        (row["Месяц"], row["Менеджер"]): float(row["Значение"]) for row in rows_of(folder / "plan.csv")
    }  # fmt: skip

    engine = engine_for(f"sqlite:///{folder / 'leadloop-data' / 'leadloop.db'}")
    store, moment = FactStore(engine), datetime.now(UTC)
    book, stored = LeadBook(store, company), PlanBook(store)
    months = [f"{one:%Y-%m}" for one in plan_view(book, stored, "", moment).months]
    assert {month for month, _, _ in sold + processed} <= set(months)
    checked = 0
    for month in months:
        told = plan_view(book, stored, month, moment).told
        assert told is not None
        assert told.department.figure("sales").plan == plans.get((month, ""))
        for line in told.managers:
            assert line.figure("sales").plan == plans.get((month, line.whose or ""))
            for one in told.days(line.whose):
                key = (month, f"{one.day:%Y-%m-%d}", line.whose or "")
                assert one.sums.processed == processed[key]
                assert one.sums.sales == sold[key]
                assert round(one.sums.amount * 100) == money[key]
                checked += 1
        assert told.department.sums.sales == sum(n for (of, _, _), n in sold.items() if of == month)
        assert told.department.sums.processed == sum(n for (of, _, _), n in processed.items() if of == month)
    assert checked > 1_000
    engine.dispose()
    words = ("--home", str(folder / "leadloop-data"), "--company", str(folder / "company.yaml"))
    said = run("plan", "--month", months[1], *words).out.split("all ")[1].split()
    assert said[0] == f"{sum(n for (of, _, _), n in sold.items() if of == months[1]):,}"
