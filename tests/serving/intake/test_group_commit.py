"""One writer for all who store: what queues meanwhile is written together, and who cannot be stored fails alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, event, insert, select
from sqlalchemy.exc import IntegrityError

from features.errors import FactRefused, StoreBusy, StoreUnreachable
from features.facts.database import reading
from features.facts.tables import PERSONS
from serving.intake import group_commit
from serving.intake.group_commit import GroupCommit
from tests.serving.doors import eventually


class Guests:
    """Writes names into a table; "twice" breaks a rule of the database, "refused" is refused by itself."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.go = threading.Event()
        self.go.set()

    def perform(self, connection: Connection, names: Sequence[str]) -> list[str | Exception]:
        self.groups.append(list(names))
        self.go.wait(10)
        told: list[str | Exception] = []
        for name in names:
            if name == "refused":
                told.append(FactRefused("name", "is none"))
                continue
            for _ in range(2 if name == "twice" else 1):
                connection.execute(insert(PERSONS).values(person_key=name, lead_id="7", at_us=0))
            told.append(name.upper())
        return told


def stored(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.execute(select(PERSONS.c.person_key)).scalars())


def answer_to(writer: GroupCommit[str, str], name: str) -> str | Exception:
    """Return what a request is told, be it a refusal."""
    try:
        return writer.done(name)
    except Exception as error:  # noqa: BLE001 - what is told is what is looked at
        return error


def all_at_once(guests: Guests, writer: GroupCommit[str, str], names: Sequence[str]) -> list[str | Exception]:
    """Return what each is told whose request queued while another was being written."""

    guests.go.clear()
    with ThreadPoolExecutor(len(names) + 1) as pool:
        first = pool.submit(answer_to, writer, "first")
        eventually(lambda: bool(guests.groups))
        others = []
        for count, name in enumerate(names, start=1):
            others.append(pool.submit(answer_to, writer, name))
            eventually(lambda wanted=count: writer.waiting == wanted)  # type: ignore[misc]
        guests.go.set()
        assert first.result() == "FIRST"
        return [one.result() for one in others]


def test_what_queued_while_one_was_written_is_written_together_in_its_order(engine: Engine) -> None:
    guests = Guests()
    writer = GroupCommit[str, str](lambda: engine, guests.perform)
    names = [f"n{number}" for number in range(8)]
    assert all_at_once(guests, writer, names) == [name.upper() for name in names]
    assert guests.groups == [["first"], names]
    assert stored(engine) == {"first", *names}
    writer.close()


def test_who_is_refused_fails_alone_in_the_same_transaction(engine: Engine) -> None:
    guests = Guests()
    writer = GroupCommit[str, str](lambda: engine, guests.perform)
    told = all_at_once(guests, writer, ["a", "refused", "b"])
    assert [told[0], type(told[1]), told[2]] == ["A", FactRefused, "B"]
    assert len(guests.groups) == 2
    assert stored(engine) == {"first", "a", "b"}
    writer.close()


def test_whom_the_database_refuses_fails_alone_and_the_others_are_written_one_by_one(engine: Engine) -> None:
    guests = Guests()
    writer = GroupCommit[str, str](lambda: engine, guests.perform)
    told = all_at_once(guests, writer, ["a", "twice", "b"])
    assert [told[0], type(told[1]), told[2]] == ["A", IntegrityError, "B"]
    assert guests.groups[1:] == [["a", "twice", "b"], ["a"], ["twice"], ["b"]]
    assert stored(engine) == {"first", "a", "b"}
    writer.close()


def test_an_event_loop_waits_without_a_thread_of_its_own(engine: Engine) -> None:
    writer = GroupCommit[str, str](lambda: engine, Guests().perform)

    async def ask() -> list[str]:
        return list(await asyncio.gather(*[writer.soon(f"n{number}") for number in range(50)]))

    assert asyncio.run(ask()) == [f"N{number}" for number in range(50)]
    assert len(stored(engine)) == 50
    writer.close()


def test_nobody_is_told_before_the_commit_and_where_it_fails_nobody_is_told_that_all_is_well(
    sqlite_engine: Engine,
) -> None:
    writer = GroupCommit[str, str](lambda: sqlite_engine, Guests().perform)

    def no_disk(_: Connection) -> None:
        raise StoreUnreachable("The disk is gone.")

    event.listen(sqlite_engine, "commit", no_disk)
    with pytest.raises(StoreUnreachable):
        writer.done("lost")
    event.remove(sqlite_engine, "commit", no_disk)
    assert stored(sqlite_engine) == set()
    assert writer.done("kept") == "KEPT"
    writer.close()


def test_who_comes_when_too_many_wait_is_sent_away_at_once(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "LONGEST_BACKLOG", 3)
    guests = Guests()
    writer = GroupCommit[str, str](lambda: sqlite_engine, guests.perform)
    asked: Callable[[str], str] = writer.done
    guests.go.clear()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(asked, "first")]
        eventually(lambda: bool(guests.groups))
        waiting += [pool.submit(asked, name) for name in "abc"]
        eventually(lambda: writer.waiting == 3)
        with pytest.raises(StoreBusy):
            writer.done("too many")
        guests.go.set()
        assert [one.result() for one in waiting] == ["FIRST", "A", "B", "C"]
    writer.close()


def test_the_writer_goes_on_where_what_was_stored_cannot_be_counted(
    sqlite_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    def uncountable(_: Sequence[str | Exception]) -> None:
        raise ZeroDivisionError

    writer = GroupCommit[str, str](lambda: sqlite_engine, Guests().perform, uncountable)
    with ThreadPoolExecutor(1) as pool:
        assert [pool.submit(writer.done, name).result(30) for name in ("a", "b")] == ["A", "B"]
    writer.close()
    assert stored(sqlite_engine) == {"a", "b"}
    assert "could not be counted" in caplog.text


def test_what_was_put_before_the_end_is_written(sqlite_engine: Engine) -> None:
    writer = GroupCommit[str, str](lambda: sqlite_engine, Guests().perform)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(writer.done, f"n{number}") for number in range(8)]
        for one in asked:
            one.result()
    writer.close()
    writer.close()
    assert len(stored(sqlite_engine)) == 8
    with pytest.raises(StoreUnreachable, match="is ending"):
        writer.done("too late")


def test_a_database_that_hangs_is_told_to_all_who_wait_and_what_comes_later_is_stored(sqlite_engine: Engine) -> None:
    guests = Guests()
    writer = GroupCommit[str, str](lambda: sqlite_engine, guests.perform)

    guests.go.clear()
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(answer_to, writer, "in hand")]
        eventually(lambda: bool(guests.groups))
        asked.append(pool.submit(answer_to, writer, "queued"))
        eventually(lambda: writer.waiting == 1)
        for _ in range(group_commit.MOST_LOOKS):
            writer.look()
        assert not any(one.done() for one in asked)
        writer.look()
        answers = [one.result(5) for one in asked]
        assert [type(one) for one in answers] == [StoreUnreachable] * 2
        assert writer.waiting == 0
        guests.go.set()
        assert pool.submit(answer_to, writer, "later").result(5) == "LATER"
    assert stored(sqlite_engine) == {"in hand", "later"}
    writer.close()


def test_groups_that_follow_each_other_are_no_hanging_database(sqlite_engine: Engine) -> None:
    guests = Guests()
    writer = GroupCommit[str, str](lambda: sqlite_engine, guests.perform)
    for number in range(group_commit.MOST_LOOKS + 2):
        writer.look()
        assert writer.done(f"n{number}") == f"N{number}"
        writer.look()
    writer.close()
