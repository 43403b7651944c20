"""A conversion desk over a real store, and random companies whose leads come with click ids, contacts and consent, or without."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.contacts import Contact, ContactBook, traces_of
from features.facts.store import FactStore
from features.facts.values import Call, Lead, LeadFact, LeadId, Source, Stage
from monitoring.conversions.conversion_desk import ConversionDesk
from monitoring.conversions.ledger import Ledger
from monitoring.conversions.steps_book import StepsBook
from tests.support.contacts import keep_contact
from tests.support.facts import NOON

SECRET = b"secret"
STEPS = {"lead": "came", "qualified": "good", "meeting": "met", "paid": "sale"}
COMPANY = Company.model_validate(
    {
        "company": "Окна",
        "average_check": 100000,
        "fields": {
            "agreed": {"kind": "yes_no"},
            **{name: {"kind": "yes_no", "filled_by": "manager"} for name in ("need", "budget", "urgency")},
        },
        "abc": {
            "criteria": {name: {"field": name, "yes": ["yes"], "no": ["no"]} for name in ("need", "budget", "urgency")}
        },
        "stages": {"meeting": ["met"], "won": ["won"], "lost": ["lost"], "non_target": ["spam"], "ignore": ["test"]},
        "conversions": {
            "consent": {"field": "agreed"},
            "yandex": {"goals": STEPS, "counter": "1"},
            "yandex_orders": {"counter": "1"},
            "google": {"actions": STEPS},
            "google_enhanced": {"actions": STEPS},
            "meta": {"events": STEPS, "dataset": "1"},
        },
    }
)


def desk_of(engine: Engine, company: Company = COMPANY, *, chance: float = 0.25) -> ConversionDesk:
    """Return a desk whose leads all buy with one chance."""
    return ConversionDesk(
        company=company,
        book=StepsBook(FactStore(engine), company),
        ledger=Ledger(engine),
        contacts=ContactBook(engine, SECRET),
        chances=lambda lead_id, moment: chance,
        amounts=lambda channel, offer: company.average_check,
    )


def lead_facts(
    lead_id: str,
    at: datetime,
    *,
    contact: Contact | None = None,
    agreed: str | None = "yes",
    marks: Mapping[str, str] | None = None,
) -> list[LeadFact]:
    """Return a lead and its source."""
    traces = traces_of(contact or Contact(None, None, None), secret=SECRET, region="RU")
    answers = {} if agreed is None else {"agreed": agreed}
    name = LeadId(lead_id)
    return [Lead(name, at, at, answers, traces.person_keys, traces.quality), Source(name, at, at, marks or {})]


def good_call(lead_id: str, at: datetime, known_at: datetime | None = None) -> Call:
    """Return a talk that leaves a lead graded A."""
    said = {"need": "yes", "budget": "yes", "urgency": "yes"}
    return Call(LeadId(lead_id), at, known_at or at, "reached", manager="Анна", seconds=60.0, answers=said)


def won(lead_id: str, at: datetime, amount: float | None = 230000.0) -> Stage:
    """Return a sale."""
    return Stage(LeadId(lead_id), at, at, "won", amount)


def random_lead(draw: random.Random, lead_id: str, engine: Engine, before: datetime = NOON) -> list[LeadFact]:
    """Return a lead of the last hundred days and what happened to it; its contact is kept."""
    at = before - timedelta(minutes=draw.randrange(100 * 1440))
    contact = Contact("Анна", f"+7912{draw.randrange(10**7):07d}", None) if draw.random() < 0.7 else None
    marks = {
        name: str(draw.randrange(10**15, 10**16))
        for name in ("yclid", "client_id", "gclid", "meta_lead_id")
        if draw.random() < 0.5
    }
    facts = lead_facts(lead_id, at, contact=contact, agreed=draw.choice(["yes", "yes", "no", None]), marks=marks)
    if contact:
        keep_contact(engine, lead_id, contact)
    name = LeadId(lead_id)
    for _ in range(draw.randrange(5)):
        at += timedelta(minutes=1 + draw.randrange(10 * 1440))
        known_at = at + timedelta(minutes=draw.choice([0, 0, 3000]))
        kind = draw.choice(["call", "call", "met", "won", "won", "lost", "spam", "test"])
        if kind == "call":
            said = {field: draw.choice(["yes", "yes", "no"]) for field in ("need", "budget")}
            facts.append(Call(name, at, known_at, draw.choice(["reached", "busy"]), answers=said))
        else:
            facts.append(Stage(name, at, known_at, kind, draw.choice([None, 90000.0]) if kind == "won" else None))
    return facts
