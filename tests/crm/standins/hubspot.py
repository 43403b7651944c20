"""An account of HubSpot: contacts, deals, calls; a hundred requests in ten seconds; signed events, repeated and out of order."""

from __future__ import annotations

import json
import random
import threading
import time
from datetime import datetime
from itertools import count
from typing import Any

from features.crm.hubspot_events import signature_of
from tests.crm.standins.server import Answer, Asked, StandIn

TOKEN, SECRET = "pat-standin", "hubspot-client-secret"
OWNER, PORTAL = "77001", 62515
CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
NO_ANSWER = "73a0d17f-1163-4015-bdd5-ec830791da20"
PROPERTIES = [
    {"name": "office_area", "label": "Office area", "type": "number", "fieldType": "number"},
    {"name": "role", "label": "Role", "type": "enumeration", "fieldType": "select",
     "options": [{"value": "owner", "label": "Owner"}, {"value": "tenant", "label": "Tenant"}]},
    {"name": "need", "label": "Need", "type": "bool", "fieldType": "booleancheckbox"},
    {"name": "budget", "label": "Budget", "type": "bool", "fieldType": "booleancheckbox"},
    {"name": "urgency", "label": "Urgency", "type": "bool", "fieldType": "booleancheckbox"},
    {"name": "utm_source", "label": "UTM source", "type": "string", "fieldType": "text"},
    {"name": "leadloop_score", "label": "Leadloop score", "type": "number", "fieldType": "number"},
    {"name": "leadloop_grade", "label": "Leadloop grade", "type": "string", "fieldType": "text"},
    {"name": "leadloop_reasons", "label": "Leadloop reasons", "type": "string", "fieldType": "textarea"},
]  # fmt: skip
STAGES = [
    {"id": "appointmentscheduled", "label": "Appointment scheduled", "metadata": {"probability": "0.2"}},
    {"id": "closedwon", "label": "Closed won", "metadata": {"probability": "1.0"}},
    {"id": "closedlost", "label": "Closed lost", "metadata": {"probability": "0.0"}},
]
KINDS = {"contact": "contacts", "deal": "deals", "call": "calls"}
CHANGED = {"contacts": "lastmodifieddate", "deals": "hs_lastmodifieddate", "calls": "hs_lastmodifieddate"}


