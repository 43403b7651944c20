"""The journey's page, the same figures as files, and the page on which costs are matched to leads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from features.facts.spend_mappings import MarkNames
from serving.downloads import CSV_TYPE, XLSX_TYPE, DownloadTable, as_csv, as_xlsx
from serving.figures import Figures
from serving.journey.charts import ripening_chart
from serving.journey.costs import costs_view
from serving.journey.filters import BY, FILTERS, PERIODS, WITHOUT, period_before
from serving.journey.tables import days_words, filter_words, journey_table, name_of, ripening_table, shown_ages
from serving.journey.view import MOST_LINES, View, choices, view_of
from serving.pages import Pages, Writing, language_asked
from serving.routes_when_asked import DoorRouter

Word = Annotated[str, Form(max_length=300)]


def journey_router(*, figures: Figures, pages: Pages, now: Callable[[], datetime]) -> DoorRouter:
    """Return the pages and files of the journey."""
    router = DoorRouter(include_in_schema=False)

    def seen(request: Request) -> View:
        return view_of(figures, dict(request.query_params), now())

    def page(request: Request) -> Response:
        view, w = seen(request), pages.writing(request)
        asked, horizon = view.asked, figures.company.horizon_days
        drawn = bool(view.cohorts) and horizon is not None
        return pages.show(
            request, "journey.html", 422 if asked.wrong else 200, view=view, asked=asked,
            choices=choices(figures, asked, view.moment), names=name_of, by=BY, periods=PERIODS, filters=FILTERS,
            without=WITHOUT, before=period_before(asked.first, asked.last), most_lines=MOST_LINES,
            filter_words=filter_words(asked, w), days_words=days_words, ages=shown_ages(view.cohorts),
            chart=ripening_chart(view.cohorts, w, horizon) if drawn and horizon is not None else None,
        )  # fmt: skip

    def file(request: Request, what: Literal["journey", "ripening"], kind: str) -> Response:
        view, w = seen(request), pages.writing(request)
        if view.told is None:
            return page(request)
        known = w.moment(view.moment)
        table = (
            journey_table(view.asked, view.told, view.beside, w, known)
            if what == "journey"
            else ripening_table(view.asked, view.cohorts, w, known)
        )
        return _file(table, f"{what}-{view.moment.astimezone(figures.company.zone):%Y-%m-%d}", kind, w)

    @router.get("/journey", response_class=HTMLResponse)
    async def journey_page(request: Request) -> Response:
        """Show the funnel, its money, its lines and how leads ripen."""
        return await run_in_threadpool(page, request)

    @router.get("/journey.csv")
    async def journey_csv(request: Request) -> Response:
        """Give the lines of the view as CSV."""
        return await run_in_threadpool(file, request, "journey", "csv")

    @router.get("/journey.xlsx")
    async def journey_xlsx(request: Request) -> Response:
        """Give the lines of the view as a spreadsheet."""
        return await run_in_threadpool(file, request, "journey", "xlsx")

    @router.get("/journey/ripening.csv")
    async def ripening_csv(request: Request) -> Response:
        """Give the cohorts of the view as CSV."""
        return await run_in_threadpool(file, request, "ripening", "csv")

    @router.get("/journey/ripening.xlsx")
    async def ripening_xlsx(request: Request) -> Response:
        """Give the cohorts of the view as a spreadsheet."""
        return await run_in_threadpool(file, request, "ripening", "xlsx")

    @router.get("/journey/costs", response_class=HTMLResponse)
    async def costs_page(request: Request) -> Response:
        """Show what of costs and leads does not fit, and what a match would change."""
        said = dict(request.query_params)
        view = await run_in_threadpool(costs_view, figures, said, now())
        return pages.show(request, "journey_costs.html", c=view, names=name_of, saved=bool(said.get("saved")))

    @router.post("/journey/costs/mappings")
    async def save_mapping(
        request: Request, source: Word = "", campaign: Word = "", to_source: Word = "", to_campaign: Word = ""
    ) -> Response:
        """Keep a match of costs to leads' marks; empty marks take it back."""
        told = MarkNames(source or None, campaign or None)
        means = MarkNames(to_source or None, to_campaign or None)
        await run_in_threadpool(figures.spend.save, told, means, now())
        return RedirectResponse(pages.link("/journey/costs", saved="1", **language_asked(request)), 303)

    return router


def _file(table: DownloadTable, name: str, kind: str, w: Writing) -> Response:
    body, media = (as_csv(table, w.language), CSV_TYPE) if kind == "csv" else (as_xlsx(table), XLSX_TYPE)
    return Response(body, media_type=media, headers={"content-disposition": f'attachment; filename="{name}.{kind}"'})
