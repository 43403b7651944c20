"""A person asks to be forgotten: one request, and nothing here tells any more who he was."""

from __future__ import annotations

from pathlib import Path

from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from features.facts.contacts import Contact
from features.facts.forgetting import Forgetting, forget_person
from features.facts.keyring import keyring_of
from monitoring.kept_lines import forget_kept
from serving.days_count import forget_count
from serving.desk.desk import Desk
from serving.http_errors import NO_SUCH_LEAD, REFUSALS
from serving.intake.sent_ids import of_stored
from serving.intake.sent_lead import ContactIn, StoredLeadInPath
from serving.routes_when_asked import DoorRouter


class Forgotten(BaseModel):
    """What was forgotten."""

    leads: list[str] = Field(description="the person's leads; their facts are kept without anything that names him")
    once: list[str] = Field(
        description="leads that stay as they are: they share a phone or an e-mail with one of those that one of the two has no "
        "more, as after a mistake that was corrected. Forget them too where they are the same person's"
    )
    shared: list[int] = Field(
        description="of each phone or e-mail that was not followed, how many leads have it: too many that have nothing else in "
        "common, as with no@mail.ru"
    )


def forgetting_router(desk: Desk, home: Path) -> DoorRouter:
    """Return the endpoint."""
    router = DoorRouter(prefix="/v1", tags=["people"], responses=REFUSALS)

    @router.delete("/people/{lead_id:path}", responses=NO_SUCH_LEAD)
    async def forget(lead_id: StoredLeadInPath, contact: ContactIn | None = None) -> Forgotten:
        """Forget the person of a lead, named by any of his leads: contacts, notes, free texts, and the keys of every copy.

        Leads are one person's where their contacts of now share a phone or an e-mail. It cannot be undone. A body is not needed:
        with a name, a phone or an e-mail in it, words that repeat these are left out as well, also of somebody who was forgotten
        before.
        """

        def forgotten() -> Forgetting:
            desk.settle()  # rows that are still on their way into the log would come in after it was cleaned
            engine = desk.store.engine
            texts = keyring_of(engine).texts
            also = Contact(contact.name, contact.phone, contact.email) if contact else None
            told = of_stored(lead_id, lambda one: forget_person(engine, one, texts=texts, moment=desk.now(), also=also))
            forget_kept(home)
            forget_count(home, told.signs)
            return told

        told = await run_in_threadpool(forgotten)
        return Forgotten(leads=list(map(str, told.leads)), once=list(map(str, told.once)), shared=told.shared)

    return router
