"""The application: every door on one address."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from features.errors import StoreUnreachable
from features.facts.write_ahead_log import put_log_into_database
from features.facts.written_names import WrittenNames
from features.outbox.outbox import Outbox
from features.settings import crm_secrets
from models.shadow_log import Parting, ShadowLog
from monitoring.alarms.alarm_log import AlarmLog
from monitoring.alarms.kept_look import of_company
from monitoring.alarms.watcher import Watcher
from monitoring.budget.experiment_shelf import ExperimentShelf
from monitoring.conversions.conversion_desk import ConversionDesk
from monitoring.conversions.pull_address import PullKeys
from monitoring.plan_book import PlanBook
from monitoring.telling.delivery_log import DeliveryLog
from serving.ahead import Application
from serving.alarm_looks import AlarmLooks
from serving.alarms.endpoints import alarms_router
from serving.alarms.watch import AlarmWatch
from serving.api_examples import examples_of
from serving.batch.endpoints import batch_router
from serving.budget.endpoints import budget_router
from serving.call_queue.endpoints import queue_router
from serving.conversions.desk_of import conversion_desk_of
from serving.conversions.endpoints import conversions_router
from serving.crm.endpoints import crm_router
from serving.desk.champion import LOOK_EVERY_SECONDS
from serving.feedback.endpoints import feedback_router
from serving.feedback.quick_door import QuickLeads
from serving.first_reading import FirstReading, StillReading
from serving.forgetting.endpoints import forgetting_router
from serving.gate.access import Gate, Sessions
from serving.gate.roles import ROUTE_IN_SCOPE, may_open
from serving.gate.visitor import visitor_of
from serving.http_errors import BodyLimit, add_error_handlers
from serving.intake.intake import Intake
from serving.journey.endpoints import journey_router
from serving.lead_card.endpoints import lead_card_router
from serving.metrics.endpoints import metrics_router
from serving.model_card.endpoints import model_card_router
from serving.model_card.managers_beside import ManagersBeside
from serving.model_card.shelf import Shelf
from serving.offers.endpoints import offers_router
from serving.pages import FOLDER, Pages, language_asked
from serving.plan.endpoints import plan_router
from serving.portrait.endpoints import portrait_router
from serving.reading_ahead import FIRST_SCORES_SECONDS, begin_days, comes_within, read_ahead
from serving.reports.backtest_page import backtest_router
from serving.reports.drift_reports import DriftReports
from serving.reports.endpoints import reports_router
from serving.scoring.endpoints import scoring_router
from serving.scoring.quick_door import QuickScores
from serving.scoring.service import Questions
from serving.settled_memory import set_aside
from serving.sign_in.audit_page import audit_router
from serving.sign_in.endpoints import sign_in_router
from serving.telemetry.counts import LAID_TOGETHER_EVERY
from serving.telemetry.tracing import Traced, tracer_for
from serving.telemetry.watched import Watched
from serving.wiring import Service

NAMES_EVERY_SECONDS = 60.0
LOG_PUT_EVERY_SECONDS = 2.0
"""What comes in so long under full load is less than what SQLite itself would let the log grow to."""
DESCRIPTION = """Scores leads, takes in what happened to them, and says whom to call next.

