"""Which column of the company's own files says what, and in which words: the section ``export`` of company.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field

from features.facts.company_part import Part, Words, spoken_keys
from features.facts.values import CALL_RESULTS, MANAGER_GRADES, CallResult, ManagerGrade

Ours = TypeVar("Ours", bound=str)


class LeadColumns(Part):
    """Columns of the leads export; the form's answers are named at the fields."""

    id: str = "id"
    created_at: str = "created_at"
    recorded_at: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    manager: str | None = None
    stage: str | None = Field(default=None, description="the lead's stage today, where the export has no stage history")
    stage_at: str | None = Field(
        default=None, description="when that stage was reached; without it, the day of the export"
    )
    amount: str | None = None
    currency: str | None = Field(default=None, description="of the amount, where a column names it")
    reason: str | None = None
    marks: dict[str, str] = Field(default_factory=dict, description="mark (source, campaign, ...) -> column")


class CallColumns(Part):
    """Columns of the calls export."""

    id: str | None = None
    lead_id: str = "lead_id"
    at: str = "at"
    recorded_at: str | None = None
    manager: str | None = None
    seconds: str | None = Field(
        default=None, description="how long it took: seconds, or as a clock shows it (00:01:35)"
    )
    result: str = "result"
    attracts: str | None = None
    ideal_product: str | None = None
    comment: str | None = None
    call_back_at: str | None = None
    grade: str | None = Field(default=None, description="the manager's own grade of the lead after the call")
    results: Annotated[dict[str, CallResult], BeforeValidator(spoken_keys)] = Field(
        default_factory=dict, description="the export's words -> our results"
    )
    grades: Annotated[dict[str, ManagerGrade], BeforeValidator(spoken_keys)] = Field(
        default_factory=dict, description="the managers' words for a grade -> A, B, C, non_target; these need no entry"
    )

    def result_of(self, word: str) -> CallResult | None:
        """Return our name of a call's result, or None for a word that means none."""
        return _meant(word, self.results, CALL_RESULTS)

    def grade_of(self, word: str) -> ManagerGrade | None:
        """Return the grade that a manager's word means, or None for a word that means none."""
        return _meant(word, self.grades, MANAGER_GRADES)


def _meant(word: str, by_words: Mapping[str, Ours], ours: Iterable[Ours]) -> Ours | None:
    """Return which of our words is meant: by the company's own words first, else our word itself."""
    folded = word.strip().casefold()
    for raw, meant in by_words.items():
        if raw.strip().casefold() == folded:
            return meant
    return next((one for one in ours if one.casefold() == folded), None)


class StageColumns(Part):
    """Columns of the stage history."""

    id: str | None = Field(
        default=None,
        description="the CRM's own id of the row: told again under it with another stage or day, it takes the place of what "
        "was told; without one each stage stays as it was told",
    )
    lead_id: str = "lead_id"
    at: str = "at"
    recorded_at: str | None = None
    stage: str = "stage"
    amount: str | None = None
    currency: str | None = Field(default=None, description="of the amount, where a column names it")
    reason: str | None = None
    manager: str | None = None


class SpendColumns(Part):
    """Columns of the advertising costs."""

    day: str = "day"
    cost: str = "cost"
    currency: str | None = None
    impressions: str | None = None
    clicks: str | None = None
    marks: dict[str, str] = Field(default_factory=dict)


class PlanColumns(Part):
    """Columns of the plan; an empty manager is the whole department."""

    month: str = "month"
    manager: str | None = "manager"
    measure: str = "measure"
    value: str = "value"


class Export(Part):
    """How the company's files are written; encoding and separator are recognised where nothing is said."""

    encoding: str | None = None
    separator: Literal[",", ";", "\t"] | None = None
    date_order: Literal["ymd", "dmy", "mdy"] | None = Field(
        default=None, description="recognised where nothing is said"
    )
    decimal: Literal[".", ","] | None = None
    placeholders: Words = Field(default=("Select",), description="words that mean: not chosen")
    leads: LeadColumns = LeadColumns()
    calls: CallColumns = CallColumns()
    stages: StageColumns = StageColumns()
    spend: SpendColumns = SpendColumns()
    plan: PlanColumns = PlanColumns()
