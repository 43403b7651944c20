"""Speaks to amoCRM (Kommo is the same) through its API v4: leads with their contacts, call notes, seven requests a second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson

from features.crm import amocrm_records
from features.crm.amocrm_records import LOST, WON
from features.crm.mapping import moment_of, text_of
from features.errors import CrmRefused
from features.facts.company import Company
from features.outbox.letter import Letter
from leadloop.connecting.asked_crm import AskedCrm, Reader
from leadloop.connecting.asking import Asker
from leadloop.connecting.connector import DescribedField, DescribedStage, Description, Found, Record, completed
from leadloop.connecting.paging import pages_since

PAGE = 250
RATE, BURST = 5.0, 5
"""Below the seven requests a second of an integration, as letters that write back go the same way."""
REMEDY = "make a long-lived token of your integration and put it into LEADLOOP_AMOCRM_TOKEN."
KINDS = {"numeric": "number", "monetary": "number", "checkbox": "yes_no", "date": "date", "birthday": "date", "date_time": "date",
         "select": "choice", "radiobutton": "choice", "multiselect": "list", "text": "text", "textarea": "text"}  # fmt: skip
TRACKING = "tracking_data"
MOST_PAGES = 100
CALL_NOTES = [("filter[note_type][]", "call_in"), ("filter[note_type][]", "call_out")]
OWNERS = ("leads", "contacts")
MADE_BY_CALL = timedelta(hours=1)
"""A call that comes in may make its lead itself, some time after it began."""
UNSORTED = "unsorted"
"""Incoming leads ("Неразобранное"): what forms, calls, letters and chats brought and nobody has accepted yet."""


class AmoCrm(AskedCrm):
    """One account."""

    crm = "amocrm"
    letters_a_minute = 100
    readers: ClassVar[Mapping[str, Reader]] = {"lead": amocrm_records.lead_of, "call": amocrm_records.call_of}

    def __init__(self, company: Company, address: str, asker: Asker) -> None:
        super().__init__(company, asker, ("lead", "call", "contact", UNSORTED), (UNSORTED, "lead", "call"))
        self._address = address.rstrip("/")
        self._callers: dict[str, Record] = {}

    def fetch(self, entity: str, record_id: str) -> list[Found]:
        """Return a lead or a call; of a contact, the leads that it is the person of; of an incoming lead, the lead that it is."""
        if entity == UNSORTED:
            return self._incoming([self._asker.ask("GET", f"leads/unsorted/{record_id}")])
        if entity == "lead":
            record = self._asker.ask("GET", f"leads/{record_id}", params={"with": "contacts,loss_reason"})
            return [Found("lead", record_id, self._with_contacts([record])[0] if record else None)]
        if entity == "contact":
            contact = self._asker.ask("GET", f"contacts/{record_id}", params={"with": "leads"})
            return [found for number in _leads_of(contact) for found in self.fetch("lead", number)]
        kind, owner, number, *_ = [*record_id.split("-"), "", ""]
        if kind not in OWNERS or not owner.isdecimal() or not number.isdecimal():
            return []
        note = self._asker.ask("GET", f"{kind}/{owner}/notes/{number}")
        if not note:
            return [Found("call", record_id, None)]
        call = self._call(kind, note)
        return [replace(call, record=self._with_lead(kind, note))]

    def changed(self, entity: str, since: datetime) -> Iterator[list[Found]]:
        """Yield pages of 250; calls are the notes of leads, then those of contacts; incoming leads those that came since."""
        if entity == "lead":
            yield from pages_since(self._leads, since, PAGE)
        elif entity == "call":
            calls = [one for kind in OWNERS for page in pages_since(self._notes_of(kind), since, PAGE) for one in page]
            calls.sort(key=lambda one: one.changed_at or since)
            yield from (calls[start : start + PAGE] for start in range(0, len(calls), PAGE))
        elif entity == UNSORTED:
            yield from self._incoming_since(since)

    def letter(self, entity: str, record_id: str, values: Mapping[str, Any], once_key: str) -> Letter:
        """Return the letter that sets custom fields of a lead."""
        fields = [{"field_id": _number(name), "values": [{"value": value}]} for name, value in values.items()]
        return Letter(
            destination="crm-amocrm",
            kind="crm:amocrm",
            once_key=once_key,
            url=f"{self._address}/api/v4/leads/{record_id}",
            body=orjson.dumps({"custom_fields_values": fields}),
            content_type="application/json",
            sign_in="amocrm",
            method="PATCH",
        )

    def described(self) -> Description:
        """Return the leads' custom fields, the pipelines' stages, and people."""
        fields = tuple(_described(one) for one in self._all("leads/custom_fields", "custom_fields"))
        pipelines = _embedded(self._asker.ask("GET", "leads/pipelines"), "pipelines")
        people = {str(one.get("id")): str(one.get("name", "")) for one in self._all("users", "users")}
        return Description(fields, tuple(stage for one in pipelines for stage in _stages(one)), people)

    def greeted(self) -> str:
        """Return whose account it is."""
        account = self._asker.ask("GET", "account")
        if account is None:
            raise CrmRefused(f"{self._address} is no amoCRM; look how crm.address is written.")
        return f"{urlsplit(self._address).netloc} answers, as the account {text_of(account.get('id')) or '?'}"

    def _leads(self, since: datetime, skipped: int) -> list[Found]:
        asked = [("with", "contacts,loss_reason"), *_changed_since(since, skipped)]
        records = self._with_contacts(_embedded(self._asker.ask("GET", "leads", params=asked), "leads"))
        return [Found("lead", str(one.get("id")), one, moment_of(one.get("updated_at"))) for one in records]

    def _notes_of(self, kind: str) -> Any:
        def ask(since: datetime, skipped: int) -> list[Found]:
            asked = [*CALL_NOTES, *_changed_since(since, skipped)]
            notes = _embedded(self._asker.ask("GET", f"{kind}/notes", params=asked), "notes")
            calls = [self._call(kind, one) for one in notes]
            return [completed(one, partial(self._with_lead, kind)) for one in calls]

        return ask

    def _call(self, kind: str, note: Record) -> Found:
        number = f"{kind}-{text_of(note.get('entity_id')) or ''}-{text_of(note.get('id')) or ''}"
        return Found("call", number, note, moment_of(note.get("updated_at")))

    def _with_lead(self, kind: str, note: Record) -> Record:
        """Return a call with the lead that it is of: of a contact's calls, the last that this person had left by then."""
        owner = text_of(note.get("entity_id")) or ""
        if kind != "contacts":
            return {**note, "lead_id": owner}
        contact = self._asker.ask("GET", f"contacts/{owner}", params={"with": "leads"})
        return {**note, "lead_id": self._left_by(_leads_of(contact), moment_of(note.get("created_at")))}

    def _left_by(self, leads: Sequence[str], moment: datetime | None) -> str:
        """Return which of a person's leads had been left last by a moment; of leads that all came later, the first."""
        if len(leads) < 2 or moment is None:
            return max(leads, key=int, default="")
        asked = [*(("filter[id][]", one) for one in leads), ("limit", str(PAGE))]
        came = {text_of(one.get("id")): moment_of(one.get("created_at"))
                for one in _embedded(self._asker.ask("GET", "leads", params=asked), "leads")}  # fmt: skip
        left = [one for one in leads if (at := came.get(one)) and at <= moment + MADE_BY_CALL]
        return max(left, key=int) if left else min(leads, key=int)

    def _incoming_since(self, since: datetime) -> Iterator[list[Found]]:
        """Yield the leads of what came in since: the list can be sorted by that, and not be asked for what changed."""
        pages: list[list[Record]] = []
        for page in range(1, MOST_PAGES + 1):
            asked = {"order[created_at]": "desc", "limit": str(PAGE), "page": str(page)}
            some = _embedded(self._asker.ask("GET", "leads/unsorted", params=asked), UNSORTED)
            pages.append([one for one in some if (moment_of(one.get("created_at")) or since) >= since])
            if len(some) < PAGE or len(pages[-1]) < len(some):
                break
        for records in reversed(pages):
            if found := self._incoming(records[::-1]):
                yield found

    def _incoming(self, records: Sequence[Any]) -> list[Found]:
        """Return the leads of incoming leads; a person whom nobody may see yet is told by the incoming lead itself."""
        found = []
        for record in records:
            came = moment_of(record.get("created_at")) if isinstance(record, Mapping) else None
            for number in _leads_of(record):
                person = _person_of(record)
                if person is not None:
                    self._callers[number] = person
                found += self._incoming_lead(number, came)
        return found

    def _incoming_lead(self, number: str, came: datetime | None) -> list[Found]:
        try:
            return [replace(one, changed_at=came) for one in self.fetch("lead", number)]
        except CrmRefused as error:
            return [Found("lead", number, None, came, refused=error)]

    def _with_contacts(self, leads: list[Record]) -> list[Record]:
        """Return leads with their main contacts, which are asked for all at once."""
        whose = {id(lead): _main_contact(lead) for lead in leads}
        numbers = sorted({one for one in whose.values() if one})
        asked = [("filter[id][]", one) for one in numbers] + [("limit", str(PAGE))]
        answer = self._asker.ask("GET", "contacts", params=asked) if numbers else None
        contacts = {text_of(one.get("id")): one for one in _embedded(answer, "contacts")}
        return [{**lead, "contact": contacts.get(whose[id(lead)]) or self._caller_of(lead)} for lead in leads]

    def _caller_of(self, lead: Record) -> Record | None:
        """Return who called or wrote, where the contact is not to be seen, so that each reading says the same."""
        return self._callers.get(text_of(lead.get("id")) or "")

    def _all(self, path: str, name: str) -> Iterator[Record]:
        for page in range(1, MOST_PAGES + 1):
            some = _embedded(self._asker.ask("GET", path, params={"limit": "250", "page": str(page)}), name)
            yield from some
            if len(some) < PAGE:
                return


