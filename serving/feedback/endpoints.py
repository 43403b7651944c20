"""The CRM tells what happened: a lead came, a call ended, a stage was reached."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from features.facts.values import LeadId
from serving.feedback.schemas import Received
from serving.feedback.told import Answers
from serving.http_errors import KEY_USED, NO_SUCH_LEAD, REFUSALS
from serving.intake.intake import Intake
from serving.intake.sent_facts import CallIn, LeadIn, StageIn
from serving.intake.sent_ids import LeadInPath
from serving.intake.sent_key import KeyHeader, keyed
from serving.routes_when_asked import DoorRouter


def feedback_router(intake: Intake) -> DoorRouter:
    """Return the endpoints that store facts; each answers when the fact is on disk."""
    router = DoorRouter(prefix="/v1", tags=["feedback"], responses={**REFUSALS, **KEY_USED})
    answers = Answers(intake.desk)

    @router.post("/leads", status_code=201, response_model=Received)
    async def receive_lead(body: LeadIn, request: Request, idempotency_key: KeyHeader = None) -> Response:
        """Store a lead and score it. The same lead sent again changes nothing; a changed one is a correction."""
        named = await keyed(request, idempotency_key, answers.kept)
        return answers.response(await intake.lead_soon(body, named))

    @router.post("/leads/{lead_id:path}/calls", status_code=201, response_model=Received, responses=NO_SUCH_LEAD)
    async def receive_call(
        body: CallIn, lead_id: LeadInPath, request: Request, idempotency_key: KeyHeader = None
    ) -> Response:
        """Store a call with the answers that it brought, and score the lead anew."""
        named = await keyed(request, idempotency_key, answers.kept)
        return answers.response(await intake.call_soon(LeadId(lead_id), body, named))

    @router.post("/leads/{lead_id:path}/stages", status_code=201, response_model=Received, responses=NO_SUCH_LEAD)
    async def receive_stage(
        body: StageIn, lead_id: LeadInPath, request: Request, idempotency_key: KeyHeader = None
    ) -> Response:
        """Store a stage of the pipeline, won and lost among them, and score the lead anew."""
        named = await keyed(request, idempotency_key, answers.kept)
        return answers.response(await intake.stage_soon(LeadId(lead_id), body, named))

    return router
