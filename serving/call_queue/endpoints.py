"""Whom to call next, for programs and as a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from features.errors import TakenByAnother
from features.facts.company import Company
from features.facts.values import LeadId
from serving.call_queue.schemas import PlaceOut, QueueAsked, QueueOut, TakeIn
from serving.desk.desk import Scored
from serving.desk.score_answer import score_out
from serving.gate.visitor import queue_asked, visitor_of
from serving.http_errors import KEY_USED, NO_SUCH_LEAD, REFUSALS
from serving.intake.intake import Intake
from serving.intake.sent_ids import LeadInPath
from serving.intake.sent_key import KeyHeader, keyed, replayed
from serving.intake.sent_lead import StoredLeadInPath
from serving.open_leads.board import Board, OpenLead
from serving.open_leads.known_managers import KnownManagers
from serving.open_leads.own_leads import is_own
from serving.open_leads.queue_order import Place
from serving.pages import Pages, language_asked
from serving.routes_when_asked import DoorRouter

SHOWN_ON_A_PAGE = 40
Manager = Annotated[str | None, Query(max_length=300, description="whose queue; without it everybody's")]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the queue: the places that are shown with their scores, and how many wait in all."""

    moment: datetime
    shown: list[tuple[Place[OpenLead], Scored]]
    waiting: int
    coming_back: int


def queue_router(board: Board, intake: Intake, pages: Pages) -> DoorRouter:
    """Return the endpoints and the page of the call queue."""
    router = DoorRouter(tags=["queue"])
    desk = intake.desk
    named = KnownManagers(desk.store)

    def looked_at(manager: str | None, count: int) -> Look:
        """Return the queue now; the scores that are shown are logged, for they leave the house."""
        moment = desk.now()
        look = board.look(moment, manager or None, count)
        shown = [(place, desk.scored_known(place.candidate.lead.known)) for place in look.places]
        for place, scored in shown:
            desk.remember(scored, place.candidate.lead.history.read_up_to)
        return Look(moment, shown, look.waiting, look.coming_back)

    @router.get("/v1/queue", responses=REFUSALS)
    async def queue(asked: Annotated[QueueAsked, Query()]) -> QueueOut:
        """Return who waits for a call now: due call-backs first, then the leads worth most, a few drawn at random ahead."""

        def look_at_his() -> Look:
            _require_somebody(asked.manager, desk.company, named.holds)
            return looked_at(asked.manager, asked.count)

        look = await run_in_threadpool(look_at_his)
        places = [_place_out(place, scored, intake) for place, scored in look.shown]
        return QueueOut(
            moment=look.moment, manager=asked.manager, waiting=look.waiting, coming_back=look.coming_back, places=places
        )

    @router.post("/v1/queue/{lead_id:path}/take", status_code=204, responses={**REFUSALS, **NO_SUCH_LEAD, **KEY_USED})
    async def take(body: TakeIn, lead_id: LeadInPath, request: Request, idempotency_key: KeyHeader = None) -> Response:
        """Take a lead out of the other managers' queues for two hours, or give it back."""
        named = await keyed(request, idempotency_key, lambda _: (204, ""))
        kept = await run_in_threadpool(intake.take, LeadId(lead_id), body.manager, taken=body.taken, keyed=named)
        return replayed(kept) if kept else Response(status_code=204)

    @router.get("/queue", response_class=HTMLResponse, include_in_schema=False)
    async def queue_page(request: Request, manager: Manager = None) -> HTMLResponse:
        """Show the queue."""
        whose, own = queue_asked(request, manager), visitor_of(request).is_manager
        look = await run_in_threadpool(looked_at, whose, SHOWN_ON_A_PAGE)
        return pages.show(
            request, "queue.html", look=look, manager=whose or "", own_queue=own, is_new=board.read_up_to == 0
        )

    @router.post("/queue/{lead_id:path}/take", include_in_schema=False)
    async def take_on_page(
        request: Request, lead_id: StoredLeadInPath, manager: Annotated[str, Form(min_length=1, max_length=300)]
    ) -> Response:
        """Take a lead, and open its card; a manager takes for himself, and only what waits for him."""
        whose, own = queue_asked(request, manager) or "", visitor_of(request).manager

        def taken() -> None:
            if own is not None:
                known = desk.scored(desk.store.history(LeadId(lead_id)), desk.now()).known
                if not is_own(known, own):
                    raise TakenByAnother(lead_id)
            intake.take(LeadId(lead_id), whose)

        await run_in_threadpool(taken)
        return RedirectResponse(pages.link(f"/leads/{lead_id}", manager=whose, **language_asked(request)), 303)

    return router


def _require_somebody(manager: str | None, company: Company, is_named: Callable[[str], bool]) -> None:
    """Refuse a name that nobody has: he would be told the leads that wait for anybody, and never his own call-backs.

    Where ``company.yaml`` lists no managers every name is taken.
    """
    listed = [one.name for one in company.managers]
    told_by_crm = company.crm.managers.values() if company.crm else ()
    if not manager or not listed or manager in listed or manager in told_by_crm or is_named(manager):
        return
    remedy = (
        f"nobody is called so in company.yaml, in a lead or in a call; take one of {', '.join(listed)}, or add the new one under "
        "`managers` in company.yaml"
    )
    raise RequestValidationError([{"type": "unknown_manager", "loc": ("query", "manager"), "msg": remedy}])


def _place_out(place: Place[OpenLead], scored: Scored, intake: Intake) -> PlaceOut:
    candidate = place.candidate
    known = candidate.lead.known
    return PlaceOut(
        rank=place.rank,
        first_come_rank=place.first_come_rank,
        arm=place.arm,
        propensity=place.propensity,
        lead_id=known.lead_id,
        channel=known.channel,
        created_at=known.created_at,
        waits=candidate.waits.kind,
        waiting_since=candidate.waits.since,
        score=score_out(scored, intake.desk),
    )
