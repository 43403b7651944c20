"""A channel that goes bad on a day through one ad, as facts in a store and as an alarm about it."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from features.facts.company import Company
from features.facts.values import Call, Fact, Lead, LeadId, Source
from monitoring.alarms.alarm import Alarm, Watched
from monitoring.intervals import Rate
from tests.support.facts import NOON

COMPANY = Company.model_validate(
    {
        "company": "Окна",
        "fields": {
            "role": {"kind": "choice", "label": "Кто вы"},
            "need": {"kind": "yes_no", "filled_by": "manager"},
        },
        "abc": {"criteria": {"need": {"field": "need", "yes": ["yes"], "no": ["no"]}}},
        "managers": [{"name": "Борис"}],
    }
)
SINCE = date(2026, 3, 2)
MOMENT = NOON + timedelta(days=30)


def turned(*, through: str | None = "banner", leads: int = 300, comment: str = "ищет работу") -> list[Fact]:
    """Return leads of vk before and since ``SINCE``; then most are students who need nothing, brought ``through`` one ad."""
    draw = random.Random(7)
    facts: list[Fact] = []
    for n in range(leads):
        at = NOON + timedelta(days=90 * n // leads - 60, minutes=draw.randrange(-720, 720))
        name, is_since = LeadId(f"L{n:04}"), at >= datetime(2026, 3, 2, tzinfo=COMPANY.zone)
        is_spoiled = is_since and draw.random() < 0.6
        role = "student" if is_spoiled and through else draw.choice(["owner", "tenant"])
        ad = through if is_spoiled and through else draw.choice(["a1", "a2", "a3"])
        is_bad = is_spoiled or draw.random() < 0.1
        facts += [
            Lead(name, at, at, {"role": role}),
            Source(name, at, at, {"source": "vk", "ad": ad, "landing_page": "/"}),
            Call(name, at, at, "reached", f"c{n}", "Борис", 60.0, {"need": "no" if is_bad else "yes"}, comment=comment),
        ]
    return facts


def alarm(**said: object) -> Alarm:
    """Return the alarm about vk's non-target leads since ``SINCE``."""
    told: dict[str, object] = {
        "watched": Watched("call", "channel", "non_target", "vk"),
        "raised_on": date(2026, 3, 9),
        "since": SINCE,
        "earliest": SINCE - timedelta(days=2),
        "latest": SINCE + timedelta(days=1),
        "before": Rate(20, 200),
        "after": Rate(64, 100),
        "size": 0.54,
        "size_interval": (0.43, 0.63),
        "evidence": 30.0,
        "cost_since": 100_000.0,
    }
    return Alarm(**(told | said))  # type: ignore[arg-type]
