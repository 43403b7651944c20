"""The rows of a batch, and what became of each."""

from __future__ import annotations

from pydantic import BaseModel, Field

from serving.desk.score_answer import GradeName, ScoreOut
from serving.intake.sent_facts import CallIn, StageIn
from serving.intake.sent_ids import LeadName


class CallRow(CallIn):
    """A call of a stored lead."""

    lead_id: LeadName = Field(examples=["7405"])


class StageRow(StageIn):
    """A stage that a stored lead reached."""

    lead_id: LeadName = Field(examples=["7405"])


class Mistake(BaseModel):
    """Where something is wrong, and what would be right."""

    type: str
    loc: list[str | int]
    msg: str


class Mistakes(BaseModel):
    """Why the whole batch was refused."""

    detail: list[Mistake]


class RowOut(BaseModel):
    """What became of one row; ``detail`` says of a row that was refused where and how to mend it."""

    row: int = Field(description="which row of the batch, from 1")
    status: int = Field(description="what the row alone would have been answered")
    lead_id: str | None = None
    stored: bool | None = Field(
        default=None, description="false: nothing new; the same, or a later version, was stored before"
    )
    unknown_fields: list[str] | None = None
    unknown_stage: bool | None = None
    probability: float | None = Field(default=None, description="that the lead now buys within the company's horizon")
    refined_grade: GradeName | None = None
    score: ScoreOut | None = Field(default=None, description="the whole score, where it is what was asked for")
    detail: str | list[Mistake] | None = None
