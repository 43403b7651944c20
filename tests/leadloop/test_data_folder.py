"""A data folder that is not there is told, and none is made in its place; only what brings something in makes one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import Engine, create_engine, inspect, make_url

from features.errors import NoDataFolder
from leadloop.bench import open_company
from leadloop.cli import app
from tests.leadloop.command_line import ROWS, Ran, Small, one_line, run, started, write_rows
from tests.support.free_port import free_port

MAKE = frozenset({"connect", "import", "keys create", "migrate", "people add", "restore", "serve", "work"})
"""What brings something in, or begins: these make a data folder where there is none."""
ASK_NOTHING = frozenset({"webhooks test"})
"""What takes --home as all do, but needs company.yaml alone."""
WORDS = {
    "backup": ("copy.tar",),
    "drift": ("Поиск",),
    "experiment evaluate": ("spring",),
    "experiment plan": ("--channel", "Поиск"),
    "keys copy-contacts": ("keys.db",),
    "keys revoke": ("0123abcd",),
    "keys rotate": ("0123abcd",),
    "models compare": ("challenger",),
    "models promote": ("challenger",),
    "people link": ("anna",),
    "people remove": ("anna",),
    "people role": ("anna", "head"),
    "undo": ("1",),
    "work --status": ("--status",),
}
"""What a command has to be told besides the folder."""


def _with_a_home(group: Any, before: str = "") -> Iterator[str]:
    """Yield every command that takes --home, by what a person types."""
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from _with_a_home(one, f"{before}{name} ")
        elif any("--home" in parameter.opts for parameter in one.params):
            yield f"{before}{name}"


READ = sorted({*_with_a_home(typer.main.get_command(app)), "work --status"} - MAKE - ASK_NOTHING)


def test_every_command_is_looked_at() -> None:
    assert {"channels", "journey", "models list", "train", "undo", "audit", "score"} <= set(READ)
    assert len(READ) >= 35


@pytest.mark.parametrize("command", READ)
def test_a_command_that_reads_refuses_a_folder_that_is_not_there_and_makes_none(
    company: Small, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(company.folder)
    before = sorted(company.folder.rglob("*"))
    words = ["leads.csv", "--out", "scores.csv"] if command == "score" else WORDS.get(command, ())
    ran = run(*command.split()[: 1 if command == "work --status" else None], *words, LEADLOOP_HOME="leadloop-dta")
    said = one_line(ran.err)
    assert (ran.code, ran.out) == (1, ""), ran.out + ran.err
    assert said.replace(" ", "").startswith(
        f"There is no data folder at {company.folder}/leadloop-dta;".replace(" ", "")
    )
    assert "--home (or LEADLOOP_HOME) names another, `leadloop import` or `leadloop serve` makes a new one." in said
    assert sorted(company.folder.rglob("*")) == before


@pytest.mark.parametrize("command", ["imports", "channels", "models list", "experiment list", "keys rotate-contacts"])
def test_a_folder_of_something_else_is_not_taken_for_a_data_folder(company: Small, command: str) -> None:
    others = company.folder / "pictures"
    others.mkdir()
    place = ("--home", str(others), *(company.place[2:] if command == "channels" else ()))
    ran = run(*command.split(), *place)
    assert ran.code == 1
    assert one_line(ran.err).startswith(f"The folder {others} holds no leadloop.db;")
    assert list(others.iterdir()) == []


def test_a_command_that_is_refused_makes_no_folder_that_it_would_have_made(company: Small) -> None:
    named = company.folder / "named.yaml"
    named.write_text("company: Окна\nmanagers: [{name: Анна}]\n", encoding="utf-8")
    vera = ("people", "add", "vera", "--role", "manager", "--manager", "Вера", "--company", str(named))
    for words, said in (
        (vera, "No manager is called Вера. Those that company.yaml or the stored leads and calls name are: Анна."),
        (("people", "add", "a", "--role", "head"), "A login is a word of 2 to 320 characters"),
        (("keys", "create", "crm", "--scope", "all"), "all is not."),
        (("people", "add", "anna", "--role", "owner"), "owner is not."),
        (("connect", "bitrix24", "--company", str(company.folder / "company.yaml")), "company.yaml has no crm part"),
        (("serve", "--company", str(company.folder / "compny.yaml")), "compny.yaml"),
    ):
        ran = run(*words, "--home", str(company.home))
        assert (ran.code > 0, said in one_line(ran.err)) == (True, True), ran.err
        assert not company.home.exists()


def test_a_command_that_makes_a_data_folder_says_so_once_and_the_next_one_does_not(company: Small) -> None:
    place = ("--home", str(company.home))
    for words in (
        ("keys", "create", "crm", "--scope", "write", *place),
        ("people", "add", "anna", "--role", "head", *place),
        ("migrate", *place),
        ("import", company.file("leads.csv"), *company.place),
        ("work", "--once", *company.place),
    ):
        ran = run(*words)
        told = f"A new data folder was made at {company.home}; --home (or LEADLOOP_HOME) names another."
        assert ran.err.count(told) == 1, (words, ran.err)
        assert told not in ran.out
        assert "A new data folder" not in run(*words[:-2], *place, *words[-2:]).err
        shutil.rmtree(company.home)


def test_a_folder_of_something_else_that_becomes_a_data_folder_is_told_too(company: Small) -> None:
    others = company.folder / "pictures"
    others.mkdir()
    ran = run("keys", "create", "crm", "--scope", "write", "--home", str(others))
    assert ran.code == 0
    assert ran.err.startswith(f"A new data folder was made at {others};")


def test_where_the_log_is_json_a_new_data_folder_is_an_object_of_it(company: Small) -> None:
    words = Path(company.file("company.yaml"))
    words.write_text(words.read_text(encoding="utf-8") + "work: {train: never, portrait: never}\n", encoding="utf-8")
    process = started("work", "--once", *company.place, LEADLOOP_LOG="json")
    lines = [json.loads(line) for line in process.communicate(timeout=60)[0].splitlines()]
    told = [line for line in lines if line["message"].startswith(f"A new data folder was made at {company.home};")]
    assert [(line["level"], line["logger"]) for line in told] == [("warning", "leadloop.data_folder")]


def judged(ran: Ran) -> str:
    """Return what a dry run that ended well said of its files."""
    assert ran.code == 0, ran.out + ran.err
    return one_line(ran.out)


def test_a_dry_run_judges_files_as_the_import_will_and_makes_no_data_folder(company: Small) -> None:
    before = sorted(company.folder.rglob("*"))
    twice = (*ROWS["leads.csv"], ROWS["leads.csv"][1], ("4", "yesterday", *ROWS["leads.csv"][1][2:]))
    write_rows(company.folder / "leads.csv", twice)
    files = (company.file("leads.csv"), company.file("calls.csv"))
    said = judged(company.run("import", *files, "--dry-run"))
    assert "leads.csv (leads): 5 rows: 3 would be stored, 1 unchanged, 1 rejected" in said
    assert "calls.csv (calls): 2 rows: 2 would be stored, 0 unchanged, 0 rejected" in said
    assert sorted(company.folder.rglob("*")) == before
    stored = one_line(company.done("import", *files))
    assert "(leads, import 1): 5 rows: 3 stored, 1 unchanged, 1 rejected" in stored
    assert "(calls, import 2): 2 rows: 2 stored, 0 unchanged, 0 rejected" in stored
    assert "0 would be stored, 4 unchanged, 1 rejected" in judged(company.run("import", files[0], "--dry-run"))


def test_what_brings_something_in_makes_the_folder_and_the_others_then_go_on(company: Small) -> None:
    assert "crm may write" in company.done("keys", "create", "crm", "--scope", "write")
    assert "crm" in company.done("keys", "list")
    assert "No leads are stored yet." in company.done("features")
    assert "Nothing was imported yet" in company.done("imports")


def test_the_bench_of_a_folder_that_is_not_there_is_refused(company: Small) -> None:
    with pytest.raises(NoDataFolder, match="There is no data folder at"):
        open_company(company.folder, home=company.folder / "hom")
    assert not (company.folder / "hom").exists()


def in_a_process(*words: str, url: str) -> tuple[int, str]:
    """Run a command as a process of its own, as one that ends takes its connections along; return how it ended and what it said."""
    process = started(*words, LEADLOOP_DATABASE_URL=url)
    said = one_line(process.communicate(timeout=60)[0])
    return process.returncode, said


def test_with_a_database_elsewhere_what_needs_it_alone_needs_no_folder(
    company: Small, postgres_url: str, postgres_engine: Engine
) -> None:
    for words in (("keys", "list"), ("imports",)):
        assert in_a_process(*words, "--home", str(company.home), url=postgres_url)[0] == 0
    code, said = in_a_process("channels", *company.place, url=postgres_url)
    assert code == 1
    assert said.startswith("There is no data folder at")
    assert not company.home.exists()
    company.home.mkdir()
    assert in_a_process("channels", *company.place, url=postgres_url)[0] == 0


def test_a_database_of_something_else_gets_no_tables_of_ours(company: Small, postgres_url: str) -> None:
    other = make_url(postgres_url).set(database="postgres").render_as_string(hide_password=False)
    code, said = in_a_process("imports", "--home", str(company.home), url=other)
    assert code == 1
    assert said.startswith("The database of LEADLOOP_DATABASE_URL holds no tables of leadloop's;")
    engine = create_engine(other)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_dry_run_makes_no_tables_in_a_database_that_has_none(company: Small, postgres_url: str) -> None:
    other = make_url(postgres_url).set(database="postgres").render_as_string(hide_password=False)
    code, said = in_a_process("import", company.file("leads.csv"), "--dry-run", *company.place, url=other)
    assert (code, "3 rows: 3 would be stored, 0 unchanged, 0 rejected" in said) == (0, True), said
    engine = create_engine(other)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    assert not company.home.exists()


def test_a_dry_run_judges_by_what_a_database_elsewhere_holds(
    company: Small, postgres_url: str, postgres_engine: Engine
) -> None:
    where = ("import", company.file("spend.csv"), *company.place)
    assert in_a_process(*where, url=postgres_url)[0] == 0
    shutil.rmtree(company.home)
    code, said = in_a_process(*where, "--dry-run", url=postgres_url)
    assert (code, "0 would be stored, 2 unchanged" in said) == (0, True), said
    assert not company.home.exists()


def test_a_database_file_that_is_not_there_is_not_made(company: Small, tmp_path: Path) -> None:
    company.home.mkdir()
    file = tmp_path / "elsewhere" / "leads.db"
    for words in (("imports",), ("models", "list")):
        ran = run(*words, "--home", str(company.home), LEADLOOP_DATABASE_URL=f"sqlite:///{file}")
        assert ran.code == 1
        assert one_line(ran.err).replace(" ", "").startswith(f"{file} holds no tables of leadloop's;".replace(" ", ""))
    assert not file.parent.exists()
    assert list(company.home.iterdir()) == []


@pytest.mark.parametrize("words", [["imports"], ["keys", "list"], ["migrate"]])
def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(company: Small, words: list[str]) -> None:
    url = f"postgresql://leadloop:s3cr3t@127.0.0.1:{free_port()}/leads"
    code, said = in_a_process(*words, "--home", str(company.home), url=url)
    assert code == 1
    assert said.startswith("The database does not answer: ")
    assert "LEADLOOP_DATABASE_URL" in said
    assert "s3cr3t" not in said
