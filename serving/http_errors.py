"""Each error's HTTP status, and answers that name the field and the remedy but never repeat what was sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.errors import FactRefused, LeadloopError, StoreUnreachable, UnknownLead

STATUS_OF: dict[type[LeadloopError], int] = {UnknownLead: 404, FactRefused: 422, StoreUnreachable: 503}
LARGEST_BODY = 1_000_000
"""Bytes of a request's body that are read; more is answered with 413."""
KEPT = ("type", "loc", "msg")
"""What an answer keeps of pydantic's errors: the input itself may be personal data."""


def add_error_handlers(app: FastAPI) -> None:
    """Teach ``app`` what to answer when something is wrong."""
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(LeadloopError, _refusal)


async def _bad_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return JSONResponse({"detail": [{key: item[key] for key in KEPT} for item in error.errors()]}, 422)


async def _refusal(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LeadloopError)
    status = next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), 500)
    if isinstance(error, FactRefused):
        place = ["body", *error.field.split(".")]
        return JSONResponse({"detail": [{"type": "fact_refused", "loc": place, "msg": error.remedy}]}, status)
    headers = {"Retry-After": "5"} if status == 503 else None
    return JSONResponse({"detail": str(error)}, status, headers)


class BodyLimit:
    """Answers 413 before more than ``LARGEST_BODY`` bytes of a request are read, however they are sent."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self.app, self.largest = app, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what comes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if declared.isdigit() and int(declared) > self.largest:
            await self._too_large(scope, receive, send)
            return
        try:
            await self.app(scope, _counted(receive, self.largest), send)
        except _TooLarge:
            await self._too_large(scope, receive, send)

    async def _too_large(self, scope: Scope, receive: Receive, send: Send) -> None:
        detail = f"A request may hold {self.largest:,} bytes; send the rest in further requests."
        await JSONResponse({"detail": detail}, 413)(scope, receive, send)


class _TooLarge(Exception):
    """More came than a request may hold."""


def _counted(receive: Receive, largest: int) -> Callable[[], Awaitable[Message]]:
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > largest:
            raise _TooLarge
        return message

    return counted
