"""The addresses that CRMs send to: /crm/bitrix24, /crm/amocrm/{secret}, /crm/hubspot.

Only which record has something new is kept; the worker asks for the record itself. So the answer takes no longer than one
write, and whoever forges a message could at most make us ask once more. Messages that come at once are written together. These
are no operations of the API that programs are offered: each CRM writes its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Path, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Connection, Engine

from features.crm import amocrm_events, bitrix24_events, hubspot_events
from features.crm.bracket_form import read_form
from features.crm.heard import Heard
from features.crm.inbox import keep_heard
from features.facts.company import Company
from features.facts.crm_settings import CrmName
from features.settings import CrmSecrets
from serving.crm.proofs import is_same, is_signed
from serving.intake.group_commit import GroupCommit
from serving.routes_when_asked import DoorRouter

logger = logging.getLogger(__name__)
NOT_PROVEN = "This message does not prove that it is the CRM's; `leadloop connect {} --check` says what is missing."
Batch = tuple[CrmName, Sequence[Heard]]


def crm_router(
    company: Company, engine: Engine, now: Callable[[], datetime], secrets: CrmSecrets, public_url: str
) -> DoorRouter:
    """Return the doors; the one of the CRM that company.yaml names is open to whoever has its proof."""
    router = DoorRouter(prefix="/crm", include_in_schema=False)
    writer = GroupCommit[Batch, int](lambda: engine, lambda connection, batches: _kept(connection, batches, now()))

    def closed(crm: CrmName) -> JSONResponse | None:
        if company.crm is not None and company.crm.system == crm:
            return None
        return JSONResponse({"detail": f"company.yaml names no crm with system: {crm}."}, 404)

    async def answer(crm: CrmName, heard: Sequence[Heard]) -> JSONResponse:
        count = await writer.soon((crm, heard)) if heard else 0
        return JSONResponse({"heard": count})

    @router.post("/bitrix24")
    async def hear_bitrix24(request: Request) -> JSONResponse:
        """Hear an outgoing webhook of Bitrix24: a form with its event, a record's id and the application_token."""
        shut = closed("bitrix24")
        if shut:
            return shut
        form = read_form(await request.body())
        if not is_same(bitrix24_events.token_of(form), secrets.bitrix24_application_token):
            return _not_proven("bitrix24")
        return await answer("bitrix24", bitrix24_events.heard_in(form))

    @router.post("/amocrm/{secret}")
    async def hear_amocrm(
        secret: Annotated[str, Path(description="LEADLOOP_AMOCRM_PATH_SECRET")], request: Request
    ) -> JSONResponse:
        """Hear a webhook of amoCRM or Kommo: a form of entities; the secret in the address proves who sends it."""
        shut = closed("amocrm")
        if shut:
            return shut
        if not is_same(secret, secrets.amocrm_path_secret):
            return _not_proven("amocrm")
        return await answer("amocrm", amocrm_events.heard_in(read_form(await request.body())))

    @router.post("/hubspot")
    async def hear_hubspot(request: Request) -> JSONResponse:
        """Hear HubSpot's events: a JSON list, signed by version 3 at most five minutes ago."""
        shut = closed("hubspot")
        if shut:
            return shut
        body = await request.body()
        address = f"{public_url}{request.url.path}" if public_url else str(request.url).split("?")[0]
        query = request.url.query
        address = f"{address}?{query}" if query else address
        if not is_signed(request.headers, address=address, body=body, secret=secrets.hubspot_client_secret, now=now()):
            return _not_proven("hubspot")
        return await answer("hubspot", hubspot_events.heard_in(body))

    return router


def _kept(connection: Connection, batches: Sequence[Batch], moment: datetime) -> list[int | Exception]:
    for crm, heard in batches:
        keep_heard(connection, crm, heard, moment)
    return [len(heard) for _, heard in batches]


def _not_proven(crm: CrmName) -> JSONResponse:
    logger.info("A message to /crm/%s did not prove that it is the CRM's", crm)
    return JSONResponse({"detail": NOT_PROVEN.format(crm)}, 403)
