"""The page that says how it would have gone: the latest replay of the past, for the head of sales and the analyst."""

from __future__ import annotations

from pathlib import Path

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from features.errors import ArtefactUnreadable
from models.backtest_report import BACKTESTS
from serving.pages import Pages
from serving.reports.backtest_figures import BacktestFigures, share_of
from serving.routes_when_asked import DoorRouter


def backtest_router(home: Path, pages: Pages) -> DoorRouter:
    """Return the page of the reports that lie in the data folder ``home``."""
    router = DoorRouter(include_in_schema=False)

    @router.get("/backtest", response_class=HTMLResponse)
    async def backtest_page(request: Request) -> HTMLResponse:
        """Show what the latest replay came to, or which command makes one."""
        try:
            report = await run_in_threadpool(BACKTESTS.latest, home)
        except ArtefactUnreadable:
            return pages.show(request, "backtest.html", report=None, unreadable=True)
        if report is None:
            return pages.show(request, "backtest.html", report=None, unreadable=False)
        figures = BacktestFigures(report, pages.company.zone)
        return pages.show(request, "backtest.html", report=report, figures=figures, share_of=share_of)

    return router
