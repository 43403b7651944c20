"""Lines of the lead book that a test needs, and random companies with everything that may happen to a lead."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from features.facts.company import Company
from features.facts.values import CALL_RESULTS, SPOKEN_RESULTS, Call, Lead, LeadFact, LeadId, Source, Stage
from monitoring.counted_cells import Chance, CountedCells
from monitoring.lead_book import LeadSummary
from tests.support.facts import NOON

COMPANY = Company.model_validate(
    {
        "company": "Окна",
        "fields": {name: {"kind": "yes_no", "filled_by": "manager"} for name in ("need", "budget", "urgency")},
        "abc": {
            "criteria": {name: {"field": name, "yes": ["yes"], "no": ["no"]} for name in ("need", "budget", "urgency")}
        },
        "stages": {
            "meeting": ["meeting"],
            "won": ["won"],
            "lost": ["lost"],
            "non_target": ["spam"],
            "ignore": ["test"],
        },
    }
)


def summary(
    lead_id: str,
    created_at: datetime = NOON,
    channel: str = "vk",
    *,
    spoken: bool = True,
    is_bad: bool = False,
    persons: tuple[str, ...] = (),
) -> LeadSummary:
    """Return the line of a lead that was called at once, and was non-target or graded B."""
    return LeadSummary(
        lead_id=LeadId(lead_id), created_at=created_at, channel=channel, campaign=None, ad=None, offer=None,
        persons=persons, manager=None, calls=1, called_at=created_at, processed_known_at=created_at, spoken=spoken,
        grade=("non_target" if is_bad else "B") if spoken else None,
        is_non_target=is_bad, worked=spoken, closed=False, ignored=False,
        won_at=None, amount=None, worked_known_at=created_at if spoken else None,
    )  # fmt: skip


def counted_anew(
    summaries: Iterable[LeadSummary], chances: Mapping[LeadId, Chance], *, company: Company, moment: datetime
) -> CountedCells:
    """Return the cells of some leads that are counted for the first time, at a moment."""
    cells = CountedCells(company)
    cells.hear(chances)
    cells.put({one.lead_id: one for one in summaries}, moment)
    return cells


def random_facts(draw: random.Random, lead_id: str, days: int = 130) -> list[LeadFact]:
    """Return a lead of a random channel, campaign and person, and what happened to it."""
    name, at = LeadId(lead_id), NOON + timedelta(minutes=draw.randrange(days * 1440))
    person = tuple(f"p{draw.randrange(12)}" for _ in range(draw.randrange(3)))
    marks = {"source": draw.choice(["vk", "yandex", "Avito "]), "campaign": draw.choice(["a", "b", "", "(not set)"])}
    facts: list[LeadFact] = [Lead(name, at, at, {}, person), Source(name, at, at, marks)]
    for _ in range(draw.randrange(5)):
        at += timedelta(minutes=1 + draw.randrange(2000))
        result = draw.choice(CALL_RESULTS)
        said = {field: draw.choice(["yes", "no"]) for field in ("need", "budget") if draw.random() < 0.7}
        facts.append(Call(name, at, at, result, answers=said if result in SPOKEN_RESULTS else {}))
    for _ in range(draw.randrange(3)):
        at += timedelta(minutes=1 + draw.randrange(60 * 1440))
        stage = draw.choice(["won", "won", "lost", "spam", "meeting", "test", "?"])
        facts.append(Stage(name, at, at, stage, draw.choice([None, 100.0]) if stage == "won" else None))
    return facts
