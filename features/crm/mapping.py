"""How a CRM's words become the company's, by the ``crm:`` part of company.yaml; what has no entry there is named, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from features.crm.mapped import AnswerOf
from features.facts.company import Company, FormField
from features.facts.contact_signs import shown_name
from features.facts.crm_settings import NOT_A_CALL
from features.facts.values import CallResult

YES_WORDS, NO_WORDS = frozenset({"1", "y", "true"}), frozenset({"0", "n", "false"})
MILLISECONDS_FROM = 10**11
"""So many seconds would be the year 5138: a larger number counts milliseconds."""
LONGEST_TEXT, LONGEST_WORD, LONGEST_MARK = 5_000, 300, 2_000
MARKS_OF: dict[str, dict[str, str]] = {
    "bitrix24": {"source": "UTM_SOURCE", "medium": "UTM_MEDIUM", "campaign": "UTM_CAMPAIGN", "ad": "UTM_CONTENT",
                 "keyword": "UTM_TERM"},
    "amocrm": {"source": "UTM_SOURCE", "medium": "UTM_MEDIUM", "campaign": "UTM_CAMPAIGN", "ad": "UTM_CONTENT",
               "keyword": "UTM_TERM", "yclid": "YCLID", "gclid": "GCLID"},
    "hubspot": {"source": "utm_source", "medium": "utm_medium", "campaign": "utm_campaign", "ad": "utm_content",
                "keyword": "utm_term", "gclid": "hs_google_click_id"},
}  # fmt: skip
"""The fields in which each CRM usually keeps marks; ``crm.marks`` names others, or more."""
UNREADABLE_MOMENT = "is no moment; the CRM tells it as a date with its offset or as Unix seconds"
Value = Callable[[str], Any]
"""Returns what a record says under a field's name; None where it says nothing."""


