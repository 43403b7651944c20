"""A person asks to be forgotten: one request, and nothing here tells any more who he was."""

from __future__ import annotations

from pathlib import Path

from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from features.facts.forgetting import forget_person
from features.facts.keyring import keyring_of
from features.facts.values import LeadId
from monitoring.kept_lines import forget_kept
from serving.desk.desk import Desk
from serving.http_errors import NO_SUCH_LEAD, REFUSALS
from serving.intake.sent_lead import LeadInPath
from serving.routes_when_asked import DoorRouter


class Forgotten(BaseModel):
    """What was forgotten."""

    leads: list[str] = Field(description="the person's leads; their facts are kept without anything that names him")


def forgetting_router(desk: Desk, home: Path) -> DoorRouter:
    """Return the endpoint."""
    router = DoorRouter(prefix="/v1", tags=["people"], responses=REFUSALS)

    @router.delete("/people/{lead_id:path}", responses=NO_SUCH_LEAD)
    async def forget(lead_id: LeadInPath) -> Forgotten:
        """Forget the person of a lead, named by any of his leads: contacts, notes, free texts, and the keys of every copy.

        All leads that share a phone or an e-mail are that person's. It cannot be undone.
        """

        def forgotten() -> list[LeadId]:
            desk.settle()  # rows that are still on their way into the log would come in after it was cleaned
            texts = keyring_of(desk.store.engine).texts
            leads = forget_person(desk.store.engine, LeadId(lead_id), texts=texts, moment=desk.now())
            forget_kept(home)
            return leads

        return Forgotten(leads=[str(one) for one in await run_in_threadpool(forgotten)])

    return router
