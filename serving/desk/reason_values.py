"""A reason as plain values that an answer is written of: its words, and how far it moves the score."""

from __future__ import annotations

from typing import Any

from features.facts.company import Company
from models.score import Reason
from serving.words.reasons import reason_text


def reason_values(reason: Reason, company: Company) -> dict[str, Any]:
    """Return what ``ReasonOut`` holds.

    >>> company = Company.model_validate({"company": "x", "language": "en", "fields": {"area": {"kind": "number"}}})
    >>> reason_values(Reason("area", (80.0, 200.0), 0.4, 180, 31), company)["text"]
    'area: 80 to 200'
    """
    return {
        "text": reason_text(reason, company),
        "feature": reason.feature,
        "contribution": reason.contribution,
        "leads": reason.leads,
        "sales": reason.sales,
    }
