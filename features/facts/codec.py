"""Facts as stored text and back, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from features.facts.shared_words import once
from features.facts.values import Answer, Assignment, Call, Fact, Lead, LeadFact, LeadId, Plan, Source, Spend, Stage

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
KIND_OF: dict[type[Fact], str] = {
    Lead: "lead", Source: "source", Call: "call", Stage: "stage", Assignment: "assignment", Spend: "spend", Plan: "plan",
}  # fmt: skip
Payload = dict[str, Any]
_WhenTold = tuple[datetime | None, tuple[tuple[str, datetime | None], ...], datetime | None]
_US = "_us"
_NOT_TOLD: _WhenTold = (None, (), None)


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970 in UTC.

    >>> instant(microseconds(datetime(2026, 3, 2, 9, 30, 0, 7, tzinfo=UTC))).isoformat()
    '2026-03-02T09:30:00.000007+00:00'
    """
    return (moment - EPOCH) // MICROSECOND


def instant(count: int) -> datetime:
    """Return the moment ``count`` microseconds after 1970, in UTC."""
    return EPOCH + timedelta(microseconds=count)


def payload_of(fact: Fact) -> Payload:
    """Return what a fact says besides lead, ``at`` and ``known_at``; empty values are left out."""
    said = _WRITERS[type(fact)](fact)
    return {name: value for name, value in said.items() if value or not _is_empty(value)}


def _is_empty(value: object) -> bool:
    return value is None or value is False or (isinstance(value, list | dict) and not value)


def encoded(fact: Fact, payload: Payload | None = None) -> str:
    """Return the payload as JSON text; whoever has it gives it.

    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> call = Call(LeadId("7"), noon, noon, "reached", seconds=90.0)
    >>> encoded(call)
    '{"result":"reached","seconds":90.0}'
    >>> lead_fact("call", LeadId("7"), microseconds(noon), microseconds(noon), encoded(call)) == call
    True
    """
    return orjson.dumps(payload_of(fact) if payload is None else payload).decode()


def lead_fact(kind: str, lead_id: LeadId, at_us: int, known_us: int, payload: str) -> LeadFact:
    """Return the fact of a lead that was stored as these columns: moments in microseconds since 1970, ``payload`` as JSON."""
    at = instant(at_us)
    known_at = at if known_us == at_us else instant(known_us)
    return _READERS[kind](lead_id, at, known_at, orjson.loads(payload))


def spend_fact(at_us: int, known_us: int, payload: str) -> Spend:
    """Return the stored spend of a day."""
    said = orjson.loads(payload)
    return Spend(
        day=date.fromisoformat(said["day"]),
        at=instant(at_us),
        known_at=instant(known_us),
        cost=said["cost"],
        currency=said["currency"],
        marks=said.get("marks", {}),
        impressions=said.get("impressions"),
        clicks=said.get("clicks"),
        back_dated=said.get("back_dated", False),
        part=said.get("part", 0),
    )


def plan_fact(at_us: int, known_us: int, payload: str) -> Plan:
    """Return the stored plan of a month."""
    said = orjson.loads(payload)
    return Plan(
        month=date.fromisoformat(said["month"]),
        at=instant(at_us),
        known_at=instant(known_us),
        measure=said["measure"],
        value=said["value"],
        manager=said.get("manager"),
        back_dated=said.get("back_dated", False),
    )


def _answers_out(answers: Mapping[str, Answer]) -> dict[str, Any]:
    return {name: list(answer) if isinstance(answer, tuple) else answer for name, answer in sorted(answers.items())}


def _answers_in(said: Mapping[str, Any]) -> dict[str, Answer]:
    return {name: tuple(answer) if isinstance(answer, list) else _once(answer) for name, answer in said.items()}


def _once(value: Any) -> Any:
    return once(value) if isinstance(value, str) else value


def _lead_out(fact: Lead) -> Payload:
    return {
        "answers": _answers_out(fact.answers),
        "person_keys": list(fact.person_keys),
        "contact_quality": _answers_out(fact.contact_quality),
        "manager": fact.manager,
        "back_dated": fact.back_dated,
    }


def _lead_in(lead_id: LeadId, at: datetime, known_at: datetime, said: Payload) -> Lead:
    return Lead(
        lead_id, at, known_at, _answers_in(said.get("answers", {})), tuple(said.get("person_keys", ())),
        said.get("contact_quality", {}), said.get("manager"), said.get("back_dated", False),
    )  # fmt: skip


