"""The page that says who really buys, and whom the ads aim at beside it; what it shows was worked out before."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from features.errors import ArtefactUnreadable
from models.report_shelf import moment_of
from monitoring.intervals import Rate
from monitoring.portrait.portrait_report import PORTRAITS, PortraitReport
from monitoring.won.won_report import WON
from serving.pages import Pages
from serving.portrait.segment_words import segment_words, value_words
from serving.portrait.what_to_fix import what_to_fix
from serving.routes_when_asked import DoorRouter

MOST_EARLIER = 60


def portrait_router(home: Path, pages: Pages) -> DoorRouter:
    """Return the page of the portraits that lie in the data folder ``home``."""
    router = DoorRouter(include_in_schema=False)

    def asked_for(drawn: str) -> tuple[list[str], PortraitReport | None]:
        names = PORTRAITS.names(home)
        chosen = drawn if drawn in names else next(iter(names), "")
        return names, PORTRAITS.read(home, chosen)

    @router.get("/portrait", response_class=HTMLResponse)
    async def portrait_page(
        request: Request,
        known: Literal["arrival", "talk"] = "arrival",
        drawn: Annotated[str, Query(max_length=20)] = "",
    ) -> HTMLResponse:
        """Show the latest portrait, or the one that was drawn at a moment; or say which command draws one."""
        w = pages.writing(request)
        company = w.company
        words: dict[str, Any] = {
            "said": lambda conditions: segment_words(conditions, company, w.named),
            "value": lambda condition: value_words(condition, company, w.named),
            "moment_of": moment_of,
        }
        try:
            names, report = await run_in_threadpool(asked_for, drawn)
        except ArtefactUnreadable:
            return pages.show(request, "portrait.html", report=None, unreadable=True, names=[], **words)
        if report is None:
            return pages.show(request, "portrait.html", report=None, unreadable=False, names=[], **words)
        shown = report.drawn(known) or report.arrival
        return pages.show(
            request,
            "portrait.html",
            report=report,
            shown=shown,
            names=names[:MOST_EARLIER],
            chosen=f"{report.moment:%Y%m%dT%H%M%SZ}",
            to_fix=what_to_fix(report),
            changed={one.conditions: one for one in report.difference.segments} if report.difference else {},
            **words,
        )

    @router.get("/won", response_class=HTMLResponse)
    async def won_page(request: Request) -> HTMLResponse:
        """Show what won deals tell, or which command works it out."""
        try:
            report = await run_in_threadpool(WON.latest, home)
        except ArtefactUnreadable:
            return pages.show(request, "won.html", report=None, unreadable=True)
        return pages.show(request, "won.html", report=report, unreadable=False, share=counted)

    return router


def counted(count: int, of: int) -> Rate:
    """Return a share with its interval."""
    return Rate(count, of)