Every answer about a score says by which model, up to when that model learned, and why."""


def create_app(service: Service) -> FastAPI:
    """Return the application around a service that is put together."""
    intake = Intake(
        desk=service.desk,
        board=service.board,
        contacts=service.contacts,
        unknown_fields=service.unknown_fields,
        counts=service.counts,
    )
    conversions, reading = conversion_desk_of(service), FirstReading()
    names = WrittenNames(service.desk.store.engine, service.company, service.desk.store.last_number())
    app = Application(
        title="leadloop",
        version="0.1.0",
        description=DESCRIPTION,
        lifespan=_lifespan(service, intake, conversions, reading, names),
        docs_url=None,
        redoc_url=None,
    )
    pages = Pages(service.company, names.of)
    app.add_door(feedback_router(intake))
    app.add_door(batch_router(intake))
    questions = Questions(desk=service.desk, unknown_fields=service.unknown_fields)
    app.add_door(scoring_router(questions))
    app.add_door(queue_router(service.board, intake, pages))
    app.add_door(lead_card_router(intake, service.contacts, service.log, pages))
    shelf = Shelf(service.settings.home, lambda: service.desk.scorer.version)
    beside = ManagersBeside(service.book, service.log, lambda: service.desk.now())
    parted = ShadowLog(service.desk.store.engine)

    def parting(version: str) -> Parting:
        return parted.parting(service.desk.scorer.version, version)

    app.add_door(model_card_router(shelf, beside, pages, lambda: service.desk.champion.refusal, parting))
    looks = AlarmLooks(
        service.book,
        Watcher(service.company, service.log),
        service.figures.costs,
        AlarmLog(service.desk.store.engine),
        home=service.settings.home,
        of=of_company(service.company, service.desk.store.engine),
    )
    drift = DriftReports(service.settings, lambda: f"{service.desk.store.last_number()} {service.desk.scorer.version}")
    app.add_door(
        reports_router(
            desk=service.desk,
            figures=service.figures,
            looks=looks,
            drift=drift,
            unknown=service.unknown_fields,
            pages=pages,
        )
    )
    watch = AlarmWatch(looks, service.company, service.desk.store, service.contacts, drift.summary)
    app.add_door(alarms_router(watch, DeliveryLog(service.desk.store.engine), lambda: service.desk.now(), pages))
    app.add_door(journey_router(figures=service.figures, pages=pages, now=lambda: service.desk.now()))
    plans = PlanBook(service.desk.store)
    app.add_door(plan_router(book=service.book, plans=plans, pages=pages, now=lambda: service.desk.now()))
    app.add_door(backtest_router(service.settings.home, pages))
    app.add_door(forgetting_router(service.desk, service.settings.home))
    sessions = Sessions(service.people, lambda: service.desk.now())
    app.add_door(sign_in_router(service.people, sessions, service.desk, service.settings, pages))
    app.add_door(audit_router(service.audit, service.people, service.keys, pages))
    app.add_door(offers_router(service.desk, service.book, service.settings.home, pages))
    app.add_door(portrait_router(service.settings.home, pages))
    app.add_door(
        budget_router(
            desk=service.desk,
            figures=service.figures,
            shelf=ExperimentShelf(service.settings.home),
            pages=pages,
        )
    )
    said = service.settings
    app.add_door(
        conversions_router(
            conversions=conversions,
            keys=PullKeys(service.desk.store.engine, service.contacts.secret),
            outbox=Outbox(service.desk.store.engine),
            desk=service.desk,
            tokens=frozenset({*(["meta"] if said.meta_token else []), *(["yandex"] if said.metrica_token else [])}),
            public=said.public_url,
            pages=pages,
        )
    )
    app.add_door(metrics_router(service.counts, service.desk, service.board, lambda: intake.waiting))
    app.add_door(
        crm_router(
            service.company, service.desk.store.engine, lambda: service.desk.now(), crm_secrets(), said.public_url
        )
    )
    _add_house_keeping(app, service)
    add_error_handlers(app, pages)

    def refused(scope: Scope) -> Response:
        """Show that a page is not for somebody's role, or that there is none."""
        if scope[ROUTE_IN_SCOPE].is_known:
            return pages.show(Request(scope), "refused.html", 403, why="not_yours", remedy="not_yours_remedy")
        return pages.show(Request(scope), "refused.html", 404, why="no_page", remedy="no_page_remedy")

    still_reading = partial(pages.show, template="being_read.html")
    app.add_middleware(StillReading, reading=reading, page=still_reading)  # the innermost: behind every check
    app.add_middleware(QuickScores, questions=questions)
    app.add_middleware(QuickLeads, intake=intake)
    app.add_middleware(BodyLimit)
    app.add_middleware(
        Gate,
        keys=service.keys,
        sessions=sessions,
        audit=service.audit,
        open_to=service.settings.open_to,
        now=lambda: service.desk.now(),
        refused=refused,
    )
    if service.settings.traces:
        app.add_middleware(Traced, tracer=tracer_for(service.settings.traces))
    app.add_middleware(Watched, counts=service.counts)  # the outermost: it names what the others answer
    return app


