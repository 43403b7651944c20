"""A record of a CRM in our words: the lead that it is, the stage it stands at, a call of it; and what of it does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from features.facts.values import CallResult

AnswerOf = float | bool | str | list[str] | None
"""An answer as the intake takes it; None: the CRM's field is empty."""


@dataclass(frozen=True, slots=True)
class MappedLead:
    """A request: what the form says and where it came from; its repr shows no contact."""

    created_at: datetime | None
    answers: Mapping[str, AnswerOf] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    manager: str | None = None


@dataclass(frozen=True, slots=True)
class MappedStage:
    """The stage that a record stands at, under the company's name for it; ``at`` is None where the CRM does not say since when."""

    stage: str
    at: datetime | None = None
    amount: float | None = None
    reason: str | None = None
    manager: str | None = None


@dataclass(frozen=True, slots=True)
class MappedCall:
    """A call that ended."""

    call_id: str
    at: datetime
    result: CallResult
    seconds: float | None = None
    manager: str | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a record comes to.

    Attributes
    ----------
    lead_id
        Our id of the lead that it belongs to; None where it belongs to none.
    modified_at
        When the CRM says that it was changed last.
    owners
        All that it belongs to, where the CRM lets it belong to several; ``lead_id`` is one of them.
    amiss
        What could not be taken, each with the field and the remedy; no value of a person stands in it.
    """

    lead_id: str | None
    modified_at: datetime | None
    lead: MappedLead | None = None
    stage: MappedStage | None = None
    call: MappedCall | None = None
    amiss: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
