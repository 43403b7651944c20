"""Takes in what happened and answers with the score that it makes; what is acknowledged is stored."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from features.errors import FactRefused, UnknownLead
from features.facts.channels import tidied
from features.facts.contacts import Contact, ContactBook, ContactOfLead, remember_in
from features.facts.database import writing
from features.facts.store import append_in
from features.facts.values import Assignment, Call, Fact, Lead, LeadId, Source, Stage
from features.rows.as_of import KnownLead
from models.hand_out_log import HandOut, remember_hand_out
from serving.board import Board
from serving.desk import Desk, Scored
from serving.sent_facts import CallIn, LeadIn, StageIn
from serving.sent_lead import ContactIn, answers_of, facts_of
from serving.unknown_fields import UnknownFields

TOLD_IN_TIME = timedelta(hours=1)
"""Of a call that is told later than this after it began, nobody can say any more where its lead stood in the queue."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a fact, and the score that the lead now has."""

    stored: bool
    unknown: list[str]
    scored: Scored


class Intake:
    """The way in for leads, calls and stages that a CRM or a manager tells one at a time."""

    def __init__(self, *, desk: Desk, board: Board, contacts: ContactBook, unknown_fields: UnknownFields) -> None:
        self.desk, self.board, self.contacts, self.unknown_fields = desk, board, contacts, unknown_fields
        self._one_at_a_time = threading.Lock()
        """A lead that is sent twice at once must not lose what either says."""

    def lead(self, body: LeadIn) -> Taken:
        """Store a lead with its source and contact, and score it; what a lead sent again leaves out stays as it was."""
        lead_id = LeadId(body.id)
        with self._one_at_a_time:
            now = self.desk.now()  # in turn: whoever waited would else not see what was stored meanwhile
            before = self._before(lead_id, now)
            sent = self._completed(body, before.lead) if before else body
            lead, source, unknown = facts_of(
                lead_id, sent, self.desk.company, known_at=now, secret=self.contacts.secret, manager=sent.manager
            )
            if before:
                lead, source = _over(before, body, lead, source)
            told = sent.contact
            contact = ContactOfLead(lead_id, Contact(told.name, told.phone, told.email)) if told else None
            stored = self._stored([lead, source], contact)
        return self._taken(stored, lead_id, now, unknown)

    def _before(self, lead_id: LeadId, now: datetime) -> KnownLead | None:
        """Return what is known of a stored lead; None of a new one."""
        try:
            return self.desk.known(self.desk.store.history(lead_id), now)
        except UnknownLead:
            return None

    def _completed(self, body: LeadIn, before: Lead) -> LeadIn:
        """Return a lead that is sent again with its moment and with what is kept of its contact."""
        kept, sent = self.contacts.contact(before.lead_id), body.contact or ContactIn()
        contact = ContactIn.model_construct(
            name=sent.name or kept.name, phone=sent.phone or kept.phone, email=sent.email or kept.email
        )
        return body.model_copy(update={"created_at": body.created_at or before.at, "contact": contact})

    def call(self, lead_id: LeadId, body: CallIn) -> Taken:
        """Store a call of a stored lead; ``UnknownLead`` where it is not."""
        now = self.desk.now()
        self.desk.store.history(lead_id)
        answers, unknown = answers_of(body.answers, self.desk.company)
        call = Call(
            lead_id,
            _not_ahead("at", body.at, now),
            now,
            body.result,
            call_id=body.id,
            manager=body.manager,
            seconds=body.seconds,
            answers=answers,
            attracts=body.attracts,
            ideal_product=body.ideal_product,
            comment=body.comment,
            call_back_at=body.call_back_at,
            grade=body.grade,
        )
        in_time = call.at >= now - TOLD_IN_TIME
        hand_out = self.board.hand_out(lead_id, now, body.manager) if in_time else None
        return self._taken(self._stored([call], hand_out=hand_out), lead_id, now, unknown)

    def stage(self, lead_id: LeadId, body: StageIn) -> Taken:
        """Store a stage of a stored lead; ``UnknownLead`` where it is not."""
        now = self.desk.now()
        self.desk.store.history(lead_id)
        at = _not_ahead("at", body.at, now)
        stage = Stage(lead_id, at, now, body.stage, body.amount, body.reason, body.manager)
        return self._taken(self._stored([stage]), lead_id, now, [])

    def take(self, lead_id: LeadId, manager: str, *, taken: bool = True) -> None:
        """Note that a manager took a stored lead, or gave it back; ``UnknownLead`` where it is not stored."""
        now = self.desk.now()
        self.desk.store.history(lead_id)
        hand_out = self.board.hand_out(lead_id, now, manager) if taken else None
        self._stored([Assignment(lead_id, now, now, manager, taken)], hand_out=hand_out)

    def _stored(
        self, facts: Sequence[Fact], contact: ContactOfLead | None = None, hand_out: HandOut | None = None
    ) -> bool:
        """Store facts, with them the contact or how the lead left the queue, in one transaction; return whether any is new."""
        with writing(self.desk.store.engine) as connection:
            numbers = append_in(connection, facts)
            if contact:
                remember_in(connection, [contact])
            if hand_out:
                remember_hand_out(connection, hand_out)
        return any(number is not None for number in numbers)

    def _taken(self, stored: bool, lead_id: LeadId, now: datetime, unknown: list[str]) -> Taken:
        self.unknown_fields.count(unknown, now)
        return Taken(stored, unknown, self.desk.score_stored(lead_id, now))


def _over(before: KnownLead, body: LeadIn, lead: Lead, source: Source) -> tuple[Lead, Source]:
    """Return a lead and its source that were sent again, with what ``body`` leaves out.

    What it names without a value is cleared. Another source is another origin: of the old one nothing stays.
    """
    answers = {name: answer for name, answer in before.lead.answers.items() if name not in body.answers}
    lead = replace(lead, answers={**answers, **lead.answers}, manager=lead.manager or before.lead.manager)
    came_from = body.marks.get("source")
    if came_from and tidied(came_from) != tidied(before.marks.get("source", "")):
        return lead, source
    marks = {name: word for name, word in before.marks.items() if name not in body.marks}
    return lead, replace(source, marks={**marks, **source.marks})


def _not_ahead(field: str, at: datetime | None, now: datetime) -> datetime:
    if at is not None and at > now:
        raise FactRefused(field, "lies in the future; send the moment at which it happened")
    return at or now
