"""Each error's HTTP status, and answers that name the field and the remedy but never repeat what was sent."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.errors import (
    ArtefactUnreadable,
    ExperimentRefused,
    FactRefused,
    KeysAway,
    KeyUnreadable,
    KeyUsedOtherwise,
    LeadloopError,
    NothingToTell,
    NotYourLead,
    StoreUnreachable,
    TakenByAnother,
    UnknownAlarm,
    UnknownExperiment,
    UnknownLead,
    UnknownLetter,
    UnknownModel,
)
from features.facts.contact_signs import shown_name
from serving.gate.headers import headers_of
from serving.in_time import in_time
from serving.pages import Pages, Writing, wants_page
from serving.words.pages import PAGE_WORDS

STATUS_OF: dict[type[LeadloopError], int] = {
    UnknownLead: 404,
    UnknownModel: 404,
    NotYourLead: 403,
    KeysAway: 503,
    UnknownAlarm: 404,
    UnknownLetter: 404,
    UnknownExperiment: 404,
    NothingToTell: 404,
    FactRefused: 422,
    ExperimentRefused: 422,
    KeyUnreadable: 400,
    KeyUsedOtherwise: 409,
    StoreUnreachable: 503,
}
PAGES: dict[type[LeadloopError], str] = {
    UnknownLead: "not_found",
    UnknownModel: "no_model",
    UnknownAlarm: "no_alarm",
    ArtefactUnreadable: "bad_model",
    StoreUnreachable: "unreachable",
    TakenByAnother: "taken_by_another",
    NotYourLead: "not_your_lead",
}
"""What a browser is shown as a page, and the key of its words."""
LARGEST_BODY = 1_000_000
"""Bytes of a request's body that are read; more is answered with 413."""
BATCHES, LARGEST_BATCH = "/v1/batch/", 64_000_000
"""Where many rows come in one request, which is never held whole, and how many bytes they may be."""
LONGEST_PAUSE = 30.0
"""Seconds for which a body may stop coming; who waits longer has gone or holds a place on purpose, and is answered 408."""
PACKED = frozenset({b"gzip", b"x-gzip", b"deflate", b"compress", b"x-compress", b"br", b"zstd"})
"""What Content-Encoding says of a body that nobody here unpacks; any other word is passed over, as some senders write there."""
PACKED_WORDS = "The body is packed (Content-Encoding); send it plain, without that header."
UNWRITABLE = {
    "type": "unwritable",
    "loc": ("request", "NUL"),
    "msg": "holds the character NUL, or a number that is too large; PostgreSQL takes neither",
}
"""What is told of a value that the database refuses, wherever in the request it stood."""
logger = logging.getLogger(__name__)
KEPT = ("type", "loc", "msg")
"""What an answer keeps of pydantic's errors: the input itself may be personal data."""


class Refusal(BaseModel):
    """Why the request was not served, and what to do."""

    detail: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "The body cannot be read"},
    401: {"model": Refusal, "description": "The key is missing, or opens nothing"},
    403: {"model": Refusal, "description": "The key has not this scope, or the request came from another site"},
    408: {"model": Refusal, "description": "The body did not come in time"},
    413: {"model": Refusal, "description": "The body is too large"},
    415: {"model": Refusal, "description": "The body is packed (Content-Encoding)"},
    429: {"model": Refusal, "description": "More requests than the key may send; try again after Retry-After seconds"},
    431: {"model": Refusal, "description": "The headers are too large"},
    503: {"model": Refusal, "description": "The store does not answer; try again after Retry-After seconds"},
}
"""What every endpoint of the API may answer besides its own answers."""
KEY_USED: dict[int | str, dict[str, Any]] = {
    409: {"model": Refusal, "description": "The Idempotency-Key came with another request before"}
}
NO_SUCH_LEAD: dict[int | str, dict[str, Any]] = {404: {"model": Refusal, "description": "The lead is not stored"}}