def _source_out(fact: Source) -> Payload:
    return {"marks": dict(sorted(fact.marks.items())), "back_dated": fact.back_dated}


def _source_in(lead_id: LeadId, at: datetime, known_at: datetime, said: Payload) -> Source:
    marks = {name: _once(mark) for name, mark in said.get("marks", {}).items()}
    return Source(lead_id, at, known_at, marks, said.get("back_dated", False))


def _call_out(fact: Call) -> Payload:
    return {
        "result": fact.result,
        "call_id": fact.call_id,
        "manager": fact.manager,
        "seconds": fact.seconds,
        "answers": _answers_out(fact.answers),
        "attracts": fact.attracts,
        "ideal_product": fact.ideal_product,
        "comment": fact.comment,
        "call_back_us": _us(fact.call_back_at),
        "back_dated": fact.back_dated,
        "grade": fact.grade,
        **_told_out(fact),
    }


def _call_in(lead_id: LeadId, at: datetime, known_at: datetime, said: Payload) -> Call:
    return Call(
        lead_id, at, known_at, _once(said["result"]), said.get("call_id"), _once(said.get("manager")),
        said.get("seconds"), _answers_in(said.get("answers", {})), said.get("attracts"),
        said.get("ideal_product"), said.get("comment"), _instant(said.get("call_back_us")),
        said.get("back_dated", False), said.get("grade"), *_told_in(said),
    )  # fmt: skip


def _stage_out(fact: Stage) -> Payload:
    return {
        "stage": fact.stage, "amount": fact.amount, "reason": fact.reason, "manager": fact.manager,
        "back_dated": fact.back_dated, "is_status": fact.is_status, "stage_id": fact.stage_id,
        **_told_out(fact),
    }  # fmt: skip


def _stage_in(lead_id: LeadId, at: datetime, known_at: datetime, said: Payload) -> Stage:
    return Stage(
        lead_id, at, known_at, said["stage"], said.get("amount"), said.get("reason"),
        said.get("manager"), said.get("back_dated", False), said.get("is_status", False), said.get("stage_id"),
        *_told_in(said),
    )  # fmt: skip


def _told_out(fact: Call | Stage) -> Payload:
    """Return when an event and its parts were told; a part goes by a name of its own, since what is sealed is found by names."""
    return {
        "told_us": _us(fact.told_at),
        "parts_told": {f"{name}{_US}": _us(moment) for name, moment in fact.parts_told_at},
        "named_us": _us(fact.named_at),
    }


def _told_in(said: Payload) -> _WhenTold:
    if "told_us" not in said and "parts_told" not in said and "named_us" not in said:
        return _NOT_TOLD
    parts = tuple([(name.removesuffix(_US), _instant(us)) for name, us in said.get("parts_told", {}).items()])
    return _instant(said.get("told_us")), parts, _instant(said.get("named_us"))


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)


def _instant(us: int | None) -> datetime | None:
    return None if us is None else instant(us)


def _assignment_out(fact: Assignment) -> Payload:
    return {"manager": fact.manager, "given_back": not fact.taken, "back_dated": fact.back_dated}


def _assignment_in(lead_id: LeadId, at: datetime, known_at: datetime, said: Payload) -> Assignment:
    return Assignment(
        lead_id, at, known_at, said["manager"], not said.get("given_back", False), said.get("back_dated", False)
    )


def _spend_out(fact: Spend) -> Payload:
    return {
        "day": fact.day.isoformat(), "cost": fact.cost, "currency": fact.currency,
        "marks": dict(sorted(fact.marks.items())), "impressions": fact.impressions, "clicks": fact.clicks,
        "back_dated": fact.back_dated, "part": fact.part or None,
    }  # fmt: skip


def _plan_out(fact: Plan) -> Payload:
    return {
        "month": fact.month.isoformat(), "measure": fact.measure, "value": fact.value, "manager": fact.manager,
        "back_dated": fact.back_dated,
    }  # fmt: skip


_WRITERS: dict[type[Fact], Callable[[Any], Payload]] = {
    Lead: _lead_out, Source: _source_out, Call: _call_out, Stage: _stage_out, Assignment: _assignment_out,
    Spend: _spend_out, Plan: _plan_out,
}  # fmt: skip
_READERS: dict[str, Callable[[LeadId, datetime, datetime, Payload], LeadFact]] = {
    "lead": _lead_in, "source": _source_in, "call": _call_in, "stage": _stage_in, "assignment": _assignment_in,
}  # fmt: skip
