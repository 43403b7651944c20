"""The company in its own words: its form, its rules, its pipeline, its channels, its people.

This is the shape of ``company.yaml``. ``company_file.py`` reads the file and names line and key of every mistake;
``leadloop schema`` prints the JSON schema by which an editor completes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from phonenumbers import SUPPORTED_REGIONS
from pydantic import BeforeValidator, Field, field_validator, model_validator

from features.facts.abc_order import lowered
from features.facts.ad_costs import AdCosts
from features.facts.alarms_part import Alarms
from features.facts.audience import Audience
from features.facts.company_part import Misplaced, Part, Rate, Words, misplaced, spoken
from features.facts.conversion_settings import Conversions
from features.facts.crm_settings import Crm
from features.facts.delivery_settings import Deliver
from features.facts.export_columns import Export
from features.facts.values import StageKind
from features.facts.webhook_settings import Webhooks
from features.facts.work_schedule import Work

FieldKind = Literal["choice", "number", "yes_no", "text", "date", "list"]
Verdict = Literal["yes", "no", "any"]
Grade = Literal["A", "B", "C", "non_target"]
NEED = "need"
"""The criterion without whose answer a lead has no grade."""
MOST_CRITERIA = 12
"""Grades and the starts of leads go through every way to answer the open criteria, and each further one doubles them."""
NAME = re.compile(r"^[a-z][a-z0-9_]*$")
MARKS = ("source", "medium", "campaign", "ad", "keyword", "landing_page", "offer", "discount", "price")
"""The marks that every company may map; others may be added under any snake_case name."""


class FormField(Part):
    """A question of the lead form, or one that managers ask on the phone."""

    kind: FieldKind
    label: str = Field(default="", description="how people call it, in the company's language")
    filled_by: Literal["person", "manager"] = Field(
        default="person", description="the person at arrival, or the manager from the first call on"
    )
    known_from: Literal["arrival", "first_call"] | None = Field(
        default=None, description="overrides filled_by where the company knows better"
    )
    column: str | None = Field(default=None, description="column of the leads export; default: the field's name")
    call_column: str | None = Field(default=None, description="column of the calls export, for answers given by phone")
    unit: str = ""
    question: str = Field(default="", description="what a manager asks to learn it")
    feature: bool = Field(default=True, description="false: stored and shown, but never given to the model")

    @property
    def is_known_at_arrival(self) -> bool:
        """Return whether the form's answer counts from the request on, not from the first call."""
        return (self.known_from or ("arrival" if self.filled_by == "person" else "first_call")) == "arrival"


class Criterion(Part):
    """Which answers to a field mean yes and which mean no; every other answer leaves it unknown."""

    field: str
    yes: Words = ()
    no: Words = ()
    yes_from: float | None = Field(default=None, description="for numbers: this and more is yes, less is no")


class AbcRow(Part):
    """One line of the ABC table: the verdicts it asks for, the grade it gives. The first line that fits counts."""

    when: dict[str, Annotated[Verdict, BeforeValidator(spoken)]]
    grade: Grade


class GradeRates(Part):
    """The company's own guess of the share of each grade that buys, until its own leads have told."""

    A: Rate = 0.30
    B: Rate = 0.12
    C: Rate = 0.03
    non_target: Rate = 0.002
    ungraded: Rate = 0.06


def _default_table() -> tuple[AbcRow, ...]:
    return (
        AbcRow(when={"need": "no"}, grade="non_target"),
        AbcRow(when={"need": "yes", "budget": "yes", "urgency": "yes"}, grade="A"),
        AbcRow(when={"need": "yes", "budget": "yes", "urgency": "no"}, grade="B"),
        AbcRow(when={"need": "yes", "budget": "no"}, grade="C"),
    )


class Abc(Part):
    """The qualification rules as people agreed them, from a date on."""

    since: date | None = Field(default=None, description="the day from which this version holds")
    criteria: dict[str, Criterion] = Field(
        default_factory=dict, description="need (always), budget, urgency, and more: twelve at most"
    )
    table: tuple[AbcRow, ...] = Field(default_factory=_default_table)
    rates: GradeRates = GradeRates()


class ChannelRule(Part):
    """A channel, and the raw marks that mean it; every mark named must fit (words compare without case)."""

    name: str
    when: dict[str, Annotated[Words, Field(min_length=1)]] = Field(
        description="mark -> words; a word with * matches any letters in its place"
    )