def _changed_since(since: datetime, skipped: int) -> list[tuple[str, str]]:
    page = skipped // PAGE + 1
    return [
        ("filter[updated_at][from]", str(int(since.timestamp()))),
        ("order[updated_at]", "asc"),
        ("limit", str(PAGE)),
        ("page", str(page)),
    ]


def _embedded(answer: Any, name: str) -> list[Record]:
    inside = answer.get("_embedded") if isinstance(answer, Mapping) else None
    found = inside.get(name) if isinstance(inside, Mapping) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _person_of(incoming: Record) -> Record | None:
    """Return whom an incoming call or letter tells of, as a contact would: until it is accepted the contact is not to be seen."""
    told = incoming.get("metadata")
    said = told if isinstance(told, Mapping) else {}
    sender = said.get("from")
    mail = sender if isinstance(sender, Mapping) else {}
    phone = text_of(said.get("phone")) or (None if mail else text_of(sender))
    ways = {"PHONE": phone if incoming.get("category") == "sip" else None, "EMAIL": text_of(mail.get("email"))}
    fields = [{"field_code": code, "values": [{"value": value}]} for code, value in ways.items() if value]
    return {"name": text_of(mail.get("name")), "custom_fields_values": fields} if fields else None


def _leads_of(owner: Any) -> list[str]:
    return [number for one in _embedded(owner, "leads") if (number := text_of(one.get("id"))) and number.isdecimal()]


def _main_contact(lead: Record) -> str | None:
    contacts = _embedded(lead, "contacts")
    main = next((one for one in contacts if one.get("is_main")), contacts[0] if contacts else None)
    return text_of(main.get("id")) if main else None


def _number(name: str) -> int | str:
    return int(name) if name.isdecimal() else name


def _described(said: Record) -> DescribedField:
    number, code, told = text_of(said.get("id")) or "", text_of(said.get("code")), str(said.get("type", ""))
    if told == TRACKING and code:
        return DescribedField(code, str(said.get("name", code)), TRACKING)
    return DescribedField(number, str(said.get("name", number)), KINDS.get(told, ""))


def _stages(pipeline: Record) -> Iterator[DescribedStage]:
    for one in _embedded(pipeline, "statuses"):
        status = text_of(one.get("id")) or ""
        kind = {WON: "won", LOST: "lost"}.get(status, "other")
        yield DescribedStage(f"{text_of(pipeline.get('id'))}/{status}", str(one.get("name", status)), kind)
