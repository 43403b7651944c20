"""Answers what the CRM asks about a lead, stored or not."""

from __future__ import annotations

from typing import Any

from features.facts.persons import earlier_requests
from features.facts.values import LeadId
from features.outcome_window import outcome_as_of
from serving.desk.desk import Desk
from serving.desk.score_answer import score_out, score_values
from serving.intake.sent_lead import SentLead, facts_of
from serving.intake.unknown_fields import UnknownFields
from serving.scoring.schemas import LeadOut

NOT_STORED = LeadId("")


class Questions:
    """Scores for the asking."""

    def __init__(self, *, desk: Desk, unknown_fields: UnknownFields) -> None:
        self.desk, self.unknown_fields = desk, unknown_fields

    def asked(self, body: SentLead, *, is_written: bool = False) -> dict[str, Any]:
        """Score a lead that is not stored, as of its arrival, and log its row; return what ``AskedScoreOut`` holds.

        With ``is_written`` parts of it are JSON already, for who writes it at once.
        """
        desk = self.desk
        now = desk.now()
        lead, source, unknown = facts_of(NOT_STORED, body, desk.company, known_at=now, secret=None)
        if unknown:
            self.unknown_fields.count(unknown, now)
        scored = desk.scored_asked(lead, source, now)
        desk.remember(scored, 0)
        answer = score_values(scored, desk, if_answered=True, is_written=is_written)
        answer["unknown_fields"] = unknown
        return answer

    def stored(self, lead_id: LeadId) -> LeadOut:
        """Return a stored lead with its score of this moment."""
        scored = self.desk.score_stored(lead_id, self.desk.now())
        known = scored.known
        outcome = outcome_as_of(known)
        earlier = earlier_requests(self.desk.store.engine, known.lead.person_keys, before=lead_id)
        return LeadOut(
            lead_id=lead_id,
            created_at=known.created_at,
            channel=known.channel,
            marks=dict(known.marks),
            answers={name: list(a) if isinstance(a, tuple) else a for name, a in known.answers.items()},
            calls=len(known.calls),
            stages=[stage.stage for stage in known.stages],
            outcome="bought" if outcome.won and outcome.kind != "ignored" else outcome.kind,
            earlier_requests=[str(one) for one in earlier],
            score=score_out(scored, self.desk, if_answered=True),
        )
