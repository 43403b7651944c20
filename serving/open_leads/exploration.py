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

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

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
