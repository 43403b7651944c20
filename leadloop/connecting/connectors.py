"""Which CRM is spoken to how: the one place that knows all connectors."""

from __future__ import annotations

import time
from functools import cache
from hashlib import blake2b
from pathlib import Path

from features.errors import CrmRefused
from features.facts.company import Company
from features.settings import CrmSecrets
from leadloop.connecting import amocrm, bitrix24, hubspot
from leadloop.connecting.amocrm import AmoCrm
from leadloop.connecting.asking import Asker
from leadloop.connecting.bitrix24 import Bitrix24, hook_of
from leadloop.connecting.connector import Connector
from leadloop.connecting.hubspot import HubSpot
from leadloop.connecting.pace import OwnBucket, Pace, SharedBucket

NAMES = {"bitrix24": "Bitrix24", "amocrm": "amoCRM", "hubspot": "HubSpot"}
PACE = "pace"
"""The folder of the data folder in which stands how full each CRM's bucket is."""
PACES = {
    "bitrix24": (bitrix24.RATE, bitrix24.BURST),
    "amocrm": (amocrm.RATE, amocrm.BURST),
    "hubspot": (hubspot.RATE, hubspot.BURST),
}


@cache
def pace_towards(system: str, address: str, home: Path | None = None) -> Pace:
    """Return how fast a CRM may be asked: who reads there and who writes back share it, and so do all processes of a data folder.

    Without a data folder the process keeps to the pace by itself.
    """
    if home is None:
        return Pace(*PACES[system], time.monotonic, time.sleep, OwnBucket())
    name = f"{system}-{blake2b(address.encode(), digest_size=8).hexdigest()}"  # each address has a pace of its own
    return Pace(*PACES[system], time.time, time.sleep, SharedBucket(home / PACE / name))


def paces_of_letters(company: Company, secrets: CrmSecrets, home: Path | None = None) -> dict[str, Pace]:
    """Return the pace of the letters to the company's CRM by their destination; none where none is named or it cannot be asked."""
    crm = company.crm
    if crm is None:
        return {}
    address = crm.address or hubspot.ADDRESS
    if crm.system == "bitrix24":
        try:
            address = hook_of(secrets.bitrix24_hook).portal
        except CrmRefused:
            return {}
    return {f"crm-{crm.system}": pace_towards(crm.system, address, home)}


def connector_of(
    company: Company, secrets: CrmSecrets, *, home: Path | None = None, loopback: bool = False
) -> Connector:
    """Return what speaks to the company's CRM, at one pace with all other processes of a data folder.

    Raises
    ------
    CrmRefused
        Where company.yaml names none, or its token is missing.
    """
    crm = company.crm
    if crm is None:
        raise CrmRefused("company.yaml names no CRM; `leadloop connect bitrix24 --draft` drafts its part.")
    if crm.system == "bitrix24":
        return _bitrix24(company, secrets, home, loopback)
    token, module = (secrets.amocrm_token, amocrm) if crm.system == "amocrm" else (secrets.hubspot_token, hubspot)
    if not token:
        raise CrmRefused(f"{NAMES[crm.system]} is asked by a token: {module.REMEDY}")
    address = crm.address or hubspot.ADDRESS
    base = f"{address.rstrip('/')}/api/v4" if crm.system == "amocrm" else address
    asker = Asker(
        NAMES[crm.system],
        base,
        pace=pace_towards(crm.system, address, home),
        remedy=module.REMEDY,
        headers={"Authorization": f"Bearer {token}"},
        loopback=loopback,
    )
    return AmoCrm(company, address, asker) if crm.system == "amocrm" else HubSpot(company, address, asker)


def _bitrix24(company: Company, secrets: CrmSecrets, home: Path | None, loopback: bool) -> Connector:
    hook = hook_of(secrets.bitrix24_hook)
    pace = pace_towards("bitrix24", hook.portal, home)
    base = f"{hook.portal}/rest/{hook.secret}"
    return Bitrix24(company, hook, Asker("Bitrix24", base, pace=pace, remedy=bitrix24.REMEDY, loopback=loopback))
