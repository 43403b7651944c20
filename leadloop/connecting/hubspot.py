"""Speaks to HubSpot through its CRM API v3: contacts, deals and calls, below a hundred requests in ten seconds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson

from features.crm import hubspot_records
from features.crm.hubspot_records import LIFECYCLE, entered_by
from features.crm.mapping import MARKS_OF, moment_of, part_of, text_of
from features.errors import CrmRefused
from features.facts.company import Company
from features.facts.crm_settings import Crm
from features.outbox.letter import Letter
from leadloop.connecting.asked_crm import AskedCrm, Reader
from leadloop.connecting.asking import Asker
from leadloop.connecting.connector import DescribedField, DescribedStage, Description, Found, Record, completed
from leadloop.connecting.paging import pages_since

ADDRESS = "https://api.hubapi.com"
PAGE = 100
MOST_PAGES = 100
RATE, BURST = 4.0, 4
"""Search answers five requests a second, everything else ten."""
REMEDY = "make a private app with rights to contacts, deals, calls and owners, and put its token into LEADLOOP_HUBSPOT_TOKEN."
OBJECTS = {"contact": "contacts", "deal": "deals", "call": "calls"}
CHANGED = {"contact": "lastmodifieddate", "deal": "hs_lastmodifieddate", "call": "hs_lastmodifieddate"}
USUAL = {
    "contact": ("createdate", "lastmodifieddate", "firstname", "lastname", "phone", "mobilephone", "email", "hubspot_owner_id",
                "lifecyclestage"),
    "deal": ("createdate", "hs_lastmodifieddate", "dealstage", "amount", "deal_currency_code", "closed_lost_reason",
             "hubspot_owner_id"),
    "call": ("hs_timestamp", "hs_lastmodifieddate", "hs_call_disposition", "hs_call_status", "hs_call_duration",
             "hs_call_direction", "hubspot_owner_id"),
}  # fmt: skip
MERGED = "hs_merged_object_ids"
"""Of a record that others were merged into, their ids, with semicolons between. Any of these ids is answered with that record."""
KINDS = {
    "number": "number",
    "bool": "yes_no",
    "date": "date",
    "datetime": "date",
    "enumeration": "choice",
    "string": "text",
}


class HubSpot(AskedCrm):
    """One account."""

    crm = "hubspot"
    letters_a_minute = 100
    readers: ClassVar[Mapping[str, Reader]] = {
        "contact": hubspot_records.contact_of,
        "deal": hubspot_records.deal_of,
        "call": hubspot_records.call_of,
    }

    def __init__(self, company: Company, address: str, asker: Asker) -> None:
        assert company.crm is not None
        self._crm, self._address, self._takes_deals = company.crm, address.rstrip("/"), company.crm.taken == "deals"
        super().__init__(company, asker, ("deal", "call") if self._takes_deals else ("contact", "deal", "call"))

    def fetch(self, entity: str, record_id: str) -> list[Found]:
        """Return a contact, a deal or a call, with what it is associated with; a kind that is not taken is nothing."""
        if entity == "contact" and self._takes_deals:
            return self._deals_of(record_id)
        if entity not in self.entities:
            return []
        asked = {"properties": ",".join(self._wanted(entity)), "archived": "false"}
        if entity != "contact":
            asked["associations"] = "contacts,deals" if entity == "call" else "contacts"
        record = self._asker.ask("GET", f"crm/v3/objects/{OBJECTS[entity]}/{record_id}", params=asked)
        if not record:
            return [Found(entity, record_id, None)]
        number = text_of(record.get("id")) or record_id  # of a record that was merged, the one that it was merged into
        merged = _merged_into(record, {record_id})
        return [Found(entity, number, self._associated(entity, record), merged=merged)]

    def changed(self, entity: str, since: datetime) -> Iterator[list[Found]]:
        """Yield pages of a hundred; each begins anew at a change, as a search shows no more than ten thousand."""

        def ask(since: datetime, skipped: int) -> list[Found]:
            column = CHANGED[entity]
            body = {
                "filterGroups": [
                    {"filters": [{"propertyName": column, "operator": "GTE", "value": _milliseconds(since)}]}
                ],
                "sorts": [{"propertyName": column, "direction": "ASCENDING"}],
                "properties": self._wanted(entity),
                "limit": PAGE,
                "after": str(skipped),
            }
            answer = self._asker.ask("POST", f"crm/v3/objects/{OBJECTS[entity]}/search", body=body)
            return [self._found(entity, one) for one in _results(answer)]

        return pages_since(ask, since, PAGE)

    def letter(self, entity: str, record_id: str, values: Mapping[str, Any], once_key: str) -> Letter:
        """Return the letter that sets properties of a contact or a deal."""
        return Letter(
            destination="crm-hubspot",
            kind="crm:hubspot",
            once_key=once_key,
            url=f"{self._address}/crm/v3/objects/{OBJECTS[entity]}/{record_id}",
            body=orjson.dumps({"properties": {name: str(value) for name, value in values.items()}}),
            content_type="application/json",
            sign_in="hubspot",
            method="PATCH",
        )

    def described(self) -> Description:
        """Return the requests' properties, the deals' stages, the owners, and the account's own time zone and currency."""
        told = self._asker.ask("GET", f"crm/v3/properties/{OBJECTS[self.entities[0]]}")
        pipelines = _results(self._asker.ask("GET", "crm/v3/pipelines/deals"))
        owners = list(self._owners())
        account = self._asker.ask("GET", "account-info/v3/details") or {}
        people = {
            str(one.get("id")): " ".join(filter(None, (one.get("firstName"), one.get("lastName")))) for one in owners
        }
        return Description(
            tuple(_described(one) for one in _results(told)),
            tuple(stage for one in pipelines for stage in _stages(one)),
            people,
            text_of(account.get("timeZone")),
            text_of(account.get("companyCurrency")),
        )

    def _owners(self) -> Iterator[Record]:
        after: str | None = None
        for _ in range(MOST_PAGES):
            asked = {"limit": str(PAGE), **({"after": after} if after else {})}
            answer = self._asker.ask("GET", "crm/v3/owners", params=asked)
            yield from _results(answer)
            following = part_of(part_of(answer, "paging"), "next") if isinstance(answer, Mapping) else {}
            after = text_of(following.get("after"))
            if after is None:
                return

    def greeted(self) -> str:
        """Return whose account it is."""
        account = self._asker.ask("GET", "account-info/v3/details")
        if account is None:
            raise CrmRefused(f"{self._address} is no HubSpot; leave crm.address out.")
        return f"{urlsplit(self._address).netloc} answers, as the account {text_of(account.get('portalId')) or '?'}"

    def _wanted(self, entity: str) -> list[str]:
        """Return the properties that are asked for: the usual ones, and of requests those that company.yaml names."""
        if entity == "call":
            return list(USUAL["call"])
        named = [*MARKS_OF["hubspot"].values(), *self._crm.marks.values(), *self._crm.fields.values()]
        named += [self._crm.reason] if self._crm.reason else []
        codes = _lifecycle_codes(self._crm) if entity == "contact" else _stage_codes(self._crm)
        stages = [since for one in codes for since in entered_by(one, of_contact=entity == "contact")]
        return list(dict.fromkeys([*USUAL[entity], MERGED, *named, *stages]))

    def _found(self, entity: str, record: Record) -> Found:
        """Return a record of a search with what it is associated with, which a search does not tell."""
        said = record.get("properties")
        number = text_of(record.get("id")) or ""
        changed = moment_of(said.get(CHANGED[entity])) if isinstance(said, Mapping) else None
        merged = _merged_into(record)
        if entity == "contact":
            return Found(entity, number, record, changed, merged)
        found = Found(entity, number, record, changed, merged)
        return completed(found, lambda one: self._associated(entity, self._with_links(entity, number, one)))

    def _with_links(self, entity: str, number: str, record: Record) -> Record:
        kinds = ("contacts", "deals") if entity == "call" else ("contacts",)
        return {**record, "associations": {kind: {"results": self._linked(entity, number, kind)} for kind in kinds}}

    def _linked(self, entity: str, number: str, kind: str) -> list[Record]:
        return _results(self._asker.ask("GET", f"crm/v4/objects/{OBJECTS[entity]}/{number}/associations/{kind}"))

    def _associated(self, entity: str, record: Record) -> Record:
        """Return a record that says whose it is; a deal that is a request of its own gets its contact's person."""
        if entity == "contact":
            return record
        contacts, deal = _associates(record, "contacts"), next(iter(_associates(record, "deals")), None)
        contact = contacts[0] if contacts else None
        told = {**record, "contact_id": contact, "contact_ids": contacts, "deal_id": deal}
        if entity == "deal" and self._takes_deals and contact:
            asked = {"properties": ",".join(USUAL["contact"])}
            told["contact"] = self._asker.ask("GET", f"crm/v3/objects/contacts/{contact}", params=asked) or {}
        return told

    def _deals_of(self, contact: str) -> list[Found]:
        linked = _results(self._asker.ask("GET", f"crm/v4/objects/contacts/{contact}/associations/deals"))
        numbers = [_linked_id(one) for one in linked]
        return [found for number in numbers if number for found in self.fetch("deal", number)]


