"""When two facts speak of the same thing: the later one corrects the earlier."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from features.facts.channels import tidied
from features.facts.codec import Payload, payload_of
from features.facts.values import Assignment, Call, Fact, Lead, LeadFact, Plan, Source, Spend, Stage

Identity = tuple[object, ...]


def identity(fact: Fact) -> Identity:
    """Return what a fact speaks of; facts with equal identities are versions of one another.

    >>> from datetime import UTC, datetime
    >>> from features.facts.values import LeadId
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> identity(Lead(LeadId("7"), noon, noon)) == identity(Lead(LeadId("7"), noon, noon, {"area": 40.0}))
    True
    """
    if isinstance(fact, Lead):
        return ("lead", fact.lead_id)
    if isinstance(fact, Source):
        return ("source", fact.lead_id)
    if isinstance(fact, Call):
        if fact.call_id:
            return ("call", fact.lead_id, fact.call_id)
        return ("call", fact.lead_id, fact.named_at or fact.at, fact.manager)
    if isinstance(fact, Stage) and fact.stage_id:
        return ("stage", fact.lead_id, fact.stage_id)
    if isinstance(fact, Stage):
        if fact.is_status:
            return ("status", fact.lead_id)
        return ("stage", fact.lead_id, tidied(fact.stage), fact.named_at or fact.at)
    if isinstance(fact, Assignment):
        return ("assignment", fact.lead_id, fact.at, fact.manager)
    if isinstance(fact, Spend):
        return ("spend", fact.day, fact.part, *sorted(fact.marks.items()))
    assert isinstance(fact, Plan)
    return ("plan", fact.month, fact.manager, fact.measure)


def told_last(facts: Iterable[LeadFact]) -> list[LeadFact]:
    """Return of each thing what was told of it last.

    >>> from datetime import UTC, datetime
    >>> from features.facts.values import LeadId
    >>> noon, one = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (12, 13))
    >>> [call.result for call in told_last([Call(LeadId("7"), noon, known, result, "c1") for known, result in
    ...  ((one, "reached"), (noon, "busy"))])]
    ['reached']
    """
    in_order = sorted(facts, key=lambda fact: getattr(fact, "told_at", None) or fact.known_at)
    return list({identity(one): one for one in in_order}.values())


def key_of(fact: Fact) -> bytes:
    """Return a fact's identity in 16 bytes."""
    return blake2b(repr(identity(fact)).encode(), digest_size=16).digest()


def digest_of(fact: Fact, payload: Payload | None = None) -> bytes:
    """Return in 16 bytes what a fact says: all but when it became known; whoever has its payload gives it."""
    said = payload_of(fact) if payload is None else payload
    if "back_dated" in said:
        said = {name: value for name, value in said.items() if name != "back_dated"}
    when = None if isinstance(fact, Stage) and fact.is_status else fact.at
    return blake2b(repr((when, sorted(said.items()))).encode(), digest_size=16).digest()
