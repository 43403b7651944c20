"""Leads for a stand-in to begin with, and what leadloop's environment has to hold to speak with it."""

from __future__ import annotations

import random
from typing import Any

from tests.crm.standins import amocrm, bitrix24, hubspot
from tests.crm.standins.amocrm import AmoCrmStandIn
from tests.crm.standins.bitrix24 import Bitrix24StandIn
from tests.crm.standins.hubspot import HubSpotStandIn

KINDS: dict[str, type[Any]] = {"bitrix24": Bitrix24StandIn, "amocrm": AmoCrmStandIn, "hubspot": HubSpotStandIn}
PATH_SECRET = "stand-in-path-secret"
DOORS = {"bitrix24": "/crm/bitrix24", "amocrm": f"/crm/amocrm/{PATH_SECRET}", "hubspot": "/crm/hubspot"}


def filled(crm: str, standin: Any, draw: random.Random) -> str:
    """Make a lead in the stand-in; return its id."""
    area, source = str(draw.randint(20, 200)), draw.choice(("yandex", "vk", "google"))
    phone, said = f"+7916{draw.randint(10**6, 10**7 - 1)}", [draw.choice((True, False)) for _ in range(3)]
    if crm == "bitrix24":
        names = ("UF_CRM_NEED", "UF_CRM_BUDGET", "UF_CRM_URGENCY")
        answers = {name: str(int(one)) for name, one in zip(names, said, strict=True)}
        role, person = draw.choice(("45", "47")), {"NAME": "Мария", "PHONE": [{"VALUE": phone}]}
        return str(standin.add(UF_CRM_AREA=area, UF_CRM_ROLE=role, UTM_SOURCE=source, **answers, **person))
    if crm == "amocrm":
        flags = dict(zip(("f103", "f104", "f105"), said, strict=True))
        contact = standin.contact("Мария", phone)
        return str(standin.add(contact=contact, f101=area, f102="владелец", f201=source, **flags))
    answers = {name: str(one).lower() for name, one in zip(("need", "budget", "urgency"), said, strict=True)}
    role = draw.choice(("owner", "tenant"))
    return str(standin.add(office_area=area, role=role, utm_source=source, firstname="Ann", phone=phone, **answers))


def environment_of(crm: str, standin: Any) -> dict[str, str]:
    """Return the variables by which leadloop reaches a stand-in."""
    secrets = {
        "bitrix24": {
            "LEADLOOP_BITRIX24_HOOK": standin.hook if crm == "bitrix24" else "",
            "LEADLOOP_BITRIX24_APPLICATION_TOKEN": bitrix24.TOKEN,
        },
        "amocrm": {"LEADLOOP_AMOCRM_TOKEN": amocrm.TOKEN, "LEADLOOP_AMOCRM_PATH_SECRET": PATH_SECRET},
        "hubspot": {"LEADLOOP_HUBSPOT_TOKEN": hubspot.TOKEN, "LEADLOOP_HUBSPOT_CLIENT_SECRET": hubspot.SECRET},
    }
    return {
        **secrets[crm],
        "LEADLOOP_CRM_ADDRESS": standin.address,
        "LEADLOOP_SEND_TO_LOOPBACK": "1",
        "LEADLOOP_OPEN": "loopback",
    }
