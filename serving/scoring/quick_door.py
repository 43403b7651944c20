"""The way in that most scores take: a lead that is well written is scored and answered at once, ahead of the framework.

The framework's own door (``endpoints.py``) stands behind it with the same service, tells the API's schema, and answers all
that is not plain: another content type, a body with a mistake, a lead that is refused. So there is one answer to each
request, whichever door gave it, and keys, limits and other sites are checked before either (``app.py``). What is saved is
the framework's work between the body and the lead, which takes longer than the score.
"""

from __future__ import annotations

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from features.errors import LeadloopError
from serving.intake.written_lead import read_lead
from serving.kept_request import KeptRequest, is_plain
from serving.scoring.service import Questions

PATH = "/v1/score"


class QuickScores:
    """Answers ``POST /v1/score`` where nothing is wrong with it, and passes everything else on."""

    def __init__(self, app: ASGIApp, questions: Questions) -> None:
        self.app, self._questions = app, questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on as it came."""
        if not is_plain(scope, PATH):
            await self.app(scope, receive, send)
            return
        kept = KeptRequest(receive)
        answer = self._answer(await kept.body())
        if answer is None:
            await self.app(scope, kept.receive, send)
            return
        headers = [(b"content-length", b"%d" % len(answer)), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, body: bytes | None) -> bytes | None:
        """Return the answer; None where something is wrong, which the framework's door tells."""
        lead = None if body is None else read_lead(body)
        if lead is None:
            return None
        try:
            return orjson.dumps(self._questions.asked(lead, is_written=True), option=orjson.OPT_UTC_Z)
        except LeadloopError:
            return None
