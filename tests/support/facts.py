"""The smallest leads that show a case, and hypothesis strategies for any lead at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from features.facts.history import LeadHistory
from features.facts.values import (
    CALL_RESULTS,
    Answer,
    Assignment,
    Call,
    CallResult,
    Lead,
    LeadFact,
    LeadId,
    Source,
    Stage,
    Stored,
)

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Twelve o'clock in Moscow."""


def lead(lead_id: str = "7", at: datetime = NOON, **answers: Answer) -> Lead:
    """Return a lead known at once."""
    return Lead(LeadId(lead_id), at, at, answers)


def call(
    lead_id: str = "7",
    at: datetime = NOON + timedelta(hours=1),
    result: CallResult = "reached",
    known_at: datetime | None = None,
    **answers: Answer,
) -> Call:
    """Return a call, known at once unless said otherwise."""
    return Call(LeadId(lead_id), at, known_at or at, result, manager="Анна", seconds=60.0, answers=answers)


def stage(
    lead_id: str = "7",
    name: str = "won",
    at: datetime = NOON + timedelta(days=3),
    known_at: datetime | None = None,
    amount: float | None = None,
) -> Stage:
    """Return a stage, known at once unless said otherwise."""
    return Stage(LeadId(lead_id), at, known_at or at, name, amount)


def source(lead_id: str = "7", at: datetime = NOON, **marks: str) -> Source:
    """Return a source known at once."""
    return Source(LeadId(lead_id), at, at, marks)


def history(*facts: LeadFact) -> LeadHistory:
    """Return the history of facts that were stored in the order given."""
    return LeadHistory(facts[0].lead_id, tuple(Stored(n, fact) for n, fact in enumerate(facts, start=1)))


WORDS = st.text(alphabet="абвxyz012 ", max_size=6)
MINUTES = st.integers(0, 200 * 24 * 60)
ANSWERS = st.dictionaries(
    st.sampled_from(["area", "need", "budget", "urgency", "tags"]),
    st.one_of(st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from(["yes", "no", "owner"]), WORDS),
    max_size=4,
)


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, datetime]:
    """Draw when something happened, and when it was known, not earlier."""
    at = NOON + timedelta(minutes=draw(MINUTES))
    return at, at + timedelta(minutes=draw(st.sampled_from([0, 0, 0, 5, 3000, 90_000])))


@st.composite
def later_facts(draw: st.DrawFn, lead_id: str = "7") -> LeadFact:
    """Draw anything that may happen to a lead after it came."""
    at, known_at = draw(moments())
    name = LeadId(lead_id)
    kind = draw(st.sampled_from(["lead", "source", "call", "stage", "assignment"]))
    if kind == "lead":
        return Lead(name, NOON, known_at, draw(ANSWERS))
    if kind == "source":
        return Source(name, NOON, known_at, draw(st.dictionaries(st.sampled_from(["source", "campaign"]), WORDS)))
    if kind == "call":
        seconds = draw(st.none() | st.floats(0, 5000))
        back = draw(st.none() | st.just(at + timedelta(days=1)))
        result = draw(st.sampled_from(CALL_RESULTS))
        return Call(name, at, known_at, result, None, "Анна", seconds, draw(ANSWERS), call_back_at=back)
    if kind == "stage":
        return Stage(name, at, known_at, draw(st.sampled_from(["won", "lost", "meeting", "spam"])))
    return Assignment(name, at, known_at, "Анна", draw(st.booleans()))


@st.composite
def facts_of_leads(draw: st.DrawFn, lead_id: str = "7") -> list[LeadFact]:
    """Draw a lead and what happened to it, in the order in which it was told."""
    first = Lead(LeadId(lead_id), NOON, NOON, draw(ANSWERS))
    return [first, *draw(st.lists(later_facts(lead_id), max_size=8))]
