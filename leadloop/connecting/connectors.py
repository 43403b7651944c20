"""Which CRM is spoken to how: the one place that knows all connectors."""

from __future__ import annotations

import time

from features.errors import CrmRefused
from features.facts.company import Company
from features.settings import CrmSecrets
from leadloop.connecting import amocrm, bitrix24, hubspot
from leadloop.connecting.amocrm import AmoCrm
from leadloop.connecting.asking import Asker
from leadloop.connecting.bitrix24 import Bitrix24, hook_of
from leadloop.connecting.connector import Connector
from leadloop.connecting.hubspot import HubSpot
from leadloop.connecting.pace import Pace

NAMES = {"bitrix24": "Bitrix24", "amocrm": "amoCRM", "hubspot": "HubSpot"}


def connector_of(company: Company, secrets: CrmSecrets, *, loopback: bool = False) -> Connector:
    """Return what speaks to the company's CRM.

    Raises
    ------
    CrmRefused
        Where company.yaml names none, or its token is missing.
    """
    crm = company.crm
    if crm is None:
        raise CrmRefused("company.yaml names no CRM; `leadloop connect bitrix24 --draft` drafts its part.")
    if crm.system == "bitrix24":
        return _bitrix24(company, secrets, loopback)
    token, module = (secrets.amocrm_token, amocrm) if crm.system == "amocrm" else (secrets.hubspot_token, hubspot)
    if not token:
        raise CrmRefused(f"{NAMES[crm.system]} is asked by a token: {module.REMEDY}")
    address = crm.address or hubspot.ADDRESS
    base = f"{address.rstrip('/')}/api/v4" if crm.system == "amocrm" else address
    asker = Asker(
        NAMES[crm.system],
        base,
        pace=Pace(module.RATE, module.BURST, time.monotonic, time.sleep),
        remedy=module.REMEDY,
        headers={"Authorization": f"Bearer {token}"},
        loopback=loopback,
    )
    return AmoCrm(company, address, asker) if crm.system == "amocrm" else HubSpot(company, address, asker)


def _bitrix24(company: Company, secrets: CrmSecrets, loopback: bool) -> Connector:
    hook = hook_of(secrets.bitrix24_hook)
    pace = Pace(bitrix24.RATE, bitrix24.BURST, time.monotonic, time.sleep)
    base = f"{hook.portal}/rest/{hook.secret}"
    return Bitrix24(company, hook, Asker("Bitrix24", base, pace=pace, remedy=bitrix24.REMEDY, loopback=loopback))
