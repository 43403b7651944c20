"""The CRM tells what happened: a lead came, a call ended, a stage was reached."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from features.facts.values import LeadId
from serving.feedback.schemas import Received
from serving.http_errors import NO_SUCH_LEAD, REFUSALS
from serving.intake import Intake, Taken
from serving.score_answer import score_out
from serving.sent_facts import CallIn, LeadIn, StageIn
from serving.sent_lead import LeadInPath


def feedback_router(intake: Intake) -> APIRouter:
    """Return the endpoints that store facts; each answers when the fact is on disk."""
    router = APIRouter(prefix="/v1", tags=["feedback"], responses=REFUSALS)

    @router.post("/leads", status_code=201)
    async def receive_lead(body: LeadIn) -> Received:
        """Store a lead and score it. The same lead sent again changes nothing; a changed one is a correction."""
        return _answer(await run_in_threadpool(intake.lead, body), intake)

    @router.post("/leads/{lead_id:path}/calls", status_code=201, responses=NO_SUCH_LEAD)
    async def receive_call(body: CallIn, lead_id: LeadInPath) -> Received:
        """Store a call with the answers that it brought, and score the lead anew."""
        return _answer(await run_in_threadpool(intake.call, LeadId(lead_id), body), intake)

    @router.post("/leads/{lead_id:path}/stages", status_code=201, responses=NO_SUCH_LEAD)
    async def receive_stage(body: StageIn, lead_id: LeadInPath) -> Received:
        """Store a stage of the pipeline, won and lost among them, and score the lead anew."""
        return _answer(await run_in_threadpool(intake.stage, LeadId(lead_id), body), intake)

    return router


def _answer(taken: Taken, intake: Intake) -> Received:
    return Received(
        lead_id=str(taken.scored.known.lead_id),
        stored=taken.stored,
        unknown_fields=taken.unknown,
        unknown_stage=bool(taken.scored.known.stage_kinds) and taken.scored.known.stage_kinds[-1] == "other",
        score=score_out(taken.scored, intake.desk),
    )
