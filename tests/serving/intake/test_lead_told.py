"""A lead is what all that was told of it says together, in whatever order that came."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from features.errors import FactRefused
from features.facts.contacts import Contact
from features.facts.values import Lead, Source
from tests.serving.intake.one_lead import MINUTE, SEVEN, OneLead, at, one_lead
from tests.support.facts import NOON

Telling = dict[str, Any]


def test_a_new_lead_becomes_a_lead_a_source_and_a_contact(seven: OneLead) -> None:
    said = seven.lead(
        created_at=at(-10), answers={"area": "40", "colour": "blue"}, marks={"source": "vk", "ad": ""}, manager="Анна",
        contact={"name": "Мария", "phone": "8 912 345-67-89"},
    )  # fmt: skip
    assert (said.stored, said.unknown, said.moment) == (True, ["colour"], NOON)
    (lead,), (source,) = seven.every(Lead), seven.every(Source)
    assert (lead.at, lead.known_at, lead.answers, lead.manager) == (NOON - 10 * MINUTE, NOON, {"area": 40.0}, "Анна")
    assert source.marks == {"source": "vk"}
    assert seven.facts.contact(SEVEN) == Contact("Мария", "8 912 345-67-89", None)
    assert not any("912" in repr(one) or "Мария" in repr(one) for one in (lead, source))


def test_utm_marks_under_the_links_own_names_count_as_ours(seven: OneLead) -> None:
    seven.lead(marks={"utm_source": "vk", "utm_campaign": "лето", "utm_content": "17", "ad": "18"})
    (source,) = seven.every(Source)
    assert {name: source.marks.get(name) for name in ("source", "medium", "campaign", "ad")} == {
        "source": "vk", "medium": None, "campaign": "лето", "ad": "18",
    }  # fmt: skip


def test_a_source_that_is_cleared_does_not_come_back_from_its_utm_mark(seven: OneLead) -> None:
    seven.lead(marks={"utm_source": "vk"})
    seven.now += MINUTE
    assert seven.lead(marks={"source": ""}).stored
    assert "source" not in seven.latest[1]


def test_an_empty_utm_mark_clears_no_source(seven: OneLead) -> None:
    seven.lead(marks={"source": "vk"})
    seven.now += MINUTE
    seven.lead(marks={"utm_source": "", "utm_campaign": "лето"})
    assert (seven.latest[1].get("source"), seven.latest[1].get("campaign")) == ("vk", "лето")


def test_another_utm_source_is_another_origin(seven: OneLead) -> None:
    seven.lead(marks={"source": "vk", "campaign": "лето"})
    seven.now += MINUTE
    seven.lead(marks={"utm_source": "yandex"})
    assert (seven.latest[1].get("source"), seven.latest[1].get("campaign")) == ("yandex", None)


def test_a_lead_that_says_nothing_of_its_moment_came_when_it_was_told(seven: OneLead) -> None:
    seven.lead()
    assert seven.latest == ({}, {}, NOON)


def test_what_a_later_telling_leaves_out_stays_and_what_it_empties_goes(seven: OneLead) -> None:
    seven.lead(answers={"area": 40, "role": "owner"}, marks={"source": "vk", "campaign": "лето", "ad": "17"})
    seven.now += MINUTE
    assert seven.lead(answers={"role": None}, marks={"ad": ""}).stored
    assert seven.latest == ({"area": 40.0}, {"source": "vk", "campaign": "лето"}, NOON)


def test_a_telling_that_says_nothing_new_adds_nothing(seven: OneLead) -> None:
    seven.lead(answers={"area": 40}, marks={"source": "vk"})
    number, seven.now = seven.facts.number, seven.now + MINUTE
    for again in ({}, {"answers": {"area": 40}}, {"marks": {"source": "vk"}}):
        assert not seven.lead(**again).stored
    assert seven.facts.number == number


def test_the_very_same_telling_that_comes_twice_is_kept_once(seven: OneLead) -> None:
    telling = {"answers": {"area": 40}, "sent_at": at(-5)}
    assert seven.lead(**telling).stored
    number, seven.now = seven.facts.number, seven.now + MINUTE
    assert not seven.lead(**telling).stored
    assert seven.facts.number == number


TELLINGS: tuple[Telling, ...] = (
    {"sent_at": at(-30), "created_at": at(-40), "answers": {"area": 40, "role": "tenant"}, "marks": {"source": "vk"}},
    {"sent_at": at(-20), "answers": {"area": 50}, "marks": {"campaign": "лето"}, "contact": {"name": "Маша"}},
    {"sent_at": at(-10), "answers": {"role": None}, "contact": {"name": "Мария", "phone": "8 912 345-67-89"}},
)


@pytest.mark.parametrize(
    "order", list(permutations(TELLINGS)), ids=lambda order: "".join(one["sent_at"][14:16] for one in order)
)
def test_tellings_end_in_the_same_lead_in_whatever_order_they_come(seven: OneLead, order: tuple[Telling, ...]) -> None:
    for telling in order:
        seven.now += MINUTE
        seven.lead(**telling)
    assert seven.latest == ({"area": 50.0}, {"source": "vk", "campaign": "лето"}, NOON - 40 * MINUTE)
    assert seven.facts.contact(SEVEN) == Contact("Мария", "8 912 345-67-89", None)


def test_of_a_contact_the_part_that_was_told_last_holds_and_an_older_one_only_fills_what_is_missing(
    seven: OneLead,
) -> None:
    seven.lead(sent_at=at(-10), contact={"phone": "+7 900 000-00-02"})
    seven.lead(sent_at=at(-20), contact={"phone": "+7 900 000-00-01", "email": "m@example.com"})
    assert seven.facts.contact(SEVEN) == Contact(None, "+7 900 000-00-02", "m@example.com")
    seven.lead(sent_at=at(-5), contact={"phone": "+7 900 000-00-03"})
    assert seven.facts.contact(SEVEN) == Contact(None, "+7 900 000-00-03", "m@example.com")


def test_null_clears_a_manager_and_a_part_of_a_contact_and_what_is_left_out_stays(seven: OneLead) -> None:
    seven.lead(manager="Анна", contact={"name": "Мария", "phone": "8 912 345-67-89", "email": "m@example.com"})
    seven.now += MINUTE
    assert seven.lead(manager=None, contact={"phone": None}).stored
    lead = seven.every(Lead)[-1]
    assert (lead.manager, lead.contact_quality["has_phone"], len(lead.person_keys)) == (None, "no", 1)
    assert seven.facts.contact(SEVEN) == Contact("Мария", None, "m@example.com")
    seven.now += MINUTE
    assert not seven.lead(contact=None).stored
    assert seven.facts.contact(SEVEN) == Contact("Мария", None, "m@example.com")


@pytest.mark.parametrize("is_imported", [False, True])
def test_a_contact_of_which_every_part_is_cleared_is_gone_from_the_book(seven: OneLead, is_imported: bool) -> None:
    whole = Contact(None, "8 912 345-67-89", None)
    seven.lead(contact={"phone": whole.phone})
    if is_imported:
        seven.imports(whole)
    seven.now += MINUTE
    seven.lead(contact={"phone": None})
    seven.read_anew()
    assert seven.facts.contact(SEVEN) == Contact(None, None, None)
    seven.now += MINUTE
    seven.lead(contact={"phone": "8 900 000-00-01"})
    seven.read_anew()
    assert seven.facts.contact(SEVEN).phone == "8 900 000-00-01"


def test_what_was_cleared_comes_back_with_a_later_telling_alone() -> None:
    told: tuple[Telling, ...] = (
        {"sent_at": at(-30), "manager": "Анна", "contact": {"name": "Маша", "phone": "8 900 000-00-01"}},
        {"sent_at": at(-20), "manager": None, "contact": {"phone": None}},
        {"sent_at": at(-10), "contact": {"name": None, "email": "m@example.com"}},
    )
    for order in permutations(told):
        with one_lead() as seven:
            for telling in (*order, order[0]):
                seven.now += MINUTE
                seven.lead(**telling)
            assert seven.every(Lead)[-1].manager is None
            assert seven.facts.contact(SEVEN) == Contact(None, None, "m@example.com")


def test_a_crms_record_that_does_not_hold_a_manager_or_a_phone_clears_none(seven: OneLead) -> None:
    seven.lead(manager="Анна", contact={"name": "Мария", "phone": "8 912 345-67-89"})
    seven.now += MINUTE
    seven.record(manager=None, contact={"name": "Маша", "phone": None})
    assert seven.every(Lead)[-1].manager == "Анна"
    assert seven.facts.contact(SEVEN) == Contact("Маша", "8 912 345-67-89", None)


def test_of_two_contacts_that_came_with_the_same_words_at_one_moment_the_same_holds_in_either_order() -> None:
    held = set[tuple[str | None, tuple[str, ...]]]()
    for order in (("8 900 000-00-01", "8 900 000-00-02"), ("8 900 000-00-02", "8 900 000-00-01")):
        with one_lead() as seven:
            for phone in order:
                seven.lead(sent_at=at(-10), answers={"area": 40}, contact={"phone": phone})
            seven.lead(sent_at=at(-5), answers={"area": 50})
            assert seven.latest[0] == {"area": 50.0}
            number = seven.facts.number
            assert not any(
                seven.lead(sent_at=at(-10), answers={"area": 40}, contact={"phone": one}).stored for one in order
            )
            assert seven.facts.number == number
            held.add((seven.facts.contact(SEVEN).phone, seven.every(Lead)[-1].person_keys))
    assert len(held) == 1


def test_a_telling_that_comes_again_does_not_undo_what_an_import_put_right_since(seven: OneLead) -> None:
    first = {"sent_at": at(-10), "answers": {"area": 40}, "contact": {"name": "Яна", "phone": "8 912 345-67-89"}}
    seven.lead(**first)
    seven.imports(Contact("Анна", "8 912 345-67-89", None))
    assert not seven.lead(**first).stored
    assert seven.facts.contact(SEVEN).name == "Анна"


def test_a_lead_that_was_left_in_the_future_is_refused_and_adds_nothing(seven: OneLead) -> None:
    for _ in range(2):  # as a new lead, and as one that is known
        number = seven.facts.number
        with pytest.raises(FactRefused, match="created_at: lies in the future"):
            seven.lead(created_at=at(6))
        assert seven.facts.number == number
        seven.lead()


@pytest.mark.parametrize("when_sent", [{}, {"sent_at": at(-1)}], ids=["plain", "sent_at"])
def test_a_lead_that_a_clock_a_little_ahead_left_came_now_and_says_the_same_when_it_comes_again(
    seven: OneLead, when_sent: Telling
) -> None:
    said = {"created_at": at(0.005), "answers": {"need": "yes"}, **when_sent}
    assert seven.lead(**said).stored
    assert seven.latest == ({"need": "yes"}, {}, NOON)
    seven.now += 10 * MINUTE
    assert not seven.lead(**said).stored
    assert seven.latest == ({"need": "yes"}, {}, NOON)


def test_a_sender_whose_clock_is_a_little_ahead_tells_of_no_future(seven: OneLead) -> None:
    seven.lead(sent_at=at(4), answers={"area": 40})
    assert seven.latest == ({"area": 40.0}, {}, NOON)
    with pytest.raises(FactRefused, match="sent_at: lies in the future"):
        seven.lead(sent_at=at(6))


def test_a_telling_of_a_forgotten_person_that_comes_again_adds_nothing_and_brings_no_contact_back() -> None:
    first = {"sent_at": at(-10), "answers": {"area": 40}, "contact": {"name": "Мария"}}
    with one_lead(is_forgotten=True) as seven:
        seven.lead(**first)
        seven.lead(sent_at=at(-5), contact={"phone": "8 912 345-67-89"})
        number = seven.facts.number
        assert not seven.lead(**first).stored
        assert seven.facts.number == number
        assert seven.facts.contact(SEVEN) == Contact(None, None, None)
        assert seven.every(Lead)[-1].person_keys == ("nobody",)