class Words:
    """The readings of one record; gathers what does not fit."""

    def __init__(self, company: Company) -> None:
        assert company.crm is not None
        self.company, self.crm = company, company.crm
        self._amiss: list[str] = []

    @property
    def amiss(self) -> tuple[str, ...]:
        """Return what did not fit so far, each once."""
        return tuple(dict.fromkeys(self._amiss))

    def lacks(self, why: str) -> None:
        """Note something that does not fit."""
        self._amiss.append(why)

    def answers(self, value: Value) -> dict[str, AnswerOf]:
        """Return the answers to the form's questions that the company mapped."""
        return {name: self._answer(name, value(field)) for name, field in self.crm.fields.items()}

    def marks(self, value: Value) -> dict[str, str]:
        """Return where the lead came from, by the usual fields and those of the company."""
        told = {name: text_of(value(field)) for name, field in {**MARKS_OF[self.crm.system], **self.crm.marks}.items()}
        return {name: word[:LONGEST_MARK] for name, word in told.items() if word}

    def manager(self, person: Any) -> str | None:
        """Return the manager whom the CRM names by an id; none where the company names no managers."""
        number = text_of(person)
        if not number or number == "0" or not self.crm.managers:
            return None
        if number not in self.crm.managers:
            self.lacks(
                f"crm.managers: the person {shown_name(number)} has no entry; write {shown_name(number)}: and the name"
            )
        return self.crm.managers.get(number)

    def stage(self, code: Any, field: str) -> str | None:
        """Return our name of a stage that the CRM names by an id."""
        number = text_of(code)
        if not number:
            return None
        if number not in self.crm.stages:
            told = shown_name(number)
            self.lacks(f"crm.stages: the stage {told} of {field} has no entry; write {told}: and its name under stages")
        return self.crm.stages.get(number)

    def result(self, code: Any, usual: Mapping[str, str], field: str) -> CallResult | None:
        """Return our result of a call's code; None where it was no try to reach the lead, or nobody said what it means."""
        word = text_of(code) or ""
        found = {**usual, **self.crm.call_results}.get(word)
        if found is None:
            told = shown_name(word) or "(empty)"
            self.lacks(
                f"crm.call_results: the code {told} of {field} has no entry; write reached, no_answer, ... or not_a_call"
            )
        return None if found in (None, NOT_A_CALL) else found  # type: ignore[return-value]

    def amount(self, value: Any, currency: Any, stage: str, field: str) -> float | None:
        """Return what a sale brought; of a deal that is not won nothing, as its amount is a hope.

        CRMs write 0 where nobody wrote a sum: that is not known, and no sale of nothing.
        """
        number = number_of(value)
        if number is None or number <= 0 or self.company.kind_of_stage(stage) != "won":
            return None
        told = text_of(currency)
        if told and told != self.company.currency:
            self.lacks(
                f"{field}: is in another currency than company.yaml's {self.company.currency}; the sale counts without it"
            )
            return None
        return number

    def reason(self, value: Value) -> str | None:
        """Return why a deal was lost, where the company names the field."""
        told = text_of(value(self.crm.reason)) if self.crm.reason else None
        return told[:LONGEST_WORD] if told else None

    def moment(self, value: Any, field: str) -> datetime | None:
        """Return a moment in UTC; one that cannot be read is noted."""
        if value in (None, "", 0, "0"):
            return None
        found = moment_of(value)
        if found is None:
            self.lacks(f"{field}: {UNREADABLE_MOMENT}")
        return found

    def _answer(self, name: str, value: Any) -> AnswerOf:
        field, words = self.company.fields[name], self.crm.choices.get(name, {})
        if field.kind == "list" and self.crm.system == "hubspot" and isinstance(value, str):
            value = value.split(";")  # so it joins the chosen boxes
        several = [one for one in (value if isinstance(value, list) else [value]) if one not in (None, "", [])]
        if not several:
            return None
        read = [self._word(one, field, words) for one in several]
        if field.kind == "list":
            return [str(one) for one in read]
        return read[0]

    def _word(self, value: Any, field: FormField, words: Mapping[str, str]) -> AnswerOf:
        text = text_of(value) or ""
        if text in words:
            return words[text]
        if field.kind == "yes_no":
            folded = text.casefold()
            return True if folded in YES_WORDS else False if folded in NO_WORDS else text
        if field.kind == "number":
            number = number_of(value)
            return text if number is None else number
        if field.kind == "date":
            found = moment_of(value) if text.isdecimal() else None
            return found.astimezone(self.company.zone).date().isoformat() if found else text
        return text[:LONGEST_TEXT]


def part_of(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the part of a record under a name; an empty one where there is none, or no part stands there."""
    found = record.get(name)
    return found if isinstance(found, Mapping) else {}


def text_of(value: Any) -> str | None:
    """Return a plain value as text without spaces around it; None for nothing, and for what is no plain value.

    >>> text_of(" Сайт "), text_of(7), text_of(7.0), text_of(True), text_of(["a"]), text_of("")
    ('Сайт', '7', '7', '1', None, None)
    """
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if not isinstance(value, str | int | float):
        return None
    return str(value).replace("\0", "").strip() or None


def number_of(value: Any) -> float | None:
    """Return a number as CRMs write it, money with its currency behind a bar; None where it is none.

    >>> number_of("120.50"), number_of("90000|RUB"), number_of(7), number_of("many"), number_of("1e999")
    (120.5, 90000.0, 7.0, None, None)
    """
    text = (text_of(value) or "").split("|")[0].strip()
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) <= 1e15 else None


def moment_of(value: Any) -> datetime | None:
    """Return a moment in UTC from a date with its offset, Unix seconds or milliseconds; None where it is none.

    >>> f"{moment_of('2026-03-02T12:00:00+03:00')}", f"{moment_of('1772442000')}", moment_of("2026-03-02"), moment_of("soon")
    ('2026-03-02 09:00:00+00:00', '2026-03-02 09:00:00+00:00', None, None)
    """
    text = text_of(value) or ""
    try:
        if text.isascii() and text.isdecimal():
            number = int(text[:19])
            return datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS_FROM else number, UTC)
        read = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    try:
        return read.astimezone(UTC) if read.tzinfo else None
    except OverflowError:
        return None
