"""The worker's part with a CRM: it goes by company.yaml as it is now, and what is wrong stands until it is mended."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from features.errors import CrmRefused, DutyLacks
from leadloop.duties.crm import CrmTurns
from leadloop.duties.work_place import WorkPlace
from tests.crm.house import COMPANY
from tests.crm.standins.bitrix24 import Bitrix24StandIn

CRM = "crm: {system: bitrix24, fields: {area: UF_CRM_AREA}, stages: {NEW: Новая}, write_back: {score: UF_CRM_SCORE}}\n"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_crm_that_is_named_while_it_works_is_heard_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = Bitrix24StandIn()
    file, home = tmp_path / "company.yaml", tmp_path / "home"
    file.write_text(COMPANY, encoding="utf-8")
    said = io.StringIO()
    monkeypatch.setenv("LEADLOOP_SEND_TO_LOOPBACK", "1")
    monkeypatch.setenv("LEADLOOP_BITRIX24_HOOK", portal.hook)
    place = WorkPlace(home, file, Console(file=said, width=200))
    turn = CrmTurns(place, timedelta(minutes=5))
    try:
        number = portal.add(UF_CRM_AREA="50")
        turn(NOW)
        assert said.getvalue() == ""
        file.write_text(COMPANY + CRM, encoding="utf-8")
        os.utime(file, ns=(1, 1))
        turn(NOW)
        assert "bitrix24 looked through: 1 record, 2 new facts, 1 score to tell." in said.getvalue()
        turn(NOW)
        place.postman.go_round()
        assert 0 < portal.records["lead"][number]["UF_CRM_SCORE"] < 100
    finally:
        turn.close()
        place.first.engine.dispose()
        portal.close()


def test_a_missing_secret_stands_as_the_reason_until_company_yaml_names_no_crm_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, home = tmp_path / "company.yaml", tmp_path / "home"
    file.write_text(COMPANY + CRM, encoding="utf-8")
    monkeypatch.delenv("LEADLOOP_BITRIX24_HOOK", raising=False)
    place = WorkPlace(home, file, Console(file=io.StringIO()))
    turn = CrmTurns(place, timedelta(minutes=5))
    deep = set()
    for _ in range(3):
        with pytest.raises(CrmRefused, match="LEADLOOP_BITRIX24_HOOK") as refused:
            turn(NOW)
        deep.add(len(refused.traceback))
    assert len(deep) < 3  # an error that is raised again and again does not grow
    file.write_text(COMPANY, encoding="utf-8")
    os.utime(file, ns=(1, 1))
    turn(NOW)
    turn.close()
    place.first.engine.dispose()


def test_a_crm_that_lets_nobody_look_is_the_reason_until_a_look_goes_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = Bitrix24StandIn()
    file, home = tmp_path / "company.yaml", tmp_path / "home"
    file.write_text(COMPANY + CRM, encoding="utf-8")
    monkeypatch.setenv("LEADLOOP_SEND_TO_LOOPBACK", "1")
    monkeypatch.setenv("LEADLOOP_BITRIX24_HOOK", portal.hook[:-4] + "zzz/")
    place = WorkPlace(home, file, Console(file=io.StringIO()))
    turn = CrmTurns(place, timedelta(minutes=5))
    try:
        for _ in range(2):
            with pytest.raises(
                DutyLacks, match=r"bitrix24, lead: Bitrix24 lets us not in .status 401.: make an incoming"
            ):
                turn(NOW)
        monkeypatch.setenv("LEADLOOP_BITRIX24_HOOK", portal.hook)
        os.utime(file, ns=(1, 1))
        turn(NOW)
    finally:
        turn.close()
        place.first.engine.dispose()
        portal.close()
