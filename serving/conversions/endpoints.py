"""What goes back to the ad systems: the marketer's page, files to upload, and the addresses that systems pull from."""

from __future__ import annotations

import logging
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from features.errors import NothingToTell
from features.facts.conversion_settings import System
from features.outbox.outbox import Outbox
from monitoring.conversions.ad_systems import AD_SYSTEMS
from monitoring.conversions.conversion_desk import ConversionDesk
from monitoring.conversions.pull_address import PullKeys
from monitoring.conversions.pushing import KIND
from serving.conversions.system_view import SystemView, system_view
from serving.counted_behind import CountedBehind
from serving.desk.desk import Desk
from serving.pages import Pages, language_asked
from serving.routes_when_asked import DoorRouter

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
NOT_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
MOST_LETTERS = 20
PullSystem = Literal["yandex_orders", "google", "google_adjustments", "google_enhanced"]
LARGEST_NUMBER = 2**63 - 1
"""What a database can call a letter by."""
logger = logging.getLogger(__name__)


def conversions_router(
    *, conversions: ConversionDesk, keys: PullKeys, outbox: Outbox, desk: Desk, tokens: frozenset[str], public: str | None,
    pages: Pages,
) -> DoorRouter:  # fmt: skip
    """Return the page and the addresses; ``tokens`` names the sign-ins that are set, ``public`` how we are reached."""
    router = DoorRouter(include_in_schema=False)
    company = desk.company
    counted = CountedBehind(conversions.count_all)

    def views(base: str) -> list[SystemView]:
        moment = desk.now()
        return [
            system_view(
                conversions, name, moment, address=address_of(name, base),
                has_token=("meta" if name == "meta" else "yandex") in tokens,
            )
            for name in company.conversions.systems
        ]  # fmt: skip

    def address_of(name: System, base: str) -> str | None:
        if not AD_SYSTEMS[name].can_pull:
            return None
        return f"{base.rstrip('/')}/conversions/{name}.csv?key={keys.signature(name)}"

    def told(base: str) -> dict[str, Any]:
        letters = outbox.letters("dead", most=MOST_LETTERS)
        waiting = outbox.letters("waiting", "sending", most=500)
        mine = [one for one in waiting if one.letter.kind.startswith(KIND)]
        is_counted = counted.is_up_to(desk.now())
        systems = views(base) if is_counted else []
        return {
            "told_systems": company.conversions.systems,
            "is_counted": is_counted,
            "systems": systems,
            "tells_sales": any(line.step == "paid" for one in systems for line in one.lines),
            "letters": letters,
            "waiting": len(mine),
            "consent": company.conversions.consent,
        }

    @router.get("/conversions", response_class=HTMLResponse)
    async def conversions_page(request: Request) -> HTMLResponse:
        """Show what each system was told, is told next, and cannot be told."""
        base = public or str(request.base_url)
        return pages.show(request, "conversions.html", **await run_in_threadpool(told, base))

    @router.get("/conversions/{system}.csv")
    async def pulled(request: Request, system: PullSystem, key: Annotated[str, Query(max_length=200)] = "") -> Response:
        """Hand a system its file: all of its window, each line as it was told first."""
        if not key or not await run_in_threadpool(keys.is_right, system, key):
            logger.warning("A pull of conversions for %s was refused: its signature does not hold.", system)
            return JSONResponse({"detail": "This address does not hold (any more)."}, 403, NOT_KEPT)
        label = f"{request.url.path} version {await run_in_threadpool(keys.version, system)}"
        handed = await run_in_threadpool(
            lambda: conversions.hand_out(system, desk.now(), way="pull", label=label, again=True)
        )
        logger.info(
            "Conversions for %s were pulled: batch %s, %d lines, %d for the first time, %d restated.",
            system, handed.batch_id, handed.lines, handed.first_told, handed.restated,
        )  # fmt: skip
        return Response(handed.content, media_type=TYPES["csv"], headers=NOT_KEPT)

    @router.post("/conversions/{system}/file")
    async def downloaded(request: Request, system: System) -> Response:
        """Hand out what is ready as a file to upload, and note it; with nothing ready the page is shown again."""
        moment = desk.now()
        name = f"{system}-{moment.astimezone(company.zone):%Y-%m-%d-%H%M%S}.{AD_SYSTEMS[system].suffix}"
        handed = await run_in_threadpool(
            lambda: conversions.hand_out(system, moment, way="file", label=f"{name} (page)")
        )
        if handed.batch_id is None:
            return RedirectResponse(pages.link("/conversions", **language_asked(request)), 303)
        return _attachment(handed.content, system, name)

    @router.get("/conversions/{system}/batches/{batch_id}")
    async def downloaded_again(system: System, batch_id: int) -> Response:
        """Hand out a batch once more, for whoever lost the file."""
        content = await run_in_threadpool(conversions.again, system, batch_id, desk.now())
        return _attachment(content, system, f"{system}-batch-{batch_id}.{AD_SYSTEMS[system].suffix}")

    @router.post("/conversions/{system}/address")
    async def renewed(request: Request, system: PullSystem) -> Response:
        """End a signed address and make another."""
        if system not in company.conversions.systems:
            raise NothingToTell(f"company.yaml tells {system} nothing; name it under conversions: first.")
        version = await run_in_threadpool(keys.renew, system, desk.now())
        logger.info("The address from which %s pulls was renewed: version %d.", system, version)
        return RedirectResponse(pages.link("/conversions", **language_asked(request)) + f"#{system}", 303)

    @router.post("/conversions/letters/{letter_id}/again")
    async def sent_again(request: Request, letter_id: Annotated[int, Path(le=LARGEST_NUMBER)]) -> Response:
        """Let a letter that nobody could deliver be sent again."""
        await run_in_threadpool(outbox.again, letter_id, desk.now())
        return RedirectResponse(pages.link("/conversions", **language_asked(request)) + "#letters", 303)

    return router


def _attachment(content: bytes, system: System, name: str) -> Response:
    kept = {**NOT_KEPT, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=TYPES[AD_SYSTEMS[system].suffix], headers=kept)
