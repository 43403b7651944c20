"""A small company that sells windows, for the tests of rows and outcomes."""

from __future__ import annotations

from datetime import datetime

from features.facts.company import Company
from features.facts.values import LeadFact
from features.rows.as_of import Gate, KnownLead
from tests.support.facts import history

COMPANY = Company.model_validate({
    "company": "Окна",
    "fields": {
        "area": {"kind": "number", "unit": "m2"},
        "need": {"kind": "choice"},
        "budget": {"kind": "yes_no", "filled_by": "manager"},
        "tags": {"kind": "list"},
    },
    "stages": {"won": ["won"], "lost": ["lost"], "meeting": ["meeting"], "ignore": ["spam"], "non_target": ["нецелевой"]},
    "channels": {"rules": [{"name": "Директ", "when": {"source": ["a*", "x"]}}]},
})  # fmt: skip


def company_with(**changes: object) -> Company:
    """Return the company with other words."""
    return COMPANY.model_copy(update=changes)


def known(*facts: LeadFact, moment: datetime | None = None, company: Company = COMPANY) -> KnownLead:
    """Return the lead of ``facts`` as known when the last of them was known, or at ``moment``."""
    last = max(fact.known_at for fact in facts)
    found = Gate(company).as_of(history(*facts), moment or last)
    assert found is not None
    return found
