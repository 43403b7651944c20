"""A portal of Bitrix24: leads, deals, calls; fifty requests at once and two a second; webhooks told once, with ids alone."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.crm.standins.server import Answer, Asked, StandIn

USER, CODE, TOKEN = "1", "s3cr3tc0de", "51856fefc120afa4b628cc82d3935cce"
PAGE = 50
OTHER = 7
FIELDS: dict[str, Any] = {
    "ID": {"type": "integer", "title": "ID"},
    "TITLE": {"type": "string", "title": "Название лида"},
    "UF_CRM_AREA": {"type": "double", "title": "UF_CRM_AREA", "listLabel": "Площадь"},
    "UF_CRM_ROLE": {
        "type": "enumeration", "title": "UF_CRM_ROLE", "listLabel": "Кто вы", "isMultiple": False,
        "items": [{"ID": "45", "VALUE": "владелец"}, {"ID": "47", "VALUE": "арендатор"}],
    },
    "UF_CRM_NEED": {"type": "boolean", "title": "UF_CRM_NEED", "listLabel": "Потребность"},
    "UF_CRM_BUDGET": {"type": "boolean", "title": "UF_CRM_BUDGET", "listLabel": "Бюджет"},
    "UF_CRM_URGENCY": {"type": "boolean", "title": "UF_CRM_URGENCY", "listLabel": "Срочность"},
    "UF_CRM_SCORE": {"type": "double", "title": "UF_CRM_SCORE", "listLabel": "Leadloop: оценка"},
    "UF_CRM_GRADE": {"type": "string", "title": "UF_CRM_GRADE", "listLabel": "Leadloop: класс"},
    "UF_CRM_REASONS": {"type": "string", "title": "UF_CRM_REASONS", "listLabel": "Leadloop: причины"},
}  # fmt: skip
STAGES = [
    {"ENTITY_ID": "STATUS", "STATUS_ID": "NEW", "NAME": "Новая", "EXTRA": {"SEMANTICS": "process"}},
    {"ENTITY_ID": "STATUS", "STATUS_ID": "MEETING", "NAME": "Встреча", "EXTRA": {"SEMANTICS": "process"}},
    {"ENTITY_ID": "STATUS", "STATUS_ID": "CONVERTED", "NAME": "Качественный лид", "SEMANTICS": "S"},
    {"ENTITY_ID": "STATUS", "STATUS_ID": "JUNK", "NAME": "Некачественный лид", "SEMANTICS": "F"},
    {"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "PREPARATION", "NAME": "Подготовка", "SEMANTICS": None},
    {"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "WON", "NAME": "Сделка успешна", "SEMANTICS": "S"},
    {"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "LOSE", "NAME": "Сделка провалена", "SEMANTICS": "F"},
    {"ENTITY_ID": "SOURCE", "STATUS_ID": "WEB", "NAME": "Сайт"},
]
UPDATED = {"lead": "ONCRMLEADUPDATE", "deal": "ONCRMDEALUPDATE"}


class Bitrix24StandIn(StandIn):
    """The portal; ``update`` and the others do as people there do, and tell the webhook.

    ``withheld`` is what is answered whenever somebody asks for a record, by its number.
    """

    def __init__(self, **how: Any) -> None:
        self.records: dict[str, dict[str, dict[str, Any]]] = {"lead": {}, "deal": {}, "contact": {}}
        self.calls: list[dict[str, Any]] = []
        self.withheld: dict[str, Answer] = {}
        self.people = {str(OTHER): "Анна Смирнова"}
        self._ids, self._ts = count(7405), count(1)
        super().__init__(**how)

    @property
    def hook(self) -> str:
        return f"{self.address}/rest/{USER}/{CODE}/"

    def add(self, kind: str = "lead", *, at: datetime | None = None, **fields: Any) -> str:
        with self.lock:
            number, moment = str(next(self._ids)), self._iso(at or self.now())
            first = {"STATUS_ID": "NEW"} if kind == "lead" else {"STAGE_ID": "NEW"} if kind == "deal" else {}
            told = {"ID": number, "DATE_CREATE": moment, "DATE_MODIFY": moment, "ASSIGNED_BY_ID": str(OTHER), **first}
            self.records[kind][number] = {**told, **fields}
        if kind != "contact":
            self.tell(f"ONCRM{kind.upper()}ADD", number)
        return number

    def update(self, kind: str, number: str, **fields: Any) -> None:
        with self.lock:
            record = self.records[kind][number]
            moved = {"MOVED_TIME": self._iso(self.now())} if {"STATUS_ID", "STAGE_ID"} & set(fields) else {}
            record.update({**fields, **moved, "DATE_MODIFY": self._iso(self.now())})
        self.tell(UPDATED[kind], number)

    def delete(self, kind: str, number: str) -> None:
        with self.lock:
            del self.records[kind][number]
        self.tell(f"ONCRM{kind.upper()}DELETE", number)

    def call(
        self, lead: str, *, code: str = "200", seconds: int = 60, kind: str = "1", at: datetime | None = None
    ) -> str:
        with self.lock:
            number = f"call.{len(self.calls) + 1}"
            told = {
                "ID": str(len(self.calls) + 1), "CALL_ID": number, "CALL_TYPE": kind, "PHONE_NUMBER": "+79161234567",
                "PORTAL_USER_ID": str(OTHER), "CALL_DURATION": str(seconds), "CALL_FAILED_CODE": code,
                "CALL_START_DATE": self._iso((at or self.now()) - timedelta(seconds=seconds)),
                "CRM_ENTITY_TYPE": "LEAD", "CRM_ENTITY_ID": lead, "CRM_ACTIVITY_ID": "0",
            }  # fmt: skip
            self.calls.append(told)
        sent = {f"data[{name}]": told[name] for name in ("CALL_ID", "CALL_TYPE", "PHONE_NUMBER", "CALL_DURATION")}
        self.tell("ONVOXIMPLANTCALLEND", None, sent)
        return number

    def tell(
        self, event: str, number: str | None, more: dict[str, Any] | None = None, token: str = TOKEN
    ) -> int | None:
        said = {"event": event, "event_handler_id": "5", "ts": str(1_772_442_000 + next(self._ts))}
        said |= {"data[FIELDS][ID]": number} if number else {}
        proof = {"auth[domain]": self.address, "auth[member_id]": "a223c6b3710f85df22e9377d6c4f7553"}
        form = {**said, **(more or {}), **proof, "auth[application_token]": token}
        return self.send(urlencode(form).encode(), "application/x-www-form-urlencoded")

    def over_limit(self) -> Answer:
        return Answer(503, {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"})

    def answer(self, asked: Asked) -> Answer:
        start = f"/rest/{USER}/{CODE}/"
        if not asked.path.startswith(start):
            return Answer(401, {"error": "INVALID_CREDENTIALS", "error_description": "Invalid request credentials"})
        method = asked.path.removeprefix(start).removesuffix(".json")
        body = asked.body if isinstance(asked.body, dict) else {}
        if method == "profile":
            return Answer(body={"result": {"ID": USER, "ADMIN": True, "NAME": "Leadloop"}})
        if method == "scope":
            return Answer(body={"result": ["crm", "telephony", "user"]})
        if method == "user.get":
            people = [{"ID": number, "NAME": name} for number, name in self.people.items()]
            return self._paged(people, int(body.get("start", 0)))
        if method == "crm.status.list":
            return Answer(body={"result": STAGES})
        if method == "voximplant.statistic.get":
            return self._call_list(body)
        kind, _, verb = method.removeprefix("crm.").partition(".")
        if kind in self.records:
            return self._record(kind, verb, body)
        return Answer(404, {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"})

    def _record(self, kind: str, verb: str, body: dict[str, Any]) -> Answer:
        kept = self.records[kind]
        if verb == "fields":
            return Answer(body={"result": FIELDS})
        if verb == "list":
            return self._page(kind, body)
        number = str(body.get("id"))
        if number not in kept:
            return Answer(400, {"error": "", "error_description": "Not found"})
        if number in self.withheld:
            return self.withheld[number]
        if verb == "update":
            self._updated(kind, number, body["fields"])
            return Answer(body={"result": True})
        return Answer(body={"result": kept[number]})

    def _updated(self, kind: str, number: str, fields: dict[str, Any]) -> None:
        """Do as Bitrix24 does when a field is written through its interface: the webhook is told of it like of any change."""
        self.records[kind][number].update({**fields, "DATE_MODIFY": self._iso(self.now())})
        threading.Thread(target=self.tell, args=(UPDATED[kind], number), daemon=True).start()

    def _page(self, kind: str, body: dict[str, Any]) -> Answer:
        since = datetime.fromisoformat(body["filter"][">=DATE_MODIFY"])
        rows = [one for one in self.records[kind].values() if datetime.fromisoformat(one["DATE_MODIFY"]) >= since]
        rows.sort(key=lambda one: (one["DATE_MODIFY"], int(one["ID"])))
        return self._paged(rows, int(body.get("start", 0)))

    def _call_list(self, body: dict[str, Any]) -> Answer:
        wanted = body.get("FILTER", {})
        rows = [one for one in self.calls if one["CALL_ID"] == wanted.get("CALL_ID", one["CALL_ID"])]
        if ">=CALL_START_DATE" in wanted:
            since = datetime.fromisoformat(wanted[">=CALL_START_DATE"])
            rows = [one for one in rows if datetime.fromisoformat(one["CALL_START_DATE"]) >= since]
        rows.sort(key=lambda one: one["CALL_START_DATE"])
        return self._paged(rows, int(body.get("start", 0)))

    def _paged(self, rows: list[dict[str, Any]], start: int) -> Answer:
        following = {"next": start + PAGE} if start + PAGE < len(rows) else {}
        return Answer(body={"result": rows[start : start + PAGE], "total": len(rows), **following})

    def _iso(self, moment: datetime) -> str:
        return moment.replace(microsecond=0).isoformat()
