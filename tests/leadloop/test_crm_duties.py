"""The worker's part with a CRM: it goes by company.yaml as it is now, and says what is wrong once."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from features.errors import CrmRefused
from leadloop.commands._conversions import postman
from leadloop.commands._crm import CrmDuties
from leadloop.commands._house import open_house
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
    house = open_house(home, file)
    duties = CrmDuties(home, file, Console(file=said, width=200), postman(house))
    try:
        number = portal.add(UF_CRM_AREA="50")
        duties.look_through(NOW)
        assert said.getvalue() == ""
        file.write_text(COMPANY + CRM, encoding="utf-8")
        os.utime(file, ns=(1, 1))
        duties.look_through(NOW)
        assert "bitrix24 looked through: 1 records, 2 new facts, 1 scores to tell." in said.getvalue()
        duties.hear(NOW)
        postman(house).go_round()
        assert 0 < portal.records["lead"][number]["UF_CRM_SCORE"] < 100
    finally:
        duties._close()
        house.engine.dispose()
        portal.close()


def test_a_missing_secret_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, home = tmp_path / "company.yaml", tmp_path / "home"
    file.write_text(COMPANY + CRM, encoding="utf-8")
    monkeypatch.delenv("LEADLOOP_BITRIX24_HOOK", raising=False)
    house = open_house(home, file)
    duties = CrmDuties(home, file, Console(file=io.StringIO()), postman(house))
    with pytest.raises(CrmRefused, match="LEADLOOP_BITRIX24_HOOK"):
        duties.hear(NOW)
    duties.hear(NOW)
    duties._close()
    house.engine.dispose()
