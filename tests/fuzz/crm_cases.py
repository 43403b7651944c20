"""Cases drawn for the doors that CRMs send to, with their proof and without it, asked of the whole application.

The doors stand in no published schema, as each CRM writes its own. So what each of them sends is written down here in the same
form, and whatever is drawn from it, right or wrong, has to be answered with what is written here.
"""

from __future__ import annotations

import json
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from features.crm.hubspot_events import signature_of
from features.facts.crm_settings import CrmName
from features.facts.database import engine_for, reading
from features.facts.tables import CRM_INBOX
from features.settings import settings_from_environment
from leadloop.database import bring_up_to_date
from serving.app import create_app
from serving.wiring import service_of
from tests.crm.proofs import CLIENT, PROOFS, SECRET, TOKEN
from tests.fuzz.api_cases import Told
from tests.fuzz.drawn import drawn

with warnings.catch_warnings():
    # Starlette asks for a newer name of the client that the lock file does not hold yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

BASE = "http://testserver"
PATHS: Mapping[CrmName, str] = {
    "bitrix24": "/crm/bitrix24",
    "amocrm": "/crm/amocrm/{secret}",
    "hubspot": "/crm/hubspot",
}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
NUMBER: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 10**17}
INTEGER: dict[str, Any] = {"type": "integer"}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def _words(*some: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(some)}


BODIES: Mapping[CrmName, dict[str, Any]] = {
    "bitrix24": _object(
        ["event"],
        **{
            "event": _words("ONCRMLEADADD", "ONCRMLEADUPDATE", "ONCRMLEADDELETE", "ONCRMDEALADD", "ONVOXIMPLANTCALLEND"),
            "data[FIELDS][ID]": NUMBER, "data[CALL_ID]": {"type": "string"}, "ts": INTEGER,
        },
    ),
    "amocrm": _object(
        [],
        **{f"{kind}[{action}][0][id]": NUMBER for kind in ("leads", "contacts") for action in ("add", "update", "delete")},
        **{
            "leads[note][0][note][id]": NUMBER, "leads[note][0][note][element_id]": NUMBER,
            "leads[note][0][note][note_type]": _words("4", "10", "11"), "leads[status][0][last_modified]": INTEGER,
            "unsorted[add][0][uid]": {"type": "string", "pattern": "^[0-9a-f]{8,40}$"},
            "unsorted[delete][0][action]": _words("accept", "decline"),
            "unsorted[delete][0][accept_result][leads][0]": NUMBER, "account[subdomain]": {"type": "string"},
        },
    ),
    "hubspot": {
        "type": "array", "maxItems": 5,
        "items": _object(
            ["eventId", "subscriptionType"],
            eventId=INTEGER, objectId=NUMBER, primaryObjectId=NUMBER, newObjectId=NUMBER, occurredAt=INTEGER,
            mergedObjectIds={"type": "array", "items": NUMBER}, propertyName={"type": "string"},
            objectTypeId=_words("0-1", "0-3", "0-48", "0-2"),
            subscriptionType=_words("contact.creation", "contact.merge", "deal.propertyChange", "object.merge", "company.creation"),
        ),
    },
}  # fmt: skip
"""What each CRM sends; beside it stands the proof."""
DETAIL = {"description": "why not", "content": {JSON: {"schema": {"type": "object", "required": ["detail"]}}}}
HEARD = {
    "description": "kept",
    "content": {JSON: {"schema": _object(["heard"], heard={"type": "integer", "minimum": 0, "maximum": 1_000})}},
}
ANSWERS = {"200": HEARD, **dict.fromkeys(("403", "404", "405", "413", "422"), DETAIL)}
PROVEN, NOT_PROVEN = "proven", "not proven"
Judge = Callable[[Any, Any], None]
CrmDoors = Mapping[CrmName, tuple[TestClient, Engine]]
"""Of a company with each CRM, the application and its database."""


