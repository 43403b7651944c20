"""When two facts speak of the same thing: the later one corrects the earlier."""

from __future__ import annotations

from hashlib import blake2b

import orjson

from features.facts.channels import tidied
from features.facts.codec import Payload, microseconds, payload_of
from features.facts.values import Assignment, Call, Fact, Lead, Plan, Source, Spend, Stage

Identity = tuple[object, ...]
FORMER_BYTES = 16


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
        return ("call", fact.lead_id, fact.call_id) if fact.call_id else ("call", fact.lead_id, fact.at, fact.manager)
    if isinstance(fact, Stage) and fact.stage_id:
        return ("stage", fact.lead_id, fact.stage_id)
    if isinstance(fact, Stage):
        return ("status", fact.lead_id) if fact.is_status else ("stage", fact.lead_id, tidied(fact.stage), fact.at)
    if isinstance(fact, Assignment):
        return ("assignment", fact.lead_id, fact.at, fact.manager)
    if isinstance(fact, Spend):
        return ("spend", fact.day, fact.part, *sorted(fact.marks.items()))
    assert isinstance(fact, Plan)
    return ("plan", fact.month, fact.manager, fact.measure)


def key_of(fact: Fact) -> bytes:
    """Return a fact's identity in 16 bytes."""
    return blake2b(repr(identity(fact)).encode(), digest_size=16).digest()


def digest_of(fact: Fact, payload: Payload | None = None) -> bytes:
    """Return in 15 bytes what a fact says: all but when it became known; whoever has its payload gives it."""
    when = None if isinstance(fact, Stage) and fact.is_status else microseconds(fact.at)
    said = orjson.dumps((when, _without_back_dated(fact, payload)), option=orjson.OPT_SORT_KEYS)
    return blake2b(said, digest_size=15).digest()


def says_the_same(stored: bytes | None, fact: Fact, digest: bytes) -> bool:
    """Return whether a stored digest is that of a fact, whose own is ``digest``; None is nobody's.

    An earlier version kept 16 bytes, made of Python's way to write values. They stay: what they are of is made anew from a
    fact only where there is one of them to compare with.
    """
    if stored is None or len(stored) != FORMER_BYTES:
        return stored == digest
    return bytes(stored) == former_digest_of(fact)


def former_digest_of(fact: Fact) -> bytes:
    """Return the digest by which versions up to 0.1 told whether a fact was stored already."""
    when = None if isinstance(fact, Stage) and fact.is_status else fact.at
    said = sorted(_without_back_dated(fact, None).items())
    return blake2b(repr((when, said)).encode(), digest_size=FORMER_BYTES).digest()


def _without_back_dated(fact: Fact, payload: Payload | None) -> Payload:
    said = payload_of(fact) if payload is None else payload
    return {name: value for name, value in said.items() if name != "back_dated"} if "back_dated" in said else said
