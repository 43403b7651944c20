"""A restore lets nobody in who was shut out since the backup: keys, people, passwords and addresses are as they are now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.errors import BackupRefused
from features.facts.database import engine_for
from features.facts.keyring import give_keyring, keyring_in
from features.settings import Settings
from leadloop.backup import make_backup
from leadloop.database import bring_up_to_date
from leadloop.restore import Restored, restore_backup
from monitoring.conversions.pull_address import PullKeys
from serving.gate.api_keys import ApiKeys
from serving.gate.people import People
from tests.leadloop.command_line import Small, one_line, run
from tests.leadloop.test_backup import LATER, settings_of
from tests.support.facts import NOON

PASSWORD, ANOTHER = "a sentence of my own", "another sentence of mine"


@dataclass(frozen=True, slots=True)
class Kept:
    """A house with keys and people, and a backup of it as it was at noon."""

    settings: Settings
    backup: Path
    keys: dict[str, str]
    session: str
    link: str

    @contextmanager
    def opened(self) -> Iterator[Engine]:
        engine = engine_for(self.settings.database_url)
        give_keyring(engine, keyring_in(self.settings.home))
        try:
            yield engine
        finally:
            engine.dispose()

    def restored(self) -> Restored:
        return restore_backup(self.backup, self.settings, moment=LATER, replace=True)

    def key_id(self, name: str) -> str:
        return self.keys[name].split("_")[1]


def kept_house(settings: Settings, backup: Path) -> Kept:
    """Return a house with two keys and three people, one of them signed in and one with a link, backed up."""
    settings.home.mkdir(exist_ok=True)
    keys: dict[str, str] = {}
    made = Kept(settings, backup, keys, "", "")
    with made.opened() as engine:
        bring_up_to_date(engine)
        people = People(engine)
        for name in ("crm", "forms"):
            keys[name] = ApiKeys(engine).create(name, ["write"], NOON)[1]
        for login in ("anna", "boris", "vera"):
            people.add(login, "head", NOON)
            people.choose_password(people.link(login, NOON), PASSWORD, NOON)
        session, link = people.begin(NOON, account_id=people.account("anna").id), people.link("vera", NOON)
    make_backup(settings, backup, moment=NOON)
    return replace(made, session=session, link=link)


@pytest.fixture
def in_file(tmp_path: Path) -> Kept:
    return kept_house(settings_of(tmp_path / "home"), tmp_path / "copy.tar")


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "sqlite":
        found: Kept = request.getfixturevalue("in_file")
        return found
    served: Engine = request.getfixturevalue("postgres_engine")
    url = served.url.render_as_string(hide_password=False)
    return kept_house(settings_of(tmp_path / "home", url), tmp_path / "copy.tar")


def test_what_was_revoked_removed_or_changed_since_the_backup_stays_so_when_it_is_restored(kept: Kept) -> None:
    with kept.opened() as engine:
        ApiKeys(engine).revoke(kept.key_id("crm"), LATER)
        new = ApiKeys(engine).create("site", ["write"], LATER)[0]
        people, pulled = People(engine), PullKeys(engine, b"secret")
        people.remove("anna", LATER)
        people.give_role("boris", "marketer")
        assert people.change_password(people.account("vera").id, PASSWORD, ANOTHER)
        people.add("gleb", "analyst", LATER)
        address = pulled.signature("yandex")
        pulled.renew("yandex", LATER)
    access = kept.restored().access
    with kept.opened() as engine:
        keys, people = ApiKeys(engine), People(engine)
        assert keys.holder(kept.keys["crm"].encode()) is None
        assert keys.holder(kept.keys["forms"].encode()) is not None
        assert people.who_knows("anna", PASSWORD) is None
        assert people.account("boris").role == "marketer"
        assert people.who_knows("vera", PASSWORD) is None
        assert people.who_knows("vera", ANOTHER) is not None
        assert not PullKeys(engine, b"secret").is_right("yandex", address)
        assert {one.name: one.revoked_at for one in keys.every()} == {"crm": LATER, "forms": None}
    assert access.shut == (f"the key crm ({kept.key_id('crm')})", "anna", "the address that yandex pulled from")
    assert access.not_in_backup == (f"the key site ({new.id})", "gleb")
    assert access.comes_in_again == ()


def test_sessions_and_links_of_the_backup_open_nothing(kept: Kept) -> None:
    with kept.opened() as engine:
        assert People(engine).visitor(kept.session, NOON) is not None
        assert People(engine).invited(kept.link, NOON) is not None
    kept.restored()
    with kept.opened() as engine:
        assert People(engine).visitor(kept.session, NOON) is None
        assert People(engine).invited(kept.link, NOON) is None


def test_whoever_was_removed_and_asked_in_again_comes_in_by_no_password_of_before(kept: Kept) -> None:
    with kept.opened() as engine:
        people = People(engine)
        people.remove("anna", LATER)
        people.add("anna", "analyst", LATER)
    kept.restored()
    with kept.opened() as engine:
        assert People(engine).who_knows("anna", PASSWORD) is None
        assert (People(engine).account("anna").role, People(engine).account("anna").has_password) == ("analyst", False)


def test_where_no_database_was_before_it_is_told_who_comes_in_again(in_file: Kept) -> None:
    with in_file.opened() as engine:
        ApiKeys(engine).revoke(in_file.key_id("crm"), LATER)
    shutil.rmtree(in_file.settings.home)
    access = in_file.restored().access
    assert access.shut == access.not_in_backup == ()
    assert access.comes_in_again == (
        f"the key crm ({in_file.key_id('crm')})", f"the key forms ({in_file.key_id('forms')})", "anna", "boris", "vera",
    )  # fmt: skip


def test_another_installation_that_only_has_a_person_of_the_same_name_changes_nobody_s_password(
    in_file: Kept, tmp_path: Path
) -> None:
    other = Kept(settings_of(tmp_path / "other"), in_file.backup, {}, "", "")
    with other.opened() as engine:
        bring_up_to_date(engine)
        People(engine).add("anna", "admin", NOON + timedelta(days=2))
        People(engine).add("vera", "admin", NOON + timedelta(days=2))
        People(engine).remove("vera", LATER)
    access = other.restored().access
    assert access.shut == ("vera",)
    assert access.not_in_backup == ()
    assert access.comes_in_again[2:] == ("anna", "boris")
    with other.opened() as engine:
        assert People(engine).who_knows("anna", PASSWORD) is not None
        assert People(engine).account("anna").role == "head"
        assert People(engine).who_knows("vera", PASSWORD) is None


def test_the_command_says_who_stays_out_and_who_comes_in_again(imported: Small) -> None:
    key_id = imported.done("keys", "create", "crm", "--scope", "write").splitlines()[-1].split("_")[1]
    imported.done("people", "add", "anna", "--role", "head")
    imported.done("backup", imported.file("copy.tar"))
    imported.done("keys", "revoke", key_id)
    imported.done("people", "add", "boris", "--role", "head")
    said = one_line(imported.done("restore", imported.file("copy.tar"), "--replace"))
    assert f"Shut since the backup, and so it stays: the key crm ({key_id})." in said
    assert "Not in the backup, so make it again: boris." in said
    place = ("--home", imported.file("elsewhere"), "--company", imported.file("company.yaml"))
    said = one_line(run("restore", imported.file("copy.tar"), *place).out)
    assert f"As in the backup, these come in again: the key crm ({key_id}), anna." in said
    assert "`leadloop keys revoke`" in said


def test_a_database_that_cannot_be_read_is_no_reason_to_let_everybody_in_again(in_file: Kept) -> None:
    (in_file.settings.home / "leadloop.db").write_bytes(b"SQLite format 3\0" + b"x" * 8192)
    for log in in_file.settings.home.glob("leadloop.db-*"):
        log.unlink()
    with pytest.raises(BackupRefused, match=r"move .*home away"):
        in_file.restored()