def _lifespan(
    service: Service, intake: Intake, conversions: ConversionDesk, reading: FirstReading, names: WrittenNames
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        """Read the queue ahead, count the day's rates anew after each midnight; at the end, write the last scores."""
        ending = asyncio.Event()
        set_aside()
        until_it_ends = [
            asyncio.create_task(read_ahead(service, conversions, ending, reading)),
            asyncio.create_task(begin_days(service, ending)),
            asyncio.create_task(_follow_names(names, ending)),
        ]
        if service.desk.shadow is not None:
            service.desk.shadow.start()
        going_on = [asyncio.create_task(one(service)) for one in (_lay_counts, _follow_champion, _keep_log_short)]
        going_on.append(asyncio.create_task(intake.look_after()))
        yield
        ending.set()
        for one in going_on:
            one.cancel()
            with suppress(asyncio.CancelledError):
                await one
        await asyncio.gather(*until_it_ends)
        await run_in_threadpool(intake.close)
        if service.desk.shadow is not None:
            await run_in_threadpool(service.desk.shadow.close)
        await run_in_threadpool(service.writer.close)
        await run_in_threadpool(service.audit.close)
        service.counts.lay()

    return lifespan


async def _lay_counts(service: Service) -> None:
    """Let the other workers see what this one has counted."""
    while service.settings.metrics_dir is not None:
        await asyncio.sleep(LAID_TOGETHER_EVERY)
        await run_in_threadpool(service.counts.lay)


async def _follow_champion(service: Service) -> None:
    """Load what was promoted beside what serves, while answers go on."""
    while True:
        await run_in_threadpool(service.desk.champion.look)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _follow_names(names: WrittenNames, ending: asyncio.Event) -> None:
    """Learn how the leads write what pages name, so that no page has to read for it; a look that has begun is ended.

    The first scores go before.
    """
    wait = FIRST_SCORES_SECONDS
    while not await comes_within(ending, wait):
        with suppress(StoreUnreachable):
            await run_in_threadpool(names.look)
        wait = NAMES_EVERY_SECONDS


async def _keep_log_short(service: Service) -> None:
    """Put what was stored from SQLite's write-ahead log into the database, so that nobody who stores has to."""
    while service.desk.store.engine.dialect.name == "sqlite":
        await asyncio.sleep(LOG_PUT_EVERY_SECONDS)
        with suppress(StoreUnreachable):  # whoever stores meanwhile is told
            await run_in_threadpool(put_log_into_database, service.desk.store.engine)


def _add_house_keeping(app: FastAPI, service: Service) -> None:
    plotly = _plotly_script()
    if plotly:

        @app.get("/static/plotly.min.js", include_in_schema=False)
        async def chart_library() -> FileResponse:
            """Serve the chart library from this machine."""
            return FileResponse(plotly, media_type="text/javascript", headers={"Cache-Control": "max-age=86400"})

    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")

    @app.get("/", include_in_schema=False)
    async def front_page(request: Request) -> Response:
        """Lead to the queue, or to the channels whoever has none."""
        first = "/queue" if may_open(visitor_of(request).rights, "/queue") else "/channels"
        return RedirectResponse(Pages.link(first, **language_asked(request)), 303)

    @app.get("/docs", include_in_schema=False)
    async def api_page(request: Request) -> HTMLResponse:
        """Show the API's endpoints with examples that run, from this machine alone."""
        bodies = {where: shlex.quote(body) for where, body in examples_of(service.company).items()}
        return Pages(service.company).show(
            request, "docs.html", schema=app.openapi(), examples=bodies, is_closed=not service.settings.open_to
        )

    @app.get("/healthz", tags=["operation"])
    async def healthz() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "alive"}

    @app.get(
        "/readyz",
        tags=["operation"],
        response_model=dict[str, str | None],
        responses={503: {"description": "not ready"}},
    )
    async def readyz() -> Response:
        """Say whether leads can be scored and stored: rules or a model are loaded, and the store answers.

        Where a promoted model was refused and the one before goes on, ``refused_model`` and ``why`` say so.
        """
        try:
            await run_in_threadpool(service.desk.store.last_number)
        except StoreUnreachable as error:
            return JSONResponse({"status": "not ready", "why": str(error)}, 503)
        ready = {"status": "ready", "model_version": service.desk.scorer.version}
        refusal = service.desk.champion.refusal
        return JSONResponse(ready | ({"refused_model": refusal.version, "why": refusal.why} if refusal else {}))


def _plotly_script() -> Path | None:
    """Return Plotly's script inside its own package, found without importing it."""
    spec = find_spec("plotly")
    path = Path(spec.origin).parent / "package_data" / "plotly.min.js" if spec and spec.origin else None
    return path if path and path.exists() else None
