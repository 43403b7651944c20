"""A few places of the queue go to leads drawn at random, so that no kind of lead is never looked at.

A kind that nobody calls has no outcomes, so its chance could stay wrong for ever, and right by neglect where "never
called" counted as lost. Who is drawn is settled by a keyed hash of the lead and the day; nothing is stored, and every
process and every reload draws the same.

Each lead that waits for a call that was not promised, and has not waited too long, has three numbers of the day: a
coin, a point on a circle, and an aim on it. With the chance ``share / (1 - share)`` (the coin) it is put right ahead of
the lead that its aim meets first, where that one stands better; else it keeps its own place. So

* a lead goes ahead of any better one of n - 1 others with the chance share / (1 - share) / (n - 1), and keeps its place
  with what is left of 1: both are exact, and known before anybody looks;
* ahead of the lead worth most stand, at random, as many as heads before the first tail of a coin that falls heads with
  the chance ``share``: the place handed out next is a random one with that chance, and whoever fills it is any of the
  others alike. Further down there are fewer, as there are fewer left that the order would not have put there;
* nobody is set back by his own draw, only by those who go first; who was handed out leaves, and the next place is
  drawn as freely as this one was (a coin for the place itself would fall the same way until midnight);
* a lead that comes, or leaves, changes nothing between two others, unless one of them aims at it: about ``share`` of
  one lead, however many wait.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

from models.hand_out_log import DRAWN_FOR, Arm
from serving.open_leads.queue_order import Place

Lead = TypeVar("Lead")
WHOLE = float(2**64)
THREE_NUMBERS = Struct(">3Q")
LONGEST_KEY = 64
MOST_KEPT = 2**16
"""So many draws are kept: a lead's stays the same all day, and it is put in order anew whenever it changes."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A lead's numbers of a day, each uniform from 0 to 1 and independent of the others."""

    coin: float
    point: float
    aim: float


@lru_cache(maxsize=MOST_KEPT)
def draw_of(name: str, day: date, key: bytes) -> Draw:
    """Return what a lead draws on a day; who does not know the key cannot choose a name that wins."""
    digest = blake2b(f"{day.isoformat()} {name}".encode(), key=key[:LONGEST_KEY], digest_size=24).digest()
    coin, point, aim = THREE_NUMBERS.unpack(digest)
    return Draw(coin / WHOLE, point / WHOLE, aim / WHOLE)


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

    This is the rule for a whole queue at once; ``KeptQueue`` keeps what it says up lead by lead, and is tested against it.

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
