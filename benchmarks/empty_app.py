"""The limit of the framework: leadloop's own request and answer models, a constant answer, nothing between."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import FastAPI

from serving.desk.score_answer import IfAnsweredOut, NextQuestionOut, ReasonOut, ScoreOut
from serving.intake.sent_lead import LeadBody

app = FastAPI()
REASON = ReasonOut(text="Office area, m²: 80 to 200", feature="area", contribution=0.4, leads=180, sales=31)
ANSWERS = [IfAnsweredOut(answer=one, text=one, probability=0.12) for one in ("yes", "no")]
ANSWER = ScoreOut(
    lead_id=None, probability=0.12, probability_low=0.08, probability_high=0.18,
    is_guess=False, rules_grade="B", best_grade_open="A", refined_grade="B",
    reasons_for=[REASON, REASON, REASON], reasons_against=[REASON, REASON, REASON], average=0.1,
    everything_else=None, not_yet_known=[],
    expected_amount=230_000.0,
    expected_value=27_600.0, currency="RUB", ask_next="Need?",
    next_question=NextQuestionOut(field="need", text="Need?", if_answered=ANSWERS), past_horizon=False, model_version="v1",
    data_cut_off=datetime(2026, 3, 2, tzinfo=UTC), moment=datetime(2026, 3, 2, tzinfo=UTC),
)  # fmt: skip


@app.post("/v1/score")
async def score(body: LeadBody) -> ScoreOut:  # noqa: ARG001 - reading the body is what is measured
    """Answer the same, whatever was asked."""
    return ANSWER


@app.get("/readyz")
async def readyz() -> dict[str, str]:
    """Say that it answers."""
    return {"status": "ready"}
