"""The way in that most leads take: one that is well written goes straight to the writer, ahead of the framework.

The framework's own endpoint (``endpoints.py``) stands behind it with the same intake; it tells the API's schema and takes all
that is not plain: another content type, a body with a mistake, a request with an Idempotency-Key. Keys, limits and other
sites are checked before either (``app.py``).
"""

from __future__ import annotations

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.errors import LeadloopError
from serving.feedback.told import STORED, Answers
from serving.http_errors import refusal_of
from serving.intake import Intake, Taken
from serving.sent_facts import LeadIn

PATH = "/v1/leads"
PLAIN = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})


class QuickDoor:
    """Answers ``POST /v1/leads`` where it is well written, and passes everything else on."""

    def __init__(self, app: ASGIApp, intake: Intake) -> None:
        self.app, self._intake, self._answers = app, intake, Answers(intake.desk)
        self._read = LeadIn.__pydantic_validator__.validate_json

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on as it came."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST" or not _is_plain(scope):
            await self.app(scope, receive, send)
            return
        try:
            messages = [await receive()]
            while messages[-1].get("more_body"):
                messages.append(await receive())
        except HTTPException as error:  # too long, or it does not come
            await JSONResponse({"detail": error.detail}, error.status_code)(scope, receive, send)
            return
        try:
            lead = self._read(b"".join([one.get("body", b"") for one in messages]))
        except ValidationError:
            await self.app(scope, _again(messages, receive), send)
            return
        try:
            taken = await self._intake.lead_soon(lead)
        except LeadloopError as error:
            await refusal_of(error)(scope, receive, send)
            return
        assert isinstance(taken, Taken)
        answer = self._answers.text(taken)
        headers = [(b"content-length", b"%d" % len(answer)), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": STORED, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def _is_plain(scope: Scope) -> bool:
    is_json = False
    for name, value in scope["headers"]:
        if name == b"idempotency-key":
            return False
        is_json = is_json or (name == b"content-type" and value.lower() in PLAIN)
    return is_json


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Return what gives the messages that were read once more, then what comes."""
    kept = iter(messages)

    async def given() -> Message:
        for message in kept:
            return message
        return await receive()

    return given
