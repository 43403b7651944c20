"""What of the sales goes back to which ad system: the systems, the names there, and whose consent it takes.

A system that is not named is sent nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal, Self, get_args
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from features.facts.company_part import Misplaced, Part, Words

Step = Literal["lead", "qualified", "meeting", "invoice", "paid"]
STEPS: tuple[Step, ...] = get_args(Step)
"""What may be told of a lead, in the order in which it happens."""
System = Literal["yandex", "yandex_orders", "google", "google_adjustments", "google_enhanced", "meta"]
SYSTEMS: tuple[System, ...] = get_args(System)
OrderStatus = Literal["IN_PROGRESS", "PAID", "CANCELLED", "SPAM"]
ORDER_STATUSES: tuple[OrderStatus, ...] = get_args(OrderStatus)
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r'^[^\r\n,;"=+@-][^\r\n,;"]*$')]
"""A name of a goal, an action or an event: one cell of a table, that no spreadsheet takes for a formula."""
Names = Annotated[dict[Step, Name], Field(min_length=1)]
Number = Annotated[str, Field(pattern=r"^\d{1,20}$")]
Mark = Annotated[str, Field(min_length=1, max_length=300)]


class Consent(Part):
    """Which answer of the form, or which mark, says that the ad systems may be told of a person."""

    field: str | None = Field(default=None, description="a field of the form")
    mark: str | None = Field(default=None, description="or a mark that comes with the source")
    yes: Words = Field(default=("yes",), min_length=1, description="the words that mean yes; everything else means no")

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.field is None) == (self.mark is None):
            raise ValueError("names a field of the form or a mark, one of the two")
        return self


class ClickMarks(Part):
    """Under which marks the ad systems' own ids come; of several the first that is there counts."""

    yclid: tuple[Mark, ...] = ("yclid",)
    client_id: tuple[Mark, ...] = Field(
        default=("client_id", "ym_client_id", "ym_uid", "_ym_uid"), description="Yandex.Metrica's ClientID"
    )
    gclid: tuple[Mark, ...] = ("gclid",)
    meta_lead_id: tuple[Mark, ...] = Field(default=("meta_lead_id",), description="the id of Meta's own lead form")


class YandexGoals(Part):
    """Yandex.Metrica, offline conversions: which goal each step of a lead is."""

    goals: Names = Field(description="step (lead, qualified, meeting, invoice, paid) -> goal")
    counter: Number | None = Field(default=None, description="the counter that is pushed to; without one: files only")
    api: str = Field(default="https://api-metrika.yandex.net", description="where the counter is pushed to")

    @property
    def names(self) -> Mapping[Step, str]:
        """Return what each step is called there."""
        return self.goals


class YandexOrders(Part):
    """Yandex.Metrica, orders of the CRM: every lead is an order, whose status and revenue follow it."""

    columns: dict[Literal["revenue", "order_status"], Name] = Field(
        default_factory=dict, description="how the counter spells a column, where it does so otherwise"
    )
    time_zone: str | None = Field(default=None, description="the counter's; default: the company's")
    counter: Number | None = Field(
        default=None, description="the counter that is pushed to; without one: files and pull"
    )
    api: str = Field(default="https://api-metrika.yandex.net", description="where the counter is pushed to")

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str | None) -> str | None:
        return _zone(value)


class GoogleActions(Part):
    """Google Ads: which conversion action each step of a lead is."""

    actions: Names = Field(description="step (lead, qualified, meeting, invoice, paid) -> conversion action")
    time_zone: str | None = Field(default=None, description="of the times in the file; default: the company's")
    parameters_line: bool = Field(default=False, description="write the time zone as a first line of its own, too")

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str | None) -> str | None:
        return _zone(value)

    @property
    def names(self) -> Mapping[Step, str]:
        """Return what each step is called there."""
        return self.actions


class MetaEvents(Part):
    """Meta, Conversions API for CRM: which event each step of a lead is."""

    events: Names = Field(description="step (lead, qualified, meeting, invoice, paid) -> event")
    crm: str = Field(default="leadloop", min_length=1, max_length=100, description="the name of the CRM")
    values: bool = Field(default=False, description="tell value and currency, too")
    dataset: Number | None = Field(
        default=None, description="the dataset (pixel) that is pushed to; without one: files only"
    )
    api: str = Field(default="https://graph.facebook.com/v21.0", description="where the dataset is pushed to")

    @property
    def names(self) -> Mapping[Step, str]:
        """Return what each step is called there."""
        return self.events


class Conversions(Part):
    """Which ad systems are told of the sales, under which names, and whose consent that takes."""

    consent: Consent | None = Field(
        default=None, description="without it nothing that is made from a contact goes out, hashed or not"
    )
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$", description="default: the company's")
    marks: ClickMarks = ClickMarks()
    yandex: YandexGoals | None = None
    yandex_orders: YandexOrders | None = None
    google: GoogleActions | None = None
    google_enhanced: GoogleActions | None = None
    meta: MetaEvents | None = None

    @property
    def google_adjustments(self) -> GoogleActions | None:
        """Return what Google's conversions are called where what was told of them may be mended: wherever clicks are told."""
        return self.google

    @property
    def systems(self) -> tuple[System, ...]:
        """Return the systems that are told anything.

        >>> Conversions.model_validate({"yandex_orders": {}, "meta": {"events": {"paid": "Sale"}}}).systems
        ('yandex_orders', 'meta')
        """
        return tuple(one for one in SYSTEMS if getattr(self, one) is not None)

    def mistakes(self, fields: Collection[str]) -> Iterator[Misplaced]:
        """Yield what does not fit the company's form."""
        if self.consent and self.consent.field is not None and self.consent.field not in fields:
            known = ", ".join(fields) or "none yet"
            yield (
                ("conversions", "consent", "field"),
                f"consent reads the field {self.consent.field!r}; fields are: {known}",
            )


def _zone(value: str | None) -> str | None:
    if value is not None and value not in available_timezones():
        raise ValueError(f"{value!r} is no IANA time zone; write one such as Europe/Moscow")
    return value
