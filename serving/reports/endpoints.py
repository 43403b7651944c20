"""The marketer's page: channels and campaigns, alarms, the trend, and each channel's drift report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, Response

from features.facts.store import FactStore
from monitoring.channel_quality import can_tell_non_target, channel_lines, period_of
from monitoring.lead_book import LeadBook, LeadSummary, counted
from serving.board import Board
from serving.desk import Desk
from serving.pages import Pages
from serving.reports.channel_watch import ChannelWatch
from serving.reports.drift_reports import DriftReports
from serving.reports.trend import weekly_leads, weekly_trend
from serving.unknown_fields import UnknownFields

Month = Annotated[str, Query(pattern=r"^(\d{4}-\d{2})?$")]


def reports_router(
    *,
    desk: Desk,
    board: Board,
    book: LeadBook,
    store: FactStore,
    watch: ChannelWatch,
    drift: DriftReports,
    unknown: UnknownFields,
    pages: Pages,
) -> APIRouter:
    """Return the pages of the marketer."""
    router = APIRouter(include_in_schema=False)
    company = desk.company

    def figures(level: Literal["channel", "campaign"], month: str) -> dict[str, Any]:
        """Return what the page shows."""
        moment = desk.now()
        requests = counted(book.summaries(moment), company)
        spend = store.spend(known_by=moment)
        chosen = [one for one in requests if not month or _month(one.created_at, book) == month]
        paid = [one for one in spend if not month or _month(one.at, book) == month]
        chances = board.expected_sales(moment)
        told = watch.told(book.number, requests, moment, spend)
        return {
            "lines": channel_lines(chosen, paid, chances, company=company, moment=moment, level=level),
            "alarms": told.alarms,
            "quiet": [one for one in told.quiet if one.watched.measure in ("non_target", "named")],
            "watch": told.state,
            "trend": weekly_trend(requests, company, [one.watched.channel for one in told.alarms])
            if can_tell_non_target(company, moment)
            else weekly_leads(requests, company),
            "months": _months(requests, book),
            "month": month,
            "level": level,
            "unknown_fields": unknown.seen(),
        }

    @router.get("/channels", response_class=HTMLResponse)
    async def channels_page(
        request: Request, level: Literal["channel", "campaign"] = "channel", month: Month = ""
    ) -> HTMLResponse:
        """Show what the channels bring."""
        return pages.show(request, "channels.html", **await run_in_threadpool(figures, level, month))

    @router.get("/channels/drift")
    async def drift_page(request: Request, channel: Annotated[str, Query(max_length=300)]) -> Response:
        """Show the channel's drift report; a process of its own makes it, and it is served as a file."""
        report = await run_in_threadpool(drift.report, channel)
        if report.path:
            return FileResponse(report.path, media_type="text/html")
        return pages.show(request, "drift.html", channel=channel, why=report.why)

    return router


def _month(moment: datetime, book: LeadBook) -> str:
    day = period_of(moment, book.company, "month")
    return f"{day:%Y-%m}" if day else ""


def _months(summaries: Iterable[LeadSummary], book: LeadBook) -> list[str]:
    return sorted({_month(one.created_at, book) for one in summaries}, reverse=True)
