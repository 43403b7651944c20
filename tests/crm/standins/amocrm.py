"""An account of amoCRM: leads, contacts, call notes; seven requests a second; webhooks told once, as forms of entities."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.crm.standins.server import Answer, Asked, StandIn

TOKEN = "amo-long-lived-token"
PIPELINE, INCOMING, NEW, MEETING, WON, LOST = 3177727, 31770000, 31770001, 31770002, 142, 143
PERSON = 504141
FIELDS = [
    {"id": 101, "name": "Площадь", "type": "numeric", "code": None},
    {"id": 102, "name": "Кто вы", "type": "select", "code": None, "enums": [{"id": 1, "value": "владелец"}]},
    {"id": 103, "name": "Потребность", "type": "checkbox", "code": None},
    {"id": 104, "name": "Бюджет", "type": "checkbox", "code": None},
    {"id": 105, "name": "Срочность", "type": "checkbox", "code": None},
    {"id": 201, "name": "utm_source", "type": "tracking_data", "code": "UTM_SOURCE"},
    {"id": 301, "name": "Leadloop: оценка", "type": "numeric", "code": None},
    {"id": 302, "name": "Leadloop: класс", "type": "text", "code": None},
    {"id": 303, "name": "Leadloop: причины", "type": "textarea", "code": None},
]
STATUSES = [
    (INCOMING, "Неразобранное"),
    (NEW, "Первичный контакт"),
    (MEETING, "Встреча"),
    (WON, "Успешно реализовано"),
    (LOST, "Закрыто и не реализовано"),
]
CODES = {201: "UTM_SOURCE"}


class AmoCrmStandIn(StandIn):
    """The account; ``update`` and the others do as people there do, and tell the webhook."""

    burst, rate = 7.0, 7.0

    def __init__(self, **how: Any) -> None:
        self.leads: dict[int, dict[str, Any]] = {}
        self.contacts: dict[int, dict[str, Any]] = {}
        self.notes: dict[str, list[dict[str, Any]]] = {"leads": [], "contacts": []}
        self.unsorted: dict[str, dict[str, Any]] = {}
        self._ids = count(10701093)
        super().__init__(**how)

    def contact(self, name: str, phone: str) -> int:
        with self.lock:
            number, values = next(self._ids), [{"value": phone, "enum_code": "WORK"}]
            fields = [{"field_id": 900, "field_code": "PHONE", "values": values}]
            self.contacts[number] = {
                "id": number,
                "name": name,
                "custom_fields_values": fields,
                "updated_at": self.stamp(),
            }
        return number

    def add(self, *, contact: int | None = None, at: datetime | None = None, **values: Any) -> int:
        with self.lock:
            number, moment = next(self._ids), self.stamp(at)
            contacts = [{"id": contact, "is_main": True}] if contact else []
            self.leads[number] = {
                "id": number, "name": "Заявка", "price": 0, "responsible_user_id": PERSON, "status_id": NEW,
                "pipeline_id": PIPELINE, "created_at": moment, "updated_at": moment, "closed_at": None,
                "custom_fields_values": [], "_embedded": {"contacts": contacts, "loss_reason": []},
            }  # fmt: skip
            self._set(number, values)
        self.tell("add", number)
        return number

    def come_in(self, category: str = "forms", *, contact: int | None = None, **values: Any) -> tuple[str, int]:
        """Do as a form or a call does: a lead stands at the incoming status, its contact is not to be seen until it is accepted."""
        with self.lock:
            silent, self.is_silent = self.is_silent, True
            number = self.add(contact=contact, **values)
            self.is_silent = silent
            uid, moment = f"{number:032x}", self.stamp()
            self.leads[number]["status_id"] = INCOMING
            meta = {"form_id": "1", "form_name": "Расчёт", "form_page": "https://okna.example", "form_sent_at": moment}
            if category == "sip":
                meta = {"from": "+7 916 765-43-21", "phone": "+7 916 765-43-21", "called_at": moment, "duration": 54}
            if category == "mail":
                meta = {"from": {"name": "Иван", "email": "ivan@example.com"}, "subject": "Окна"}
            people = [{"id": contact}] if contact else []
            self.unsorted[uid] = {
                "uid": uid, "source_uid": "site", "source_name": "Сайт", "category": category, "pipeline_id": PIPELINE,
                "created_at": moment, "metadata": meta, "_embedded": {"leads": [{"id": number}], "contacts": people},
            }  # fmt: skip
        self.tell_incoming("add", uid, {"category": category, "pipeline_id": PIPELINE})
        return uid, number

    def accept(self, uid: str) -> None:
        number = self.unsorted.pop(uid)["_embedded"]["leads"][0]["id"]
        self.leads[number] |= {"status_id": NEW, "updated_at": self.stamp()}
        self.tell_incoming("delete", uid, {"action": "accept", "accept_result][leads][0": number})

    def decline(self, uid: str) -> None:
        number = self.unsorted.pop(uid)["_embedded"]["leads"][0]["id"]
        del self.leads[number]
        self.tell_incoming("delete", uid, {"action": "decline", "decline_result][leads][0": number})

    def tell_incoming(self, action: str, uid: str, said: dict[str, Any]) -> int | None:
        told = {"uid": uid, "source": "site", "created_at": self.stamp(), **said}
        return self._send({f"unsorted[{action}][0][{name}]": value for name, value in told.items()})

    def _hidden(self) -> set[int]:
        """Return the contacts that are not to be seen, as nobody accepted what they left."""
        return {one["id"] for each in self.unsorted.values() for one in each["_embedded"]["contacts"]}

    def update(self, number: int, *, action: str = "update", price: int | None = None, **values: Any) -> None:
        with self.lock:
            self._set(number, values)
            self.leads[number] |= {"updated_at": self.stamp(), **({} if price is None else {"price": price})}
        self.tell(action, number)

    def move(self, number: int, status: int, price: int | None = None) -> None:
        with self.lock:
            self.leads[number] |= {"status_id": status, "closed_at": self.stamp() if status in (WON, LOST) else None}
        self.update(number, action="status", price=price)

    def delete(self, number: int) -> None:
        self.leads.pop(number)
        self.tell("delete", number)

    def call(
        self, owner: int, *, kind: str = "leads", status: int = 4, seconds: int = 60, way: str = "call_out"
    ) -> int:
        with self.lock:
            number = next(self._ids)
            params = {"uniq": str(number), "duration": seconds, "phone": "+79161234567", "call_status": status}
            note = {"id": number, "entity_id": owner, "note_type": way, "params": params, "responsible_user_id": PERSON,
                    "created_at": self.stamp(), "updated_at": self.stamp()}  # fmt: skip
            self.notes[kind].append(note)
        prefix = f"{kind}[note][0][note]"
        told = {f"{prefix}[id]": number, f"{prefix}[element_id]": owner, f"{prefix}[text]": "+79161234567",
                f"{prefix}[note_type]": 10 if way == "call_in" else 11, f"{prefix}[updated_at]": self.stamp()}  # fmt: skip
        self._send(told)
        return number

    def tell(self, action: str, number: int) -> int | None:
        lead = self.leads.get(number, {})
        said: dict[str, Any] = {
            name: lead[name] for name in ("status_id", "price", "responsible_user_id", "pipeline_id") if name in lead
        }
        said |= {"id": number, "name": "Заявка", "last_modified": lead.get("updated_at", self.stamp())}
        return self._send({f"leads[{action}][0][{name}]": value for name, value in said.items()})

    def _send(self, told: dict[str, Any]) -> int | None:
        form = {**told, "account[subdomain]": "standin", "account[id]": "29085955"}
        return self.send(urlencode(form).encode(), "application/x-www-form-urlencoded")

    def stamp(self, at: datetime | None = None) -> int:
        return int((at or self.now()).timestamp())

    def over_limit(self) -> Answer:
        return Answer(429, {"title": "Too Many Requests", "status": 429})

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(401, {"title": "Unauthorized", "status": 401, "detail": "Token is wrong"})
        parts = asked.path.removeprefix("/api/v4/").split("/")
        if asked.path == "/api/v4/account":
            return Answer(body={"id": 29085955, "name": "standin"})
        if asked.path == "/api/v4/leads/custom_fields":
            return _listed("custom_fields", FIELDS)
        if asked.path == "/api/v4/users":
            return _listed("users", [{"id": PERSON, "name": "Анна Смирнова"}])
        if asked.path == "/api/v4/leads/pipelines":
            statuses = [{"id": number, "name": name} for number, name in STATUSES]
            return _listed("pipelines", [{"id": PIPELINE, "name": "Воронка", "_embedded": {"statuses": statuses}}])
        if parts[-1] == "notes" and len(parts) == 2:
            return self._page("notes", self._notes(asked, parts[0]), asked)
        if len(parts) == 4 and parts[2] == "notes":
            return _one(next((one for one in self.notes[parts[0]] if one["id"] == int(parts[3])), None))
        if parts[:2] == ["leads", "unsorted"] and len(parts) == 3:
            return _one(self.unsorted.get(parts[2]))
        if parts == ["leads", "unsorted"]:
            rows = sorted(self.unsorted.values(), key=lambda one: one["created_at"])
            rows = rows[::-1] if asked.first("order[created_at]") == "desc" else rows
            size, page = int(asked.first("limit", "50")), int(asked.first("page", "1"))
            some = rows[(page - 1) * size : page * size]
            return _listed("unsorted", some) if some else Answer(204)
        if parts == ["leads"]:
            wanted = {int(value) for name, value in asked.query if name == "filter[id][]"}
            some = [one for number, one in self.leads.items() if not wanted or number in wanted]
            return self._page("leads", some, asked)
        if parts == ["contacts"]:
            wanted = {int(value) for name, value in asked.query if name == "filter[id][]"}
            wanted -= self._hidden()
            return _listed("contacts", [one for number, one in self.contacts.items() if number in wanted])
        if parts[0] == "leads" and asked.method == "PATCH":
            return self._patched(int(parts[1]), asked.body)
        if parts[0] == "leads":
            return _one(self.leads.get(int(parts[1])))
        return _one(self._with_leads(int(parts[1])))

    def _with_leads(self, number: int) -> dict[str, Any] | None:
        mine = [
            {"id": one["id"]}
            for one in self.leads.values()
            if {"id": number, "is_main": True} in one["_embedded"]["contacts"]
        ]
        contact = self.contacts.get(number)
        return None if contact is None else {**contact, "_embedded": {"leads": mine}}

    def _notes(self, asked: Asked, kind: str) -> list[dict[str, Any]]:
        wanted = {value for name, value in asked.query if name == "filter[note_type][]"}
        return [one for one in self.notes[kind] if one["note_type"] in wanted]

    def _page(self, name: str, rows: list[dict[str, Any]], asked: Asked) -> Answer:
        since = int(asked.first("filter[updated_at][from]", "0"))
        rows = sorted(
            (one for one in rows if one["updated_at"] >= since), key=lambda one: (one["updated_at"], one["id"])
        )
        size, page = int(asked.first("limit", "50")), int(asked.first("page", "1"))
        some = rows[(page - 1) * size : page * size]
        return _listed(name, some) if some else Answer(204)

    def _patched(self, number: int, body: dict[str, Any]) -> Answer:
        """Do as amoCRM does when fields are set through its interface: webhooks are told of it like of any change."""
        if number not in self.leads:
            return Answer(404, {"title": "Not Found", "status": 404})
        self._set(number, {f"f{one['field_id']}": one["values"][0]["value"] for one in body["custom_fields_values"]})
        self.leads[number]["updated_at"] = self.stamp()
        threading.Thread(target=self.tell, args=("update", number), daemon=True).start()
        return Answer(body={"id": number, "updated_at": self.stamp()})

    def value(self, number: int, field: int) -> Any:
        told = {one["field_id"]: one["values"][0]["value"] for one in self.leads[number]["custom_fields_values"]}
        return told.get(field)

    def _set(self, number: int, values: dict[str, Any]) -> None:
        told = {one["field_id"]: one for one in self.leads[number]["custom_fields_values"]}
        for name, value in values.items():
            field = int(name.removeprefix("f"))
            told[field] = {"field_id": field, "field_code": CODES.get(field), "values": [{"value": value}]}
        self.leads[number]["custom_fields_values"] = list(told.values())

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)


def _listed(name: str, rows: list[dict[str, Any]]) -> Answer:
    return Answer(body={"_page": 1, "_embedded": {name: rows}})


def _one(record: dict[str, Any] | None) -> Answer:
    return Answer(404, {"title": "Not Found", "status": 404}) if record is None else Answer(body=record)
