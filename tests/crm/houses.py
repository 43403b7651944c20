"""A house for each CRM, opened as often as a test likes on one folder, with other words of company.yaml each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crm.house import CrmHouse, crm_house
from tests.crm.standins import amocrm, bitrix24, hubspot
from tests.crm.standins.server import StandIn

WORD = "a-long-random-word"
BITRIX24 = """\
crm:
  system: bitrix24
  fields: {area: UF_CRM_AREA, need: UF_CRM_NEED}
  stages: {NEW: Новая, MEETING: Встреча, WON: Продано, LOSE: Отказ}
  managers: {7: Анна}
  deleted_stage: Удалён
"""
AMOCRM = """\
crm:
  system: amocrm
  address: ADDRESS
  fields: {area: 101}
  stages: {3177727/31770001: Новая, 3177727/31770002: Встреча, 3177727/142: Продано, 3177727/143: Отказ}
  deleted_stage: Удалён
"""
HUBSPOT = """\
crm:
  system: hubspot
  address: ADDRESS
  fields: {area: office_area}
  stages: {appointmentscheduled: Встреча, closedwon: Продано, closedlost: Отказ, lifecyclestage/customer: Продано}
  deleted_stage: Удалён
"""


@contextmanager
def _opened(folder: Path, standin: StandIn, crm: str, door: str, secrets: dict[str, str]) -> Iterator[CrmHouse]:
    standin.bucket.burst = 10_000
    with crm_house(folder, standin, crm.replace("ADDRESS", standin.address), door, secrets) as opened:
        opened.desk.connector._asker._pace.sleep = lambda _: None  # type: ignore[attr-defined]
        yield opened


@contextmanager
def bitrix24_house(folder: Path, portal: bitrix24.Bitrix24StandIn, crm: str = BITRIX24) -> Iterator[CrmHouse]:
    """Give a house beside a portal of Bitrix24."""
    secrets = {"LEADLOOP_BITRIX24_HOOK": portal.hook, "LEADLOOP_BITRIX24_APPLICATION_TOKEN": bitrix24.TOKEN}
    with _opened(folder, portal, crm, "/crm/bitrix24", secrets) as opened:
        yield opened


@contextmanager
def amocrm_house(folder: Path, account: amocrm.AmoCrmStandIn, crm: str = AMOCRM) -> Iterator[CrmHouse]:
    """Give a house beside an account of amoCRM."""
    secrets = {"LEADLOOP_AMOCRM_TOKEN": amocrm.TOKEN, "LEADLOOP_AMOCRM_PATH_SECRET": WORD}
    with _opened(folder, account, crm, f"/crm/amocrm/{WORD}", secrets) as opened:
        yield opened


@contextmanager
def hubspot_house(folder: Path, account: hubspot.HubSpotStandIn, crm: str = HUBSPOT) -> Iterator[CrmHouse]:
    """Give a house beside an account of HubSpot."""
    secrets = {"LEADLOOP_HUBSPOT_TOKEN": hubspot.TOKEN, "LEADLOOP_HUBSPOT_CLIENT_SECRET": hubspot.SECRET}
    with _opened(folder, account, crm, "/crm/hubspot", secrets) as opened:
        yield opened
