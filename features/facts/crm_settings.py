"""Which CRM leads come from, and how its words become ours: fields, stages, call results, people; and what is written back.

The CRM's own names stand here, no secret: tokens come from the environment (``features/settings.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from features.facts.company_part import Misplaced, Part, spoken, spoken_keys
from features.facts.values import CallResult

CrmName = Literal["bitrix24", "amocrm", "hubspot"]
CRMS: tuple[CrmName, ...] = ("bitrix24", "amocrm", "hubspot")
Requests = Literal["leads", "deals", "contacts"]
REQUESTS: dict[CrmName, tuple[Requests, ...]] = {
    "bitrix24": ("leads", "deals"),
    "amocrm": ("leads",),
    "hubspot": ("contacts", "deals"),
}
"""Which of a CRM's records may be the requests that are scored; the first is meant where nothing is said."""
NOT_A_CALL = "not_a_call"
Word = Annotated[str, Field(min_length=1, max_length=300)]


def _texts(value: object) -> object:
    """Let a number that YAML read be the text that stands there: ids are texts."""
    return str(spoken(value)) if isinstance(value, int | float) else value


def _texts_of(value: object) -> object:
    return {key: _texts(one) for key, one in value.items()} if isinstance(value, Mapping) else value


def _choices(value: object) -> object:
    return {key: _texts_of(spoken_keys(one)) for key, one in value.items()} if isinstance(value, Mapping) else value


Code = Annotated[Word, BeforeValidator(_texts)]
Named = Annotated[dict[str, Word], BeforeValidator(_texts_of), BeforeValidator(spoken_keys)]


class WriteBack(Part):
    """Into which fields of the CRM a score goes; a field that is not named is not written."""

    score: Code | None = Field(default=None, description="a number field: percent, 0 to 100")
    grade: Code | None = Field(default=None, description="a text field: A, B, C, non_target, ungraded")
    reasons: Code | None = Field(default=None, description="a text field: why, in the company's words")
    moved_by: float = Field(
        default=0.02, gt=0, lt=1, description="a score that moved by less, under the same grade, is not written again"
    )

    @property
    def fields(self) -> dict[str, str]:
        """Return the named fields by what goes into them."""
        told = {"score": self.score, "grade": self.grade, "reasons": self.reasons}
        return {name: field for name, field in told.items() if field}


class Crm(Part):
    """A CRM that leads are taken from, and told their scores.

    >>> Crm.model_validate({"system": "bitrix24", "stages": {"NEW": "Новая"}, "managers": {7: "Анна"}}).managers
    {'7': 'Анна'}
    """

    system: CrmName
    address: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s?#@]+/?$",
        description="https://name of the portal; Bitrix24's stands in its incoming webhook, HubSpot's is known",
    )
    requests: Requests | None = Field(
        default=None,
        description="which records are the requests: leads or deals (Bitrix24), contacts or deals (HubSpot)",
    )
    look_back_days: int = Field(default=7, ge=1, le=365, description="how far back the first look goes")
    fields: Named = Field(default_factory=dict, description="field of the form -> the CRM's field")
    choices: Annotated[dict[str, dict[str, Word]], BeforeValidator(_choices)] = Field(
        default_factory=dict, description="field of the form -> the CRM's value -> our word, where it tells ids"
    )
    marks: Named = Field(
        default_factory=dict, description="mark (source, campaign, ...) -> the CRM's field; beside the usual"
    )
    stages: Named = Field(default_factory=dict, description="the CRM's id of a stage -> its name under stages")
    call_results: Annotated[dict[str, CallResult | Literal["not_a_call"]], BeforeValidator(spoken_keys)] = Field(
        default_factory=dict,
        description="the CRM's code of a call's end -> our result, or not_a_call; beside the usual",
    )
    managers: Named = Field(default_factory=dict, description="the CRM's id of a person -> the manager's name")
    reason: Code | None = Field(default=None, description="the CRM's field that says why a deal was lost")
    deleted_stage: Word | None = Field(
        default=None, description="the stage that a lead reaches when it is deleted there; default: it is only noted"
    )
    write_back: WriteBack = WriteBack()

    @property
    def taken(self) -> Requests:
        """Return which records are the requests."""
        return self.requests or REQUESTS[self.system][0]

    def mistakes(self, fields: Collection[str], stages: Collection[str]) -> Iterator[Misplaced]:
        """Yield what does not fit the company's form and pipeline."""
        known = ", ".join(fields) or "none yet"
        for part in ("fields", "choices"):
            for name in getattr(self, part):
                if name not in fields:
                    yield ("crm", part, name), f"no field of the form is called {name!r}; fields are: {known}"
        if self.taken not in REQUESTS[self.system]:
            may = " or ".join(REQUESTS[self.system])
            yield ("crm", "requests"), f"the requests of {self.system} are its {may}"
        if self.system == "amocrm" and self.address is None:
            yield ("crm", "address"), "amoCRM needs its address: https://name.amocrm.ru or https://name.kommo.com"
        listed = {one.strip().casefold() for one in stages}
        if self.deleted_stage and self.deleted_stage.strip().casefold() not in listed:
            remedy = (
                f"{self.deleted_stage!r} is not under stages; list it there, of the kind ignore, lost or non_target"
            )
            yield ("crm", "deleted_stage"), remedy
