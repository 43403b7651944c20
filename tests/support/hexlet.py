"""The company of a school's real leads and costs: their times, marks and final stages, and no calls."""

from __future__ import annotations

from typing import Any

HEXLET: dict[str, Any] = {
    "company": "Школа", "time_zone": "Europe/Moscow", "horizon_days": "none", "calls_recorded": False, "fields": {},
    "stages": {"won": ["142"], "lost": ["143"]},
    "channels": {"rules": [{"name": "Яндекс", "when": {"source": ["yandex"], "medium": ["cpc", "cpm"]}}]},
    "export": {
        "leads": {
            "id": "lead_id", "created_at": "created_at", "stage": "status_id", "amount": "amount",
            "marks": {"source": "utm_source", "medium": "utm_medium", "campaign": "utm_campaign"},
        },
        "spend": {
            "day": "visit_date", "cost": "total_cost",
            "marks": {"source": "utm_source", "medium": "utm_medium", "campaign": "utm_campaign"},
        },
    },
}  # fmt: skip
