"""A stored lead as the CRM reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from serving.desk.score_answer import ScoreOut


class LeadOut(BaseModel):
    """A stored lead without its contact: where it came from, what is known, its score."""

    lead_id: str
    created_at: datetime
    channel: str
    marks: dict[str, str]
    answers: dict[str, float | str | list[str]]
    calls: int
    stages: list[str]
    outcome: Literal["bought", "did_not_buy", "open", "never_called", "ignored"] = Field(
        description="bought: as soon as a sale within the company's horizon is known; open: it may still buy; "
        "never_called: nobody was reached yet, by fewer than three tries on two days"
    )
    earlier_requests: list[str] = Field(description="leads of the same person before this one")
    score: ScoreOut
