"""Plan against fact: counted by hand-made leads whose figures are plain, and kept up with the facts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import Call, Fact, Lead, LeadFact, LeadId, Plan, Stage
from monitoring.floor_days import FloorDays, FloorSums
from monitoring.lead_book import LeadBook
from monitoring.leads_needed import Needed
from monitoring.plan_book import PlanBook
from monitoring.plan_fact import PlanFact, PlanLine, months_told, plan_fact
from monitoring.plan_measures import Measure
from tests.monitoring.leads import COMPANY, random_facts
from tests.support.counting_store import Reading

MARCH = date(2026, 3, 1)
MID = datetime(2026, 3, 10, 12, tzinfo=UTC)
"""The tenth of thirty-one days."""
OVER = datetime(2026, 6, 10, 12, tzinfo=UTC)


def came(name: str, at: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC), manager: str | None = None) -> Lead:
    return Lead(LeadId(name), at, at, manager=manager)


def called(name: str, day: int, manager: str | None = "Анна", *, month: int = 3) -> Call:
    at = datetime(2026, month, day, 10, tzinfo=UTC)
    return Call(LeadId(name), at, at, "no_answer", manager=manager)


def won(
    name: str, day: int, amount: float | None = 100.0, manager: str | None = None, *, month: int = 3, hour: int = 11
) -> Stage:
    at = datetime(2026, month, day, hour, tzinfo=UTC)
    return Stage(LeadId(name), at, at, "won", amount, manager=manager)


def planned(measure: str, value: float, manager: str | None = None, month: date = MARCH) -> Plan:
    at = datetime(month.year, month.month, 1, tzinfo=UTC) - timedelta(hours=3)  # midnight in Moscow
    return Plan(month, at, at, measure, value, manager, back_dated=True)


def report(engine: Engine, *facts: Fact, month: date = MARCH, moment: datetime = MID) -> PlanFact:
    store = FactStore(engine)
    store.append(list(facts))
    return looked(store, month=month, moment=moment)


def looked(store: FactStore, *, month: date = MARCH, moment: datetime = MID) -> PlanFact:
    plans = PlanBook(store).plans(moment)
    return LeadBook(store, COMPANY).floor(
        moment, lambda floor: plan_fact(floor, plans, month=month, moment=moment, company=COMPANY)
    )


def facts_of(line: PlanLine) -> dict[Measure, float | None]:
    return {one.measure: one.fact for one in line.figures}


def test_the_department_and_each_manager_are_counted(sqlite_engine: Engine) -> None:
    told = report(
        sqlite_engine,
        *(came(f"a{n}") for n in range(10)), *(called(f"a{n}", 3) for n in range(10)),
        *(came(f"b{n}") for n in range(5)), *(called(f"b{n}", 4, "Борис") for n in range(5)),
        won("a0", 5, 100.0), won("a1", 6, 300.0), won("b0", 6, 200.0),
    )  # fmt: skip
    assert facts_of(told.department) == {
        "sales": 3, "sales_sum": 600.0, "average_check": 200.0, "processed": 15, "conversion": 0.2,
    }  # fmt: skip
    assert [(one.whose, facts_of(one)["sales_sum"], one.sums.processed) for one in told.managers] == [
        ("Анна", 400.0, 10),
        ("Борис", 200.0, 5),
    ]
    rate = told.department.conversion
    assert rate is not None
    assert (rate.count, rate.of) == (3, 15)
    assert [round(end, 3) for end in rate.interval] == [0.07, 0.452]  # Wilson's of 3 of 15
    assert told.nobodys is None


def test_a_sale_stands_on_its_day_and_in_its_month_in_the_companys_zone(sqlite_engine: Engine) -> None:
    facts: list[Fact] = [
        came("feb", datetime(2026, 1, 20, tzinfo=UTC)), came("mar", datetime(2026, 1, 20, tzinfo=UTC)),
        won("feb", 28, month=2, hour=20), won("mar", 28, month=2, hour=21),  # 23:00, and the midnight of the first of March
    ]  # fmt: skip
    told = report(sqlite_engine, *facts)
    assert told.department.sums.sales == 1
    assert [(one.day.day, one.sums.sales) for one in told.days() if one.sums.sales] == [(1, 1)]
    assert looked(FactStore(sqlite_engine), month=date(2026, 2, 1)).department.sums.sales == 1


def test_a_sale_of_an_old_lead_counts_whatever_the_horizon(sqlite_engine: Engine) -> None:
    told = report(sqlite_engine, came("old", datetime(2025, 3, 1, tzinfo=UTC)), won("old", 5))
    assert told.department.sums.sales == 1


def test_a_lead_that_was_won_twice_is_one_sale_the_first(sqlite_engine: Engine) -> None:
    told = report(sqlite_engine, came("a"), won("a", 3, 100.0), won("a", 8, 900.0))
    assert (told.department.sums.sales, told.department.sums.amount) == (1, 100.0)
    assert [one.day.day for one in told.days() if one.sums.sales] == [3]


def test_a_sale_that_was_corrected_is_what_it_was_corrected_to(sqlite_engine: Engine) -> None:
    first, at = won("a", 3, 100.0), datetime(2026, 3, 3, 11, tzinfo=UTC)
    again = Stage(LeadId("a"), at, at + timedelta(days=1), "won", 250.0)
    assert report(sqlite_engine, came("a"), first, again).department.sums.amount == 250.0


def test_a_later_stage_takes_no_sale_back(sqlite_engine: Engine) -> None:
    at = datetime(2026, 3, 6, tzinfo=UTC)
    told = report(sqlite_engine, came("a"), won("a", 3), Stage(LeadId("a"), at, at, "lost"))
    assert told.department.sums.sales == 1


def test_a_test_lead_counts_nowhere(sqlite_engine: Engine) -> None:
    at = datetime(2026, 3, 6, tzinfo=UTC)
    told = report(sqlite_engine, came("a"), called("a", 3), won("a", 3), Stage(LeadId("a"), at, at, "test"))
    assert told.is_empty


@pytest.mark.parametrize(
    ("facts", "seller"),
    [
        ((called("a", 3, "Анна"), won("a", 5, manager="Вера")), "Вера"),
        ((called("a", 3, "Анна"), called("a", 4, "Борис"), won("a", 5), called("a", 7, "Вера")), "Борис"),
        ((called("a", 3, None), won("a", 5)), "Глеб"),
        ((called("a", 7, "Вера"), won("a", 5)), "Глеб"),
    ],
    ids=["the won stage's", "the last caller's before it", "the lead's", "a call after it sold nothing"],
)
def test_whose_a_sale_is(sqlite_engine: Engine, facts: Sequence[LeadFact], seller: str) -> None:
    told = report(sqlite_engine, came("a", manager="Глеб"), *facts)
    assert [one.whose for one in told.managers if one.sums.sales] == [seller]


def test_a_sale_of_nobody_stands_under_no_manager(sqlite_engine: Engine) -> None:
    told = report(sqlite_engine, came("a"), won("a", 5))
    assert told.managers == ()
    assert told.nobodys is not None
    assert told.nobodys.sums.sales == told.department.sums.sales == 1


def test_a_called_lead_counts_once_on_the_day_of_its_first_call_and_to_whoever_made_it(sqlite_engine: Engine) -> None:
    told = report(sqlite_engine, came("a"), called("a", 3, "Анна"), called("a", 5, "Борис"))
    assert [(one.whose, one.sums.processed) for one in told.managers] == [("Анна", 1)]
    assert [one.day.day for one in told.days() if one.sums.processed] == [3]


def test_without_calls_there_is_no_conversion(sqlite_engine: Engine) -> None:
    told = report(sqlite_engine, came("a"), won("a", 5), planned("conversion", 10))
    assert told.department.conversion is None
    figure = told.department.figure("conversion")
    assert (figure.fact, figure.plan, figure.reached) == (None, 0.1, None)


def test_of_few_called_leads_no_conversion_is_told(sqlite_engine: Engine) -> None:
    told = report(sqlite_engine, came("a"), called("a", 3), won("a", 5))
    assert told.department.figure("conversion").fact is None
    assert told.department.conversion is not None


def test_a_sale_without_an_amount_is_a_sale_and_no_money(sqlite_engine: Engine) -> None:
    told = report(sqlite_engine, came("a"), came("b"), won("a", 5, None), won("b", 6, 80.0))
    sums = told.department.sums
    assert (sums.sales, sums.with_amount, sums.amount, sums.average_check) == (2, 1, 80.0, 80.0)


def test_where_no_sale_has_an_amount_the_sum_is_unknown_and_not_nothing(sqlite_engine: Engine) -> None:
    assert facts_of(report(sqlite_engine, came("a"), won("a", 5, None)).department)["sales_sum"] is None


def test_a_sale_whose_status_has_no_date_is_told_apart(sqlite_engine: Engine) -> None:
    at = datetime(2026, 3, 6, tzinfo=UTC)
    told = report(
        sqlite_engine, came("a"), Stage(LeadId("a"), at, at, "won", 5.0, is_status=True), came("b"), won("b", 5)
    )
    assert (told.department.sums.sales, told.department.sums.without_date) == (2, 1)


def test_a_plan_stands_beside_its_fact_with_what_was_due_by_today(sqlite_engine: Engine) -> None:
    told = report(
        sqlite_engine,
        came("a"), called("a", 3), won("a", 5, 100.0), planned("sales", 31), planned("sales_sum", 1000.0),
        planned("Средний чек", 200.0), planned("sales", 2, "Анна"),
    )  # fmt: skip
    sales, money = told.department.figure("sales"), told.department.figure("sales_sum")
    assert (sales.fact, sales.plan, sales.reached) == (1, 31, 1 / 31)
    assert sales.due == pytest.approx(10)
    assert sales.is_behind
    assert money.reached == 0.1
    assert money.due == pytest.approx(1000 * 10 / 31)
    check = told.department.figure("average_check")
    assert (check.plan, check.due, check.reached) == (200.0, 200.0, 0.5)
    assert told.department.figure("processed").reached is None
    assert [(one.whose, one.figure("sales").reached) for one in told.managers] == [("Анна", 0.5)]


def test_a_planned_conversion_within_the_bounds_of_the_fact_is_neither_reached_nor_missed(
    sqlite_engine: Engine,
) -> None:
    facts: list[Fact] = [
        *(came(f"a{n}") for n in range(20)),
        *(called(f"a{n}", 3) for n in range(20)),
        won("a0", 5),
        won("a1", 5),
    ]
    figure = report(sqlite_engine, *facts, planned("conversion", 12)).department.figure("conversion")
    assert (figure.fact, figure.is_open) == (0.1, True)  # Wilson's of 2 of 20: 2.8 to 30.1 %
    figure = report(sqlite_engine, planned("conversion", 40)).department.figure("conversion")
    assert (figure.is_behind, figure.is_open) == (True, False)


def test_a_month_that_is_over_was_due_whole(sqlite_engine: Engine) -> None:
    told = report(sqlite_engine, came("a"), won("a", 31, hour=20), planned("sales", 4), moment=OVER)
    assert told.is_over
    assert told.today == date(2026, 3, 31)
    assert told.department.figure("sales").due == 4
    assert told.department.sums.sales == 1
    assert told.needed == "over"


def test_a_plan_without_facts_and_facts_without_a_plan_each_stand_alone(sqlite_engine: Engine) -> None:
    told = report(
        sqlite_engine, came("a"), called("a", 3, "Анна"), planned("sales", 9, "Борис"), came("c", manager="Борис"),
        called("c", 20, "Борис", month=2),
    )  # fmt: skip
    assert {one.whose: (one.sums.processed, dict(one.plans)) for one in told.managers} == {
        "Анна": (1, {}),
        "Борис": (0, {"sales": 9}),
    }
    assert told.department.plans == {}


def test_a_plan_of_an_unknown_measure_or_manager_is_named(sqlite_engine: Engine) -> None:
    told = report(sqlite_engine, planned("meetings", 9), planned("sales", 9, "Никто"), came("a"), called("a", 3))
    assert {(one.why, one.plan.measure, one.plan.manager) for one in told.unread} == {
        ("measure", "meetings", None),
        ("manager", "sales", "Никто"),
    }
    assert [one.whose for one in told.managers] == ["Анна"]
    assert not told.has_plan


def test_names_are_compared_without_case_and_of_two_words_for_a_measure_the_later_counts(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append([came("a"), called("a", 3), planned("Sales", 5, " анна ")])
    store.append([planned("Продажи", 7, "Анна")])
    told = looked(store)
    assert [(one.whose, dict(one.plans)) for one in told.managers] == [("Анна", {"sales": 7})]
    assert [(one.why, one.plan.value) for one in told.unread] == [("twice", 5)]


def test_nothing_of_the_future_is_told(sqlite_engine: Engine) -> None:
    later = Stage(LeadId("a"), datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC), "won", 5.0)
    ahead = Call(LeadId("a"), datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC), "reached")
    store = FactStore(sqlite_engine)
    store.append([came("a"), later, ahead, planned("sales", 5, month=date(2026, 4, 1))])
    told = looked(store)
    assert (told.department.sums, told.days()[-1].day) == (FloorSums(), date(2026, 3, 10))
    plans = PlanBook(store).plans(MID)
    book = LeadBook(store, COMPANY)
    assert book.floor(MID, lambda floor: months_told(floor, plans, moment=MID, company=COMPANY)) == [MARCH]
    assert looked(store, moment=datetime(2026, 3, 12, tzinfo=UTC)).department.sums.sales == 1


def test_days_add_up_to_the_month(sqlite_engine: Engine) -> None:
    told = report(
        sqlite_engine, came("a"), called("a", 3), won("a", 5, 100.0), came("b"), called("b", 5, "Борис"), won("b", 7, 50.0)
    )  # fmt: skip
    days = told.days()
    assert [one.day.day for one in days] == list(range(1, 11))
    assert (days[4].sums.processed, days[4].sums.sales, days[4].to_date.processed) == (1, 1, 2)
    assert days[-1].to_date == told.department.sums
    assert told.days("Борис")[-1].to_date.amount == 50.0


def sold_of_late(sales: int, processed: int) -> list[Fact]:
    """Return leads that were called in February, of which so many were sold then for 100 each."""
    early = datetime(2026, 2, 1, tzinfo=UTC)
    names = [f"f{n}" for n in range(processed)]
    return [
        *(came(one, early) for one in names),
        *(called(one, 3, month=2) for one in names),
        *(won(f"f{n}", 9, month=2) for n in range(sales)),
    ]


def test_the_leads_needed_for_the_rest_of_the_plan(sqlite_engine: Engine) -> None:
    told = report(sqlite_engine, *sold_of_late(10, 100), came("a"), won("a", 5, 200.0), planned("sales_sum", 2400.0))
    needed = told.needed
    assert isinstance(needed, Needed)
    assert (needed.left, needed.since) == (2200.0, date(2026, 1, 1))
    assert (needed.conversion.count, needed.conversion.of) == (11, 100)
    assert needed.average_check == pytest.approx(1200 / 11)
    assert needed.leads == pytest.approx(2200 / (1200 / 11 * 11 / 100))
    low, high = needed.conversion.interval
    assert needed.interval == pytest.approx((2200 / (1200 / 11) / high, 2200 / (1200 / 11) / low))


def test_where_only_sales_are_planned_their_count_is_what_is_left(sqlite_engine: Engine) -> None:
    needed = report(sqlite_engine, *sold_of_late(10, 100), planned("sales", 3)).needed
    assert isinstance(needed, Needed)
    assert (needed.of, needed.left, needed.average_check, needed.leads) == ("sales", 3, None, 30)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ([*sold_of_late(10, 100)], "no_plan"),
        ([*sold_of_late(4, 100), planned("sales_sum", 500.0)], "too_few"),
        ([*sold_of_late(10, 5), *(came(f"f{n}") for n in range(5, 10)), planned("sales", 5)], "too_few"),
        ([came("a"), won("a", 5, 500.0), planned("sales_sum", 500.0)], "reached"),
    ],
)
def test_what_cannot_be_said_of_the_leads_needed_says_why(sqlite_engine: Engine, facts: list[Fact], why: str) -> None:
    assert report(sqlite_engine, *facts).needed == why


def test_a_plan_that_was_corrected_or_taken_back_is_read_again(engine: Engine) -> None:
    store = FactStore(engine)
    book = PlanBook(store)
    assert book.plans(MID) == []
    store.append([planned("sales", 5)])
    wrong = ImportLog(engine).begin(
        file="p.csv", sha256="0" * 64, kind="plan", started_at=MID, exported_at=MID
    )  # fmt: skip
    store.append([planned("sales", 50)], import_id=wrong.id)
    assert [one.value for one in book.plans(MID)] == [50]
    store.undo(wrong.id)
    assert [one.value for one in book.plans(MID)] == [5]


def test_a_further_look_reads_only_the_leads_that_changed(sqlite_engine: Engine) -> None:
    store = Reading(sqlite_engine)
    store.append([*(came(f"a{n}") for n in range(20)), *(called(f"a{n}", 3) for n in range(20))])
    book = LeadBook(store, COMPANY)
    assert book.floor(MID, lambda floor: len(floor.of(MARCH))) == 1
    assert store.read == 20
    store.append([won("a3", 5)])
    assert book.floor(MID, lambda floor: len(floor.of(MARCH))) == 2
    assert store.read == 21


@pytest.mark.parametrize("seed", range(3))
def test_days_that_are_kept_up_equal_those_counted_anew(sqlite_engine: Engine, seed: int) -> None:
    draw, store = random.Random(seed), FactStore(sqlite_engine)
    book = LeadBook(store, COMPANY)
    told = [fact for n in range(20) for fact in random_facts(draw, f"L{n}")]
    draw.shuffle(told)
    late = datetime(2027, 6, 1, tzinfo=UTC)

    def all_days(floor: FloorDays) -> object:
        return {month: floor.of(month) for month in floor.months}, floor.managers

    while told:
        store.append(told[:15])
        told = told[15:]
        assert book.floor(late, all_days) == LeadBook(store, COMPANY).floor(late, all_days)
