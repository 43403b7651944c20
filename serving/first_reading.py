"""After a start a page of a large company says at once that leads are still being read, and opens by itself when they are.

What these pages show is read behind the first scores. Whoever asks meanwhile would wait for all of it, with a place in the line of
requests; in a small company it is a moment, and there a page reads what it needs itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.pages import wants_page

PATIENCE = 1.5
"""Seconds for which a page waits for the leads to be read."""
MANY_FACTS = 250_000
"""From so many facts on reading them takes longer than a page should: some 60,000 leads with their calls and stages."""
SHOW_LEADS = ("/queue", "/v1/queue", "/channels", "/journey", "/budget", "/offers")
"""What shows all leads or the open ones: these paths and what lies below them."""
TRY_AGAIN = {"Retry-After": "5"}


class FirstReading:
    """Whether what a start reads ahead has been read; where nobody reads ahead nobody waits for it."""

    def __init__(self) -> None:
        self._is_read = asyncio.Event()
        self._is_read.set()

    @property
    def is_over(self) -> bool:
        """Return whether pages need not wait."""
        return self._is_read.is_set()

    def begin(self, facts: int) -> None:
        """Let pages know that so many facts are being read."""
        if facts >= MANY_FACTS:
            self._is_read.clear()

    def end(self) -> None:
        """Let pages know that all is read, or that they have to read it themselves."""
        self._is_read.set()

    async def is_over_within(self, seconds: float) -> bool:
        """Wait so long at most; return whether it is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_read.wait(), seconds)
        return self.is_over


class StillReading:
    """Answers for pages of leads while the first reading goes on; everything else passes."""

    def __init__(self, app: ASGIApp, *, reading: FirstReading, page: Callable[[Request], Response]) -> None:
        self._app, self._reading, self._page = app, reading, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it would wait for the leads."""
        if not self._reading.is_over and _shows_leads(scope) and not await self._reading.is_over_within(PATIENCE):
            await self._told(Request(scope))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _told(self, request: Request) -> Response:
        if wants_page(request):
            return self._page(request)  # no fault: watchers of the service count those
        return JSONResponse({"detail": "The leads are still being read since the start; ask again."}, 503, TRY_AGAIN)


def _shows_leads(scope: Scope) -> bool:
    """Return whether a request asks to see leads; what it stores passes, as it stores without them.

    >>> [_shows_leads({"type": "http", "method": "GET", "path": path}) for path in ("/queue", "/v1/leads", "/journey.csv")]
    [True, False, True]
    """
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return False
    path: str = scope["path"]
    return any(path == one or path.startswith((f"{one}/", f"{one}.")) for one in SHOW_LEADS)
