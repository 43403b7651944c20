"""What is held of how far leads have come says the same as reading every lead, and of old leads it is no more than their steps."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.errors import StoreUnreachable
from features.facts.company import Company
from features.facts.conversion_settings import System
from features.facts.forgetting import forget_person
from features.facts.history import LeadHistory
from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import LeadId, Stage
from features.rows.as_of import Gate
from models.abc_rules import QUALIFIED, rule_grade
from monitoring.conversions.ad_systems import AD_SYSTEMS
from monitoring.conversions.lead_steps import come_so_far
from monitoring.conversions.ledger import Ledger
from monitoring.conversions.steps_book import SomeLeads, StepsBook, kept_steps
from monitoring.kept_lines import FOLDER, forget_kept
from tests.monitoring.conversions.desks import COMPANY, desk_of, good_call, lead_facts, random_lead, won
from tests.support.counting_store import Reading
from tests.support.facts import NOON

DAY = timedelta(days=1)
TOLD: tuple[System, ...] = ("yandex", "yandex_orders", "google", "google_enhanced", "meta")
CLICK = "1234567890123456"


def book_of(store: FactStore, home: Path | None, company: Company = COMPANY) -> StepsBook:
    return StepsBook(store, company, kept_steps(home) if home else None)


def said_by(book: StepsBook, engine: Engine, moment: datetime) -> list[SomeLeads]:
    """Return all that a book tells every system."""
    ledger = Ledger(engine)
    told = {name: {lead_id for lead_id, _ in ledger.told(name)} for name in TOLD}
    return [book.leads(moment, system=AD_SYSTEMS[name], also=told[name]) for name in TOLD]


def filled(store: FactStore, home: Path, moment: datetime) -> None:
    """Leave the file that an import leaves."""
    number = store.last_number()
    with book_of(store, home).filling(moment, number) as take:
        for history in store.histories(up_to=number):
            take(history)


def held_in(home: Path) -> dict[str, bool]:
    """Return of whom the file holds something, and whether that is more than steps."""
    with sqlite3.connect(home / FOLDER / "steps.db") as connection:
        rows = connection.execute("SELECT lead_id, length(line) FROM lines WHERE line IS NOT NULL").fetchall()
    return {lead_id: length > 1 for lead_id, length in rows}


@pytest.mark.parametrize("seed", range(4))
def test_books_that_go_on_from_the_last_look_and_from_a_file_say_what_reading_all_leads_says(
    sqlite_engine: Engine, tmp_path: Path, seed: int
) -> None:
    draw, store, moment = random.Random(seed), FactStore(sqlite_engine), NOON - 120 * DAY
    kept, imports, names = book_of(store, None), ImportLog(sqlite_engine), [LeadId(f"L{n}") for n in range(30)]
    whole = old = undone = 0
    for n in range(25):
        moment += draw.choice([timedelta(0), timedelta(hours=7), 4 * DAY, 40 * DAY])
        for _ in range(draw.randrange(4)):
            known = imports.begin(file="x", sha256="0" * 64, kind="leads", started_at=NOON, exported_at=NOON).id
            facts = random_lead(draw, draw.choice(names), sqlite_engine, moment + 4 * DAY)
            store.append(facts, import_id=known)
            undone += store.undo(known) if draw.random() < 0.15 else 0
        if n > 15 and draw.random() < 0.2 and store.leads_changed_since(0) & {names[n]}:
            forget_person(sqlite_engine, names[n], texts=frozenset(), moment=moment)
            forget_kept(tmp_path)
        if draw.random() < 0.4:
            system = draw.choice(TOLD)
            desk_of(sqlite_engine).hand_out(system, moment, way="file", label="x", most=draw.choice([1, 9]))
        if draw.random() < 0.2:
            filled(store, tmp_path, moment)
        restarted, anew = book_of(store, tmp_path), said_by(book_of(store, None), sqlite_engine, moment)
        assert said_by(kept, sqlite_engine, moment) == anew
        assert said_by(restarted, sqlite_engine, moment) == anew
        if draw.random() < 0.7:
            restarted.keep(moment)
        whole += len({one.lead_id for some in anew for one in some.looked_at})
        old += anew[0].leads - len(anew[2].looked_at)
    assert min(whole, old, undone) > 10


def test_what_an_import_left_is_gone_on_from_without_reading_a_lead(sqlite_engine: Engine, tmp_path: Path) -> None:
    draw, store = random.Random(7), FactStore(sqlite_engine)
    for n in range(40):
        store.append(random_lead(draw, f"L{n}", sqlite_engine, NOON - draw.choice([50, 250]) * DAY))
    desk_of(sqlite_engine).hand_out("google", NOON - 200 * DAY, way="file", label="x", most=3)
    filled(store, tmp_path, NOON)
    reading = Reading(sqlite_engine)
    left = said_by(book_of(reading, tmp_path), sqlite_engine, NOON + DAY)
    assert left == said_by(book_of(store, None), sqlite_engine, NOON + DAY)
    assert sum(len(some.looked_at) for some in left) > 10
    assert reading.read == 0


def test_of_a_lead_that_is_too_old_for_every_system_no_more_than_its_steps_are_kept(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    store = FactStore(sqlite_engine)
    store.append([*lead_facts("old", NOON - 100 * DAY, marks={"yclid": CLICK}), good_call("old", NOON - 99 * DAY)])
    store.append([*lead_facts("young", NOON - 80 * DAY), won("young", NOON - 79 * DAY)])
    store.append([*lead_facts("late", NOON - 100 * DAY), won("late", NOON - 3 * DAY)])  # Meta counts from the event
    book = book_of(store, tmp_path)
    some = book.leads(NOON)
    assert (some.leads, some.reached) == (3, {"lead": 3, "qualified": 1, "meeting": 0, "invoice": 0, "paid": 2})
    book.keep(NOON)
    assert held_in(tmp_path) == {"old": False, "young": True, "late": True}
    assert CLICK.encode() not in (tmp_path / FOLDER / "steps.db").read_bytes()


def test_what_grows_too_old_while_a_service_runs_is_let_go(sqlite_engine: Engine, tmp_path: Path) -> None:
    store = FactStore(sqlite_engine)
    store.append(lead_facts("1", NOON, marks={"yclid": CLICK}))
    book = book_of(store, tmp_path)
    book.keep(NOON)
    assert CLICK.encode() in (tmp_path / FOLDER / "steps.db").read_bytes()
    store.append(lead_facts("2", NOON + 95 * DAY))
    book.keep(NOON + 95 * DAY)
    assert held_in(tmp_path) == {"1": False, "2": True}
    assert CLICK.encode() not in (tmp_path / FOLDER / "steps.db").read_bytes()
    assert book.leads(NOON + 95 * DAY).leads == 2


def test_of_whom_a_system_was_told_is_held_however_old_and_whoever_told_it(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    store = FactStore(sqlite_engine)
    store.append([*lead_facts("7", NOON, marks={"client_id": CLICK}), *lead_facts("8", NOON)])
    late, later = NOON + 200 * DAY, NOON + 201 * DAY
    book = book_of(store, tmp_path)
    book.leads(late)
    book.keep(late)
    assert held_in(tmp_path) == {"7": False, "8": False}
    told = desk_of(sqlite_engine).hand_out("yandex_orders", NOON + DAY, way="file", label="of another process")
    assert told.first_told == 1
    store.append([Stage(LeadId("7"), late, late, "won", 90_000.0)])
    for one in (book, book_of(store, tmp_path)):
        found = one.leads(later, also=[LeadId("7"), LeadId("8")]).looked_at
        assert [(lead.lead_id, lead.ids.client_id, lead.status) for lead in found] == [("7", CLICK, "PAID")]
    handed = desk_of(sqlite_engine).hand_out("yandex_orders", later, way="file", label="restated")
    assert (handed.first_told, handed.restated) == (0, 1)


def test_a_database_that_fails_in_the_middle_of_a_look_costs_no_change(sqlite_engine: Engine, tmp_path: Path) -> None:
    class Failing(FactStore):
        fails = False

        def histories(self, **asked):  # type: ignore[no-untyped-def]
            """Yield what is stored, as far as it goes."""
            yield from self._some(super().histories(**asked))

        def _some(self, found: Iterator[LeadHistory]) -> Iterator[LeadHistory]:
            for one in found:
                yield one
                if self.fails:
                    raise StoreUnreachable("the database went away")

    store = Failing(sqlite_engine)
    store.append([*lead_facts("7", NOON), won("7", NOON + 205 * DAY), *lead_facts("8", NOON - 300 * DAY)])
    store.append([*lead_facts("9", NOON - 100 * DAY, marks={"client_id": CLICK})])
    book, late = book_of(store, tmp_path), NOON + 203 * DAY
    book.leads(late)
    desk_of(sqlite_engine).hand_out("yandex_orders", NOON - 99 * DAY, way="file", label="x")
    store.fails = True
    with pytest.raises(StoreUnreachable):
        book.leads(late + 3 * DAY)
    store.fails = False
    for moment in (late + 3 * DAY, late + 4 * DAY):
        assert said_by(book, sqlite_engine, moment) == said_by(book_of(store, None), sqlite_engine, moment)
    assert [one.lead_id for one in book.leads(late + 4 * DAY, also=[LeadId("9")]).looked_at] == ["9"]


@pytest.mark.parametrize("seed", range(3))
def test_a_lead_was_qualified_at_the_first_moment_at_which_what_was_known_says_so(
    sqlite_engine: Engine, seed: int
) -> None:
    draw, store, gate = random.Random(seed), FactStore(sqlite_engine), Gate(COMPANY)
    for n in range(150):
        store.append(random_lead(draw, f"L{n}", sqlite_engine))
        if draw.random() < 0.3:  # a later version of the form, and a talk that is told late
            store.append(lead_facts(f"L{n}", NOON - 90 * DAY))
            store.append([good_call(f"L{n}", NOON - 80 * DAY, NOON - draw.choice([0, 50]) * DAY)])
    qualified = 0
    for history in store.histories():
        moment = NOON + draw.randrange(-10, 20) * DAY
        come = come_so_far(history, gate, moment)
        if come is None:
            continue
        first = None
        for at in sorted({one.fact.known_at for one in history.stored if one.fact.known_at <= moment}):
            then = gate.as_of(history, at)
            if then and then.spoken_calls and rule_grade(then.answers, COMPANY.abc_at(at)) in QUALIFIED:
                first = at
                break
        reached = come[1].get("qualified")
        assert (reached and reached.known_at) == first
        qualified += first is not None
    assert qualified > 10