def written_down(system: CrmName) -> dict[str, Any]:
    """Return what is sent to a door and what it answers, in the form of OpenAPI."""
    kind = JSON if system == "hubspot" else FORM
    secret = [{"name": "secret", "in": "path", "required": True, "schema": {"type": "string"}}]
    operation = {
        "requestBody": {"required": True, "content": {kind: {"schema": BODIES[system]}}},
        "parameters": secret if system == "amocrm" else [],
        "responses": ANSWERS,
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": system, "version": "1"},
        "paths": {PATHS[system]: {"post": operation}},
    }


@contextmanager
def crm_doors(folder: Path) -> Iterator[CrmDoors]:
    """Give the doors of three companies, one with each CRM."""
    with ExitStack() as stack:
        opened: dict[CrmName, tuple[TestClient, Engine]] = {}
        for system in PATHS:
            home = folder / system
            home.mkdir()
            crm = {"system": system, **({"address": "https://x.amocrm.ru"} if system == "amocrm" else {})}
            file = home / "company.yaml"
            file.write_text(json.dumps({"company": "x", "crm": crm}), encoding="utf-8")
            engine = engine_for(f"sqlite:///{home / 'leadloop.db'}")
            stack.callback(engine.dispose)
            bring_up_to_date(engine)
            with patch.dict(os.environ, PROOFS):
                app = create_app(service_of(settings_from_environment(home, file), engine))
            opened[system] = stack.enter_context(TestClient(app, base_url=BASE)), engine
        yield opened


def ask_crm(
    doors: tuple[TestClient, Engine],
    system: CrmName,
    mode: Any,
    *,
    most: int,
    told: Told,
    judge: Judge,
    draw: int,
) -> None:
    """Ask a door up to ``most`` cases; ``judge`` raises where an answer may not be. Without its proof nothing may be kept."""
    client, engine = doors
    operation = schemathesis.openapi.from_dict(written_down(system))[PATHS[system]]["POST"]

    @drawn(draw, most=most)
    @given(case=operation.as_strategy(generation_mode=mode), proof=st.sampled_from([PROVEN, PROVEN, NOT_PROVEN]))
    def keeps_its_word(case: Any, proof: str) -> None:
        before = _kept(engine)
        path, body, headers = _sent(system, case.body, is_proven=proof == PROVEN)
        answer = client.post(path, content=body, headers=headers)
        told.cases[f"POST {PATHS[system]}, {proof}"] += 1
        told.statuses[answer.status_code] += 1
        judge(case, answer)
        if proof == NOT_PROVEN:
            assert answer.status_code == 403, f"{answer.status_code} without a proof"
            assert _kept(engine) == before, "kept without a proof"

    keeps_its_word()


def _sent(system: CrmName, drawn: Any, *, is_proven: bool) -> tuple[str, bytes, dict[str, str]]:
    """Return path, body and headers, with the proof of a CRM or a wrong one."""
    if system == "hubspot":
        body = json.dumps(drawn, default=str).encode()
        timestamp = str(int(time.time() * 1_000))
        signature = signature_of(CLIENT if is_proven else "guess", "POST", BASE + PATHS[system], body, timestamp)
        proof = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": timestamp}
        return PATHS[system], body, {"Content-Type": JSON, **proof}
    said = dict(drawn) if isinstance(drawn, Mapping) else {"event": drawn}
    if system == "bitrix24":
        said["auth[application_token]"] = TOKEN if is_proven else "guess"
    path = PATHS[system].format(secret=SECRET if is_proven else "guess")
    return (
        path,
        urlencode({str(name): str(value) for name, value in said.items()}, errors="replace").encode(),
        {"Content-Type": FORM},
    )


def _kept(engine: Engine) -> list[tuple[int, str]]:
    """Return what waits in the inbox, and how each message stands."""
    with reading(engine) as connection:
        return [(row.id, row.state) for row in connection.execute(select(CRM_INBOX.c.id, CRM_INBOX.c.state))]
