"""What the CRM or a manager tells: a lead, a call, a stage; every field explained, every example one that runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Protocol

from pydantic import Field

from features.facts.tellings import MANAGER, PARTS_OF_CONTACT
from features.facts.values import CallResult, ManagerGrade
from serving.intake.sent_ids import EventName, LeadName
from serving.intake.sent_lead import Answers, LeadBody, Moment, Sent, SentLead, Text, Word

SENT_AT = (
    "when the CRM told this, by its own clock: of what two versions name the one told later counts, in whatever order they "
    "come; default: now"
)
HAPPENED = "default: as it was told before, else sent_at, else now; at most five minutes ahead, which counts as now"


class LeadIn(LeadBody):
    """A lead to store and score.

    Sent again with changes it is a correction: what it leaves out stays; null clears an answer, the manager or a part of the
    contact, and an empty text a mark; the first version stays known.
    """

    id: LeadName = Field(examples=["7405"])
    manager: Word | None = None
    sent_at: Moment | None = Field(default=None, description=SENT_AT)

    @property
    def cleared(self) -> Sequence[str]:
        """Return what is named as null of the manager and the parts of the contact."""
        of_contact = nulls_in(self.contact, PARTS_OF_CONTACT) if self.contact else []
        return [*nulls_in(self, (MANAGER,)), *of_contact]


class SentNewLead(SentLead, Protocol):
    """What a body tells of a lead to store, whichever reader read it."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def manager(self) -> str | None: ...  # noqa: D102
    @property
    def sent_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def cleared(self) -> Sequence[str]: ...  # noqa: D102


class CallIn(Sent):
    """One try to speak with a lead, and what was said.

    Sent again under its id it is a correction: what it leaves out stays, null clears.
    """

    id: EventName | None = Field(
        default=None, description="the CRM's id; without it start and manager tell calls apart"
    )
    at: Moment | None = Field(default=None, description=f"when the call began; {HAPPENED}")
    result: CallResult = Field(examples=["reached"])
    manager: Word | None = None
    seconds: Annotated[float, Field(ge=0, le=86_400)] | None = Field(default=None, examples=[185])
    answers: Answers = Field(default_factory=dict)
    attracts: Text | None = Field(default=None, description="what attracts the person besides the price")
    ideal_product: Text | None = None
    comment: Text | None = None
    call_back_at: Moment | None = None
    grade: ManagerGrade | None = Field(
        default=None, description="the manager's own grade of the lead after this call, whatever rules and model say"
    )
    sent_at: Moment | None = Field(default=None, description=SENT_AT)


class StageIn(Sent):
    """A lead reached a stage of the pipeline, under the company's own name for it.

    Sent again under its id it is a correction: what it leaves out stays, null clears.
    """

    id: EventName | None = Field(
        default=None, description="the CRM's id of this step; without it stage and moment tell steps apart"
    )
    stage: Annotated[str, Field(min_length=1, max_length=300)] = Field(examples=["Встреча"])
    at: Moment | None = Field(default=None, description=HAPPENED)
    amount: Annotated[float, Field(ge=0, le=1e12)] | None = Field(default=None, description="in the company's currency")
    reason: Word | None = None
    manager: Word | None = None
    sent_at: Moment | None = Field(default=None, description=SENT_AT)


def nulls_in(body: Sent, parts: Iterable[str]) -> list[str]:
    """Return which of some parts a body names as null; what it leaves out is none of them."""
    return [name for name in parts if name in body.model_fields_set and getattr(body, name) is None]
