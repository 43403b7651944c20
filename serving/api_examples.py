"""Bodies that run as they stand, in the company's own words: what the API page shows, and what a test sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from features.facts.company import Company, FormField
from features.outcome_window import GOES_ON

Examples = Mapping[tuple[str, str], str]
"""(method, path) -> a body as JSON."""
FIELDS = 3
"""How many of the form's fields an example answers."""
TYPICAL: dict[str, Any] = {"number": 120, "yes_no": "yes", "date": "2026-03-02"}
"""Kind of field -> an answer that any company can read; the answers to a choice are the company's own."""


def examples_of(company: Company) -> Examples:
    """Return an example of each body that the API takes.

    >>> company = Company.model_validate({"company": "x", "fields": {"area": {"kind": "number"}}})
    >>> examples_of(company)["post", "/v1/score"]
    '{"answers": {"area": 120}, "marks": {"source": "yandex", "medium": "cpc"}}'
    """
    lead = {"answers": _answers(company), "marks": {"source": "yandex", "medium": "cpc"}}
    manager = company.managers[0].name if company.managers else "Anna"
    first = {"id": "7405", **lead, "contact": {"name": "Anna"}}
    call = {"result": "reached", "seconds": 185, "manager": manager}
    stage = {"stage": _open_stage(company)}
    bodies: dict[tuple[str, str], Any] = {
        ("post", "/v1/leads"): first,
        ("post", "/v1/leads/{lead_id}/calls"): call,
        ("post", "/v1/leads/{lead_id}/stages"): stage,
        ("post", "/v1/batch/leads"): [first],
        ("post", "/v1/batch/calls"): [{"lead_id": "7405", "id": "c-1", **call}],
        ("post", "/v1/batch/stages"): [{"lead_id": "7405", "id": "s-1", **stage}],
        ("post", "/v1/batch/scores"): [lead],
        ("post", "/v1/score"): lead,
        ("post", "/v1/queue/{lead_id}/take"): {"manager": manager},
    }
    return {where: json.dumps(body, ensure_ascii=False) for where, body in bodies.items()}


def _answers(company: Company) -> dict[str, Any]:
    asked = {name: field for name, field in company.fields.items() if field.is_known_at_arrival}
    said = {name: _answer(name, field, company) for name, field in asked.items()}
    return dict([(name, answer) for name, answer in said.items() if answer is not None][:FIELDS])


def _answer(name: str, field: FormField, company: Company) -> Any:
    named = (word for rules in company.abc for one in rules.criteria.values() if one.field == name for word in one.yes)
    return next(named, None) if field.kind == "choice" else TYPICAL.get(field.kind)


def _open_stage(company: Company) -> str:
    return next((words[0] for kind, words in company.stages.items() if words and kind in GOES_ON), "Meeting")
