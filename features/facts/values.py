"""What happened to a lead, what it was, and when the company knew it: facts as frozen values.

Nothing here is ever changed. A correction is another fact with the same key, known later.
Every fact says ``at`` (when it happened) and ``known_at`` (when the company knew it); the storage
number (when *we* got it) is given by the store and travels beside the fact, in ``Stored``.

Personal data is not a fact: name, phone and e-mail live in the contact book (``contacts.py``), and a lead
carries only ``person_keys``, keyed hashes by which the same person is recognised again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NewType

LeadId = NewType("LeadId", str)
Answer = float | str | tuple[str, ...]
"""A number, a text or level ("yes"/"no" for a flag), an ISO date, or the chosen items of a list."""
Answers = Mapping[str, Answer]
"""Field name of ``company.yaml`` -> answer; a field that was not answered is absent."""

CallResult = Literal["reached", "no_answer", "busy", "wrong_number", "refused", "call_back"]
CALL_RESULTS: tuple[CallResult, ...] = ("reached", "no_answer", "busy", "wrong_number", "refused", "call_back")
SPOKEN_RESULTS: frozenset[str] = frozenset({"reached", "refused", "call_back"})
"""The results of a call in which somebody was spoken to."""

ManagerGrade = Literal["A", "B", "C", "non_target"]
MANAGER_GRADES: tuple[ManagerGrade, ...] = ("A", "B", "C", "non_target")
"""What a manager makes of a lead after speaking with it: in his own judgement, whatever rules and model say."""

StageKind = Literal["call", "meeting", "invoice", "contract", "won", "lost", "non_target", "ignore", "other"]
FINAL_KINDS: frozenset[str] = frozenset({"won", "lost", "non_target"})


@dataclass(frozen=True, slots=True)
class Lead:
    """A request that somebody left: the form's answers, nothing that identifies a person."""

    lead_id: LeadId
    at: datetime  # UTC, the moment of the request
    known_at: datetime  # UTC
    answers: Answers = field(default_factory=dict)
    person_keys: tuple[str, ...] = ()  # keyed hashes of normalised phone and e-mail
    contact_quality: Answers = field(
        default_factory=dict
    )  # about the contact, without the contact: has_phone, email_domain_kind, ...
    manager: str | None = None  # whom the CRM assigned
    back_dated: bool = False  # known_at was taken from ``at``, as the file said nothing better


@dataclass(frozen=True, slots=True)
class Source:
    """Where a lead came from, in the raw words of marks and links; channels are read from them later."""

    lead_id: LeadId
    at: datetime  # UTC
    known_at: datetime  # UTC
    marks: Mapping[str, str] = field(default_factory=dict)
    """Raw source columns by our names: source, medium, campaign, ad, keyword, landing_page, offer, discount,
    price, click ids (yclid, gclid, fbclid) and whatever else company.yaml lists."""
    back_dated: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One try of a manager to speak with a lead, and what was said."""

    lead_id: LeadId
    at: datetime  # UTC, the start of the call
    known_at: datetime  # UTC
    result: CallResult
    call_id: str | None = None  # the CRM's own id; without one, lead + start + manager identify the call
    manager: str | None = None
    seconds: float | None = None
    answers: Answers = field(default_factory=dict)
    attracts: str | None = None
    ideal_product: str | None = None
    comment: str | None = None
    call_back_at: datetime | None = None
    back_dated: bool = False
    grade: ManagerGrade | None = None  # the manager's own; shown and compared, never a feature
    told_at: datetime | None = None  # when the sender says it told this last
    parts_told_at: tuple[tuple[str, datetime | None], ...] = ()
    """When each part was told that was not told with the version itself, or was cleared (``events_together.py``)."""
    named_at: datetime | None = None  # ``at`` by the sender's clock, where that is ahead of ours


@dataclass(frozen=True, slots=True)
class Stage:
    """A lead reached a stage of the pipeline, under the company's own name for it."""

    lead_id: LeadId
    at: datetime  # UTC
    known_at: datetime  # UTC
    stage: str  # raw name; company.yaml says what kind it is
    amount: float | None = None  # in the company's currency
    reason: str | None = None
    manager: str | None = None
    back_dated: bool = False
    is_status: bool = False  # the lead's status on the day of an export, without a date of its own
    stage_id: str | None = None  # the CRM's own id; without one, lead + stage + moment identify it
    told_at: datetime | None = None  # as of a call, and the two that follow
    parts_told_at: tuple[tuple[str, datetime | None], ...] = ()
    named_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A manager took a lead (or gave it back), so that others need not call it."""

    lead_id: LeadId
    at: datetime  # UTC
    known_at: datetime  # UTC
    manager: str
    taken: bool = True
    back_dated: bool = False


@dataclass(frozen=True, slots=True)
class Spend:
    """What was paid for advertising on a day."""

    day: date
    at: datetime  # UTC, the day's end in the company's time zone
    known_at: datetime  # UTC
    cost: float
    currency: str
    marks: Mapping[str, str] = field(default_factory=dict)  # source, medium, campaign, ad as for ``Source``
    impressions: int | None = None
    clicks: int | None = None
    back_dated: bool = False
    part: int = 0  # which of the day's rows with the same marks it is, in the order of the file


@dataclass(frozen=True, slots=True)
class Plan:
    """What a department or a manager is to reach in a month."""

    month: date  # the month's first day
    at: datetime  # UTC
    known_at: datetime  # UTC
    measure: str
    value: float
    manager: str | None = None  # None is the whole department
    back_dated: bool = False


LeadFact = Lead | Source | Call | Stage | Assignment
Fact = LeadFact | Spend | Plan


@dataclass(frozen=True, slots=True)
class Stored:
    """A fact of a lead with the number under which it was stored; numbers only grow."""

    number: int
    fact: LeadFact = field(repr=False)
