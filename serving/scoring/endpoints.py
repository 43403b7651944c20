"""The CRM asks: how likely does this lead buy, and why?"""

from __future__ import annotations

from fastapi.concurrency import run_in_threadpool

from serving.desk.score_answer import AskedScoreOut
from serving.http_errors import NO_SUCH_LEAD, REFUSALS
from serving.intake.sent_ids import of_stored
from serving.intake.sent_lead import LeadBody, StoredLeadInPath
from serving.routes_when_asked import DoorRouter
from serving.scoring.schemas import LeadOut
from serving.scoring.service import Questions


def scoring_router(questions: Questions) -> DoorRouter:
    """Return the endpoints that score and store no fact."""
    router = DoorRouter(prefix="/v1", tags=["scoring"], responses=REFUSALS)

    @router.post("/score")
    async def score(body: LeadBody) -> AskedScoreOut:
        """Score a lead as of its arrival without storing it; only its row is logged."""
        return AskedScoreOut.model_validate(questions.asked(body))

    @router.get("/leads/{lead_id:path}", responses=NO_SUCH_LEAD)
    async def stored_lead(lead_id: StoredLeadInPath) -> LeadOut:
        """Return a stored lead as known now, without its contact, with its score."""
        return await run_in_threadpool(of_stored, lead_id, questions.stored)

    return router