class Channels(Part):
    """How raw sources become channels: the first rule that fits; else the raw source itself, tidied."""

    rules: tuple[ChannelRule, ...] = ()
    unknown: str = Field(default="unknown", description="the channel of a lead without any mark")


class Queue(Part):
    """How the call queue hands leads out."""

    explore: float = Field(
        default=0.05,
        ge=0,
        le=0.5,
        description="share of the queue's places that go to leads drawn at random, so that no kind of lead is never "
        "looked at; 0: none",
    )


class Manager(Part):
    """A person who calls leads."""

    name: str
    daily_capacity: int = Field(default=40, gt=0, description="calls that one day has room for")


class Offer(Part):
    """What an advertisement promised; managers see it on the lead card."""

    promise: str = ""
    price: float | None = Field(default=None, gt=0, description="expected amount of a sale, in the company's currency")
    discount: str = ""


def _none_word(value: Any) -> Any:
    return None if isinstance(value, str) and value.casefold() == "none" else value


@cache
def _zones() -> frozenset[str]:
    """Return the names of the zones that this machine knows; to ask costs a walk through its folders."""
    return frozenset(available_timezones())


def _as_versions(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


class Company(Part):
    """Everything that a company says of itself in ``company.yaml``.

    Examples
    --------
    >>> company = Company.model_validate({"company": "Окна", "fields": {"area": {"kind": "number"}}})
    >>> company.horizon_days, company.fields["area"].is_known_at_arrival
    (60, True)
    """

    company: str
    language: Literal["ru", "en"] = "ru"
    country: str | None = Field(
        default=None,
        description="ISO 3166 code of the country by which phone numbers without a country code are read; "
        "default: RU for ru, US for en",
    )
    time_zone: str = "Europe/Moscow"
    currency: str = Field(default="RUB", pattern="^[A-Z]{3}$")
    horizon_days: Annotated[int | None, BeforeValidator(_none_word)] = Field(
        default=60, ge=1, description="a purchase counts within so many days; none: the final stage is the label"
    )
    calls_recorded: bool = Field(default=True, description="false: no calls are recorded, every lead counts as worked")
    average_check: float | None = Field(default=None, gt=0, description="expected amount before any sale is known")
    count_a_person_once: bool = Field(default=False, description="channel figures count a person's requests once")
    fields: dict[str, FormField] = Field(default_factory=dict)
    abc: Annotated[tuple[Abc, ...], BeforeValidator(_as_versions)] = (Abc(),)
    stages: dict[StageKind, Words] = Field(
        default_factory=dict, description="kind -> the pipeline's own names; names compare without case"
    )
    channels: Channels = Channels()
    offers: dict[str, Offer] = Field(default_factory=dict)
    audience: Audience = Field(default_factory=dict, description="field of the form or mark -> whom the ads aim at")
    managers: tuple[Manager, ...] = ()
    queue: Queue = Queue()
    deliver: Deliver = Deliver()
    work: Work = Work()
    conversions: Conversions = Conversions()
    alarms: Alarms = Alarms()
    export: Export = Export()
    ad_costs: AdCosts = AdCosts()
    crm: Crm | None = None
    webhooks: Webhooks = Field(default_factory=dict, description="your own name of a destination -> where, and what of")

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in _zones():
            raise ValueError(f"{value!r} is no IANA time zone; write one such as Europe/Moscow")
        return value

    @field_validator("country")
    @classmethod
    def _is_a_country(cls, value: str | None) -> str | None:
        if value is not None and value not in SUPPORTED_REGIONS:
            raise ValueError(f"{value!r} is no ISO 3166 country code; write one such as DE")
        return value

    @field_validator("fields")
    @classmethod
    def _names_are_plain(cls, value: dict[str, FormField]) -> dict[str, FormField]:
        remedy = "needs a name of a-z, 0-9 and _, beginning with a letter"
        mistakes: list[Misplaced] = [
            ((name,), f"the field {name!r} {remedy}") for name in value if not NAME.match(name)
        ]
        if mistakes:
            raise misplaced(mistakes)
        return value

    @field_validator("stages", mode="before")
    @classmethod
    def _one_word_is_a_list(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {kind: [names] if isinstance(names, str | bool) else names for kind, names in value.items()}

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        mistakes = [
            *self._criteria_without_field(),
            *self._criteria_without_need(),
            *self._criteria_too_many(),
            *self._yeses_that_lower_a_grade(),
            *self._stages_of_two_kinds(),
            *self._audience_without_field(),
            *self.conversions.mistakes(self.fields),
            *(self.crm.mistakes(self.fields, self._stage_names()) if self.crm else ()),
        ]
        if mistakes:
            raise misplaced(mistakes)
        return self

    def _criteria_without_field(self) -> Iterator[Misplaced]:
        known = ", ".join(self.fields) or "none yet"
        for number, version in enumerate(self.abc):
            for name, criterion in version.criteria.items():
                if criterion.field not in self.fields:
                    remedy = f"abc criterion {name!r} reads the field {criterion.field!r}; fields are: {known}"
                    yield ("abc", number, "criteria", name, "field"), remedy

    def _criteria_without_need(self) -> Iterator[Misplaced]:
        for number, version in enumerate(self.abc):
            if version.criteria and NEED not in version.criteria:
                remedy = (
                    "none of them is named need, so every lead would stay without a grade; give that name to the criterion "
                    "which asks whether the person needs what you sell"
                )
                yield ("abc", number, "criteria"), remedy

    def _criteria_too_many(self) -> Iterator[Misplaced]:
        for number, version in enumerate(self.abc):
            if len(version.criteria) > MOST_CRITERIA:
                remedy = (
                    f"there are {len(version.criteria)} of them, and at most {MOST_CRITERIA} can be graded by; keep those that "
                    "decide the grade: the model learns from all other fields without a criterion"
                )
                yield ("abc", number, "criteria"), remedy

    def _yeses_that_lower_a_grade(self) -> Iterator[Misplaced]:
        for number, version in enumerate(self.abc):
            if len(version.criteria) > MOST_CRITERIA:
                continue
            found = next(lowered([(row.when, row.grade) for row in version.table], version.criteria), None)
            if found:
                line = () if found.line is None else (found.line,)
                yield ("abc", number, "table", *line), f"{found}; the first line that fits counts: mend or move one"

    def _stages_of_two_kinds(self) -> Iterator[Misplaced]:
        seen: dict[str, str] = {}
        for kind, names in self.stages.items():
            for number, name in enumerate(names):
                first = seen.setdefault(name.strip().casefold(), kind)
                if first != kind:
                    yield ("stages", kind, number), f"the stage {name!r} is listed under {first} too; keep one of them"

    def _stage_names(self) -> list[str]:
        return [name for names in self.stages.values() for name in names]

    def _audience_without_field(self) -> Iterator[Misplaced]:
        for name, aimed in self.audience.items():
            if name not in self.fields and name not in ("channel", *MARKS):
                known = ", ".join(self.fields) or "none yet"
                yield ("audience", name), f"no field and no mark is called {name!r}; fields are: {known}"
            elif (aimed.kind == "range") != (name in self.fields and self.fields[name].kind == "number"):
                said = (
                    "at_least and below are for numbers"
                    if aimed.kind == "range"
                    else "a number is aimed at by at_least and below"
                )
                yield ("audience", name), f"{said}; {name!r} is another kind of field"

    @property
    def phone_region(self) -> str:
        """Return the country by which phone numbers without a country code are read."""
        return self.country or ("RU" if self.language == "ru" else "US")

    @property
    def zone(self) -> ZoneInfo:
        """Return the company's time zone."""
        return ZoneInfo(self.time_zone)

    def kind_of_stage(self, name: str) -> StageKind:
        """Return what a stage means; a name that the company did not list is ``other``."""
        folded = name.strip().casefold()
        for kind, names in self.stages.items():
            if any(folded == listed.strip().casefold() for listed in names):
                return kind
        return "other"

    def abc_at(self, moment: datetime) -> Abc:
        """Return the version of the rules that held at ``moment``; before the first dated one, the oldest."""
        if len(self.abc) == 1:
            return self.abc[0]
        day = moment.astimezone(self.zone).date()
        ordered = sorted(self.abc, key=lambda version: version.since or date.min)
        held = [version for version in ordered if (version.since or date.min) <= day]
        return held[-1] if held else ordered[0]