def _milliseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1_000))


def _results(answer: Any) -> list[Record]:
    found = answer.get("results") if isinstance(answer, Mapping) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _merged_into(record: Record, asked_for: Collection[str] = ()) -> tuple[str, ...]:
    """Return the ids of the records that were merged into one: those that it lists, and that by which it was asked for."""
    said = record.get("properties")
    listed = text_of(said.get(MERGED)) if isinstance(said, Mapping) else None
    numbers = dict.fromkeys([*(listed or "").split(";"), *asked_for])
    return tuple(one.strip() for one in numbers if one.strip().isdecimal() and one.strip() != text_of(record.get("id")))


def _linked_id(one: Record) -> str | None:
    return text_of(one.get("id")) or text_of(one.get("toObjectId"))


def _associates(record: Record, kind: str) -> list[str]:
    """Return the ids of a kind that a record is associated with, the lowest first, so that the order stays the same."""
    linked = record.get("associations")
    some = _results(linked.get(kind)) if isinstance(linked, Mapping) else []
    return sorted({number for one in some if (number := _linked_id(one)) and number.isdecimal()}, key=int)


def _stage_codes(crm: Crm) -> list[str]:
    return [one for one in crm.stages if not one.startswith(LIFECYCLE)]


def _lifecycle_codes(crm: Crm) -> list[str]:
    return [one.removeprefix(LIFECYCLE) for one in crm.stages if one.startswith(LIFECYCLE)]


def _described(said: Record) -> DescribedField:
    name = text_of(said.get("name")) or ""
    options = said.get("options")
    listed = options if isinstance(options, list) else []
    choices = {str(one.get("value")): str(one.get("label")) for one in listed if isinstance(one, dict)}
    kind = KINDS.get(str(said.get("type")), "")
    kind = "list" if kind == "choice" and said.get("fieldType") == "checkbox" else kind
    differs = {value: label for value, label in choices.items() if value != label}
    return DescribedField(name, str(said.get("label", name)), kind, differs if kind in ("choice", "list") else {})


def _stages(pipeline: Record) -> Iterator[DescribedStage]:
    listed = pipeline.get("stages")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            meta = one.get("metadata")
            chance = str(meta.get("probability", "")) if isinstance(meta, Mapping) else ""
            kind = {"1.0": "won", "0.0": "lost"}.get(chance, "other")
            yield DescribedStage(str(one.get("id")), str(one.get("label", one.get("id"))), kind)
