"""What the CRM is told of what it sent: whether it was new, and the score that the lead now has."""

from __future__ import annotations

import orjson
from fastapi.responses import Response

from models.kept_answers import KeptAnswer
from serving.desk.desk import Desk
from serving.desk.score_answer import score_values
from serving.intake.intake import Taken, Told
from serving.intake.sent_key import replayed

STORED = 201


class Answers:
    """Turns what became of a fact into an answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def response(self, told: Told) -> Response:
        """Return the answer to a request, or the one that was given before under its key."""
        if isinstance(told, KeptAnswer):
            return replayed(told)
        return Response(self.text(told), STORED, media_type="application/json")

    def kept(self, taken: Taken | None) -> tuple[int, str]:
        """Return status and body as they are kept for a repetition."""
        assert taken is not None
        return STORED, self.text(taken).decode()

    def text(self, taken: Taken) -> bytes:
        """Return the answer's body: what ``Received`` holds."""
        known = taken.scored.known
        received = {
            "lead_id": str(known.lead_id),
            "stored": taken.stored,
            "unknown_fields": taken.unknown,
            "unknown_stage": bool(known.stage_kinds) and known.stage_kinds[-1] == "other",
            "score": score_values(taken.scored, self._desk, is_written=True),
        }
        return orjson.dumps(received, option=orjson.OPT_UTC_Z)
