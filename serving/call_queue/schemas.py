"""The queue as a program reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from serving.score_answer import ScoreOut
from serving.sent_lead import Sent


class PlaceOut(BaseModel):
    """A lead's place, why it waits, and the place that first-come would have given."""

    rank: int
    first_come_rank: int
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
