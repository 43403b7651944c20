"""Each contact under a key of its own: who has the database alone reads nothing, and a destroyed key opens nothing ever again."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, select, text

from features.errors import KeysAway, SettingWrong, StoreUnreachable
from features.facts.contacts import Contact, ContactBook
from features.facts.database import engine_for, reading, writing
from features.facts.keyring import Keyring, keyring_in, keyring_of
from features.facts.store import FactStore
from features.facts.tables import CONTACTS
from features.facts.values import Call, Fact, LeadId
from features.facts.write_ahead_log import leave_no_trace
from features.settings import add_contact_master, contact_masters, drop_older_masters
from leadloop.database import bring_up_to_date
from tests.support.contacts import keep_contact
from tests.support.facts import call, lead


def noted(comment: str, attracts: str | None = None) -> Call:
    return replace(call("7"), comment=comment, attracts=attracts)


ANNA = Contact("Анна Каренина", "8 912 345-67-89", "anna@levin.ru")


@given(plain=st.binary(max_size=200), about=st.text(max_size=20))
def test_what_was_sealed_opens_as_what_it_is_about_and_as_nothing_else(plain: bytes, about: str) -> None:
    keyring = memory_keyring()
    key_id, sealed = keyring.seal(plain, about)
    assert keyring.open(key_id, sealed, about) == plain
    assert keyring.open(key_id, sealed, about + "x") is None
    assert keyring.open(key_id + 1, sealed, about) is None
    assert plain not in sealed or len(plain) < 4
    keyring.close()


def memory_keyring() -> Keyring:
    return Keyring("sqlite://", lambda: [b"m" * 32])


def test_the_same_twice_is_sealed_under_two_keys_and_looks_like_two_things(tmp_path: Path) -> None:
    keyring = keyring_in(tmp_path)
    one, two = keyring.seal(b"anna", "7"), keyring.seal(b"anna", "7")
    assert one[0] != two[0]
    assert one[1] != two[1]
    keyring.destroy([one[0]])
    assert keyring.open_all([(*one, "7"), (*two, "7")]) == [None, b"anna"]
    assert keyring_in(tmp_path).open(*two, "7") == b"anna"


def test_two_processes_never_use_the_same_key(tmp_path: Path) -> None:
    rings = [keyring_in(tmp_path), keyring_in(tmp_path)]
    used = [rings[n % 2].seal(b"x", "7")[0] for n in range(200)]
    assert len(set(used)) == 200


def alone(home: Path, copy: Path) -> Keyring:
    """Return a keyring of what the files of keys say without their log, as somebody copied them."""
    copy.mkdir()
    for name in ("contact-keys.db", "contact.key"):
        shutil.copy(home / name, copy / name)
    return keyring_in(copy)


def test_the_file_of_keys_alone_opens_whatever_was_sealed_while_somebody_has_it_open(tmp_path: Path) -> None:
    keyring = keyring_in(tmp_path / "home")
    for turn in ("one", "two", "three"):
        sealed = [keyring.seal(b"anna", "7") for _ in range(500)]
        copied = alone(tmp_path / "home", tmp_path / turn)
        assert copied.open_all([(*one, "7") for one in sealed]) == [b"anna"] * 500
        copied.close()
    keyring.close()


def test_keys_that_the_version_before_left_in_the_log_come_into_the_file_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "contact-keys.db"
    keyring_in(tmp_path).seal(b"anna", "7")
    before = sqlite3.connect(path)
    before.execute("INSERT INTO data_keys VALUES (1, 'master', x'00')")
    before.commit()
    assert not is_in_file(path, 1)
    assert keyring_in(tmp_path).open(2, b"", "7") is None
    assert is_in_file(path, 1)
    before.close()


def is_in_file(path: Path, number: int) -> bool:
    """Return whether a file of keys holds a number by itself, without its log."""
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as alone:
        return alone.execute("SELECT 1 FROM data_keys WHERE id = ?", (number,)).fetchone() is not None


def test_a_reader_who_stays_keeps_nobody_from_sealing_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.facts.write_ahead_log.PUT_WHOLE_WITHIN_SECONDS", 0.1)
    keyring = keyring_in(tmp_path)
    keyring.seal(b"anna", "7")
    reader = sqlite3.connect(tmp_path / "contact-keys.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM data_keys").fetchall()
    began = time.monotonic()
    sealed = [keyring.seal(b"boris", "8") for _ in range(100)]
    assert time.monotonic() - began < 5
    assert keyring.open_all([(*one, "8") for one in sealed]) == [b"boris"] * 100
    reader.close()


def test_keys_made_with_an_older_copy_have_numbers_that_nothing_sealed_names(tmp_path: Path) -> None:
    lost, back = tmp_path / "lost", tmp_path / "back"
    before = keyring_in(lost)
    first = [before.seal(b"anna", "7") for _ in range(40)]
    before.close()
    shutil.copytree(lost, back)
    later = [keyring_in(lost).seal(b"boris", "8") for _ in range(600)]
    restored = keyring_in(back)
    new = [restored.seal(b"vera", "9") for _ in range(600)]
    named = [number for number, _ in (*first, *later)]
    assert not set(named) & {number for number, _ in new}
    restored.destroy(named)
    assert restored.open_all([(*one, "9") for one in new]) == [b"vera"] * 600


def test_numbers_of_keys_leave_room_for_those_that_the_version_before_counts_from_one_or_from_the_highest(
    tmp_path: Path,
) -> None:
    keyring = keyring_in(tmp_path)
    numbers = [keyring.seal(b"anna", "7")[0] for _ in range(600)]
    assert min(numbers) >= 2**40
    assert max(numbers) < 2**62


def test_the_database_alone_shows_nothing_of_a_contact(engine: Engine) -> None:
    keep_contact(engine, "7", ANNA)
    store = FactStore(engine)
    store.append([lead("7"), noted("звонить Анне", "вид из окна")])
    with reading(engine) as connection:
        stored = str(connection.execute(select(CONTACTS)).all()) + str(
            connection.execute(text("SELECT payload FROM facts")).all()
        )
    assert not any(secret in stored for secret in ("Каренина", "345-67", "34567", "levin", "Анне", "окна"))
    assert ContactBook(engine, b"").contact(LeadId("7")) == ANNA
    assert noted("звонить Анне", "вид из окна") in [one.fact for one in store.history(LeadId("7")).stored]
    assert [history.stored for history in store.histories()] == [store.history(LeadId("7")).stored]
    assert [history.stored for history in store.histories(lead_ids=[LeadId("7")])] == [
        store.history(LeadId("7")).stored
    ]


def test_the_same_note_told_again_is_stored_once(engine: Engine) -> None:
    store = FactStore(engine)
    facts: list[Fact] = [lead("7"), noted("звонить Анне")]
    assert None not in store.append(facts)
    assert store.append(facts) == [None, None]
    assert store.append([noted("не звонить")]) != [None]


def test_another_master_key_is_found_by_a_process_that_goes_on(tmp_path: Path) -> None:
    home, serving = tmp_path / "home", keyring_in(tmp_path / "home")
    sealed = [serving.seal(f"{n}".encode(), "7") for n in range(600)]
    first = contact_masters(home)
    add_contact_master(home)
    assert keyring_in(home).rewrap() >= 600
    drop_older_masters(home)
    assert len(contact_masters(home)) == 1
    assert contact_masters(home) != first
    assert [serving.open(*one, "7") for one in sealed[:3]] == [b"0", b"1", b"2"]
    assert serving.open_all([(*one, "7") for one in sealed]) == [f"{n}".encode() for n in range(600)]
    for _ in range(600):  # the keys it had made ahead still open, and new ones are wrapped by the new master
        one = serving.seal(b"new", "8")
    assert keyring_in(home).open(*one, "8") == b"new"


def test_the_master_key_is_a_file_of_ours_alone_and_without_it_nothing_opens(tmp_path: Path) -> None:
    one = keyring_in(tmp_path).seal(b"anna", "7")
    path = tmp_path / "contact.key"
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("contact.key", "contact-keys.db")} == {0o600}
    path.unlink()
    with pytest.raises(KeysAway, match=r"contact\.key"):
        keyring_in(tmp_path).open(*one, "7")


def test_a_master_key_of_the_environment_wins_and_has_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLOOP_CONTACT_KEY", f"{'b' * 64},{'a' * 64}")
    assert contact_masters(tmp_path) == [bytes.fromhex("b" * 64), bytes.fromhex("a" * 64)]
    assert not (tmp_path / "contact.key").exists()
    for wrong in ("secret", "ab", "b" * 64 + ",x"):
        monkeypatch.setenv("LEADLOOP_CONTACT_KEY", wrong)
        with pytest.raises(SettingWrong, match="64 hexadecimal"):
            contact_masters(tmp_path)


def test_a_backup_without_the_keys_shows_no_contact_and_with_them_every_one(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    keep_contact(sqlite_engine, "7", ANNA)
    sqlite_engine.dispose()
    for name, files in (("alone", ["leadloop.db"]), ("whole", ["leadloop.db", "contact-keys.db", "contact.key"])):
        (tmp_path / name).mkdir()
        for file in files:
            shutil.copy(tmp_path / file, tmp_path / name / file)
            if (tmp_path / f"{file}-wal").exists():
                shutil.copy(tmp_path / f"{file}-wal", tmp_path / name / f"{file}-wal")
        engine = engine_for(f"sqlite:///{tmp_path / name / 'leadloop.db'}")
        told = ContactBook(engine, b"").contact(LeadId("7"))
        assert told == (ANNA if name == "whole" else Contact(None, None, None))
        engine.dispose()


def test_a_served_database_of_which_nobody_said_where_its_keys_lie_is_refused(postgres_url: str) -> None:
    engine = engine_for(postgres_url)
    with pytest.raises(StoreUnreachable, match="data keys"):
        keyring_of(engine)
    engine.dispose()


def test_what_the_version_before_kept_in_plain_is_sealed_and_the_file_written_anew(tmp_path: Path) -> None:
    from tests.leadloop.test_database import back_at

    path = tmp_path / "leadloop.db"
    engine = engine_for(f"sqlite:///{path}")
    bring_up_to_date(engine)
    FactStore(engine).append([lead("7"), noted("звонить Анне")])
    with back_at("0003", engine) as connection:
        connection.execute(
            text("INSERT INTO contacts (lead_id, name, phone) VALUES ('7', 'Анна Каренина', '89123456789')")
        )
        connection.execute(text("INSERT INTO contacts (lead_id, name) VALUES ('8', 'Вронский')"))
        connection.execute(text("DELETE FROM contacts WHERE lead_id = '8'"))
        assert "звонить Анне" in str(connection.execute(text("SELECT payload FROM facts")).all())
    bring_up_to_date(engine)
    assert ContactBook(engine, b"").contact(LeadId("7")) == Contact("Анна Каренина", "89123456789", None)
    assert noted("звонить Анне") in [one.fact for one in FactStore(engine).history(LeadId("7")).stored]
    engine.dispose()
    found = b"".join(one.read_bytes() for one in tmp_path.glob("leadloop.db*"))
    assert not any(secret.encode() in found for secret in ("Каренина", "89123456789", "Анне", "Вронский"))


def test_no_key_is_made_under_a_master_that_a_rotation_drops_meanwhile(tmp_path: Path) -> None:
    turns: list[str] = []

    def masters() -> list[bytes]:
        other = sqlite3.connect(tmp_path / "contact-keys.db", timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            turns.append("a rotation could run here to its end")
        except sqlite3.OperationalError as error:
            turns.append(str(error))
        other.close()
        return contact_masters(tmp_path)

    keyring = Keyring(f"sqlite:///{tmp_path / 'contact-keys.db'}", masters)
    keyring.seal(b"anna", "7")
    assert turns == ["database is locked"]
    keyring.close()


def test_where_somebody_reads_all_the_while_wiping_says_so_instead_of_looking_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.facts.write_ahead_log.EMPTIED_WITHIN_SECONDS", 0.2)
    url = f"sqlite:///{tmp_path / 'some.db'}"
    engine, impatient = engine_for(url), create_engine(url, connect_args={"timeout": 0})
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE words (word TEXT)"))
    with reading(engine) as connection:
        connection.execute(text("SELECT * FROM words")).all()
        with writing(impatient) as other:
            other.execute(text("INSERT INTO words VALUES ('anna')"))
        with pytest.raises(StoreUnreachable, match="ask again"):
            leave_no_trace(impatient)
    leave_no_trace(impatient)
    assert (tmp_path / "some.db-wal").stat().st_size == 0
    engine.dispose()
    impatient.dispose()
