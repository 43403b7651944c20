"""The marketer's page: channels and campaigns, alarms, the trend, and each channel's drift report."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, Response

from monitoring.channel_quality import can_tell_non_target
from monitoring.counted_cells import Cut
from serving.alarm_looks import AlarmLooks
from serving.desk.desk import Desk
from serving.figures import Figures
from serving.gate.security_headers import REPORT_MAY
from serving.intake.unknown_fields import UnknownFields
from serving.pages import Pages, Writing
from serving.reports.drift_reports import DriftReports
from serving.reports.trend import BY_WEEK, FEWEST_ON_THE_CHART, weekly_leads, weekly_trend
from serving.routes_when_asked import DoorRouter

NON_TARGET = ("non_target", "named")
Month = Annotated[str, Query(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]


def reports_router(
    *,
    desk: Desk,
    figures: Figures,
    looks: AlarmLooks,
    drift: DriftReports,
    unknown: UnknownFields,
    pages: Pages,
) -> DoorRouter:
    """Return the pages of the marketer."""
    router = DoorRouter(include_in_schema=False)

    def shown(level: Literal["channel", "campaign"], month: str, w: Writing) -> dict[str, Any]:
        """Return what the page shows."""
        moment = desk.now()
        first, last = _days_of(month) if month else (None, None)
        cut = Cut(("channel",) if level == "channel" else ("channel", "campaign"), {}, first, last)
        lines = figures.channel_lines(cut, moment)
        seen = looks.seen(moment)
        alarms = seen.look.of_channels() if seen.look else []
        quiet = [one for one in seen.look.quiet if one.watched.measure in NON_TARGET] if seen.look else []
        tells_non_target = can_tell_non_target(desk.company, moment)
        weeks = figures.book.tallies(moment, BY_WEEK)
        alarmed = [one.watched.channel for one in alarms]
        return {
            "lines": lines,
            "seen": seen,
            "alarms": alarms,
            "quiet": quiet,
            "tells_non_target": tells_non_target,
            "trend": weekly_trend(weeks, desk.company, alarmed, w.channel)
            if tells_non_target
            else weekly_leads(weeks, w.channel),
            "fewest_on_the_chart": FEWEST_ON_THE_CHART,
            "months": _months(figures, moment),
            "month": month,
            "level": level,
            "unknown_fields": unknown.seen(),
        }

    @router.get("/channels", response_class=HTMLResponse)
    async def channels_page(
        request: Request, level: Literal["channel", "campaign"] = "channel", month: Month = ""
    ) -> HTMLResponse:
        """Show what the channels bring."""
        told = await run_in_threadpool(shown, level, month, pages.writing(request))
        return pages.show(request, "channels.html", **told)

    @router.get("/channels/drift")
    async def drift_page(
        request: Request, channel: Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$")]
    ) -> Response:
        """Show the channel's drift report; a process of its own makes it, and it is served as a file."""
        report = await run_in_threadpool(drift.report, channel)
        if report.path:
            return FileResponse(report.path, media_type="text/html", headers={"Content-Security-Policy": REPORT_MAY})
        return pages.show(request, "drift.html", channel=channel, why=report.why)

    return router


def _days_of(month: str) -> tuple[date, date]:
    """Return the first and the last day of a month."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _months(figures: Figures, moment: datetime) -> list[str]:
    told = figures.book.tallies(moment, Cut(("channel",), period="month"))
    return sorted({f"{month:%Y-%m}" for _, month in told if month}, reverse=True)
