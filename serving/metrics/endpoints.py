"""The address that Prometheus scrapes; the gate lets in keys that may read."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from serving.desk.desk import Desk
from serving.metrics.exposition import written
from serving.metrics.standing import standing_of
from serving.open_leads.board import Board
from serving.routes_when_asked import DoorRouter
from serving.telemetry.counts import Counts


def metrics_router(counts: Counts, desk: Desk, board: Board, waiting: Callable[[], int]) -> DoorRouter:
    """Return the endpoint; ``waiting`` tells how many requests wait to be stored."""
    router = DoorRouter(tags=["operation"])

    @router.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        """Tell the figures of all workers, and how the house stands, in the text format that Prometheus reads."""

        def text() -> tuple[bytes, str]:
            return written(
                counts.of_the_house(), standing_of(desk, board), waiting(), request.headers.get("accept", "")
            )

        body, media_type = await run_in_threadpool(text)
        return Response(body, headers={"content-type": media_type})

    return router