def add_error_handlers(app: FastAPI, pages: Pages) -> None:
    """Teach ``app`` what to answer when something is wrong: JSON for programs, a page for a browser."""

    async def refusal(request: Request, error: Exception) -> Response:
        why = next((words for kind, words in PAGES.items() if isinstance(error, kind)), None)
        if why is None or not wants_page(request):
            return refusal_of(error)
        told = "remedy" if request.method == "GET" else "not_stored"
        page = pages.show(request, "refused.html", status_of(error), why=why, remedy=f"{why}_{told}")
        page.headers.update(_headers(page.status_code))
        return page

    async def bad_request(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        told = [told_item(item) for item in error.errors()]
        if not wants_page(request):
            return JSONResponse({"detail": told}, 422)
        w = pages.writing(request)
        places = ", ".join(dict.fromkeys(_place_words(item["loc"], w) for item in told))
        remedy = "unfit_remedy" if request.method == "GET" else "unfit_not_stored"
        return pages.show(request, "refused.html", 422, why="unfit", remedy=remedy, said={"places": places})

    async def not_there(request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)
        if not wants_page(request):
            return await http_exception_handler(request, error)
        return pages.show(request, "refused.html", 404, why="no_page", remedy="no_page_remedy")

    async def unwritable(request: Request, error: Exception) -> Response:
        logger.warning("A request holds what the database cannot: %s", type(getattr(error, "orig", error)).__name__)
        return await bad_request(request, RequestValidationError([UNWRITABLE]))

    app.add_exception_handler(RequestValidationError, bad_request)
    app.add_exception_handler(DataError, unwritable)
    app.add_exception_handler(404, not_there)
    app.add_exception_handler(LeadloopError, refusal)


WRITTEN_MOMENT = "write it as 2026-03-31T14:05:00+03:00"
REMEDIES = {
    "timezone_aware": f"tells no time zone; {WRITTEN_MOMENT}",
    "datetime_type": f"is no moment; {WRITTEN_MOMENT}",
    "datetime_parsing": f"is no moment; {WRITTEN_MOMENT}",
    "datetime_from_date_parsing": f"is no moment; {WRITTEN_MOMENT}",
    "float_parsing": "is no number; write it as 1234.5",
    "model_attributes_type": "is no JSON object; send one, with the header Content-Type: application/json",
}
"""What to do about those of pydantic's errors whose own words say only that something is wrong."""


def told_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return what an answer tells of one of pydantic's errors: the place and the remedy, never what was sent."""
    place, remedy = [_writable(step) for step in item["loc"]], item["msg"].removeprefix("Value error, ")
    return {**{key: item[key] for key in KEPT}, "loc": place, "msg": REMEDIES.get(item["type"], remedy)}


def _writable(step: str | int) -> str | int:
    """Return a step of a place as UTF-8 can write it and anybody may read it: a field's name may be a phone number."""
    return shown_name(step.encode("utf-8", "replace").decode()) if isinstance(step, str) else step


def _place_words(loc: list[str | int], w: Writing) -> str:
    """Return how people call what does not fit; in an address with its key, as it stands there."""
    key = str(loc[1] if len(loc) > 1 else loc[-1])
    words = w(f"place_{key}") if f"place_{key}" in PAGE_WORDS else key
    return f"{words} ({key})" if words != key and loc[0] == "query" else words


def refusal_of(error: Exception) -> JSONResponse:
    """Return what a program is answered."""
    assert isinstance(error, LeadloopError)
    status = status_of(error)
    return JSONResponse({"detail": told_of(error)}, status, _headers(status))


def told_of(error: LeadloopError) -> str | list[dict[str, Any]]:
    """Return what an answer says of an error: its message, or the field and the remedy."""
    if isinstance(error, FactRefused):
        return [{"type": "fact_refused", "loc": ["body", *error.field.split(".")], "msg": error.remedy}]
    return str(error)


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error."""
    return next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), 500)


def _headers(status: int) -> dict[str, str]:
    return {"Retry-After": "5"} if status == 503 else {}


class BodyLimit:
    """Answers 413 before more than ``LARGEST_BODY`` bytes of a request are read, however they are sent, and 415 to packed ones."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self.app, self.largest = app, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what comes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = headers_of(scope)
        packed = headers.get(b"content-encoding")
        if packed and scope["method"] == "POST" and _is_packed(packed):
            await JSONResponse({"detail": PACKED_WORDS}, 415, {"Accept-Encoding": "identity"})(scope, receive, send)
            return
        largest = LARGEST_BATCH if scope["path"].startswith(BATCHES) else self.largest
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > largest:
            await JSONResponse({"detail": _too_large_words(largest)}, 413)(scope, receive, send)
            return
        await self.app(scope, _counted(receive, largest), send)


def _is_packed(encodings: bytes) -> bool:
    return any(one.strip() in PACKED for one in encodings.lower().split(b","))


def _too_large_words(largest: int) -> str:
    return f"A request may hold {largest:,} bytes; send the rest in further requests."


def _counted(receive: Receive, largest: int) -> Callable[[], Awaitable[Message]]:
    read, is_whole = 0, False

    async def counted() -> Message:
        nonlocal read, is_whole
        try:
            message = await (receive() if is_whole else in_time(receive(), LONGEST_PAUSE))
        except TimeoutError:
            raise HTTPException(408, f"The rest of the body did not come within {LONGEST_PAUSE:.0f} s.") from None
        read += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if read > largest:
            # The framework lets this one kind of error pass when it reads a body.
            raise HTTPException(413, _too_large_words(largest))
        return message

    return counted
