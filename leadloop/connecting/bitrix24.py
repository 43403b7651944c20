"""Speaks to Bitrix24 through an incoming webhook: leads, deals and calls, two requests a second after a burst of fifty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson

from features.crm import bitrix24_records
from features.crm.mapping import moment_of, text_of
from features.errors import CrmRefused
from features.facts.company import Company
from features.outbox.letter import Letter
from leadloop.connecting.asked_crm import AskedCrm, Reader
from leadloop.connecting.asking import Asker
from leadloop.connecting.connector import DescribedField, DescribedStage, Description, Found, Record, completed
from leadloop.connecting.paging import pages_since
from leadloop.connecting.secret_addresses import HOOK, HOOK_PLACE

PAGE = 50
RATE, BURST = 2.0, 40
"""Below the burst of fifty, as letters that write back go the same way."""
METHODS = {"lead": "crm.lead", "deal": "crm.deal"}
NEEDED = "the right to crm, and to telephony for calls"
REMEDY = f"make an incoming webhook with {NEEDED} and put its address into LEADLOOP_BITRIX24_HOOK."
KINDS = {"double": "number", "integer": "number", "money": "number", "boolean": "yes_no", "date": "date", "datetime": "date",
         "enumeration": "choice", "crm_status": "choice", "string": "text"}  # fmt: skip
SEMANTICS = {"S": "won", "F": "lost"}
LONGEST_CALL = timedelta(hours=3)
"""Calls are listed by when they began, and only once they have ended."""
MOST_PAGES = 100
MOST_OWNERS = 10_000


@dataclass(frozen=True, slots=True)
class Hook:
    """The address of an incoming webhook: where the portal is, and the part that nobody may see."""

    portal: str
    secret: str

    def __repr__(self) -> str:
        return f"Hook({self.portal!r})"


def hook_of(address: str | None) -> Hook:
    """Return the parts of an incoming webhook's address; ``CrmRefused`` where it is none.

    >>> hook_of("https://x.bitrix24.ru/rest/1/abc123/").portal
    'https://x.bitrix24.ru'
    """
    found = HOOK.match(address or "")
    if not found:
        raise CrmRefused(
            "LEADLOOP_BITRIX24_HOOK is the address of an incoming webhook, https://portal/rest/USER/CODE/: " + REMEDY
        )
    return Hook(found[1], found[2])


class Bitrix24(AskedCrm):
    """One portal."""

    crm = "bitrix24"
    letters_a_minute = 50
    late_by: ClassVar[Mapping[str, timedelta]] = {"call": LONGEST_CALL}
    readers: ClassVar[Mapping[str, Reader]] = {
        "lead": bitrix24_records.lead_of,
        "deal": bitrix24_records.deal_of,
        "call": bitrix24_records.call_of,
    }

    def __init__(self, company: Company, hook: Hook, asker: Asker) -> None:
        taken = company.crm.taken if company.crm else "leads"
        super().__init__(company, asker, ("lead", "deal", "call") if taken == "leads" else ("deal", "call"))
        self._portal = hook.portal
        self._owners: dict[str, tuple[str, Any]] = {}

    def fetch(self, entity: str, record_id: str) -> list[Found]:
        """Return a lead, a deal or a call; a kind that is not taken is nothing."""
        if entity not in self.entities:
            return []
        if entity == "call":
            body = {"FILTER": {"CALL_ID": record_id}}
            calls = self._result("voximplant.statistic.get", body) or []
            return [Found("call", record_id, self._owned(one)) for one in calls[:1]]
        record = self._record(METHODS[entity], record_id)
        return [Found(entity, record_id, self._with_contact(entity, record) if record else None)]

    def changed(self, entity: str, since: datetime) -> Iterator[list[Found]]:
        """Yield pages of fifty."""
        column = "CALL_START_DATE" if entity == "call" else "DATE_MODIFY"
        method = "voximplant.statistic.get" if entity == "call" else f"{METHODS[entity]}.list"

        def ask(since: datetime, start: int) -> list[Found]:
            records = self._result(method, self._asked(entity, column, since, start)) or []
            return [self._found(entity, one, moment_of(one.get(column))) for one in records]

        return pages_since(ask, since, PAGE)

    def letter(self, entity: str, record_id: str, values: Mapping[str, Any], once_key: str) -> Letter:
        """Return the letter that updates a record; the webhook's secret is put into its address when it is sent."""
        quiet = {"REGISTER_SONET_EVENT": "N"}
        return Letter(
            destination="crm-bitrix24",
            kind="crm:bitrix24",
            once_key=once_key,
            url=f"{self._portal}/rest/{HOOK_PLACE}/{METHODS[entity]}.update.json",
            body=orjson.dumps({"id": record_id, "fields": dict(values), "params": quiet}),
            content_type="application/json",
        )

    def described(self) -> Description:
        """Return fields, stages and people."""
        entity = self.entities[0]
        told = self._result(f"{METHODS[entity]}.fields", {}) or {}
        fields = tuple(_described(name, one) for name, one in told.items() if isinstance(one, dict))
        return Description(fields, tuple(self._stages()), self._people())

    def greeted(self) -> str:
        """Return whose webhook it is."""
        said = self._result("profile", {}) or {}
        return f"{urlsplit(self._portal).netloc} answers, as its user {text_of(said.get('ID')) or '?'}"

    def _stages(self) -> Iterator[DescribedStage]:
        kinds = ("STATUS", "DEAL_STAGE") if "lead" in self.entities else ("DEAL_STAGE",)
        for one in self._result("crm.status.list", {}) or []:
            entity, code = str(one.get("ENTITY_ID", "")), str(one.get("STATUS_ID", ""))
            if not any(entity == kind or entity.startswith(f"{kind}_") for kind in kinds):
                continue
            extra = one.get("EXTRA") if isinstance(one.get("EXTRA"), dict) else {}
            meant = SEMANTICS.get(str(one.get("SEMANTICS") or extra.get("SEMANTICS") or "")[:1].upper(), "other")
            is_lead_made_deal = entity == "STATUS" and meant == "won"
            yield DescribedStage(code, str(one.get("NAME", code)), "other" if is_lead_made_deal else meant)

    def _people(self) -> dict[str, str]:
        people: list[Record] = []
        for page in range(MOST_PAGES):
            try:
                some = self._result("user.get", {"FILTER": {"ACTIVE": True}, "start": page * PAGE}) or []
            except CrmRefused:  # the right to people is not needed for anything else
                return {}
            people += some
            if len(some) < PAGE:
                break
        return {str(one["ID"]): " ".join(filter(None, (one.get("NAME"), one.get("LAST_NAME")))) for one in people}

    def _asked(self, entity: str, column: str, since: datetime, start: int) -> dict[str, Any]:
        moment = since.isoformat(timespec="seconds")
        if entity == "call":
            return {"FILTER": {f">={column}": moment}, "SORT": column, "ORDER": "ASC", "start": start}
        chosen = ["*", "UF_*", "PHONE", "EMAIL"]
        order = {column: "ASC", "ID": "ASC"}
        return {"filter": {f">={column}": moment}, "order": order, "select": chosen, "start": start}

    def _found(self, entity: str, record: Record, changed_at: datetime | None) -> Found:
        if entity == "call":
            return completed(Found("call", str(record.get("CALL_ID", "")), record, changed_at), self._owned)
        found = Found(entity, str(record.get("ID", "")), record, changed_at)
        return completed(found, lambda one: self._with_contact(entity, one))

    def _with_contact(self, entity: str, record: Record) -> Record:
        """Return a deal with its person, where it is a request of its own; a lead holds its own."""
        contact = text_of(record.get("CONTACT_ID"))
        has_lead = text_of(record.get("LEAD_ID")) not in (None, "0") and "lead" in self.entities
        if entity != "deal" or has_lead or contact in (None, "0"):
            return record
        return {**record, "contact": self._record("crm.contact", contact) or {}}

    def _owned(self, call: Record) -> Record:
        """Return a call with the lead or deal that its activity is of, where it says only the person's; each is asked for once."""
        activity = text_of(call.get("CRM_ACTIVITY_ID"))
        if call.get("CRM_ENTITY_TYPE") in ("LEAD", "DEAL") or activity is None or activity == "0":
            return call
        if activity not in self._owners:
            said = self._record("crm.activity", activity) or {}
            kind = {"1": "LEAD", "2": "DEAL"}.get(text_of(said.get("OWNER_TYPE_ID")) or "")
            if kind is None:
                return call
            if len(self._owners) >= MOST_OWNERS:
                self._owners.clear()
            self._owners[activity] = (kind, said.get("OWNER_ID"))
        kind, owner = self._owners[activity]
        return {**call, "CRM_ENTITY_TYPE": kind, "CRM_ENTITY_ID": owner}

    def _record(self, kind: str, number: str | None) -> Record | None:
        """Return a record; None where the portal says that there is none, and a ``CrmRefused`` where it says neither."""
        record = self._result(f"{kind}.get", {"id": number})
        if record is not None and not isinstance(record, dict):
            raise CrmRefused(f"{self.crm} answers {kind}.get with no record.")
        return record

    def _result(self, method: str, body: Mapping[str, Any]) -> Any:
        """Return what a method results in; None where there is nothing of that name."""
        answer = self._asker.ask("POST", f"{method}.json", body=dict(body))
        if answer is None:
            return None
        if not isinstance(answer, dict) or answer.get("result") is None:
            error = text_of(answer.get("error")) if isinstance(answer, dict) else None
            raise CrmRefused(f"{self.crm} answers {method} without a result ({(error or 'nothing said why')[:60]}).")
        return answer["result"]


def _described(name: str, said: Mapping[str, Any]) -> DescribedField:
    items = said.get("items")
    listed = items if isinstance(items, list) else []
    choices = {str(one.get("ID")): str(one.get("VALUE")) for one in listed if isinstance(one, dict)}
    label = said.get("listLabel") or said.get("formLabel") or said.get("title") or name
    kind = KINDS.get(str(said.get("type")), "")
    return DescribedField(name, str(label), "list" if kind == "choice" and said.get("isMultiple") else kind, choices)
