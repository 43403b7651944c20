"""A route is worked out when it is asked for the first time, so that a service answers its first lead sooner after a start.

What a route takes and answers costs the framework two milliseconds to work out, and there are some seventy. To find the route
of a request its path and methods are enough.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import compile_path, get_name

_WORKED_OUT = threading.RLock()


class RouteWhenAsked(APIRoute):
    """A route of the framework, of which a request, or the schema of the API, asks for the rest."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, methods: set[str] | list[str], **said: Any) -> None:
        self.path, self.endpoint, self.name = path, endpoint, said["name"] or get_name(endpoint)
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in methods}
        self.include_in_schema = said["include_in_schema"]
        self._said: dict[str, Any] | None = {**said, "methods": methods}

    def __getattr__(self, name: str) -> Any:
        """Return what only the framework knows of the route; asked for once, it is there from then on."""
        if name == "_said":
            raise AttributeError(name)
        with _WORKED_OUT:
            if self._said is not None:
                super().__init__(self.path, self.endpoint, **self._said)
                self._said = None
        return object.__getattribute__(self, name)


class DoorRouter(APIRouter):
    """The routes of a door."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=RouteWhenAsked, **options)
