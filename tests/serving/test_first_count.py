"""What an import leaves counted is what a start would count itself, and a start that finds it reads no lead before it answers."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import LeadFact
from features.rows.as_of import Gate
from features.rows.rates_timeline import last_midnight
from models.expected_amount import ExpectedAmounts
from monitoring.conversions.ad_systems import AD_SYSTEMS
from monitoring.conversions.steps_book import StepsBook, kept_steps
from monitoring.kept_lines import FOLDER, KeptLines
from monitoring.lead_book import LeadBook, LeadSummary
from serving.days_count import FILE
from serving.desk.days_rates import DaysRates
from serving.desk.kept_rates import FILE as DAYS_OF_SOURCES
from serving.desk.kept_rates import KeptRates
from serving.first_count import FirstCount
from serving.wiring import service_of
from tests.monitoring.conversions.desks import COMPANY as TELLING
from tests.monitoring.conversions.desks import random_lead
from tests.monitoring.leads import COMPANY, random_facts
from tests.serving.doors import open_doors
from tests.support.counting_store import Reading
from tests.support.facts import NOON, call, lead, source, stage

DAY = timedelta(days=1)
LATE = NOON + 200 * DAY


def book_of(store: FactStore, home: Path) -> LeadBook:
    return LeadBook(store, COMPANY, KeptLines(home, "leads", LeadSummary))


def first_of(store: FactStore, home: Path, of: str = "company") -> FirstCount:
    return FirstCount(store, book_of(store, home), home, of)


def told(seed: int, leads: int = 40) -> list[LeadFact]:
    draw = random.Random(seed)
    return [fact for n in range(leads) for fact in random_facts(draw, f"L{n}")]


def counted_anew(store: FactStore, moment: datetime) -> tuple[DaysRates, ExpectedAmounts]:
    """Return what a service counts that finds nothing, each from a reading of its own."""
    rates = DaysRates(store, Gate(COMPANY))
    rates.count(moment)
    sold = LeadBook(store, COMPANY).sold(moment)
    return rates, ExpectedAmounts(COMPANY).learn((one.marked_channel, one.offer, one.amount or 0) for one in sold)


@pytest.mark.parametrize("seed", range(4))
def test_one_pass_counts_what_a_service_would_count_and_the_next_reads_nothing(
    engine: Engine, tmp_path: Path, seed: int
) -> None:
    store = FactStore(engine)
    store.append(told(seed))
    moment = NOON + random.Random(seed).randrange(20, 200) * DAY
    counted = first_of(store, tmp_path).counted(moment)
    rates, amounts = counted_anew(store, moment)
    assert counted.rates == rates.held
    assert counted.amounts == amounts.sums()  # amounts of 100 add up the same in any order
    reading = Reading(engine)
    assert first_of(reading, tmp_path).found(moment) == counted
    assert book_of(reading, tmp_path).summaries(moment) == LeadBook(store, COMPANY).summaries(moment)
    again = DaysRates(reading, Gate(COMPANY), KeptRates(tmp_path, "company", reading))
    again.count(moment + 30 * DAY)
    anew = DaysRates(store, Gate(COMPANY))
    anew.count(moment + 30 * DAY)
    assert again.held == anew.held
    assert again.at(moment - 3 * DAY).counts == anew.at(moment - 3 * DAY).counts


def test_the_same_pass_leaves_how_far_leads_have_come_where_that_is_asked_for(engine: Engine, tmp_path: Path) -> None:
    store, draw, google = FactStore(engine), random.Random(3), AD_SYSTEMS["google"]
    store.append([fact for n in range(30) for fact in random_lead(draw, f"L{n}", engine, NOON - 50 * DAY)])
    steps = StepsBook(store, TELLING, kept_steps(tmp_path))
    book = LeadBook(store, TELLING, KeptLines(tmp_path, "leads", LeadSummary))
    counted = FirstCount(store, book, tmp_path, "company", steps).counted(NOON)
    assert counted == FirstCount(store, LeadBook(store, TELLING), tmp_path, "company").found(NOON)
    reading = Reading(engine)
    found = StepsBook(reading, TELLING, kept_steps(tmp_path)).leads(NOON, system=google)
    assert found == StepsBook(store, TELLING).leads(NOON, system=google)
    assert (found.leads > len(found.looked_at) > 3, reading.read) == (True, 0)


def test_the_companies_of_the_test_above_have_sales_to_count(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append(told(0))
    rates, amounts = counted_anew(store, LATE)
    assert rates.held.settled(())[1] > 3
    assert amounts.sums()["all"][""][0] > 1


def test_a_start_that_finds_what_was_left_reads_no_lead_before_it_answers(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_doors(tmp_path, sqlite_engine) as doors:
        settings = doors.service.settings
    store = FactStore(sqlite_engine)
    for n in range(30):
        at = NOON + n * DAY
        store.append([lead(f"L{n}", at), source(f"L{n}", at, source="vk"), call(f"L{n}", at)])
        store.append([stage(f"L{n}", "Договор" if n % 3 else "Отказ", at + DAY)])
    first = service_of(settings, sqlite_engine)
    rates = first.desk.rates.held
    assert rates.settled(()) == (30, 20)
    first.writer.close()

    def read(*_: object, **__: object) -> None:
        raise AssertionError("a lead was read")

    monkeypatch.setattr(FactStore, "histories", read)
    again = service_of(settings, sqlite_engine)
    assert again.desk.rates.held == rates
    again.begin_day(again.desk.now())  # behind the answers: from what was kept, too
    assert again.desk.rates.held == rates
    again.writer.close()


def test_what_is_older_than_the_facts_or_of_others_is_not_found(sqlite_engine: Engine, tmp_path: Path) -> None:
    store, imports = FactStore(sqlite_engine), ImportLog(sqlite_engine)
    store.append(told(1))
    first = first_of(store, tmp_path)
    assert first.found(LATE) is None
    first.counted(LATE)
    assert first_of(store, tmp_path).found(LATE) is not None
    assert first_of(store, tmp_path, "others").found(LATE) is None
    brought = imports.begin(file="x", sha256="0" * 64, kind="leads", started_at=NOON, exported_at=NOON).id
    store.append([lead("one more")], import_id=brought)
    assert first_of(store, tmp_path).found(LATE) is not None  # a hundredth more
    store.undo(brought)
    assert first_of(store, tmp_path).found(LATE) is None
    first_of(store, tmp_path).counted(LATE)
    store.append(told(2, leads=80))
    assert first_of(store, tmp_path).found(LATE) is None


def test_of_another_database_under_the_same_address_nothing_is_found(sqlite_engine: Engine, tmp_path: Path) -> None:
    store = FactStore(sqlite_engine)
    store.append(told(3))
    first_of(store, tmp_path).counted(LATE)
    with sqlite_engine.begin() as connection:  # as a backup of another company brings it
        connection.exec_driver_sql("UPDATE facts SET digest = x'00' WHERE number = (SELECT max(number) FROM facts)")
    assert first_of(store, tmp_path).found(LATE) is None


def test_days_later_the_rates_are_those_of_the_day_and_no_lead_is_read(engine: Engine, tmp_path: Path) -> None:
    store = FactStore(engine)
    store.append(told(4))
    moment, later = NOON + 60 * DAY, NOON + 100 * DAY
    left = first_of(store, tmp_path).counted(moment)
    reading = Reading(engine)
    found = first_of(reading, tmp_path).found(later)
    assert found is not None
    assert (found.rates, reading.read) == (counted_anew(store, later)[0].held, 0)
    assert found.rates.midnight == last_midnight(later, COMPANY.zone)
    assert found.rates.counts != left.rates.counts
    (tmp_path / FOLDER / DAYS_OF_SOURCES).unlink()
    assert first_of(reading, tmp_path).found(later) is None
    assert first_of(reading, tmp_path).found(moment + DAY) == left


def test_where_nothing_can_be_kept_all_is_counted_all_the_same(sqlite_engine: Engine, tmp_path: Path) -> None:
    store = FactStore(sqlite_engine)
    store.append(told(5))
    (tmp_path / FOLDER).write_bytes(b"something else lies here")
    (tmp_path / FILE).mkdir()
    rates, amounts = counted_anew(store, LATE)
    counted = first_of(store, tmp_path).counted(LATE)
    assert (counted.rates, counted.amounts) == (rates.held, amounts.sums())
    assert first_of(store, tmp_path).found(LATE) is None


def test_lines_that_a_running_service_brought_further_meanwhile_stay(sqlite_engine: Engine, tmp_path: Path) -> None:
    store = FactStore(sqlite_engine)
    store.append([lead("1"), lead("2")])

    class Meanwhile(FactStore):
        def histories(self, **asked):  # type: ignore[no-untyped-def]
            """Yield what is stored; before it is through, a service has kept more."""
            yield from super().histories(**asked)
            store.append([lead("3")])
            running = book_of(store, tmp_path)
            running.summaries(LATE)
            running.keep(LATE)

    counted = first_of(Meanwhile(sqlite_engine), tmp_path).counted(LATE)
    assert counted.rates.number == 2
    reading = Reading(sqlite_engine)
    assert [one.lead_id for one in book_of(reading, tmp_path).summaries(LATE)] == ["1", "2", "3"]
    assert reading.read == 0
    assert [path.name for path in (tmp_path / FOLDER).iterdir() if path.suffix == ".new"] == []


def test_what_is_known_of_a_lead_only_later_is_read_again_then(engine: Engine, tmp_path: Path) -> None:
    store = FactStore(engine)
    store.append([lead("7"), replace(call("7", NOON + DAY), known_at=NOON + 5 * DAY), lead("8", NOON + 3 * DAY)])
    first_of(store, tmp_path).counted(NOON + 2 * DAY)
    reading = Reading(engine)
    book = book_of(reading, tmp_path)
    assert [(one.lead_id, one.calls) for one in book.summaries(NOON + 6 * DAY)] == [("7", 1), ("8", 0)]
    assert reading.read == 2
