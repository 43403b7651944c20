"""The page of plan and fact: the department, each manager, each day, and how many leads the rest of the plan asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from monitoring.intervals import FEWEST
from monitoring.lead_book import LeadBook
from monitoring.plan_book import PlanBook
from monitoring.plan_measures import MEASURES
from serving.gate.visitor import Visitor, visitor_of
from serving.pages import Pages
from serving.plan.charts import days_chart
from serving.plan.view import PlanView, plan_view
from serving.routes_when_asked import DoorRouter

SEE_EVERYBODY = frozenset({"head", "admin", "key:admin"})
Word = Annotated[str, Query(max_length=300)]


def plan_router(*, book: LeadBook, plans: PlanBook, pages: Pages, now: Callable[[], datetime]) -> DoorRouter:
    """Return the page of plan and fact."""
    router = DoorRouter(include_in_schema=False)

    def page(request: Request, month: str, manager: str) -> HTMLResponse:
        view, w = plan_view(book, plans, month, now()), pages.writing(request)
        visitor = visitor_of(request)
        everybody, seen = _sees_everybody(visitor), _seen(view, visitor)
        whose = manager if manager in seen else ""
        if view.told is None or (everybody and manager != whose):
            return pages.show(request, "plan.html", 422, view=view, seen=seen, manager=manager, told=None)
        told = view.told
        line = told.line_of(whose) if whose else told.department
        days = told.days(whose or None)
        lines = [one for one in told.managers if one.whose in seen]
        if visitor.is_manager and not lines:
            lines = [told.line_of(name) for name in seen]
        return pages.show(
            request, "plan.html", view=view, told=told, seen=seen, manager=whose, lines=lines, line=line, days=days,
            nobodys=told.nobodys if everybody else None, measures=MEASURES, chart=days_chart(days, line, w),
            unread=[one for one in told.unread if everybody or one.plan.manager is None],
            fewest=FEWEST,
        )  # fmt: skip

    @router.get("/plan", response_class=HTMLResponse)
    async def plan_page(request: Request, month: Word = "", manager: Word = "") -> HTMLResponse:
        """Show what was to be reached in a month, and what was."""
        return await run_in_threadpool(page, request, month, manager)

    return router


def _sees_everybody(visitor: Visitor) -> bool:
    return not SEE_EVERYBODY.isdisjoint(visitor.rights)


def _seen(view: PlanView, visitor: Visitor) -> list[str]:
    """Return whose lines somebody sees: a manager his own, marketers and analysts nobody's."""
    if _sees_everybody(visitor):
        return view.managers
    return [visitor.manager] if visitor.manager else []
