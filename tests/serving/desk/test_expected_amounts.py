"""What a sale would bring is learned and looked up under one name: the channel that a lead's own marks say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from features.facts.values import Fact, Lead, LeadId, Source, Stage
from tests.serving.doors import open_doors

DAY = timedelta(days=1)


def test_leads_without_a_source_expect_what_such_leads_paid_whatever_click_id_they_carry(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    with open_doors(tmp_path, sqlite_engine) as doors:
        service, now = doors.service, doors.clock()
        for n in range(6):
            at, lead_id = now - (20 + n) * DAY, LeadId(f"L{n}")
            clicked = {"gclid": f"Cj0KCQ_abc-{n}"}
            facts: list[Fact] = [Lead(lead_id, at, at), Source(lead_id, at, at, clicked)]
            service.desk.store.append([*facts, Stage(lead_id, at + DAY, at + DAY, "Договор", 50_000.0)])
        for n in range(6):
            at, lead_id = now - (20 + n) * DAY, LeadId(f"V{n}")
            facts = [Lead(lead_id, at, at), Source(lead_id, at, at, {"source": "vk"})]
            service.desk.store.append([*facts, Stage(lead_id, at + DAY, at + DAY, "Договор", 90_000.0)])
        new = LeadId("new")
        service.desk.store.append([Lead(new, now, now), Source(new, now, now, {"gclid": "Cj0KCQ_abc-9"})])
        service.begin_day(now)
        assert {one.channel for one in service.book.summaries(now)} == {"google", "ВКонтакте"}
        assert service.desk.score_stored(new, now).expected_amount == 50_000.0
