"""The application, whose checks and quick doors stand ahead of all that the framework does for a request.

The framework puts what is added to it behind its own error pages, limits and telemetry, which cost a scored lead as much as
the score. Ours need none of them: each check answers by itself, and what goes wrong in one is told by the server itself, as
the framework would tell it. The framework stands behind the last of them, whole.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.routes_when_asked import DoorRouter, RouteWhenAsked


class Application(FastAPI):
    """FastAPI, where ``add_middleware`` adds ahead of the framework; what was added last sees a request first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.router.route_class = RouteWhenAsked
        self._first: ASGIApp = super().__call__

    def add_middleware(self, middleware_class: Any, *args: Any, **kwargs: Any) -> None:
        """Put a check, or a door, ahead of all that stand there."""
        self._first = middleware_class(self._first, *args, **kwargs)

    def add_door(self, router: DoorRouter) -> None:
        """Take over a door's routes as they are; to include its router would work each of them out again at the first request."""
        self.router.routes.extend(router.routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the first of them see the request."""
        await self._first(scope, receive, send)
