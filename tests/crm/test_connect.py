"""``leadloop connect``: from an empty folder to a scored lead; what is wrong is told with its remedy."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from features.facts.company_file import read_company
from tests.crm.standins.sample import DOORS, KINDS, environment_of, filled
from tests.leadloop.command_line import Ran, Small, child_environment, one_line, run, serving, small_company, started

WHO = tuple(KINDS)


@pytest.fixture(params=WHO)
def crm(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    """Give each CRM in turn, with its own limits and eight leads in it: more than any takes within a second."""
    standin = KINDS[request.param]()
    draw = random.Random(7)
    for _ in range(8):
        filled(request.param, standin, draw)
    yield request.param, standin
    standin.close()


def connect(crm: str, standin: Any, folder: Path, *words: str, **more: str) -> Ran:
    """Run the command with the stand-in's secrets in the environment."""
    place = ("--home", str(folder / "home"), "--company", str(folder / "company.yaml"))
    ran = run("connect", crm, *words, *place, **{**environment_of(crm, standin), **more})
    return Ran(ran.code, ran.out + ran.err, ran.err)


def test_five_commands_lead_from_an_empty_folder_to_a_scored_lead(crm: tuple[str, Any], tmp_path: Path) -> None:
    name, standin = crm
    file = tmp_path / "company.yaml"
    address = ["--address", standin.address] if name != "bitrix24" else []
    ran = connect(name, standin, tmp_path, "--draft", *address, "--out", str(file))
    assert ran.code == 0, ran.out
    assert " stages, 1 person. Read it" in one_line(ran.out)
    drafted = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert set(drafted["crm"]["write_back"]) == {"score", "grade", "reasons", "moved_by"}
    assert {"need", "budget", "urgency"} <= set(drafted["fields"])
    told = (drafted["time_zone"], drafted["currency"])
    assert told == (("Europe/Dublin", "EUR") if name == "hubspot" else ("Europe/Moscow", "RUB"))
    assert {"won", "lost"} <= set(read_company(file).stages)
    ran = connect(name, standin, tmp_path, "--once")
    assert ran.code == 0, ran.out
    assert "8 letters delivered" in one_line(ran.out)
    with sqlite3.connect(tmp_path / "home" / "leadloop.db") as stored:
        assert stored.execute("SELECT count(DISTINCT lead_id) FROM scores").fetchone()[0] == 8
    stored.close()


def test_a_check_tells_what_works_and_what_to_mend(tmp_path: Path) -> None:
    standin = KINDS["bitrix24"]()
    file = tmp_path / "company.yaml"
    try:
        assert connect("bitrix24", standin, tmp_path, "--draft", "--out", str(file)).code == 0
        text = file.read_text(encoding="utf-8")
        file.write_text(
            text.replace("score: UF_CRM_SCORE", "score: UF_CRM_GONE").replace("    JUNK: Некачественный лид\n", ""),
            encoding="utf-8",
        )
        ran = connect("bitrix24", standin, tmp_path, "--check", LEADLOOP_BITRIX24_APPLICATION_TOKEN="")
        said = one_line(ran.out)
        assert ran.code == 1
        assert "works 127.0.0.1" in said
        assert "crm.write_back.score: the CRM has no field UF_CRM_GONE" in said
        assert "crm.stages: JUNK (Некачественный лид) has no entry" in said
        assert "LEADLOOP_BITRIX24_APPLICATION_TOKEN is not set" in said
        assert "No message ever came" in said
        gone = connect(
            "bitrix24", standin, tmp_path, "--check", LEADLOOP_BITRIX24_HOOK=f"{standin.address}/rest/1/wrong/"
        )
        assert "Bitrix24 lets us not in (status 401): make an incoming webhook" in one_line(gone.out)
        assert "wrong" not in gone.out
        unset = connect("bitrix24", standin, tmp_path, "--once", LEADLOOP_BITRIX24_HOOK="")
        assert unset.code == 1
        assert "LEADLOOP_BITRIX24_HOOK is the address of an incoming webhook" in one_line(unset.out)
    finally:
        standin.close()


def test_another_crm_than_company_yaml_names_is_answered_in_one_sentence(tmp_path: Path) -> None:
    company = small_company(tmp_path)
    ran = run("connect", "hubspot", *company.place)
    assert ran.code == 2
    assert "company.yaml has no crm part; `leadloop connect hubspot --draft` drafts one" in one_line(ran.err)


def test_served_and_worked_for_real_a_lead_comes_in_and_its_score_goes_back(tmp_path: Path) -> None:
    """Run ``leadloop serve`` and ``leadloop work`` as processes beside the portal, which tells of a lead as it is made."""
    standin = KINDS["bitrix24"]()
    made = Small(tmp_path)
    try:
        assert connect("bitrix24", standin, tmp_path, "--draft", "--out", made.file("company.yaml")).code == 0
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tests.leadloop.command_line.child_environment", _with(environment_of("bitrix24", standin)))
            with serving(made) as client:
                standin.tells = str(client.base_url).rstrip("/") + DOORS["bitrix24"]
                number = filled("bitrix24", standin, random.Random(7))
                assert standin.told == [200]
                worker = started("work", *made.place)
                try:
                    until = time.monotonic() + 120
                    while "UF_CRM_GRADE" not in standin.records["lead"][number]:
                        assert worker.poll() is None, worker.communicate()[0]
                        assert time.monotonic() < until
                        time.sleep(0.1)
                finally:
                    worker.kill()
                    worker.communicate(timeout=60)
                assert client.get(f"/v1/leads/{number}").status_code == 200
    finally:
        standin.close()


def _with(more: dict[str, str]) -> Any:
    kept = child_environment()
    return lambda: {**kept, **more}
