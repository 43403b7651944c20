"""A share of the queue is drawn at random: exactly as often as said, never to a drawn lead's harm, and the same all day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.hand_out_log import DRAWN_FOR
from serving.open_leads.exploration import draw_of
from serving.open_leads.queue_order import Candidate, Place
from serving.open_leads.waiting import Waits
from tests.support.facts import NOON
from tests.support.plain_queue import explored, in_order

DAY = timedelta(days=1)
MOSCOW = ZoneInfo("Europe/Moscow")
Kind = Literal["new", "retry", "call_back"]


def candidate(name: str, probability: float, kind: Kind = "new", since: datetime = NOON) -> Candidate[str]:
    return Candidate(name, Waits(kind, since), NOON, probability, None)


def falling(count: int) -> list[Candidate[str]]:
    """Return leads named 0, 1, ... from the best to the worst."""
    return [candidate(str(number), 0.9 - 0.8 * number / count) for number in range(count)]


def queue(
    candidates: Sequence[Candidate[str]], share: float, moment: datetime = NOON, key: bytes = b"k"
) -> list[Place[str]]:
    return drawn(in_order(candidates), share, moment, key)


def drawn(places: Sequence[Place[str]], share: float, moment: datetime = NOON, key: bytes = b"k") -> list[Place[str]]:
    return explored(places, share, name_of=str, moment=moment, zone=MOSCOW, key=key)


def names(places: Sequence[Place[str]]) -> list[str]:
    return [place.candidate.lead for place in places]


def many_draws(count: int, share: float, draws: int) -> list[list[Place[str]]]:
    """Return the queue of the same leads under so many independent draws."""
    worth = in_order(falling(count))
    return [drawn(worth, share, key=str(number).encode()) for number in range(draws)]


CANDIDATES = st.lists(
    st.builds(
        candidate,
        st.text(min_size=1, max_size=4),
        st.floats(0.01, 0.9),
        st.sampled_from(["new", "retry", "call_back"]),
        st.integers(0, 10).map(lambda days: NOON - days * DAY),
    ),
    max_size=15,
    unique_by=lambda one: one.lead,
)
SHARES = st.floats(0.01, 0.5)
ON_A_BUSY_MACHINE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@ON_A_BUSY_MACHINE
@given(CANDIDATES)
def test_without_exploring_the_order_is_the_very_same(candidates: list[Candidate[str]]) -> None:
    assert queue(candidates, 0.0) == in_order(candidates)


@ON_A_BUSY_MACHINE
@given(CANDIDATES, SHARES, st.binary(max_size=100))
def test_every_lead_keeps_one_place_and_promised_call_backs_stand_first(
    candidates: list[Candidate[str]], share: float, key: bytes
) -> None:
    places = queue(candidates, share, key=key)
    assert [place.rank for place in places] == list(range(1, len(candidates) + 1))
    assert sorted(names(places)) == sorted(one.lead for one in candidates)
    promised = [place.arm == "promised" for place in places]
    assert promised == sorted(promised, reverse=True)
    assert promised == [place.candidate.waits.kind == "call_back" for place in places]


@ON_A_BUSY_MACHINE
@given(CANDIDATES, SHARES, st.binary(max_size=64))
def test_all_that_are_not_drawn_stay_in_order_of_worth_behind_no_more_than_the_drawn(
    candidates: list[Candidate[str]], share: float, key: bytes
) -> None:
    worth = names(in_order(candidates))
    places = queue(candidates, share, key=key)
    in_turn = [place.candidate.lead for place in places if place.arm != "at_random"]
    assert in_turn == [name for name in worth if name in set(in_turn)]
    drawn = len(places) - len(in_turn)
    assert all(place.rank <= worth.index(place.candidate.lead) + 1 + drawn for place in places)


@ON_A_BUSY_MACHINE
@given(CANDIDATES, SHARES)
def test_the_ways_in_which_a_lead_may_stand_have_chances_that_add_up_to_one(
    candidates: list[Candidate[str]], share: float
) -> None:
    places = queue(candidates, share)
    drawn = [place for place in in_order(candidates) if place.candidate.lead in _taking_part(places)]
    ahead = {place.candidate.lead: better for better, place in enumerate(drawn)}
    for place in places:
        if place.drawn_from:
            goes_ahead = share / (1 - share) / (place.drawn_from - 1)
            keeps = 1 - goes_ahead * ahead[place.candidate.lead]
            assert place.propensity == pytest.approx(goes_ahead if place.arm == "at_random" else keeps)
        else:
            assert place.propensity == 1.0


def _taking_part(places: Sequence[Place[str]]) -> set[str]:
    return {place.candidate.lead for place in places if place.drawn_from}


@ON_A_BUSY_MACHINE
@given(CANDIDATES, SHARES, st.floats(0.01, 0.9))
def test_a_lead_that_comes_moves_no_other_unless_it_is_aimed_at(
    candidates: list[Candidate[str]], share: float, probability: float
) -> None:
    before = queue(candidates, share)
    after = queue([*candidates, candidate("newcomer", probability)], share)
    met_anew = {
        place.candidate.lead
        for place in [*before, *after]
        if place.candidate.lead != "newcomer" and _aims_at_newcomer(place.candidate.lead, _taking_part(before))
    }
    stay = [name for name in names(before) if name not in met_anew]
    assert [name for name in names(after) if name not in met_anew | {"newcomer"}] == stay


def _aims_at_newcomer(name: str, others: set[str]) -> bool:
    """Return whether the newcomer stands on the circle nearer ahead of a lead's aim than any other but itself."""
    day = NOON.date()
    aim = draw_of(name, day, b"k").aim
    to_newcomer = (draw_of("newcomer", day, b"k").point - aim) % 1.0
    return all((draw_of(one, day, b"k").point - aim) % 1.0 > to_newcomer for one in others - {name})


