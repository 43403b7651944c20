"""Bodies that run against any company as they stand: what the API page shows, and what a test sends."""

from __future__ import annotations

EXAMPLES: dict[tuple[str, str], str] = {
    (
        "post",
        "/v1/leads",
    ): '{"id": "7405", "marks": {"source": "yandex", "medium": "cpc"}, "contact": {"name": "Anna"}}',
    ("post", "/v1/leads/{lead_id}/calls"): '{"result": "reached", "seconds": 185, "manager": "Anna"}',
    ("post", "/v1/leads/{lead_id}/stages"): '{"stage": "Meeting"}',
    ("post", "/v1/score"): '{"marks": {"source": "yandex", "medium": "cpc"}}',
    ("post", "/v1/queue/{lead_id}/take"): '{"manager": "Anna"}',
}
