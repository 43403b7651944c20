"""How letters are tried again: how often, after how long, and which answers end it at once.

Systems with an API of their own say by 4xx that a letter will never be taken as it is. Receivers of webhooks are anybody's:
what they answer while they are mended says nothing of the letter, so all but "gone" is tried again, as the Standard Webhooks
specification asks.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from leadloop.sending.back_off import wait_before

TRY_LATER = frozenset({408, 425, 429, 500, 501, 503})
"""Answers of an API that say: not taken, come again."""
GONE = 410
AFTER = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
"""The specification's schedule: how long after each try the next is made, at most."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How some letters are tried again.

    ``wait`` is given the number of the try to come (the second is the first that waits); ``is_final`` an answer's status. A try may
    take ``seconds``, however little of the answer comes at a time.
    """

    most_tries: int
    wait: Callable[[int, random.Random], timedelta]
    is_final: Callable[[int], bool]
    seconds: float


def webhook_wait(next_try: int, draw: random.Random) -> timedelta:
    """Return how long to wait: anything up to the schedule's own time, so that receivers that come back are not flooded.

    ("Full jitter": Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)

    >>> webhook_wait(2, random.Random(7)) <= timedelta(seconds=5), webhook_wait(99, random.Random(7)) <= timedelta(days=1)
    (True, True)
    """
    return AFTER[min(max(next_try - 2, 0), len(AFTER) - 1)] * draw.uniform(0.0, 1.0)


MOST_TRIES = 14
"""Over some thirty hours; what still did not arrive then needs a person."""
TO_AN_API = Manner(MOST_TRIES, wait_before, lambda status: status not in TRY_LATER, seconds=120.0)
BY_WEBHOOK = Manner(len(AFTER) + 1, webhook_wait, lambda status: status == GONE, seconds=30.0)
