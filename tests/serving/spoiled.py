"""A company of which one channel sends non-target traffic since a day."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from features.facts.values import Fact, Lead, LeadId, Source, Spend, Stage
from tests.support.facts import call

DAY = timedelta(days=1)


def spoiled(now: datetime, rise_days_ago: int = 20, seed: int = 7) -> list[Fact]:
    """Return leads of two channels of which one sends non-target traffic since a day."""
    draw = random.Random(seed)
    facts: list[Fact] = []
    for n in range(600):
        at = now - timedelta(days=100 * (1 - n / 600))
        channel = ("vk", "yandex")[n % 2]
        is_bad = draw.random() < (0.6 if channel == "vk" and at > now - rise_days_ago * DAY else 0.1)
        lead_id = f"L{n}"
        facts += [Lead(LeadId(lead_id), at, at), Source(LeadId(lead_id), at, at, {"source": channel})]
        facts.append(call(lead_id, at, need="no" if is_bad else "yes", budget="yes"))
        if n % 10 == 0 and not is_bad:
            facts.append(Stage(LeadId(lead_id), at + DAY, min(at + DAY, now), "Договор", 250_000.0))
    for n in range(101):
        at = now - n * DAY
        facts.append(Spend(at.date(), at, at, 1000.0, "RUB", {"source": "vk"}))
    return facts
