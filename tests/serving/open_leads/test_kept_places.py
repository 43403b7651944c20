"""A place that is kept is the one that would be worked out now, at whatever moment is asked."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

import pytest

from features.facts.values import Assignment, CallResult, LeadFact, LeadId
from features.outcome_window import horizon_end
from features.rows.as_of import Gate, KnownLead
from serving.open_leads import kept_places
from serving.open_leads.kept_places import KeptPlaces
from serving.open_leads.waiting import Left, Waits, queue_place
from tests.serving.open_leads.test_waiting import COMPANY
from tests.support.facts import NOON, call, history, lead, stage

HOUR = timedelta(hours=1)
RESULTS: tuple[CallResult, ...] = ("reached", "no_answer", "busy", "call_back", "wrong_number", "no_answer")


@dataclass
class Open:
    known: KnownLead
    probability: float = 0.1
    expected_amount: float | None = None


def random_lead(draw: random.Random, name: str) -> Open:
    facts: list[LeadFact] = [lead(name)]
    at = NOON
    for _ in range(draw.randrange(5)):
        at += draw.randrange(1, 60) * HOUR
        if draw.random() < 0.6:
            facts.append(call(name, at, draw.choice(RESULTS)))
        elif draw.random() < 0.7:
            facts.append(Assignment(LeadId(name), at, at, draw.choice(["Анна", "Борис"]), draw.random() < 0.8))
        else:
            facts.append(stage(name, draw.choice(["lost", "meeting", "test"]), at))
    known = Gate(COMPANY).as_of(history(*facts), at)
    assert known is not None
    return Open(known)


@pytest.mark.parametrize("seed", range(8))
def test_a_kept_place_is_the_place_of_the_moment(seed: int) -> None:
    draw, kept = random.Random(seed), KeptPlaces()
    leads = {LeadId(f"L{n}"): random_lead(draw, f"L{n}") for n in range(30)}
    kept.touch(leads)
    places: dict[LeadId, tuple[Open, Waits | Left]] = {}
    latest = max(one.known.moment for one in leads.values())
    for _ in range(120):
        name = draw.choice(list(leads))
        if draw.random() < 0.3:
            leads[name] = random_lead(draw, name)
            kept.touch([name])
        end = horizon_end(leads[name].known)
        assert end is not None
        moment = draw.choice([latest, end, end + timedelta(microseconds=1), latest + draw.randrange(2_000) * HOUR])
        for changed, now in kept.news(leads, max(moment, latest)).items():
            assert now is not None
            places[changed] = now
        assert places == {of: (one, queue_place(one.known, None, max(moment, latest))) for of, one in leads.items()}


def test_a_lead_that_is_gone_is_told_once() -> None:
    kept = KeptPlaces()
    kept.touch([LeadId("7")])
    nobody: dict[LeadId, Open] = {}
    assert kept.news(nobody, NOON) == {"7": None}
    assert kept.news(nobody, NOON) == {}


def test_a_place_is_worked_out_once_until_something_may_change_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(*said):  # type: ignore[no-untyped-def]
        asked.append(said)
        return queue_place(*said)

    monkeypatch.setattr(kept_places, "queue_place", counted)
    kept = KeptPlaces()
    tried = Gate(COMPANY).as_of(history(lead(), call(result="no_answer", at=NOON)), NOON + HOUR)
    assert tried is not None
    kept.touch([LeadId("7")])
    for minutes in (60, 61, 119, 120, 500):  # it rests two hours after the first try
        kept.news({LeadId("7"): Open(tried)}, NOON + timedelta(minutes=minutes))
    assert [said[2] - NOON for said in asked] == [HOUR, 2 * HOUR]
