"""Adds what was told of a lead to its facts: what a later telling leaves out stays as an earlier one said it.

Tellings come late, twice and out of order; whatever their order, they end in the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from features.facts.company import Company
from features.facts.contacts import Contact, ContactOfLead
from features.facts.gathered import GatheredFacts
from features.facts.tellings import PARTS_OF_CONTACT, Telling, last_told, together
from features.facts.values import Answer, LeadId
from serving.intake.said import CLOCKS_DIFFER, Said, not_ahead, sent_at_of
from serving.intake.sent_facts import SentNewLead
from serving.intake.sent_lead import NO_CONTACT, SentAnswer, answers_of, contact_in, facts_of


@dataclass(frozen=True, slots=True)
class _Completed:
    """What is known of a lead once one more telling is put to those before it; its answers are put together elsewhere."""

    created_at: datetime
    marks: Mapping[str, str]
    contact: Contact
    answers: Mapping[str, SentAnswer] = field(default_factory=dict)


def say_lead(
    body: SentNewLead,
    facts: GatheredFacts,
    now: datetime,
    *,
    company: Company,
    secret: bytes,
    is_record: bool = False,
) -> Said:
    """Add a lead, or one more telling of it; ``FactRefused`` where a moment lies ahead.

    Parameters
    ----------
    secret
        Under which contacts become the hashes of persons: ``ContactBook.secret``.
    is_record
        Whether a CRM's record tells it: the manager and the parts of a contact that it does not hold are null there, and stay.
    """
    lead_id = LeadId(body.id)
    moment = facts.moment(lead_id, now)
    facts.hear_contact(lead_id, contact_in(body))
    if body.sent_at is not None or facts.is_known(lead_id):
        return _say_more(body, facts, moment, company, secret, () if is_record else body.cleared)
    lead, source, unknown = facts_of(lead_id, body, company, known_at=moment, secret=secret, manager=body.manager)
    facts.append(lead)
    facts.append(source)
    if body.contact and (contact := contact_in(body)) != NO_CONTACT:
        facts.keep_contact(ContactOfLead(lead_id, contact))
    return Said(True, unknown, moment)


def _say_more(
    body: SentNewLead,
    facts: GatheredFacts,
    moment: datetime,
    company: Company,
    secret: bytes,
    cleared: Sequence[str],
) -> Said:
    """Add a telling of a lead that others told of before or may tell of later."""
    lead_id = LeadId(body.id)
    told_at = sent_at_of(body.sent_at, moment) or moment
    telling, unknown = _telling(body, told_at, _created_at(body, facts, moment), company)
    telling = replace(telling, cleared=tuple(cleared)) if cleared else telling
    before, is_again = facts.tellings(lead_id), facts.has_telling(lead_id, telling)
    held = facts.contact(lead_id)
    contact = _merged(held, contact_in(body), telling, before)
    is_kept = contact == held or facts.is_forgotten(lead_id) or facts.is_contact_imported(lead_id)
    if is_again and is_kept:  # a telling that was kept says nothing of what the contact was
        return Said(False, unknown, moment)
    said = together([*before, telling])
    completed = _Completed(min(said.created_at or moment, moment), said.marks, contact)
    lead, source, _ = facts_of(lead_id, completed, company, known_at=moment, secret=secret, manager=said.manager)
    is_new = [facts.append(replace(lead, answers=said.answers)), facts.append(source)]
    if any(is_new) or (body.sent_at is not None and not is_again):
        facts.keep_telling(lead_id, telling, moment)
        is_new.append(True)
    if contact != held:
        facts.keep_contact(ContactOfLead(lead_id, contact))
    return Said(any(is_new), unknown, moment)


def _created_at(body: SentNewLead, facts: GatheredFacts, moment: datetime) -> datetime | None:
    """Return when a telling says that the request was left; not after the lead was known first, as far as clocks differ.

    So the telling of a clock that is ahead says the same when it comes again.
    """
    if body.created_at is None:
        return None
    created, lead_id = not_ahead("created_at", body.created_at, moment), LeadId(body.id)
    first = facts.history(lead_id).arrived_at if facts.is_known(lead_id) else moment
    return first if first < created <= first + CLOCKS_DIFFER else created


def _telling(
    body: SentNewLead, told_at: datetime, created_at: datetime | None, company: Company
) -> tuple[Telling, list[str]]:
    answers, unknown = answers_of(body.answers, company)
    said: dict[str, Answer | None] = {name: answers.get(name) for name in body.answers if name in company.fields}
    contact = contact_in(body)
    parts = tuple([part for part in PARTS_OF_CONTACT if getattr(contact, part)])
    return Telling(told_at, said, dict(body.marks), created_at, body.manager, parts), unknown


def _merged(kept: Contact, sent: Contact, telling: Telling, before: Sequence[Telling]) -> Contact:
    """Return a contact of which each part is the one told last; of two told at one moment, what they say decides."""

    def later(part: str, old: str | None, new: str | None) -> str | None:
        if not new and part not in telling.cleared:
            return old
        last_at, was_told = last_told(part, before) or (None, False)
        if last_at is None or telling.told_at > last_at:
            return new or None
        if new and telling.told_at == last_at:
            return max(old or new, new)
        return old or (new if was_told else None)

    return Contact(
        later("name", kept.name, sent.name),
        later("phone", kept.phone, sent.phone),
        later("email", kept.email, sent.email),
    )
