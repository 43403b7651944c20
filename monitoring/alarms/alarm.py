"""What is watched, and an alarm about it: since when, how large, what it has cost so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from monitoring.intervals import Rate

Clock = Literal["arrival", "call", "purchase"]
"""When a fact comes: with the lead itself, with its first talk, or when its window is over or it bought."""
Level = Literal["channel", "campaign", "ad", "offer"]


@dataclass(frozen=True, slots=True, order=True)
class Watched:
    """One group of leads, watched by one measure on one clock.

    ``measure`` is ``non_target``, ``not_reached``, ``unqualified`` (after the first call), ``named`` (non-target without a
    talk, of all that came), ``chance`` (expected purchase probability at arrival), ``answer:<field>`` (the mix of a form
    answer) or ``bought`` (against what scores promised). An offer may run in every channel: its ``channel`` is empty.
    """

    clock: Clock
    level: Level
    measure: str
    channel: str
    name: str = ""
    """The campaign, ad or offer; empty where the whole channel is watched."""

    @property
    def key(self) -> str:
        """Return what tells it apart from all else that is watched, on one line.

        >>> Watched("call", "campaign", "non_target", "vk", "winter").key
        'call|campaign|non_target|vk|winter'
        """
        return "|".join((self.clock, self.level, self.measure, self.channel, self.name))


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something watched that changed for the worse.

    ``since`` is the likeliest first day of the change, ``earliest`` to ``latest`` its interval; days are the company's.
    ``before`` and ``after`` are shares of non-target, not reached, not qualified or named leads, of leads whose chance lies
    below the company's median, of those who gave ``answer``, and of those who *bought*: that one falls when it gets worse.
    ``size`` is the share since minus the share before, with its 95 % interval. ``evidence`` is the natural logarithm of what
    the detector had gathered (``detector.py``), in days. ``cost_since`` is what the group has cost since ``since``, in the
    company's currency; None where no costs are known.
    """

    watched: Watched
    raised_on: date
    since: date
    earliest: date
    latest: date
    before: Rate
    after: Rate
    size: float
    size_interval: tuple[float, float]
    evidence: float
    cost_since: float | None
    urgent: bool = False
    """Whether it should not wait for the day's digest."""
    answer: str = ""
    """Where the mix of a form answer changed: the answer whose share rose most surely; "*" is all rare ones together."""
