"""Every request has a name, is counted and timed: the outermost layer, around the gate and every door.

The name comes in ``X-Request-ID`` or is made; it goes back with every answer, whichever door or check gave it, and stands in every
line of the log about the request. It is plain ASGI, as all of it has to cost about a microsecond (``benchmarks/watching.py``).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from time import perf_counter

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.gate.headers import headers_of
from serving.gate.roles import ROUTE_IN_SCOPE, route_of
from serving.telemetry.counts import Counts
from serving.telemetry.request_id import REQUEST_ID, new_id, taken_id

HEADER = b"x-request-id"
GONE = 499
"""What is counted where the sender went away before it was answered, as reverse proxies do."""
FAULT = 500
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
WENT_WRONG = (
    "Something went wrong here, not with what you sent. Tell whoever runs leadloop the X-Request-ID of this answer."
)
logger = logging.getLogger("leadloop.requests")


class Watched:
    """Names, counts and times requests."""

    def __init__(self, app: ASGIApp, counts: Counts) -> None:
        self.app, self._count = app, counts.request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its name; a fault of ours is answered like everything else, and told to the server."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), GONE
        given = headers_of(scope).get(HEADER)
        name = new_id() if given is None else taken_id(given)
        REQUEST_ID.set(name)

        def told(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, name)]
            return send(message)

        try:
            await self.app(scope, receive, told)
        except Exception:
            if status == GONE:
                await JSONResponse({"detail": WENT_WRONG}, FAULT)(scope, receive, told)
            raise
        finally:
            route = scope.get(ROUTE_IN_SCOPE) or route_of(scope["method"], scope["path"])[0]
            seconds = perf_counter() - began
            self._count(route.method if route.method in METHODS else "OTHER", route.path, status, seconds)
            if status >= FAULT:
                logger.warning(
                    "answered %d: %s %s", status, route.method, route.path,
                    extra={"status": status, "method": route.method, "route": route.path, "seconds": round(seconds, 6)},
                )  # fmt: skip
