"""Deliveries that come twice, late and in any order end in the same lead: what the sender told last counts, not what came last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import UnknownLead
from features.facts.values import LeadId
from features.rows.as_of import KnownLead
from serving.desk.desk import Scored
from serving.intake.intake import Intake
from serving.intake.sent_facts import CallIn, LeadIn, StageIn
from tests.serving.doors import Doors
from tests.support.facts import NOON

Event = LeadIn | CallIn | StageIn
MINUTES = st.integers(0, 12)
FORM = st.fixed_dictionaries(
    {},
    optional={
        "area": st.none() | st.integers(20, 24),
        "role": st.none() | st.sampled_from(["owner", "tenant", "-"]),
        "extras": st.lists(st.sampled_from(["штора", "откос"]), max_size=2),
    },
)
MARKS = st.dictionaries(st.sampled_from(["source", "campaign", "ad"]), st.sampled_from(["", "vk", "yandex", "17"]))
CONTACT = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "name": st.none() | st.sampled_from(["Анна", "Аня"]),
        "phone": st.none() | st.sampled_from(["8 912 345-67-89", "+7 900 000-00-00"]),
    },
)
GRADING = st.dictionaries(st.sampled_from(["need", "budget", "urgency"]), st.none() | st.sampled_from(["yes", "no"]))


def minute(number: int) -> str:
    return (NOON + timedelta(minutes=number)).isoformat()


HAPPENED = st.fixed_dictionaries({}, optional={"at": MINUTES.map(minute)})
CALL_PARTS = st.fixed_dictionaries(
    {},
    optional={"seconds": st.none() | st.sampled_from([60, 90]), "comment": st.none() | st.sampled_from(["да", "нет"])},
)
STAGE_PARTS = st.fixed_dictionaries(
    {}, optional={"amount": st.none() | st.just(5.0), "manager": st.none() | st.sampled_from(["Анна", "Борис"])}
)


MANAGER = st.fixed_dictionaries({}, optional={"manager": st.none() | st.sampled_from(["Анна", "Борис"])})


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Draw what a sender tells of one lead: tellings, calls and stages, each with its own time and perhaps corrected."""
    told: list[Event] = []
    for _ in range(draw(st.integers(1, 4))):
        created = draw(st.none() | st.just(minute(0)))
        said: dict[str, Any] = {
            "answers": draw(FORM),
            "marks": draw(MARKS),
            "contact": draw(CONTACT),
            "created_at": created,
        }
        said |= {"id": "?", "sent_at": minute(draw(MINUTES))} | draw(MANAGER)
        told.append(LeadIn.model_validate(said))
    for _ in range(draw(st.integers(0, 3))):
        call: dict[str, Any] = {
            "id": draw(st.sampled_from(["c1", "c2"])),
            "result": draw(st.sampled_from(["reached", "busy"])),
        }
        call |= {"answers": draw(GRADING), "sent_at": minute(draw(MINUTES) + 12)} | draw(HAPPENED) | draw(CALL_PARTS)
        told.append(CallIn.model_validate(call))
    for _ in range(draw(st.integers(0, 3))):
        stage: dict[str, Any] = {"id": draw(st.none() | st.sampled_from(["s1", "s2"]))}
        stage |= {"stage": draw(st.sampled_from(["Встреча", "Договор", "Отказ"])), "sent_at": minute(draw(MINUTES))}
        told.append(StageIn.model_validate(stage | draw(HAPPENED) | draw(STAGE_PARTS)))
    return told


def deliver(intake: Intake, lead_id: str, told: Sequence[Event]) -> None:
    """Deliver events in this order; what is refused as its lead has not come yet is sent again after the others."""
    waiting = list(told)
    while waiting:
        refused: list[Event] = []
        for event in waiting:
            try:
                tell(intake, LeadId(lead_id), event)
            except UnknownLead:
                refused.append(event)
        assert len(refused) < len(waiting)
        waiting = refused


def tell(intake: Intake, lead_id: LeadId, event: Event) -> None:
    if isinstance(event, LeadIn):
        intake.lead(event.model_copy(update={"id": lead_id}))
    elif isinstance(event, CallIn):
        intake.call(lead_id, event)
    else:
        intake.stage(lead_id, event)


def nameless(known: KnownLead) -> Any:
    """Return what is known of a lead, but for its name and for when we got to know it."""
    facts = [known.lead, known.source, *known.calls, *known.stages]
    told = [replace(fact, lead_id=LeadId("?"), known_at=NOON) for fact in facts if fact]
    return told, dict(known.answers), known.channel, known.stage_kinds


@pytest.fixture
def any_intake(any_doors: Doors) -> tuple[Doors, Intake]:
    return any_doors, intake_of(any_doors)


def intake_of(doors: Doors) -> Intake:
    service = doors.service
    return Intake(
        desk=service.desk, board=service.board, contacts=service.contacts, unknown_fields=service.unknown_fields
    )


def late(doors: Doors, lead_id: str) -> Scored:
    moment = doors.clock() + timedelta(hours=1)
    return doors.service.desk.scored(doors.service.desk.store.history(LeadId(lead_id)), moment)


def test_any_order_and_any_repetition_of_deliveries_end_in_the_same_lead_and_score(
    any_intake: tuple[Doors, Intake],
) -> None:
    doors, intake = any_intake
    names = count()

    @settings(max_examples=30)
    @given(told=events(), data=st.data())
    def ends_the_same(told: list[Event], data: st.DataObject) -> None:
        shuffled = data.draw(st.permutations([*told, *data.draw(st.lists(st.sampled_from(told), max_size=3))]))
        one, other = f"a{next(names)}", f"b{next(names)}"
        deliver(intake, one, told)
        deliver(intake, other, shuffled)
        a, b = late(doors, one), late(doors, other)
        assert nameless(a.known) == nameless(b.known)
        assert a.score.probability == b.score.probability
        contacts = doors.service.contacts
        assert contacts.contact(LeadId(one)) == contacts.contact(LeadId(other))

    ends_the_same()
    intake.close()
