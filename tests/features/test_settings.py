"""What the environment says, and what holds where it says nothing."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from features.errors import SettingWrong
from features.settings import contact_masters, person_secret, settings_from_environment, telemetry_off

NAMES = (
    "LEADLOOP_HOME", "LEADLOOP_COMPANY", "LEADLOOP_DATABASE_URL", "LEADLOOP_API_KEY", "LEADLOOP_SECRET",
    "LEADLOOP_OPEN", "LEADLOOP_KEYS_URL", "LEADLOOP_CONTACT_KEY", "LEADLOOP_OIDC_ISSUER", "LEADLOOP_OIDC_CLIENT_ID",
    "LEADLOOP_OIDC_CLIENT_SECRET", "LEADLOOP_PUBLIC_URL",
    "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_where_nothing_is_said_all_lies_in_a_folder_here(tmp_path: Path) -> None:
    said = settings_from_environment()
    home = tmp_path.resolve() / "leadloop-data"
    assert (said.home, said.company_file) == (home, tmp_path.resolve() / "company.yaml")
    assert said.database_url == f"sqlite:///{home / 'leadloop.db'}"
    assert said.mlflow_tracking_uri == f"sqlite:///{home / 'mlflow.db'}"
    assert said.mlflow_artefacts.parent == home
    assert (said.api_key, said.mlflow_registry_uri) == (None, None)
    assert not home.exists()


def test_the_environment_is_followed_and_an_option_wins_over_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEADLOOP_HOME", str(tmp_path / "env"))
    monkeypatch.setenv("LEADLOOP_COMPANY", str(tmp_path / "env.yaml"))
    monkeypatch.setenv("LEADLOOP_API_KEY", "key")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow:5000")
    said = settings_from_environment()
    assert (said.home.name, said.company_file.name, said.api_key) == ("env", "env.yaml", "key")
    assert said.mlflow_tracking_uri == "http://mlflow:5000"
    optioned = settings_from_environment(tmp_path / "option", tmp_path / "option.yaml")
    assert (optioned.home.name, optioned.company_file.name) == ("option", "option.yaml")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://db/leads", "postgresql+psycopg://db/leads"),
        ("postgresql+psycopg://db/leads", "postgresql+psycopg://db/leads"),
        ("sqlite:///leads.db", "sqlite:///leads.db"),
    ],
)
def test_a_database_is_named_by_its_url(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    monkeypatch.setenv("LEADLOOP_DATABASE_URL", given)
    assert settings_from_environment().database_url == used


def test_another_database_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLOOP_DATABASE_URL", "mysql://anna:hunter2@db/leads")
    with pytest.raises(SettingWrong, match="postgresql") as caught:
        settings_from_environment()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("name", ["LEADLOOP_API_KEY", "LEADLOOP_DATABASE_URL", "MLFLOW_TRACKING_URI"])
def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    plain = settings_from_environment()
    monkeypatch.setenv(name, "")
    assert settings_from_environment() == plain


def test_the_key_of_persons_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "data"
    first = person_secret(home)
    assert len(first) >= 32
    assert person_secret(home) == first
    assert person_secret(tmp_path / "other") != first
    assert stat.S_IMODE((home / "person.key").stat().st_mode) == 0o600


def test_a_key_file_that_was_never_filled_is_filled_and_not_used_empty(tmp_path: Path) -> None:
    (tmp_path / "person.key").touch()
    assert len(person_secret(tmp_path)) >= 32


KEYS: dict[str, Callable[[Path], object]] = {"person.key": person_secret, "contact.key": contact_masters}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_another_process_made_meanwhile_is_used_and_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    theirs, drawn = "7" * 64, secrets.token_hex

    def drawn_too_late(size: int) -> str:
        (tmp_path / name).write_text(theirs, encoding="utf-8")
        return drawn(size)

    monkeypatch.setattr("features.settings.secrets.token_hex", drawn_too_late)
    assert KEYS[name](tmp_path) == {"person.key": theirs.encode(), "contact.key": [bytes.fromhex(theirs)]}[name]
    assert (tmp_path / name).read_text(encoding="utf-8").strip() == theirs
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", KEYS)
def test_of_many_who_begin_at_once_in_a_new_folder_all_have_the_key_that_lies_there(tmp_path: Path, name: str) -> None:
    at_once = Barrier(8)

    def begun(home: Path) -> object:
        at_once.wait()
        return KEYS[name](home)

    with ThreadPoolExecutor(8) as threads:
        for turn in range(10):
            home = tmp_path / str(turn)
            found = list(threads.map(begun, [home] * 8))
            assert found == [KEYS[name](home)] * 8
            assert [one.name for one in home.iterdir()] == [name]
            assert stat.S_IMODE((home / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("name", KEYS)
def test_a_data_folder_that_is_made_is_the_owners_alone_and_one_that_is_there_stays_as_it_is(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "wide").mkdir(mode=0o755)
    (tmp_path / "wide").chmod(0o755)
    for folder, mode in (("wide", 0o755), ("new", 0o700)):
        KEYS[name](tmp_path / folder)
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == mode


def test_a_key_of_persons_from_the_environment_makes_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LEADLOOP_SECRET", "ключ")
    assert person_secret(tmp_path) == "ключ".encode()
    assert list(tmp_path.iterdir()) == []


def test_telemetry_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DO_NOT_TRACK", "MLFLOW_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "")
    telemetry_off()
    assert (os.environ["DO_NOT_TRACK"], os.environ["MLFLOW_DISABLE_TELEMETRY"]) == ("1", "true")


def test_a_house_is_closed_unless_it_is_opened_in_one_of_two_words(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_from_environment().open_to == ""
    for word in ("loopback", "demo"):
        monkeypatch.setenv("LEADLOOP_OPEN", word)
        assert settings_from_environment().open_to == word
    monkeypatch.setenv("LEADLOOP_OPEN", "yes")
    with pytest.raises(SettingWrong, match="loopback or demo"):
        settings_from_environment()


def test_data_keys_lie_apart_from_the_facts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (
        settings_from_environment().keys_url == f"sqlite:///{tmp_path.resolve() / 'leadloop-data' / 'contact-keys.db'}"
    )
    monkeypatch.setenv("LEADLOOP_DATABASE_URL", "postgresql://db/leads")
    monkeypatch.setenv("LEADLOOP_KEYS_URL", "postgresql://db/leads")
    with pytest.raises(SettingWrong, match="another database"):
        settings_from_environment()


def test_an_identity_provider_needs_the_name_it_gave_us_and_keeps_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_from_environment().oidc is None
    monkeypatch.setenv("LEADLOOP_OIDC_ISSUER", "https://id.example/")
    with pytest.raises(SettingWrong, match="LEADLOOP_OIDC_CLIENT_ID"):
        settings_from_environment()
    monkeypatch.setenv("LEADLOOP_OIDC_CLIENT_ID", "leadloop")
    monkeypatch.setenv("LEADLOOP_OIDC_CLIENT_SECRET", "hush")
    said = settings_from_environment().oidc
    assert said is not None
    assert (said.issuer, said.client_secret) == ("https://id.example/", "hush")
    assert "hush" not in repr(said)