class HubSpotStandIn(StandIn):
    """The account; each change is told ``times`` times, in any order within a delivery."""

    burst, rate = 100.0, 10.0

    def __init__(self, **how: Any) -> None:
        self.objects: dict[str, dict[str, dict[str, Any]]] = {"contacts": {}, "deals": {}, "calls": {}}
        self.links: dict[tuple[str, str], list[str]] = {}
        self.merged: dict[str, dict[str, str]] = {objects: {} for objects in self.objects}
        self.times = 2
        self.people = {OWNER: "Ann Smith"}
        self._ids, self._events, self._draw = count(51), count(100), random.Random(7)
        super().__init__(**how)

    def add(self, kind: str = "contact", *, contact: str | None = None, at: datetime | None = None, **said: Any) -> str:
        objects = KINDS[kind]
        with self.lock:
            number, moment = str(next(self._ids)), self.iso(at)
            said = {"createdate": moment, CHANGED[objects]: moment, "hubspot_owner_id": OWNER, **said}
            self.objects[objects][number] = {"id": number, "properties": said}
            if contact:
                self.links[objects, number] = [contact]
        self.tell(kind, "creation", number)
        return number

    def update(self, kind: str, number: str, **said: Any) -> None:
        objects = KINDS[kind]
        with self.lock:
            self.objects[objects][number]["properties"] |= {**said, CHANGED[objects]: self.iso()}
        for name in said:
            self.tell(kind, "propertyChange", number, name)

    def delete(self, kind: str, number: str) -> None:
        self.objects[KINDS[kind]].pop(number)
        self.tell(kind, "deletion", number)

    def merge(self, kind: str, primary: str, other: str, *, makes_new: bool = True) -> str:
        """Do as HubSpot does: a record of its own is left (or, as before 2025, the primary), and both ids are answered with it."""
        objects = KINDS[kind]
        with self.lock:
            shelf, gone = self.objects[objects], self.merged[objects]
            first, second = shelf.pop(primary), shelf.pop(other)
            number = str(next(self._ids)) if makes_new else primary
            before = [
                one for each in (first, second) for one in each["properties"].get("hs_merged_object_ids", "").split(";")
            ]
            ids = [one for one in (primary, other, *before) if one and one != number]
            said = {
                **second["properties"],
                **first["properties"],
                CHANGED[objects]: self.iso(),
                "hs_merged_object_ids": ";".join(ids),
            }
            shelf[number] = {"id": number, "properties": said}
            gone |= dict.fromkeys(ids, number)
            for place, contacts in self.links.items():
                if objects == "contacts":
                    self.links[place] = list(dict.fromkeys(gone.get(one, one) for one in contacts))
            mine = [one for each in (primary, other) for one in self.links.pop((objects, each), [])]
            if mine:
                self.links[objects, number] = list(dict.fromkeys(mine))
        told = {"eventId": next(self._events), "subscriptionId": 8, "portalId": PORTAL, "appId": 1, "attemptNumber": 0,
                "occurredAt": int(time.time() * 1_000), "subscriptionType": f"{kind}.merge", "primaryObjectId": int(primary),
                "mergedObjectIds": [int(other)], "newObjectId": int(number), "numberOfPropertiesMoved": 3,
                "changeSource": "CRM_UI"}  # fmt: skip
        self.deliver([told])
        return number

    def call(self, contact: str, disposition: str = CONNECTED, milliseconds: int = 60_000) -> str:
        told: dict[str, Any] = {
                "hs_call_disposition": disposition, "hs_call_duration": str(milliseconds), "hs_timestamp": self.iso(),
                "hs_call_direction": "OUTBOUND", "hs_call_status": "COMPLETED"}  # fmt: skip
        return self.add("call", contact=contact, **told)

    def tell(self, kind: str, action: str, number: str, name: str | None = None) -> list[int | None]:
        said = {"eventId": next(self._events), "subscriptionId": 7, "portalId": PORTAL, "appId": 1, "attemptNumber": 0,
                "occurredAt": int(time.time() * 1_000), "subscriptionType": f"{kind}.{action}", "objectId": int(number),
                "changeSource": "CRM_UI", **({"propertyName": name, "propertyValue": "…"} if name else {})}  # fmt: skip
        events = [{**said, "attemptNumber": attempt} for attempt in range(self.times)]
        self._draw.shuffle(events)
        return [self.deliver([event]) for event in events]

    def deliver(self, events: Any, *, secret: str = SECRET, age: float = 0.0) -> int | None:
        body = json.dumps(events).encode()
        timestamp = str(int((time.time() - age) * 1_000))
        signature = signature_of(secret, "POST", self.tells or "", body, timestamp)
        headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": timestamp}
        return self.send(body, "application/json", headers)

    def iso(self, at: datetime | None = None) -> str:
        return (at or datetime.now(self.now().tzinfo)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def over_limit(self) -> Answer:
        said = {"status": "error", "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}
        return Answer(429, said, {"Retry-After": "1"})

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(401, {"status": "error", "category": "INVALID_AUTHENTICATION"})
        parts = asked.path.strip("/").split("/")
        if asked.path == "/account-info/v3/details":
            return Answer(body={"portalId": PORTAL, "timeZone": "Europe/Dublin", "companyCurrency": "EUR"})
        if parts[2:3] == ["properties"]:
            return Answer(body={"results": PROPERTIES})
        if parts[2:3] == ["pipelines"]:
            return Answer(body={"results": [{"id": "default", "label": "Sales", "stages": STAGES}]})
        if parts[2:3] == ["owners"]:
            return self._owners(int(asked.first("after", "0")), int(asked.first("limit")))
        kind, number = parts[3], parts[4]
        if number == "search":
            return self._search(kind, asked.body)
        if parts[5:6] == ["associations"]:
            return Answer(body={"results": [{"toObjectId": int(one)} for one in self._linked(kind, number, parts[6])]})
        record = self.objects[kind].get(self.merged[kind].get(number, number))
        if record is None:
            return Answer(404, {"status": "error", "category": "OBJECT_NOT_FOUND"})
        return (
            self._patched(kind, number, asked.body)
            if asked.method == "PATCH"
            else Answer(body=self._shown(kind, asked, record))
        )

    def _owners(self, start: int, size: int) -> Answer:
        rows = [{"id": number, "firstName": name} for number, name in self.people.items()]
        following = {"paging": {"next": {"after": str(start + size)}}} if start + size < len(rows) else {}
        return Answer(body={"results": rows[start : start + size], **following})

    def _shown(self, kind: str, asked: Asked, record: dict[str, Any]) -> dict[str, Any]:
        wanted = set(asked.first("properties").split(","))
        said = {name: value for name, value in record["properties"].items() if name in wanted}
        shown: dict[str, Any] = {"id": record["id"], "properties": said}
        kinds = [one for one in asked.first("associations").split(",") if one]
        linked = {one: {"results": [{"id": each} for each in self._linked(kind, record["id"], one)]} for one in kinds}
        return {**shown, **({"associations": linked} if kinds else {})}

    def _linked(self, kind: str, number: str, to: str) -> list[str]:
        if to == "contacts":
            return self.links.get((kind, number), [])
        return [one for (of, one), contacts in self.links.items() if of == to and number in contacts]

    def _search(self, kind: str, body: dict[str, Any]) -> Answer:
        (told,) = body["filterGroups"][0]["filters"]
        column, since = told["propertyName"], int(told["value"])
        rows = [one for one in self.objects[kind].values() if _milliseconds(one["properties"][column]) >= since]
        rows.sort(key=lambda one: (one["properties"][column], int(one["id"])))
        start = int(body.get("after", 0))
        if start >= 10_000:
            return Answer(400, {"status": "error", "category": "VALIDATION_ERROR"})
        wanted, some = set(body["properties"]), rows[start : start + min(int(body["limit"]), 100)]
        shown = [
            {
                "id": one["id"],
                "properties": {name: value for name, value in one["properties"].items() if name in wanted},
            }
            for one in some
        ]
        return Answer(body={"total": len(rows), "results": shown})

    def _patched(self, kind: str, number: str, body: dict[str, Any]) -> Answer:
        """Do as HubSpot does when properties are set by an app: each is told of like any change."""
        self.objects[kind][number]["properties"] |= {**body["properties"], CHANGED[kind]: self.iso()}
        name = next(one for one, objects in KINDS.items() if objects == kind)
        told = [(name, "propertyChange", number, one) for one in body["properties"]]
        threading.Thread(target=lambda: [self.tell(*one) for one in told], daemon=True).start()
        return Answer(body={"id": number})


def _milliseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1_000)
