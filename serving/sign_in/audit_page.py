"""The administrator's page of who saw personal data and who changed what."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from serving.gate.api_keys import ApiKeys
from serving.gate.audit import AuditLog
from serving.gate.people import People
from serving.gate.roles import ROLES
from serving.pages import Pages
from serving.routes_when_asked import DoorRouter

SHOWN = 200


def audit_router(audit: AuditLog, people: People, keys: ApiKeys, pages: Pages) -> DoorRouter:
    """Return the page."""
    router = DoorRouter(include_in_schema=False)

    @router.get("/audit", response_class=HTMLResponse)
    async def audit_page(request: Request, lead: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
        """Show the last lines of the log, of one lead where it is named."""
        entries = await run_in_threadpool(lambda: audit.entries(lead_id=lead or None, most=SHOWN))
        logins = {f"person:{one.id}": one.login for one in await run_in_threadpool(people.accounts)}
        logins |= {f"key:{one.id}": f"{one.name} ({one.id})" for one in await run_in_threadpool(keys.every)}
        return pages.show(request, "audit.html", entries=entries, logins=logins, lead=lead, most=SHOWN, roles=ROLES)

    return router
