"""A score as the CRM reads it: probability, grades, and reasons in the company's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from features.outcome_window import is_past_horizon
from models.if_answered import IfAnswered
from models.score import Reason
from serving.desk.desk import Desk, Scored

GradeName = Literal["A", "B", "C", "non_target", "ungraded"]


class ReasonOut(BaseModel):
    """What one feature, or the rules' grade, adds to the sum, in the company's words."""

    text: str = Field(examples=["Площадь офиса, м²: от 80 до 200"])
    feature: str = Field(description="a feature's name, or abc_grade: the grade by the rules")
    contribution: float = Field(description="log-odds by which this moves the score from the average lead's")
    leads: int = Field(description="training leads that were like this one in this respect at some time")
    sales: int = Field(description="how many of them bought")


class IfAnsweredOut(BaseModel):
    """An answer that may come, and the probability that the lead would then have."""

    answer: float | str | list[str] = Field(
        description="as it may be sent; of a number, one of the range", examples=["yes"]
    )
    text: str = Field(description="in the company's words; of a number, the range it stands for", examples=["да"])
    probability: float = Field(ge=0, le=1, description="by the same model, all else being as it is known now")


class NextQuestionOut(BaseModel):
    """The question whose answer matters most now, and how far each answer would move the score."""

    field: str = Field(description="the field of company.yaml")
    text: str = Field(description="what to ask, in the company's words")
    if_answered: list[IfAnsweredOut] | None = Field(
        description="the answers that can be foreseen: those that the rules name, the frequent ones of a choice, ranges. Told by "
        "GET /v1/leads/{lead_id} and POST /v1/score; null in the answer to a lead, call or stage that was sent and in the "
        "queue, where nobody waits for it: each answer costs as much as a score"
    )


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
    everything_else: float | None = Field(
        description="log-odds by which all that is not told as a reason moves the score; those of average, of each reason and "
        "this add up to those of probability. null: no average to start from"
    )
    average: float | None = Field(description="the share that bought of all leads the model learned from")
    expected_amount: float | None = Field(description="in the company's currency; null: no price and no sale is known")
    expected_value: float | None
    currency: str
    ask_next: str | None = Field(description="the question whose answer matters most now")
    next_question: NextQuestionOut | None = Field(
        description="that question, and where it is asked for what each answer would do"
    )
    not_yet_known: list[str] = Field(
        description="answers told with the lead that were not used: managers fill them in (filled_by in company.yaml), so they "
        "count from the first call on"
    )
    past_horizon: bool = Field(description="true: the lead is older than the horizon; a purchase now would not count")
    model_version: str | None
    data_cut_off: datetime | None = Field(description="up to when the model has learned")
    moment: datetime


class AskedScoreOut(ScoreOut):
    """The score of a lead that is not stored."""

    unknown_fields: list[str] = Field(description="answers whose name company.yaml does not know; they were not used")


def score_out(scored: Scored, desk: Desk, *, if_answered: bool = False) -> ScoreOut:
    """Return the answer that tells a score; ``if_answered`` also what each answer to the next question would make of it."""
    return ScoreOut.model_validate(score_values(scored, desk, if_answered=if_answered))


def score_values(scored: Scored, desk: Desk, *, if_answered: bool = False, is_written: bool = False) -> dict[str, Any]:
    """Return what ``ScoreOut`` holds, as plain values that can be written at once; those of reasons are shared: not to be changed.

    A model made of them costs more than the score, so the door that is asked most goes without. With ``is_written`` what
    was told before in the same words is JSON already, and is only copied into the answer.
    """
    score, company = scored.score, desk.company
    words: Mapping[Reason, Any] = desk.written_words if is_written else desk.words
    ask = score.ask
    question = None if ask is None else desk.questions[ask]
    told = None
    if question is not None and if_answered:
        told = [_answered(question.field, one, desk) for one in desk.if_answered(scored)]
    return {
        "lead_id": score.lead_id,
        "probability": score.probability,
        "probability_low": score.low,
        "probability_high": score.high,
        "is_guess": score.model_version is None,
        "rules_grade": score.grading.grade,
        "best_grade_open": score.grading.best_open,
        "refined_grade": score.refined_grade,
        "reasons_for": [words[reason] for reason in score.reasons_for],
        "reasons_against": [words[reason] for reason in score.reasons_against],
        "everything_else": score.everything_else,
        "average": score.average,
        "expected_amount": scored.expected_amount,
        "expected_value": scored.expected_value,
        "currency": company.currency,
        "ask_next": question and question.text,
        "next_question": question and {"field": question.field, "text": question.text, "if_answered": told},
        "not_yet_known": scored.known.not_yet_known,
        "past_horizon": is_past_horizon(scored.known),
        "model_version": score.model_version,
        "data_cut_off": score.data_cut_off,
        "moment": score.moment,
    }


def _answered(field: str, one: IfAnswered, desk: Desk) -> dict[str, Any]:
    return {
        "answer": one.answer, "text": desk.answer_words[field, one.answer, one.ends], "probability": one.probability,
    }  # fmt: skip
