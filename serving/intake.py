"""Takes in what happened and answers with the score that it makes; what is acknowledged is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from features.errors import FactRefused, UnknownLead
from features.facts.contacts import Contact, ContactBook, ContactOfLead, remember_in
from features.facts.database import writing
from features.facts.store import append_in
from features.facts.values import Assignment, Call, Fact, Lead, LeadId, Source, Stage
from serving.desk import Desk, Scored
from serving.sent_facts import CallIn, LeadIn, StageIn
from serving.sent_lead import ContactIn, answers_of, facts_of
from serving.unknown_fields import UnknownFields


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a fact, and the score that the lead now has."""

    stored: bool
    unknown: list[str]
    scored: Scored


class Intake:
    """The way in for leads, calls and stages that a CRM or a manager tells one at a time."""

    def __init__(self, *, desk: Desk, contacts: ContactBook, unknown_fields: UnknownFields) -> None:
        self.desk, self.contacts, self.unknown_fields = desk, contacts, unknown_fields

    def lead(self, body: LeadIn) -> Taken:
        """Store a lead with its source and contact, and score it; what a lead sent again leaves out stays as it was."""
        now = self.desk.now()
        lead_id = LeadId(body.id)
        before, came_from = self._before(lead_id)
        if before:
            body = self._completed(body, before)
        lead, source, unknown = facts_of(
            lead_id, body, self.desk.company, known_at=now, secret=self.contacts.secret, manager=body.manager
        )
        if before:
            answers = {**before.answers, **lead.answers}
            lead = replace(lead, answers=answers, manager=lead.manager or before.manager)
        if came_from:
            source = replace(source, marks={**came_from.marks, **source.marks})
        sent = body.contact
        contact = ContactOfLead(lead_id, Contact(sent.name, sent.phone, sent.email)) if sent else None
        return self._store([lead, source], lead_id, now, unknown, contact)

    def _before(self, lead_id: LeadId) -> tuple[Lead | None, Source | None]:
        """Return the latest versions of a stored lead and of its source; None where there is none."""
        try:
            latest = self.desk.store.history(lead_id).facts[::-1]
        except UnknownLead:
            return None, None
        lead = next((fact for fact in latest if isinstance(fact, Lead)), None)
        return lead, next((fact for fact in latest if isinstance(fact, Source)), None)

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
        )
        return self._store([call], lead_id, now, unknown)

    def stage(self, lead_id: LeadId, body: StageIn) -> Taken:
        """Store a stage of a stored lead; ``UnknownLead`` where it is not."""
        now = self.desk.now()
        self.desk.store.history(lead_id)
        at = _not_ahead("at", body.at, now)
        stage = Stage(lead_id, at, now, body.stage, body.amount, body.reason, body.manager)
        return self._store([stage], lead_id, now, [])

    def take(self, lead_id: LeadId, manager: str, *, taken: bool = True) -> None:
        """Note that a manager took a stored lead, or gave it back; ``UnknownLead`` where it is not stored."""
        now = self.desk.now()
        self.desk.store.history(lead_id)
        self.desk.store.append([Assignment(lead_id, now, now, manager, taken)])

    def _store(
        self,
        facts: Sequence[Fact],
        lead_id: LeadId,
        now: datetime,
        unknown: list[str],
        contact: ContactOfLead | None = None,
    ) -> Taken:
        """Store facts, and the contact with them, in one transaction; then score the lead."""
        with writing(self.desk.store.engine) as connection:
            numbers = append_in(connection, facts)
            if contact:
                remember_in(connection, [contact])
        self.unknown_fields.count(unknown, now)
        return Taken(any(number is not None for number in numbers), unknown, self.desk.score_stored(lead_id, now))


def _not_ahead(field: str, at: datetime | None, now: datetime) -> datetime:
    if at is not None and at > now:
        raise FactRefused(field, "lies in the future; send the moment at which it happened")
    return at or now