def test_on_average_a_newcomer_moves_about_the_share_of_one_lead() -> None:
    moved = 0
    for number in range(300):
        before = queue(falling(60), 0.2, key=str(number).encode())
        after = queue([*falling(60), candidate("newcomer", 0.5)], 0.2, key=str(number).encode())
        by_random = [{p.candidate.lead for p in places if p.arm == "at_random"} for places in (before, after)]
        moved += len((by_random[0] ^ by_random[1]) - {"newcomer"})
    assert moved / 300 < 0.2


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_the_place_handed_out_next_is_a_random_one_with_the_share_that_was_said(share: float) -> None:
    first = [places[0].arm == "at_random" for places in many_draws(120, share, 3_000)]
    expected = sum(first) / len(first)
    assert expected == pytest.approx(share, abs=4 * (share * (1 - share) / len(first)) ** 0.5 + share / 100)


def test_of_the_places_that_a_day_hands_out_the_share_is_random() -> None:
    handed_out: list[bool] = []
    for number in range(60):
        waiting = falling(300)
        for _ in range(30):
            first = queue(waiting, 0.1, key=str(number).encode())[0]
            handed_out.append(first.arm == "at_random")
            waiting = [one for one in waiting if one.lead != first.candidate.lead]
    assert sum(handed_out) / len(handed_out) == pytest.approx(0.1, abs=0.02)


def test_a_random_place_goes_to_any_of_the_others_alike() -> None:
    ahead_of_best = [
        int(place.candidate.lead)
        for places in many_draws(20, 0.5, 4_000)
        for place in places[: names(places).index("0")]
        if place.arm == "at_random"
    ]
    assert len(ahead_of_best) == pytest.approx(4_000, rel=0.1)  # one ahead of the best on average: 0.5 / (1 - 0.5)
    counts = [ahead_of_best.count(name) for name in range(1, 20)]
    expected = len(ahead_of_best) / 19
    assert all(abs(count - expected) < 5 * expected**0.5 for count in counts)


def test_a_lead_goes_ahead_of_a_given_better_one_as_often_as_its_propensity_says() -> None:
    hits, said = 0, 0.0
    for places in many_draws(10, 0.3, 5_000):
        mine = next(place for place in places if place.candidate.lead == "9")
        following = [p.candidate.lead for p in places[mine.rank :] if p.arm == "by_worth"]
        if mine.arm == "at_random" and following and following[0] == "0":
            hits, said = hits + 1, mine.propensity
    assert said == pytest.approx(0.3 / 0.7 / 9)
    assert hits / 5_000 >= said * 0.85  # a little more: where the lead that is aimed at goes ahead itself
    assert hits / 5_000 <= said * 1.15


def test_the_draw_is_the_same_all_day_and_another_on_the_next() -> None:
    leads = falling(200)
    morning = queue(leads, 0.2, NOON)
    assert names(queue(leads, 0.2, NOON + timedelta(hours=8))) == names(morning)
    assert names(queue(list(reversed(leads)), 0.2, NOON)) == names(morning)
    assert names(queue(leads, 0.2, NOON + DAY)) != names(morning)
    assert names(queue(leads, 0.2, NOON, key=b"another")) != names(morning)


def test_the_day_is_the_companys_own() -> None:
    leads = falling(200)
    before_midnight = datetime(2026, 3, 2, 20, 59, tzinfo=UTC)
    assert names(queue(leads, 0.2, before_midnight)) == names(queue(leads, 0.2, NOON))
    assert names(queue(leads, 0.2, before_midnight + timedelta(minutes=1))) == names(queue(leads, 0.2, NOON + DAY))


def test_what_has_waited_too_long_is_not_drawn_and_draws_nobody() -> None:
    old = [candidate(f"old{number}", 0.5, since=NOON - DRAWN_FOR) for number in range(50)]
    fresh = [candidate(f"fresh{number}", 0.4, since=NOON - DRAWN_FOR + timedelta(minutes=1)) for number in range(50)]
    places = queue([*old, *fresh], 0.5)
    drawn = {place.candidate.lead for place in places if place.arm == "at_random"}
    assert drawn
    assert all(name.startswith("fresh") for name in drawn)
    assert names(places)[:50] == names(in_order(old))
    assert {place.drawn_from for place in places} == {0, 50}
