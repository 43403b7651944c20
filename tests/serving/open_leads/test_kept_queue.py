"""A queue that is kept up is the one that would be put in order and drawn anew: whatever came, went, or was taken meanwhile."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from features.facts.values import Assignment, LeadId
from features.rows.as_of import Gate
from serving.open_leads import kept_queue
from serving.open_leads.kept_queue import KeptQueue
from serving.open_leads.queue_order import Candidate, Place
from serving.open_leads.waiting import Left, Waits, queue_place
from tests.serving.open_leads.test_kept_places import Open, random_lead
from tests.serving.open_leads.test_waiting import COMPANY
from tests.support.facts import NOON, history, lead
from tests.support.plain_queue import explored, in_order

HOUR, MOSCOW, KEY = timedelta(hours=1), ZoneInfo("Europe/Moscow"), b"k"
Leads = dict[LeadId, Open]


def fresh_lead(name: str, minutes: int) -> Open:
    """Return a lead that nobody has called."""
    known = Gate(COMPANY).as_of(history(lead(name, at=NOON + timedelta(minutes=minutes))), NOON + 60 * HOUR)
    assert known is not None
    return Open(known)


def held_lead(name: str, at: datetime, manager: str) -> Open:
    """Return a lead that a manager has just taken."""
    taken = Assignment(LeadId(name), at, at, manager, True)
    known = Gate(COMPANY).as_of(history(lead(name, at=NOON), taken), at)
    assert known is not None
    return Open(known)


def anew(leads: Leads, share: float, moment: datetime, manager: str | None) -> tuple[list[Place[Open]], int]:
    """Put in order and draw all that wait, and count who comes back."""
    placed = [(leads[name], queue_place(leads[name].known, manager, moment)) for name in sorted(leads)]
    waiting = [
        Candidate(one, place, one.known.created_at, one.probability, one.expected_amount)
        for one, place in placed
        if isinstance(place, Waits)
    ]
    back = sum(isinstance(place, Left) and place.back_at is not None for _, place in placed)
    return explored(
        in_order(waiting), share, name_of=lambda one: one.known.lead_id, moment=moment, zone=MOSCOW, key=KEY
    ), back


@pytest.mark.parametrize("put_in_place", [500, 3], ids=["one by one", "mostly all at once"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_a_kept_queue_is_the_queue_put_in_order_anew(
    seed: int, share: float, put_in_place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_queue, "MOST_PUT_IN_PLACE", put_in_place)
    draw, leads = random.Random(seed), Leads()
    kept = KeptQueue[Open](explore=share, zone=MOSCOW, key=KEY)
    moment, drawn_ahead, own = NOON + 60 * HOUR, 0, 0
    for _ in range(150):
        for name in (LeadId(f"L{draw.randrange(40)}") for _ in range(draw.randrange(4))):
            leads.pop(name, None)
            if draw.random() < 0.8:
                made = (fresh_lead(name, draw.randrange(5) * 700), random_lead(draw, name))
                one = draw.choice([*made, held_lead(name, moment, draw.choice(["Анна", "Борис"]))])
                one.probability = draw.choice([0.1, 0.2, draw.random()])
                one.expected_amount = draw.choice([None, 100.0]) if draw.random() < 0.1 else None
                leads[name] = one
            kept.touch([name])
        moment += draw.choice([0, 1, 1, 5, 30, -7]) * HOUR / 5
        manager = draw.choice([None, "Анна", "Борис"])
        places, back = anew(leads, share, moment, manager)
        look = kept.look(leads, moment, manager)
        assert look.places == places
        assert (look.waiting, look.coming_back) == (len(places), back)
        assert kept.look(leads, moment, manager, most=3).places == places[:3]
        for name in leads:
            mine = [place for place in places if place.candidate.lead.known.lead_id == name]
            assert kept.look_at(name, leads, moment, manager).places == mine
        drawn_ahead += sum(place.arm == "at_random" for place in places)
        own += manager is not None and places != anew(leads, share, moment, None)[0]
    assert own
    assert drawn_ahead > 0 if share == 0.5 else drawn_ahead == 0 or share > 0.0


def test_a_look_at_which_nothing_changed_puts_nobody_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    leads = {LeadId(f"L{n}"): fresh_lead(f"L{n}", n) for n in range(100)}
    kept = KeptQueue[Open](explore=0.1, zone=MOSCOW, key=KEY)
    kept.touch(leads)
    kept.look(leads, NOON + 60 * HOUR)
    monkeypatch.setattr(kept_queue, "worth_of", lambda *said: asked.append(said))
    assert len(kept.look(leads, NOON + 61 * HOUR, most=5).places) == 5
    assert asked == []
