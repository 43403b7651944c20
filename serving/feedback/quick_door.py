"""The way in that most leads take: one that is well written goes straight to the writer, ahead of the framework.

The framework's own endpoint (``endpoints.py``) stands behind it with the same intake; it tells the API's schema and takes all
that is not plain: another content type, a body with a mistake, a request with an Idempotency-Key. Keys, limits and other
sites are checked before either (``app.py``).
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from features.errors import LeadloopError
from serving.feedback.told import STORED, Answers
from serving.http_errors import refusal_of
from serving.intake.intake import Intake, Taken
from serving.intake.written_lead import read_new_lead
from serving.kept_request import KeptRequest, is_plain

PATH = "/v1/leads"


class QuickLeads:
    """Answers ``POST /v1/leads`` where it is well written, and passes everything else on."""

    def __init__(self, app: ASGIApp, intake: Intake) -> None:
        self.app, self._intake, self._answers = app, intake, Answers(intake.desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on as it came."""
        if not is_plain(scope, PATH, but=b"idempotency-key"):
            await self.app(scope, receive, send)
            return
        kept = KeptRequest(receive)
        body = await kept.body()
        lead = None if body is None else read_new_lead(body)
        if lead is None:
            await self.app(scope, kept.receive, send)
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
