"""What amoCRM's webhook tells: entities, actions and fields in bracket keys, several of them in one body."""

from __future__ import annotations

import re

from features.crm.bracket_form import only
from features.crm.heard import Heard, digest_of, number_id, plain_id, told_at

KEY = re.compile(
    r"(leads|contacts|unsorted)\[(add|update|delete|restore|status|responsible|note)\]\[(\d{1,4})\]\[(\w{1,40})\](.*)\Z"
)
ENTITIES = {"leads": "lead", "contacts": "contact"}
CALL_NOTES = ("10", "11")
"""Types of notes: a call that came in, and one that went out."""
UNSORTED_LEAD = ("lead_id", "data[leads][0][id]", "accept_result[leads][0]", "decline_result[leads][0]")
"""Where a message about an incoming lead ("Неразобранное") may name the lead that it is, or became."""
MOST_RECORDS = 500


def heard_in(form: dict[str, list[str]]) -> list[Heard]:
    """Return what a message tells; ``FactRefused`` where an id is missing or none.

    >>> form = {"leads[status][0][id]": ["10701093"], "leads[status][0][status_id]": ["142"],
    ...     "leads[status][0][last_modified]": ["1772442000"]}
    >>> heard_in(form)[0].event, heard_in(form)[0].record_id
    ('leads.status', '10701093')
    """
    places: dict[tuple[str, str, str], dict[str, str]] = {}
    for key in form:
        found = KEY.match(key)
        if found:
            kind, action, number, field, rest = found.groups()
            place = places.setdefault((kind, action, number), {})
            place[field + rest] = only(form, key) or ""
            if len(places) >= MOST_RECORDS:
                break
    return [one for place, said in places.items() for one in _heard(*place[:2], ".".join(place), said)]


def _heard(kind: str, action: str, where: str, said: dict[str, str]) -> list[Heard]:
    if action == "note":
        return _note(kind, where, said)
    if kind == "unsorted":
        return _unsorted(action, where, said)
    if kind == "contacts" and action not in ("add", "update"):
        return []
    record_id = number_id(said.get("id"), f"{where}.id")
    moment = said.get("last_modified") or said.get("updated_at") or ""
    told = digest_of(kind, action, *sorted(said.items()))
    return [Heard(ENTITIES[kind], record_id, f"{kind}.{action}", told_at(moment), told)]


def _unsorted(action: str, where: str, said: dict[str, str]) -> list[Heard]:
    """Return the incoming lead, which is asked for its lead and its person; of one that is gone from there, the lead it became."""
    moment = told_at(said.get("created_at") or said.get("date_create") or "")
    told = digest_of("unsorted", action, *sorted(said.items()))
    lead = next((said[one] for one in UNSORTED_LEAD if said.get(one)), None)
    if lead is not None and (action == "delete" or not said.get("uid")):
        return [Heard("lead", number_id(lead, f"{where}.lead_id"), f"unsorted.{action}", moment, told)]
    return [Heard("unsorted", plain_id(said.get("uid"), f"{where}.uid"), f"unsorted.{action}", moment, told)]


def _note(kind: str, where: str, said: dict[str, str]) -> list[Heard]:
    """Return the call that a note is; other notes say nothing of a lead."""
    note = {
        name.removeprefix("note[").removesuffix("]"): value for name, value in said.items() if name.startswith("note[")
    }
    if note.get("note_type") not in CALL_NOTES:
        return []
    owner = number_id(note.get("element_id"), f"{where}.note.element_id")
    number = number_id(note.get("id"), f"{where}.note.id")
    told = digest_of(kind, "note", owner, number, note.get("updated_at", ""))
    return [Heard("call", f"{kind}-{owner}-{number}", f"{kind}.note", told_at(note.get("updated_at", "")), told)]
