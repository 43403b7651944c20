"""What became of what was sent."""

from __future__ import annotations

from pydantic import BaseModel, Field

from serving.desk.score_answer import ScoreOut


class Received(BaseModel):
    """What became of what was sent, and the score that the lead now has."""

    lead_id: str
    stored: bool = Field(description="false: nothing new; the same, or a later version, was stored before")
    unknown_fields: list[str] = Field(description="fields that company.yaml does not know; taken and counted")
    unknown_stage: bool = Field(description="true: company.yaml does not say what the last stage means")
    score: ScoreOut
