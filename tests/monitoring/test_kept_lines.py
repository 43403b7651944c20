"""A restart goes on from what was kept, equal to reading all anew; a file that is of anything else is not believed."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.forgetting import forget_person
from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import LeadId
from monitoring.counted_cells import Cut
from monitoring.kept_lines import FOLDER, KeptLines, Standing, forget_kept
from monitoring.lead_book import LeadBook, LeadSummary
from tests.monitoring.leads import COMPANY, random_facts
from tests.support.facts import NOON, call, lead, source, stage
from tests.support.machine import REPOSITORY

DAY = timedelta(days=1)
LATE = NOON + 400 * DAY
BY = Cut(by=("channel", "campaign"), period="week")


class Reading(FactStore):
    """A store that remembers which leads were read."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.read: list[LeadId] = []

    def histories(self, **asked):  # type: ignore[no-untyped-def]
        """Yield what is stored, and note of whom."""
        for one in super().histories(**asked):
            self.read.append(one.lead_id)
            yield one


def book_of(engine: Engine, home: Path, company: Company = COMPANY) -> tuple[LeadBook, Reading]:
    """Return the book as a start finds it, and what it reads."""
    store = Reading(engine)
    return LeadBook(store, company, KeptLines(home, "leads", LeadSummary)), store


@pytest.mark.parametrize("seed", range(3))
def test_a_restart_reads_only_what_is_new_and_says_the_same_as_reading_all(
    engine: Engine, tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)
    store = FactStore(engine)
    told = [fact for n in range(30) for fact in random_facts(draw, f"L{n}")]
    draw.shuffle(told)
    imports = ImportLog(engine)
    while told:
        step, told = told[:25], told[25:]
        known = imports.begin(file="x", sha256="0" * 64, kind="leads", started_at=NOON, exported_at=NOON).id
        store.append(step, import_id=known)
        if draw.random() < 0.3:
            store.undo(known)
        moment = NOON + draw.randrange(200, 400) * DAY if not told else LATE
        book, reading = book_of(engine, tmp_path)
        anew = LeadBook(store, COMPANY)
        assert book.summaries(moment) == anew.summaries(moment)
        assert book.tallies(moment, BY) == anew.tallies(moment, BY)
        assert (book.named(moment), book.graded(moment)) == (anew.named(moment), anew.graded(moment))
        assert book.may_be_open(moment) == anew.may_be_open(moment)
        book.keep(moment)
    again, reading = book_of(engine, tmp_path)
    assert again.summaries(LATE) == LeadBook(store, COMPANY).summaries(LATE)
    assert reading.read == []


def test_a_running_book_keeps_what_came_and_the_next_start_reads_only_the_rest(engine: Engine, tmp_path: Path) -> None:
    store = FactStore(engine)
    store.append([lead(name) for name in ("1", "2", "3")])
    book, _ = book_of(engine, tmp_path)
    book.summaries(LATE)
    book.keep(LATE)
    store.append([call("2", need="yes", budget="yes"), lead("4")])
    book.summaries(LATE)
    book.keep(LATE)
    store.append([stage("3", "won", NOON + DAY)])
    again, reading = book_of(engine, tmp_path)
    assert [(one.lead_id, one.calls, one.won_at is not None) for one in again.summaries(LATE)] == [
        ("1", 0, False), ("2", 1, False), ("3", 0, True), ("4", 0, False),
    ]  # fmt: skip
    assert reading.read == ["3"]


def test_what_lay_ahead_when_it_was_kept_is_read_again_and_no_future_is_seen(engine: Engine, tmp_path: Path) -> None:
    FactStore(engine).append([lead("7"), call("7", NOON + 2 * DAY), lead("8", NOON + 2 * DAY)])
    book, _ = book_of(engine, tmp_path)
    assert [(one.lead_id, one.calls) for one in book.summaries(NOON + DAY)] == [("7", 0)]
    book.keep(NOON + DAY)
    later, reading = book_of(engine, tmp_path)
    assert [(one.lead_id, one.calls) for one in later.summaries(NOON + 3 * DAY)] == [("7", 1), ("8", 0)]
    assert sorted(reading.read) == ["7", "8"]
    later.keep(NOON + 3 * DAY)
    earlier, _ = book_of(engine, tmp_path)
    assert [(one.lead_id, one.calls) for one in earlier.summaries(NOON + DAY)] == [("7", 0)]


