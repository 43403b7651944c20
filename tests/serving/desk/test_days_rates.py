"""A row is logged with the very rates it was made with, and a look at the past sees the rates of then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from features.facts.store import FactStore
from features.facts.values import LeadId
from features.rows.as_of import Gate
from features.rows.rates_timeline import last_midnight
from serving.desk.days_rates import DaysRates
from serving.desk.desk import Scored
from tests.serving.doors import Doors
from tests.support.facts import NOON, call, lead, source, stage
from tests.training.small_sets import memory_store, plain_company

DAY = timedelta(days=1)
COMPANY = plain_company()


def sold_from_vk(store: FactStore, name: str, at: datetime) -> None:
    store.append([lead(name, at), source(name, at, source="vk"), call(name, at), stage(name, "won", at + DAY)])


def test_a_moment_before_today_sees_the_rates_of_its_own_midnight() -> None:
    store = memory_store([])
    for number in range(6):
        sold_from_vk(store, f"L{number}", NOON + number * DAY)
    rates, today = DaysRates(store, Gate(COMPANY)), NOON + 200 * DAY
    rates.count(today)
    settled_on = NOON + COMPANY.horizon_days * DAY if COMPANY.horizon_days else NOON
    counts = [rates.at(settled_on + n * DAY + DAY).settled(("channel", "vk"))[0] for n in range(-2, 8)]
    assert counts == [0, 0, 1, 2, 3, 4, 5, 6, 6, 6]
    assert rates.at(today).settled(("channel", "vk")) == (6, 6)
    assert rates.at(settled_on).midnight == last_midnight(settled_on, COMPANY.zone)


def test_a_moment_after_today_sees_what_is_held() -> None:
    rates = DaysRates(memory_store([]), Gate(COMPANY))
    rates.count(NOON)
    assert rates.at(NOON + 3 * DAY) is rates.at(NOON)


def test_a_row_made_before_midnight_is_logged_with_the_rates_of_before_midnight(doors: Doors) -> None:
    doors.lead("7", marks={"source": "vk"})
    desk, moment = doors.service.desk, datetime.now(UTC)
    history = desk.store.history(LeadId("7"))
    scored: Scored = desk.scored(history, moment)
    doors.service.begin_day(moment + 2 * DAY)
    desk.remember(scored, history.read_up_to)
    logged = doors.logged("7", count=2)[-1]
    assert logged.rates_midnight == last_midnight(moment, doors.service.company.zone)
