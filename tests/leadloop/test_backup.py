"""`leadloop backup` and `restore`: taken while the service writes, checked before anything is touched, whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tarfile
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from features.errors import BackupRefused
from features.facts.contacts import Contact, ContactBook
from features.facts.database import engine_for
from features.facts.forgetting import forget_person
from features.facts.keyring import give_keyring, keyring_in
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.settings import Settings, add_contact_master, drop_older_masters
from leadloop.backup import copy_data_keys, make_backup
from leadloop.backup_file import Manifest, write_backup_file
from leadloop.database import bring_up_to_date
from leadloop.restore import restore_backup
from models.rebuilding import differences
from models.score_log import ScoreLog
from tests.leadloop.command_line import Ran, Small, one_line, run, serving
from tests.serving.doors import COMPANY, open_doors
from tests.support.facts import NOON, lead

LATER = NOON + timedelta(days=1)


def settings_of(home: Path, url: str | None = None) -> Settings:
    company = home.parent / f"{home.name}.yaml"
    if not company.exists():
        company.write_text(COMPANY, encoding="utf-8")
    return Settings(home, company, url or f"sqlite:///{home / 'leadloop.db'}", None, "", None)


@pytest.fixture
def lived(tmp_path: Path) -> Settings:
    """Give the settings of a company with a few scored leads."""
    settings = settings_of(tmp_path / "home")
    engine = engine_for(settings.database_url)
    bring_up_to_date(engine)
    with open_doors(settings.home, engine) as doors:
        for number in range(5):
            doors.lead(str(number), answers={"area": number}, contact={"phone": "8 912 345-67-89"})
    (settings.home / "models" / "v1").mkdir(parents=True)
    (settings.home / "models" / "v1" / "model.json").write_text("{}", encoding="utf-8")
    engine.dispose()
    return settings


def leads_in(url: str, home: Path | None = None) -> set[str]:
    engine = engine_for(url)
    if home is not None:
        give_keyring(engine, keyring_in(home))
    found = {str(one.lead_id) for one in FactStore(engine).histories()}
    wrong = [names for _, names in differences(FactStore(engine), ScoreLog(engine), engine, most=sys.maxsize) if names]
    engine.dispose()
    assert wrong == []
    return found


def test_every_fact_acknowledged_before_a_backup_is_in_it_while_the_service_goes_on_writing(imported: Small) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()

    def write(client: httpx.Client, worker: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            assert client.post("/v1/leads", json={"id": f"{worker}-{number}"}).status_code == 201
            acknowledged.append(f"{worker}-{number}")

    with serving(imported) as client:
        writers = [threading.Thread(target=write, args=(client, worker)) for worker in range(4)]
        for one in writers:
            one.start()
        while len(acknowledged) < 10:
            stop.wait(0.02)
        for _ in range(20):  # a backup of so little may be done between two answers
            before = set(acknowledged)
            said = imported.done("backup", imported.file("copy.tar.gz"))
            written_on = len(acknowledged) > len(before)
            if written_on:
                break
        stop.set()
        for one in writers:
            one.join()
    assert "keep it as safe as the database itself" in said
    assert written_on
    place = ("--home", imported.file("restored"), "--company", imported.file("company.yaml"))
    restored = run("restore", imported.file("copy.tar.gz"), *place)
    assert restored.code == 0, restored.err
    found = leads_in(f"sqlite:///{imported.file('restored')}/leadloop.db")
    assert before | {"1", "2", "3"} <= found
    rebuilt = run("rebuild", *place[:2])
    assert "0 differ" in rebuilt.out
    assert rebuilt.code == 0


def test_a_backup_holds_what_the_folder_holds_and_only_its_owner_may_read_it(lived: Settings, tmp_path: Path) -> None:
    file = tmp_path / "copy.tar"
    made = make_backup(lived, file, moment=NOON)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as archive:
        names = set(archive.getnames())
    assert names == {"manifest.json", *made.files}
    assert {"company.yaml", "database/leadloop.db", "home/models/v1/model.json", "home/person.key"} <= names
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name or path.name.startswith(".")] == []


def test_what_was_restored_is_what_was_there(lived: Settings, tmp_path: Path) -> None:
    make_backup(lived, tmp_path / "copy.tar.gz", moment=NOON)
    there = Settings(
        tmp_path / "there" / "home", tmp_path / "there" / "company.yaml", f"sqlite:///{tmp_path}/there/home/leadloop.db",
        None, "", None,
    )  # fmt: skip
    restore_backup(tmp_path / "copy.tar.gz", there, moment=LATER)
    assert leads_in(there.database_url) == leads_in(lived.database_url) == set("01234")
    assert there.company_file.read_text(encoding="utf-8") == lived.company_file.read_text(encoding="utf-8")
    assert (there.home / "person.key").read_bytes() == (lived.home / "person.key").read_bytes()


def test_what_a_service_replaces_takes_away_or_promotes_meanwhile_makes_no_backup_a_damaged_one(
    lived: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, said in {
        "models/champion": "v1",
        "day.json": "before",
        "reports/gone.json": "gone",
        "metrics/1.json": "1",
    }.items():
        (lived.home / name).parent.mkdir(exist_ok=True)
        (lived.home / name).write_text(said, encoding="utf-8")

    def written_while_it_goes_on(*all_of_it: Any, **named: Any) -> Manifest:
        (lived.home / "day.json").write_text("and after", encoding="utf-8")
        (lived.home / "reports" / "gone.json").unlink()
        (lived.home / "models" / "v2").mkdir()
        (lived.home / "models" / "champion").write_text("v2", encoding="utf-8")
        return write_backup_file(*all_of_it, **named)

    monkeypatch.setattr("leadloop.backup.write_backup_file", written_while_it_goes_on)
    made = make_backup(lived, tmp_path / "copy.tar.gz", moment=NOON)
    there = settings_of(tmp_path / "there")
    restore_backup(tmp_path / "copy.tar.gz", there, moment=LATER)
    assert leads_in(there.database_url) == set("01234")
    assert (there.home / "day.json").read_text(encoding="utf-8") == "and after"
    assert (there.home / "models" / "champion").read_text(encoding="utf-8") == "v1"
    assert not {"home/reports/gone.json", "home/metrics/1.json"} & set(made.files)


def test_a_folder_that_is_not_empty_is_refused_and_kept_where_it_is_replaced(lived: Settings, tmp_path: Path) -> None:
    make_backup(lived, tmp_path / "copy.tar", moment=NOON)
    (lived.home / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BackupRefused, match="is not empty"):
        restore_backup(tmp_path / "copy.tar", lived, moment=LATER)
    assert (lived.home / "mine.txt").exists()
    restore_backup(tmp_path / "copy.tar", lived, moment=LATER, replace=True)
    kept = next(path for path in tmp_path.iterdir() if path.name.startswith("home.before-"))
    assert (kept / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert leads_in(lived.database_url) == set("01234")


@pytest.mark.parametrize(("before", "after"), [(None, 0o700), (0o700, 0o700), (0o750, 0o750)])
def test_a_folder_that_a_restore_makes_is_its_owners_alone_or_open_as_the_one_before_was(
    lived: Settings, tmp_path: Path, before: int | None, after: int
) -> None:
    make_backup(lived, tmp_path / "copy.tar", moment=NOON)
    there = settings_of(tmp_path / "there")
    if before is not None:
        there.home.mkdir()
        there.home.chmod(before)
    restore_backup(tmp_path / "copy.tar", there, moment=LATER)
    assert stat.S_IMODE(there.home.stat().st_mode) == after


def contact_in(settings: Settings, lead_id: str) -> Contact:
    engine = engine_for(settings.database_url)
    found = ContactBook(engine, b"").contact(LeadId(lead_id))
    engine.dispose()
    return found


def test_a_backup_tells_no_contact_and_whoever_was_forgotten_since_stays_so_when_it_is_restored(
    lived: Settings, tmp_path: Path
) -> None:
    lone = lived.home / "leadloop.db"
    engine = engine_for(lived.database_url)
    with open_doors(lived.home, engine) as doors:
        doors.lead("her", contact={"name": "Анна", "phone": "8 916 111-22-33"}, answers={"role": "8 916 111-22-33"})
    engine.dispose()
    made = make_backup(lived, tmp_path / "copy.tar", moment=NOON)
    assert "home/contact-keys.db" not in made.files
    assert {"home/contact.key", "home/person.key"} <= set(made.files)
    alone = settings_of(tmp_path / "alone")
    restore_backup(tmp_path / "copy.tar", alone, moment=LATER)
    assert contact_in(alone, "her") == Contact(None, None, None)
    engine = engine_for(f"sqlite:///{lone}")
    give_keyring(engine, keyring_in(lived.home))
    FactStore(engine).append([lead("after the backup")])
    for lead_id in ("her", "after the backup"):
        forget_person(engine, LeadId(lead_id), texts=frozenset(), moment=LATER)
    engine.dispose()
    restore_backup(tmp_path / "copy.tar", lived, moment=LATER, replace=True)
    engine = engine_for(lived.database_url)
    assert ContactBook(engine, b"").forgotten() == {"her", "after the backup"}
    engine.dispose()
    assert b"916 111" not in (lived.home / "leadloop.db").read_bytes()
    assert contact_in(lived, "her") == Contact(None, None, None)
    assert contact_in(lived, "1") == Contact(None, "8 912 345-67-89", None)


def test_a_backup_with_contact_keys_is_whole_and_one_without_keys_has_none(lived: Settings, tmp_path: Path) -> None:
    whole = make_backup(lived, tmp_path / "whole.tar", moment=NOON, with_contact_keys=True)
    none = make_backup(lived, tmp_path / "none.tar", moment=NOON, with_keys=False)
    keys = {"home/contact-keys.db", "home/contact.key", "home/person.key"}
    assert keys <= set(whole.files)
    assert keys.isdisjoint(none.files)
    there = settings_of(tmp_path / "there")
    restore_backup(tmp_path / "whole.tar", there, moment=LATER)
    assert contact_in(there, "1") == Contact(None, "8 912 345-67-89", None)
    assert stat.S_IMODE((there.home / "contact-keys.db").stat().st_mode) == 0o600


@dataclass(frozen=True, slots=True)
class Lost:
    """A house whose machine is lost: a backup of it, and a new data folder for what else was kept."""

    backup: Path
    new: Settings
    old: Settings

    def restored(self) -> Ran:
        place = ("--home", str(self.new.home), "--company", str(self.new.company_file))
        return run("restore", str(self.backup), *place, "--replace")


@pytest.fixture
def lost(lived: Settings, tmp_path: Path) -> Lost:
    """Give a house that was backed up with five contacts and a note, whose data keys were copied when it had no note yet."""
    new = settings_of(tmp_path / "new")
    new.home.mkdir()
    copy_data_keys(lived, new.home / "contact-keys.db")
    engine = engine_for(lived.database_url)
    with open_doors(lived.home, engine) as doors:
        doors.lead("late", contact={"phone": "8 916 111-22-33"})
        doors.call("late", result="reached", manager="Анна", comment="звонить вечером")
    engine.dispose()
    make_backup(lived, tmp_path / "copy.tar", moment=NOON)
    return Lost(tmp_path / "copy.tar", new, lived)


def test_a_restore_with_an_older_copy_of_the_data_keys_counts_what_cannot_be_read_and_says_what_to_do(
    lost: Lost,
) -> None:
    ran = lost.restored()
    assert ran.code == 0
    said = one_line(ran.err)
    assert "NOT ALL OF IT CAN BE READ: 1 of 6 contacts and 1 of 1 notes and free texts are shut." in said
    assert "they were copied before this backup" in said
    assert "bring the contact-keys.db that was copied after this backup" in said
    assert contact_in(lost.new, "late") == Contact(None, None, None)
    assert contact_in(lost.new, "1") == Contact(None, "8 912 345-67-89", None)
    copy_data_keys(lost.old, lost.new.home / "contact-keys.db")
    again = lost.restored()
    assert again.err == ""
    assert "All of it can be read: 6 contacts, 1 notes and free texts." in one_line(again.out)
    assert contact_in(lost.new, "late") == Contact(None, "8 916 111-22-33", None)


@pytest.mark.parametrize(
    ("away", "said"),
    [("contact-keys.db", "There is no {}/contact-keys.db."), ("contact.key", "There is no {}/contact.key")],
)
def test_a_restore_without_a_file_of_keys_names_it_and_makes_none(lost: Lost, away: str, said: str) -> None:
    make_backup(lost.old, lost.backup, moment=NOON, with_keys=False)
    for name in {"contact-keys.db", "contact.key"} - {away}:
        shutil.copy(lost.old.home / name, lost.new.home / name)
    (lost.new.home / away).unlink(missing_ok=True)
    ran = lost.restored()
    assert "6 of 6 contacts and 1 of 1 notes and free texts are shut." in one_line(ran.err)
    assert said.format(lost.new.home) in one_line(ran.err)
    assert not (lost.new.home / away).exists()


def test_a_restore_with_another_master_key_than_the_data_keys_were_wrapped_by_says_so(lost: Lost) -> None:
    add_contact_master(lost.old.home)
    assert keyring_in(lost.old.home).rewrap() > 0
    drop_older_masters(lost.old.home)
    copy_data_keys(lost.old, lost.new.home / "contact-keys.db")  # and the backup brings the contact.key of before
    assert "6 of 6 contacts and 1 of 1 notes" in one_line(lost.restored().err)
    shutil.copy(lost.old.home / "contact.key", lost.new.home / "contact.key")
    assert "All of it can be read" in lost.restored().out


def test_data_keys_copied_while_the_service_goes_on_open_every_contact_that_was_sealed_until_then(
    imported: Small, tmp_path: Path
) -> None:
    apart = tmp_path / "apart" / "contact-keys.db"
    apart.parent.mkdir()
    with serving(imported) as client:
        for turn in range(2):
            for number in range(40):
                sent = {"id": f"{turn}-{number}", "contact": {"phone": "8 912 345-67-89"}}
                assert client.post("/v1/leads", json=sent).status_code == 201
            imported.done("backup", imported.file("copy.tar"))
            assert "opens every backup made before" in run("keys", "copy-contacts", str(apart), *imported.place[:2]).out
    assert stat.S_IMODE(apart.stat().st_mode) == 0o600
    assert [one.name for one in apart.parent.iterdir()] == ["contact-keys.db"]
    new = settings_of(tmp_path / "new")
    new.home.mkdir()
    shutil.copy(apart, new.home)
    ran = Lost(Path(imported.file("copy.tar")), new, new).restored()
    assert "All of it can be read: 83 contacts" in ran.out
    assert ran.err == ""


def test_a_copy_of_data_keys_needs_a_file_to_go_to_and_keys_to_copy(opened: Small, tmp_path: Path) -> None:
    for to, said in (
        (tmp_path, "is a folder; name a file in it"),
        (tmp_path / "nowhere" / "keys.db", "does not exist; make it first"),
        (opened.home / "keys.db", "lies in the data folder, so every backup would hold it"),
        (tmp_path / "keys.db", "There are no data keys yet"),
    ):
        ran = run("keys", "copy-contacts", str(to), *opened.place[:2])
        assert ran.code != 0
        assert said in one_line(ran.err)
    assert not (tmp_path / "keys.db").exists()


def test_data_keys_on_a_server_are_copied_by_its_own_program(tmp_path: Path, postgres_engine: Engine) -> None:
    url = postgres_engine.url.render_as_string(hide_password=False)
    settings = replace(settings_of(tmp_path / "home"), keys_url=url)
    copy_data_keys(settings, tmp_path / "keys.dump")
    assert (tmp_path / "keys.dump").read_bytes()[:5] == b"PGDMP"


def test_a_backup_without_keys_says_what_a_restored_copy_then_lacks(imported: Small) -> None:
    said = imported.done("backup", imported.file("copy.tar"), "--without-keys")
    assert "It holds no keys" in said
    assert "in place of" not in said
    assert "in place of the file of that name" in imported.done("backup", imported.file("copy.tar"), "--without-keys")
    place = ("--home", imported.file("restored"), "--company", imported.file("company.yaml"))
    assert "holds no person.key: put it there" in one_line(run("restore", imported.file("copy.tar"), *place).out)


def test_a_backup_names_both_keys_that_it_holds(imported: Small) -> None:
    said = one_line(imported.done("backup", imported.file("copy.tar")))
    assert "It holds person.key" in said
    assert "It holds contact.key, which opens contacts together with contact-keys.db: keep the two apart." in said
    assert "contact.key" not in imported.done("backup", imported.file("copy.tar"), "--without-keys")


def test_a_backup_that_replaces_a_file_says_of_when_that_was_and_how_large(imported: Small, tmp_path: Path) -> None:
    there = tmp_path / "copy.tar"
    there.write_bytes(b"x" * 2_500_000)
    os.utime(there, (NOON.timestamp(), NOON.timestamp()))
    said = one_line(imported.done("backup", str(there)))
    assert "in place of the file of that name that was there: of 2026-03-02 09:00 UTC, 2.5 MB." in said
    with tarfile.open(there) as archive:
        assert "manifest.json" in archive.getnames()


def test_a_backup_to_a_folder_is_told_to_name_a_file_in_it(imported: Small, tmp_path: Path) -> None:
    ran = imported.run("backup", str(tmp_path))
    assert ran.code == 2
    assert "is a folder; name a file in it" in one_line(ran.err)


@pytest.mark.parametrize("name", ["company.yaml", "home/leadloop.db", "home/person.key"])
def test_a_backup_is_not_written_over_what_it_is_made_of(imported: Small, name: str) -> None:
    before = (imported.folder / name).read_bytes()
    ran = imported.run("backup", str(imported.folder / name))
    assert ran.code == 2
    assert "which this command reads; name another file" in one_line(ran.err)
    assert (imported.folder / name).read_bytes() == before


@pytest.mark.parametrize("harm", ["cut off", "a changed byte", "another file", "no archive"])
def test_a_damaged_backup_is_refused_and_changes_nothing(lived: Settings, tmp_path: Path, harm: str) -> None:
    file = tmp_path / "copy.tar"
    make_backup(lived, file, moment=NOON)
    whole = file.read_bytes()
    if harm == "cut off":
        file.write_bytes(whole[: len(whole) // 2])
    elif harm == "a changed byte":
        place = whole.index(b"SQLite format 3") + 5_000
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    elif harm == "another file":
        with tarfile.open(file, "a") as archive:
            archive.add(lived.company_file, "home/models/evil.json")
    else:
        file.write_bytes(b"no archive")
    there = Settings(
        tmp_path / "there", tmp_path / "there.yaml", f"sqlite:///{tmp_path}/there/leadloop.db", None, "", None
    )
    with pytest.raises(BackupRefused, match="damaged"):
        restore_backup(file, there, moment=LATER)
    assert not there.home.exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".leadloop")] == []


def test_a_backup_of_an_earlier_schema_is_brought_up_to_date(lived: Settings, tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    from leadloop.database import MIGRATIONS

    engine = engine_for(lived.database_url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0007")
    engine.dispose()
    made = make_backup(lived, tmp_path / "copy.tar", moment=NOON)
    assert made.schema == "0007"
    restore_backup(tmp_path / "copy.tar", lived, moment=LATER, replace=True)
    with open_doors(lived.home, engine_for(lived.database_url)) as doors:
        sent = doors.client.post("/v1/leads", json={"id": "new"}, headers={"Idempotency-Key": "k"})
        assert sent.status_code == 201
        doors.service.desk.store.engine.dispose()


def test_postgresql_is_backed_up_and_restored_by_its_own_programs(tmp_path: Path, postgres_engine: Engine) -> None:
    url = postgres_engine.url.render_as_string(hide_password=False)
    settings = settings_of(tmp_path / "home", url)
    with open_doors(settings.home, postgres_engine) as doors:
        doors.lead("7", contact={"phone": "8 912 345-67-89"})
        doors.logged("7")
        made = make_backup(settings, tmp_path / "copy.tar", moment=NOON)
        doors.lead("8")
    assert made.database == "postgresql"
    there = Settings(tmp_path / "there", tmp_path / "there.yaml", url, None, "", None)
    with pytest.raises(BackupRefused, match="holds leadloop's tables already"):
        restore_backup(tmp_path / "copy.tar", there, moment=LATER)
    restore_backup(tmp_path / "copy.tar", there, moment=LATER, replace=True)
    assert leads_in(url, there.home) == {"7"}
    elsewhere = Settings(
        tmp_path / "other", tmp_path / "o.yaml", f"sqlite:///{tmp_path}/other/leadloop.db", None, "", None
    )
    with pytest.raises(BackupRefused, match="holds a postgresql database"):
        restore_backup(tmp_path / "copy.tar", elsewhere, moment=LATER)


def test_a_machine_without_pg_dump_is_told_what_to_install(
    tmp_path: Path, postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path / "home", postgres_engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupRefused, match="install PostgreSQL's client programs"):
        make_backup(settings, tmp_path / "copy.tar", moment=NOON)
    assert not (tmp_path / "copy.tar").exists()


def test_where_nothing_is_stored_a_backup_says_so(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="holds no database"):
        make_backup(settings_of(tmp_path / "home"), tmp_path / "copy.tar", moment=NOON)