@pytest.mark.parametrize("spoiled", [b"", b"no database", None])
def test_a_damaged_or_missing_file_is_made_anew(engine: Engine, tmp_path: Path, spoiled: bytes | None) -> None:
    FactStore(engine).append([lead("7")])
    book, _ = book_of(engine, tmp_path)
    book.summaries(LATE)
    book.keep(LATE)
    file = tmp_path / FOLDER / "leads.db"
    if spoiled is None:
        file.unlink()
    else:
        file.write_bytes(spoiled)
    again, reading = book_of(engine, tmp_path)
    assert [one.lead_id for one in again.summaries(LATE)] == ["7"] == reading.read
    again.keep(LATE)
    FactStore(engine).append([lead("8")])
    again.summaries(LATE)
    again.keep(LATE)
    last, reading = book_of(engine, tmp_path)
    assert [one.lead_id for one in last.summaries(LATE)] == ["7", "8"]
    assert reading.read == []


def test_where_nothing_can_be_written_the_book_goes_on_without_a_file(sqlite_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_bytes(b"something else lies here")
    FactStore(sqlite_engine).append([lead("7")])
    book, _ = book_of(sqlite_engine, tmp_path)
    book.summaries(LATE)
    book.keep(LATE)
    assert [one.lead_id for one in book.summaries(LATE)] == ["7"]


def test_a_file_of_other_words_or_of_another_database_is_not_believed(engine: Engine, tmp_path: Path) -> None:
    FactStore(engine).append([lead("7")])
    book, _ = book_of(engine, tmp_path)
    book.summaries(LATE)
    book.keep(LATE)
    other, reading = book_of(engine, tmp_path, COMPANY.model_copy(update={"company": "Другая"}))
    other.summaries(LATE)
    assert reading.read == ["7"]


def test_a_file_of_facts_that_are_not_there_any_more_is_not_believed(sqlite_engine: Engine, tmp_path: Path) -> None:
    FactStore(sqlite_engine).append([lead("7"), lead("8")])
    book, _ = book_of(sqlite_engine, tmp_path)
    book.summaries(LATE)
    book.keep(LATE)
    with sqlite_engine.begin() as connection:  # as a backup from before brings it back, and others came since
        connection.exec_driver_sql("DELETE FROM facts WHERE lead_id = '8'")
    FactStore(sqlite_engine).append([lead("9")])
    again, _ = book_of(sqlite_engine, tmp_path)
    assert [one.lead_id for one in again.summaries(LATE)] == ["7", "9"]


def test_two_services_on_one_folder_keep_one_whole_file(engine: Engine, tmp_path: Path) -> None:
    store = FactStore(engine)
    store.append([lead("1")])
    (one, _), (other, _) = book_of(engine, tmp_path), book_of(engine, tmp_path)
    one.summaries(LATE)
    other.summaries(LATE)
    one.keep(LATE)
    store.append([lead("2")])
    other.summaries(LATE)
    other.keep(LATE)
    store.append([lead("3")])
    one.summaries(LATE)
    one.keep(LATE)
    forget_kept(tmp_path)
    store.append([lead("4")])
    other.summaries(LATE)
    other.keep(LATE)  # finds that the file holds less than it thought ...
    other.keep(LATE)  # ... and writes all
    last, reading = book_of(engine, tmp_path)
    assert [found.lead_id for found in last.summaries(LATE)] == ["1", "2", "3", "4"]
    assert reading.read == []


def test_of_whoever_was_forgotten_the_file_keeps_no_sign(engine: Engine, tmp_path: Path) -> None:
    store = FactStore(engine)
    person = "0" * 31 + "a"
    store.append([replace(lead("7"), person_keys=(person,)), lead("8")])
    book, _ = book_of(engine, tmp_path)
    book.summaries(LATE)
    book.keep(LATE)
    assert person.encode() in (tmp_path / FOLDER / "leads.db").read_bytes()
    forget_person(engine, LeadId("7"), texts=frozenset(), moment=LATE)
    assert not any(person in one.persons for one in book.summaries(LATE))
    book.keep(LATE)
    assert person.encode() not in (tmp_path / FOLDER / "leads.db").read_bytes()
    assert not any(person in one.persons for one in book.summaries(LATE))
    again, _ = book_of(engine, tmp_path)
    assert again.summaries(LATE) == LeadBook(store, COMPANY).summaries(LATE)


def test_what_many_leads_say_is_held_once_also_after_a_restart(engine: Engine, tmp_path: Path) -> None:
    words = COMPANY.model_dump()
    company = Company.model_validate(
        words | {"fields": words["fields"] | {"city": {"kind": "choice", "filled_by": "person"}}}
    )
    store = FactStore(engine)
    for n in range(2):
        store.append([lead(f"L{n}", city="Москва и область"), source(f"L{n}", source="vk ads"), call(f"L{n}")])
    running, _ = book_of(engine, tmp_path, company)
    made = running.summaries(LATE)
    running.keep(LATE)
    again, reading = book_of(engine, tmp_path, company)
    restored = again.summaries(LATE)
    assert (restored, reading.read) == (made, [])
    one, *others = made + restored
    assert one.answers == ("Москва и область",)
    for other in others:
        assert (other.answers[0] is one.answers[0], other.channel is one.channel, other.manager is one.manager) == (
            True,
        ) * 3
        assert other.arrived_at is other.created_at


FILLS = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from monitoring.kept_lines import KeptLines, Standing
with KeptLines(Path(sys.argv[1]), "leads", int).filling(Standing("of", 1, "fact", datetime(2026, 3, 2, tzinfo=UTC))):
    print("fills", flush=True)
    time.sleep(60)
"""


def filled_by_another(home: Path) -> subprocess.Popen[str]:
    """Start a process that has begun to fill the file, and fills it until it is ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", FILLS, str(home)], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "fills\n"
    return process


def names_in(home: Path) -> set[str]:
    return {path.name for path in (home / FOLDER).iterdir()}


def test_what_a_killed_process_was_filling_is_cleared_away_and_what_another_fills_stays(tmp_path: Path) -> None:
    kept = KeptLines(tmp_path, "leads", int)
    killed, alive = filled_by_another(tmp_path), filled_by_another(tmp_path)
    try:
        both = names_in(tmp_path)
        assert len(both) == 2
        assert kept.read("of") is None
        assert names_in(tmp_path) == both
        killed.kill()
        killed.wait()
        assert kept.read("of") is None
        (left,) = names_in(tmp_path)
        assert left.startswith(f"leads.db.{alive.pid}-")
    finally:
        for one in (killed, alive):
            one.kill()
            one.communicate()


def test_whoever_fills_the_file_anew_clears_away_too_and_nothing_that_is_not_his(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    for name in ("leads.db.77-1.new", "leads.db.78-1.new", "steps.db.77-1.new", "leads.db.old", "notes.new"):
        (folder / name).write_bytes(b"" if "78" in name else b"torn")
    kept: KeptLines[int] = KeptLines(tmp_path, "leads", int)
    with kept.filling(Standing("of", 1, "fact", NOON)) as take:
        take(LeadId("1"), 7, False)
        assert kept.read("of") is None  # a start beside it, which leaves it alone
    found = kept.read("of")
    assert found is not None
    assert found.lines == {LeadId("1"): 7}
    assert names_in(tmp_path) == {"leads.db", "steps.db.77-1.new", "leads.db.old", "notes.new"}
