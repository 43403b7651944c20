"""The rule of the call queue for a whole queue at once: plain, slow, and what the queue that is kept up has to say.

``in_order`` puts leads in order of worth, ``explored`` draws some of them ahead (``serving/open_leads/exploration.py`` says how).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import TypeVar

from models.hand_out_log import DRAWN_FOR, Arm
from serving.open_leads.exploration import Draw, draw_of
from serving.open_leads.queue_order import Candidate, Place, worth_of

Lead = TypeVar("Lead")


def in_order(candidates: Sequence[Candidate[Lead]]) -> list[Place[Lead]]:
    """Return every candidate with its place.

    >>> from datetime import UTC
    >>> from serving.open_leads.waiting import Waits
    >>> day = datetime(2026, 3, 2, tzinfo=UTC)
    >>> early, late = (Candidate(n, Waits("new", day), day.replace(hour=h), p, None)
    ...                for n, h, p in (("early", 9, 0.02), ("late", 11, 0.30)))
    >>> [(place.candidate.lead, place.rank, place.first_come_rank) for place in in_order([early, late])]
    [('late', 1, 2), ('early', 2, 1)]
    """
    by_time = sorted(range(len(candidates)), key=lambda index: candidates[index].created_at)
    first_come = {index: rank for rank, index in enumerate(by_time, start=1)}
    amounts_known = any(candidate.expected_amount is not None for candidate in candidates)
    ordered = sorted(range(len(candidates)), key=lambda index: worth_of(candidates[index], amounts_known), reverse=True)
    return [
        Place(rank, first_come[index], candidates[index], _arm(candidates[index]))
        for rank, index in enumerate(ordered, start=1)
    ]


def _arm(candidate: Candidate[Lead]) -> Arm:
    return "promised" if candidate.waits.kind == "call_back" else "by_worth"


def explored(
    places: Sequence[Place[Lead]],
    share: float,
    *,
    name_of: Callable[[Lead], str],
    moment: datetime,
    zone: tzinfo,
    key: bytes,
) -> list[Place[Lead]]:
    """Return the places with some leads drawn ahead, each with its arm and how likely that was.

    Parameters
    ----------
    places
        The queue in order of worth, promised call-backs first.
    share
        The share of places that are drawn, 0 to 0.5; 0 leaves the order as it is.
    zone
        The company's, whose day decides.
    key
        At most 64 bytes of it count.
    """
    drawn = [place for place in places if place.arm != "promised" and place.candidate.waits.since > moment - DRAWN_FOR]
    if not share or len(drawn) < 2:
        return list(places)
    odds, others = share / (1 - share), len(drawn) - 1
    day = moment.astimezone(zone).date()
    draws = [draw_of(name_of(place.candidate.lead), day, key) for place in drawn]
    stands = {place.rank: (place.rank, 1, 0.0) for place in places}
    fates: dict[int, tuple[Arm, float]] = {}
    for better, (place, host) in enumerate(zip(drawn, _met(draws), strict=True)):
        goes_ahead = draws[better].coin < odds and host < better
        if goes_ahead:
            stands[place.rank] = (drawn[host].rank, 0, draws[better].coin)
        fates[place.rank] = ("at_random", odds / others) if goes_ahead else ("by_worth", 1.0 - odds * better / others)
    made = []
    for turn, place in enumerate(sorted(places, key=lambda place: stands[place.rank]), start=1):
        arm, propensity = fates.get(place.rank, (place.arm, place.propensity))
        drawn_from = len(drawn) if place.rank in fates else place.drawn_from
        made.append(Place(turn, place.first_come_rank, place.candidate, arm, propensity, drawn_from))
    return made


def _met(draws: Sequence[Draw]) -> list[int]:
    """Return whom each lead's aim meets first on the circle, never itself: any of the others alike."""
    circle = sorted(range(len(draws)), key=lambda index: draws[index].point)
    points = [draws[index].point for index in circle]
    met = []
    for index, draw in enumerate(draws):
        turn = bisect_right(points, draw.aim)
        first = circle[turn % len(circle)]
        met.append(first if first != index else circle[(turn + 1) % len(circle)])
    return met
