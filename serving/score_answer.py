"""A score as the CRM reads it: probability, grades, and reasons in the company's words."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from features.facts.company import Company
from features.outcome_window import is_past_horizon
from models.score import Reason
from serving.desk import Scored
from serving.next_question import next_question
from serving.reason_words import reason_text

GradeName = Literal["A", "B", "C", "non_target", "ungraded"]


class ReasonOut(BaseModel):
    """What one feature, or the rules' grade, adds to the sum, in the company's words."""

    text: str = Field(examples=["Площадь офиса, м²: от 80 до 200"])
    feature: str = Field(description="a feature's name, or abc_grade: the grade by the rules")
    contribution: float = Field(description="log-odds by which this moves the score from the average lead's")
    leads: int = Field(description="training leads that were like this one in this respect at some time")
    sales: int = Field(description="how many of them bought")


class ScoreOut(BaseModel):
    """A purchase probability, the grades, and up to three reasons for and three against."""

    lead_id: str | None
    probability: float = Field(ge=0, le=1, description="that the lead buys within the company's horizon")
    probability_low: float = Field(ge=0, le=1, description="the true probability lies from here ...")
    probability_high: float = Field(ge=0, le=1, description="... to here, in 80 of 100 cases")
    is_guess: bool = Field(description="true: no model yet; the company's own guess for the grade")
    rules_grade: GradeName
    best_grade_open: GradeName = Field(description="the best grade that unknown answers could still earn")
    refined_grade: GradeName
    reasons_for: list[ReasonOut]
    reasons_against: list[ReasonOut]
    average: float | None = Field(description="the share that bought of all leads the model learned from")
    expected_amount: float | None = Field(description="in the company's currency; null: no price and no sale is known")
    expected_value: float | None
    currency: str
    ask_next: str | None = Field(description="the question whose answer matters most now")
    past_horizon: bool = Field(description="true: the lead is older than the horizon; a purchase now would not count")
    model_version: str | None
    data_cut_off: datetime | None = Field(description="up to when the model has learned")
    moment: datetime


class AskedScoreOut(ScoreOut):
    """The score of a lead that is not stored."""

    unknown_fields: list[str] = Field(description="answers whose name company.yaml does not know; they were not used")


def score_out(scored: Scored, company: Company) -> ScoreOut:
    """Return the answer that tells a score."""
    score = scored.score
    question = next_question(score, company)
    return ScoreOut(
        lead_id=score.lead_id,
        probability=score.probability,
        probability_low=score.low,
        probability_high=score.high,
        is_guess=score.model_version is None,
        rules_grade=score.grading.grade,
        best_grade_open=score.grading.best_open,
        refined_grade=score.refined_grade,
        reasons_for=[_reason_out(reason, company) for reason in score.reasons_for],
        reasons_against=[_reason_out(reason, company) for reason in score.reasons_against],
        average=score.average,
        expected_amount=scored.expected_amount,
        expected_value=scored.expected_value,
        currency=company.currency,
        ask_next=question,
        past_horizon=is_past_horizon(scored.known),
        model_version=score.model_version,
        data_cut_off=score.data_cut_off,
        moment=score.moment,
    )


def _reason_out(reason: Reason, company: Company) -> ReasonOut:
    return ReasonOut(
        text=reason_text(reason, company),
        feature=reason.feature,
        contribution=reason.contribution,
        leads=reason.leads,
        sales=reason.sales,
    )
