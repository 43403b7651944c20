"""How many false alarms a year the company bears, and how they are shared over all that is watched.

A detector whose mean time between false alarms is at least T days alarms falsely at most 365 / T times a year; so the numbers
a year simply add up, however the streams hang together (linearity of the mean: nothing is assumed of their dependence).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from monitoring.alarms.alarm import Watched

DAYS_A_YEAR = 365.0
OF_CLOCK = {"call": 0.5, "arrival": 0.3, "purchase": 0.2}
OF_LEVEL = {"channel": 0.5, "campaign": 0.25, "ad": 0.125, "offer": 0.125}
"""How the budget is shared: clocks and levels that a company has not leave theirs to the others."""
OF_MEASURE = {"non_target": 3.0, "named": 1.0, "not_reached": 1.0, "unqualified": 1.0, "chance": 3.0, "bought": 1.0}
OF_ANSWERS = 3.0
"""The form's answers all together count as much as the chance."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The false alarms a year, and how many streams they are shared over."""

    false_alarms_a_year: float
    streams: int
    shares: dict[Watched, float]

    def threshold(self, watched: Watched) -> float:
        """Return the mean number of days between two false alarms that a stream has to keep."""
        return DAYS_A_YEAR / (self.false_alarms_a_year * self.shares[watched])


def budget(streams: Iterable[Watched], false_alarms_a_year: float) -> Budget:
    """Return how the budget is shared over streams.

    >>> vk, avito = (Watched("call", "channel", "non_target", name) for name in ("vk", "avito"))
    >>> winter = Watched("call", "campaign", "non_target", "vk", "winter")
    >>> shared = budget([vk, avito, winter], 4.0)
    >>> [round(shared.threshold(one)) for one in (vk, avito, winter)]  # each channel as much as the only campaign
    [274, 274, 274]
    """
    streams = list(streams)
    answers = len({one.measure for one in streams if _is_answer(one)})
    kinds = Counter((one.clock, one.level, one.measure) for one in streams)
    weights = {kind: _weight(kind, answers) for kind in kinds}
    whole = sum(weights.values())
    shares = {}
    for one in streams:
        kind = one.clock, one.level, one.measure
        shares[one] = weights[kind] / whole / kinds[kind]
    return Budget(false_alarms_a_year, len(streams), shares)


def _weight(kind: tuple[str, str, str], answers: int) -> float:
    clock, level, measure = kind
    of_measure = OF_ANSWERS / answers if measure.startswith("answer:") else OF_MEASURE[measure]
    return OF_CLOCK[clock] * OF_LEVEL[level] * of_measure / MEASURES_OF[clock]


def _is_answer(one: Watched) -> bool:
    return one.measure.startswith("answer:")


MEASURES_OF = {
    "call": sum(OF_MEASURE[name] for name in ("non_target", "named", "not_reached", "unqualified")),
    "arrival": OF_MEASURE["chance"] + OF_ANSWERS,
    "purchase": OF_MEASURE["bought"],
}
