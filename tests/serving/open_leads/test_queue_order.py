"""Promised call-backs first, then what is worth most; of equals the freshest."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from serving.open_leads.queue_order import Candidate
from serving.open_leads.waiting import Waits
from tests.support.facts import NOON
from tests.support.plain_queue import in_order

Kind = Literal["new", "retry", "call_back"]


def candidate(
    name: str, probability: float, amount: float | None = None, kind: Kind = "new", minutes: int = 0
) -> Candidate[str]:
    return Candidate(name, Waits(kind, NOON), NOON + timedelta(minutes=minutes), probability, amount)


def names(*candidates: Candidate[str]) -> list[str]:
    return [place.candidate.lead for place in in_order(candidates)]


def test_a_due_call_back_goes_before_any_worth() -> None:
    assert names(candidate("rich", 0.9, 1e6), candidate("promised", 0.01, 1.0, "call_back")) == ["promised", "rich"]


def test_worth_is_probability_times_amount() -> None:
    assert names(candidate("likely", 0.5, 100.0), candidate("large", 0.1, 1000.0)) == ["large", "likely"]


def test_without_any_amount_the_probability_decides() -> None:
    assert names(candidate("a", 0.1), candidate("b", 0.2)) == ["b", "a"]


def test_where_amounts_are_known_a_lead_without_one_goes_last() -> None:
    assert names(candidate("unknown", 0.9), candidate("small", 0.1, 10.0)) == ["small", "unknown"]


def test_of_equals_the_freshest_goes_first() -> None:
    assert names(candidate("old", 0.1), candidate("fresh", 0.1, minutes=5)) == ["fresh", "old"]


CANDIDATES = st.lists(
    st.builds(
        candidate,
        st.text(max_size=3),
        st.floats(0, 1),
        st.none() | st.floats(0, 1e6),
        st.sampled_from(["new", "retry", "call_back"]),
        st.integers(0, 50),
    ),
    max_size=12,
)


@given(candidates=CANDIDATES)
def test_every_candidate_has_one_place_in_both_orders(candidates: list[Candidate[str]]) -> None:
    places = in_order(candidates)
    everyone = list(range(1, len(candidates) + 1))
    assert [place.rank for place in places] == everyone
    assert sorted(place.first_come_rank for place in places) == everyone
    by_time = sorted(places, key=lambda place: place.first_come_rank)
    assert [p.candidate.created_at for p in by_time] == sorted(one.created_at for one in candidates)


@given(candidates=CANDIDATES)
def test_no_call_back_stands_behind_another_lead(candidates: list[Candidate[str]]) -> None:
    promised = [place.candidate.waits.kind == "call_back" for place in in_order(candidates)]
    assert promised == sorted(promised, reverse=True)
