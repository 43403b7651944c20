"""A lead as the CRM sends it, and the facts that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Protocol

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat

from features.errors import FactRefused
from features.facts.cells import yes_or_no
from features.facts.company import Company, FormField
from features.facts.contact_signs import shown_name
from features.facts.contacts import Contact, Parts, traces_of
from features.facts.file_shape import is_placeholder, parse_number
from features.facts.values import Answer, Lead, LeadId, Source
from models.remembered import Remembered
from serving.intake.said import not_ahead
from serving.intake.utm_marks import with_our_names

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a zero character; send it without")
    return text


def _in_reach(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError(f"is no moment between {EARLIEST:%Y} and {LATEST:%Y}; look how the date was written")
    return moment.astimezone(UTC)


NO_CONTACT = Contact(None, None, None)
Moment = Annotated[AwareDatetime, AfterValidator(_in_reach)]
"""A moment with its offset, in a time that every time zone and database can tell; facts hold it in UTC, so that the same
moment written in two zones is the same."""
Stored = AfterValidator(_storable)
Name = Annotated[str, Field(max_length=300)]
Mark = Annotated[str, Field(max_length=2_000)]
Word = Annotated[str, Field(max_length=300)]
Text = Annotated[str, Field(max_length=5_000)]
SentAnswer = FiniteFloat | bool | Annotated[str, Field(max_length=5_000)] | list[Word] | None
Answers = Annotated[dict[Name, SentAnswer], Field(max_length=500)]


StoredLeadInPath = Annotated[str, Path(max_length=200), Stored]
"""The id of a lead in an address as it is stored; it may hold a slash, as some CRMs' ids do."""


class Sent(BaseModel):
    """A body of the API; keys that it does not know are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class ContactIn(Sent):
    """Personal data: kept apart from everything that is learned from, shown on the lead card only."""

    name: Annotated[str, Field(max_length=300), Stored] | None = None
    phone: Annotated[str, Field(max_length=100), Stored] | None = None
    email: Annotated[str, Field(max_length=320), Stored] | None = None


class LeadBody(Sent):
    """What is known of a lead: when it came, what the form says, where it came from."""

    created_at: Moment | None = Field(
        default=None,
        description="when the request was left; default: now; at most five minutes ahead, which counts as now",
    )
    answers: Answers = Field(
        default_factory=dict,
        description="field of company.yaml -> answer; unknown fields are taken, counted and shown to the analyst",
        examples=[{"area": 120, "renovation": "yes"}],
    )
    marks: Annotated[dict[Name, Mark], Field(max_length=100), AfterValidator(with_our_names)] = Field(
        default_factory=dict,
        description="source, medium, campaign, ad, keyword (or utm_source, utm_medium, utm_campaign, utm_content, utm_term), "
        "landing_page, offer, discount, click ids",
        examples=[{"source": "yandex", "medium": "cpc", "campaign": "office"}],
    )
    contact: ContactIn | None = None


def answers_of(sent: Mapping[str, SentAnswer], company: Company) -> tuple[dict[str, Answer], list[str]]:
    """Return the answers to the company's own fields, and the names that ``company.yaml`` does not know.

    Raises
    ------
    FactRefused
        Naming the field and what would be right; the value itself is not repeated.
    """
    read, fields = _reading_of(company), company.fields
    answers: dict[str, Answer] = {}
    unknown: list[str] = []
    for name, value in sent.items():
        if name not in fields:
            unknown.append(shown_name(name))
        elif value is not None:
            answer = (
                _answer((name, type(value), value), company)
                if isinstance(value, list)
                else read[name, type(value), value]
            )
            if answer is not None:
                answers[name] = answer
    return answers, sorted(set(unknown)) if unknown else unknown


class SentLead(Protocol):
    """What a body says of a lead, whichever reader read it: ``LeadBody``, or the quick one of ``written_lead.py``."""

    @property
    def created_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def answers(self) -> Mapping[str, SentAnswer]: ...  # noqa: D102
    @property
    def marks(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def contact(self) -> Parts | None: ...  # noqa: D102


def contact_in(body: SentLead) -> Contact:
    """Return the contact that a body tells; an empty one where it tells none."""
    told = body.contact
    if isinstance(told, Contact):
        return told
    return NO_CONTACT if told is None else Contact(told.name, told.phone, told.email)


def facts_of(
    lead_id: LeadId,
    body: SentLead,
    company: Company,
    *,
    known_at: datetime,
    secret: bytes | None,
    manager: str | None = None,
) -> tuple[Lead, Source, list[str]]:
    """Return the lead and its source as facts known at ``known_at``, and the unknown fields; no contact is in them.

    ``secret`` makes the hashes by which a person is recognised; None for a lead that is only asked about.
    """
    created = body.created_at or known_at
    if created > known_at:
        created = not_ahead("created_at", created, known_at)
    answers, unknown = answers_of(body.answers, company)
    traces = traces_of(body.contact or NO_CONTACT, secret=secret, region=company.phone_region)
    lead = Lead(
        lead_id,
        created,
        known_at,
        answers,
        traces.person_keys,
        traces.quality,
        manager,
    )
    return lead, Source(lead_id, created, known_at, {name: word for name, word in body.marks.items() if word}), unknown


Said = tuple[str, type, SentAnswer]
"""A field, and what was sent for it: the type tells the number 1 from a yes."""
_latest: tuple[Company, Remembered[Said, Answer | None]] | None = None
# A memo as lru_cache keeps one, were a company's words hashable; a process has one company, and reads it anew a few times a day.
# It has no owner because those who read answers (the doors of scoring, of batches and of feedback, the connectors of CRMs) have
# nothing in common but the company's words, which lie floors below and may not know how a request is read. It holds what answers
# come to and no lead; whoever reads it at the same time works the same out twice at the worst.


def _reading_of(company: Company) -> Remembered[Said, Answer | None]:
    """Return what reads single answers under these words; most of those that come have come before."""
    global _latest
    latest = _latest
    if latest is None or latest[0] is not company:
        latest = _latest = company, Remembered(partial(_answer, company=company))
    return latest[1]


def _answer(sent: Said, company: Company) -> Answer | None:
    name, _, value = sent
    if isinstance(value, str) and is_placeholder(value, company.export.placeholders):
        return None
    try:
        return _of_kind(value, company.fields[name], company)
    except FactRefused as error:
        raise FactRefused(f"answers.{name}", error.remedy) from None


def _of_kind(value: SentAnswer, field: FormField, company: Company) -> Answer:
    if field.kind == "number":
        return _number(value, company)
    if field.kind == "yes_no":
        return _yes_or_no(value)
    if field.kind == "date":
        return _day(value)
    if field.kind == "list":
        return tuple(value) if isinstance(value, list) else (str(value),)
    if value is None or isinstance(value, list):
        raise FactRefused("answer", "takes one answer, not a list")
    return _word(value)


def _word(value: float | bool | str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return " ".join(str(value).split())


def _number(value: SentAnswer, company: Company) -> float:
    if isinstance(value, bool | list):
        raise FactRefused("number", "is a number; write it as 1234.50")
    return parse_number(str(value), company.export.decimal or ("," if company.language == "ru" else "."))


def _yes_or_no(value: SentAnswer) -> str:
    return yes_or_no(_word(value) if isinstance(value, bool | float | str) else "")


def _day(value: SentAnswer) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise FactRefused("date", "is a date; send it as 2026-03-31") from None
