"""What Bitrix24's outgoing webhook tells: an event, the id of its record, and the token that proves who sends it."""

from __future__ import annotations

from features.crm.bracket_form import only
from features.crm.heard import Heard, digest_of, number_id, plain_id, told_at

TOKEN = "auth[application_token]"
RECORD_ID, CALL_ID = "data[FIELDS][ID]", "data[CALL_ID]"
EVENTS = {
    "ONCRMLEADADD": "lead",
    "ONCRMLEADUPDATE": "lead",
    "ONCRMLEADDELETE": "lead",
    "ONCRMDEALADD": "deal",
    "ONCRMDEALUPDATE": "deal",
    "ONCRMDEALDELETE": "deal",
    "ONVOXIMPLANTCALLEND": "call",
}
"""The events that say something of a lead; others are answered and not kept."""


def token_of(form: dict[str, list[str]]) -> str:
    """Return the token that a message brings; empty where it brings none."""
    return only(form, TOKEN) or ""


def heard_in(form: dict[str, list[str]]) -> list[Heard]:
    """Return what a message tells; ``FactRefused`` where the id of its record is missing or none.

    >>> heard_in({"event": ["ONCRMLEADADD"], "data[FIELDS][ID]": ["7405"], "ts": ["1772442000"]})[0].record_id
    '7405'
    """
    event = (only(form, "event") or "").upper()
    entity = EVENTS.get(event)
    if entity is None:
        return []
    is_call = entity == "call"
    record_id = plain_id(only(form, CALL_ID), CALL_ID) if is_call else number_id(only(form, RECORD_ID), RECORD_ID)
    moment = only(form, "ts") or ""
    return [Heard(entity, record_id, event, told_at(moment), digest_of(event, record_id, moment))]
