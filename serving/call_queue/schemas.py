"""The queue as a program reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from models.hand_out_log import Arm
from serving.desk.score_answer import ScoreOut
from serving.intake.sent_lead import Sent


class PlaceOut(BaseModel):
    """A lead's place, why it waits, and the place that first-come would have given."""

    rank: int
    first_come_rank: int
    arm: Arm = Field(
        description="why it stands here: a call-back that was promised, by its worth, or at random (queue.explore)"
    )
    propensity: float = Field(gt=0, le=1, description="how likely that was over the day's draw")
    lead_id: str
    channel: str
    created_at: datetime
    waits: Literal["new", "retry", "call_back", "reopened"]
    waiting_since: datetime
    score: ScoreOut


class QueueOut(BaseModel):
    """Who waits now, the most valuable call first."""

    moment: datetime
    manager: str | None
    waiting: int = Field(description="all that wait, shown or not")
    coming_back: int = Field(description="resting or promised for later; they come back by themselves")
    places: list[PlaceOut]


class TakeIn(Sent):
    """Who takes the lead, or gives it back."""

    manager: Annotated[str, Field(min_length=1, max_length=300)] = Field(examples=["Анна"])
    taken: bool = True


class QueueAsked(Sent):
    """Whose queue is asked for, and how much of it; a parameter that is not known is refused, so that a misspelt one is noticed."""

    manager: str | None = Field(
        default=None,
        max_length=300,
        description="whose queue; without it everybody's. Where company.yaml lists managers, one of them, or one whom any lead "
        "or call ever named",
    )
    count: int = Field(default=50, ge=1, le=500, description="so many places at most")
