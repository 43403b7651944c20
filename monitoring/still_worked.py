"""How many of the leads that nobody has worked so far are still worked, by how long they have waited.

A model's chance is that of a lead that somebody works. Most leads that wait for days are never worked, and buy nothing; so what
is expected of one is its chance times the share of leads that, not worked for as long, were worked after all. That share comes
from the company's own leads by a life table (Cutler & Ederer 1958, "Maximum utilization of the life table method in analyzing
survival", Journal of Chronic Diseases 8:699-712), so that also the latest leads tell what they can.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import prod, sqrt
from typing import NamedTuple

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = (
    *(HOUR * n for n in (0, 1, 2, 4, 8, 12, 18, 24, 36)),
    *(DAY * n for n in (2, 3, 4, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270)),
)
"""After how long a wait each step begins; most leads that are worked are worked in the first days."""
LATEST = timedelta(days=180)
"""Leads that came before this and the window that follows it tell nothing of how leads are worked today."""
UNKNOWN, FEW = 0.5, 10.0
"""Before anything is counted half of those who wait are taken to be worked in each step; it weighs as much as so many leads."""
FEW_OF_A_CHANNEL = 50.0
"""A channel's own leads are believed as far as they are more than so many; else it goes as in all channels."""


class Wait(NamedTuple):
    """A lead that nobody has worked so far: of which channel, and in which of ``STEPS`` it is."""

    channel: str
    step: int


class Seen(NamedTuple):
    """What one lead tells: in which step it was worked, or (``worked`` is false) up to which one nobody has worked it.

    Who waited until the window closed has waited through all steps, and stands one behind the last.
    """

    month: date
    channel: str
    worked: bool
    step: int


Share = Callable[[Wait], float]


def step_of(waited: timedelta) -> int:
    """Return in which step a lead is that has waited for so long; a step's last instant belongs to it.

    >>> [step_of(one) for one in (timedelta(0), HOUR, HOUR * 1.5, DAY * 3, DAY * 1000)]
    [0, 0, 1, 9, 23]
    """
    return max(bisect_left(STEPS, waited) - 1, 0)


def step_ends(created_at: datetime, step: int) -> datetime | None:
    """Return the last instant of a step of a lead that came at a moment; None where it has no end."""
    return created_at + STEPS[step + 1] if step + 1 < len(STEPS) else None


class WorkTable:
    """When leads were worked, counted lead by lead."""

    def __init__(self, horizon_days: int | None) -> None:
        self._window = timedelta(days=horizon_days) if horizon_days else None
        self._tells_for = LATEST + (self._window or timedelta(0)) + DAY * 31  # months count as a whole
        self._last = step_of(self._window) if self._window else len(STEPS) - 1
        self._counts: dict[tuple[date, str], list[int]] = {}
        self._since: date | None = None
        self._of_all: list[float] = []
        self._of_channel: dict[str, list[float]] = {}

    def seen(
        self, channel: str, month: date, created_at: datetime, worked_at: datetime | None, moment: datetime
    ) -> Seen | None:
        """Return what a lead tells at ``moment``; None where it came too long ago to tell anything.

        One that was worked only after its window was not worked in time.
        """
        if moment - created_at > self._tells_for:
            return None
        waited = (worked_at or moment) - created_at
        is_over = self._window is not None and waited > self._window
        if is_over:
            return Seen(month, channel, False, self._last + 1)
        return Seen(month, channel, worked_at is not None, step_of(waited))

    def count(self, one: Seen, sign: int = 1) -> None:
        """Count a lead, or (-1) take it away."""
        counts = self._counts.setdefault((one.month, one.channel), [0] * 2 * (len(STEPS) + 1))
        counts[one.step + (0 if one.worked else len(STEPS) + 1)] += sign
        self._since = None

    def share(self, today: date) -> Share:
        """Return what tells of a lead that waits how likely it is still worked within its window."""
        since = (today - LATEST - (self._window or timedelta(0))).replace(day=1)
        if since != self._since:
            self._since = since
            of_channels: dict[str, list[list[int]]] = {}
            for (month, channel), counts in self._counts.items():
                if month >= since:
                    of_channels.setdefault(channel, []).append(counts)
            hazards = self._hazards([counts for those in of_channels.values() for counts in those])
            self._of_all = self._later(hazards)
            self._of_channel = {
                channel: self._later(self._hazards(those, hazards)) for channel, those in of_channels.items()
            }
        return lambda wait: self._of_channel.get(wait.channel, self._of_all)[min(wait.step, self._last)]

    def _hazards(self, counts: Sequence[Sequence[int]], of_all: Sequence[float] | None = None) -> list[float]:
        """Return of those who wait through the steps before what share is worked in each, pulled to what is known of all.

        Where nothing is known of all it is pulled to the step before: who comes so far waits as others did.
        """
        summed = [sum(column) for column in zip(*counts, strict=True)] or [0] * 2 * (len(STEPS) + 1)
        worked, waiting = summed[: len(STEPS) + 1], summed[len(STEPS) + 1 :]
        entered = list(accumulate(reversed([one + other for one, other in zip(worked, waiting, strict=True)])))[::-1]
        found, before = list[float](), UNKNOWN
        for step in range(self._last + 1):
            at_risk = entered[step] - waiting[step] / 2  # who is in the step has seen half of it, on average
            prior, weight = (of_all[step], FEW_OF_A_CHANNEL) if of_all else (before, FEW)
            before = (worked[step] + weight * prior) / (at_risk + weight)
            found.append(before)
        return found

    @staticmethod
    def _later(hazards: Sequence[float]) -> list[float]:
        """Return what share of those in the midst of each step is worked in the rest of it or later."""
        stays = [1.0 - one for one in hazards]
        return [1.0 - sqrt(stays[step]) * prod(stays[step + 1 :]) for step in range(len(stays))]
