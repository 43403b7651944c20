"""Everything that is watched, as known at a moment: what changed for the worse, what is quiet, and what nobody can know yet.

It is read off the lead book, the scores that leads were given when they came, and the spend, by the pass of a day
(``day_pass.py``); nothing else is kept, so that any day of the past can be looked at again as it was known then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from features.facts.company import Company
from features.facts.values import LeadId, Spend
from monitoring.alarms.alarm import Alarm, Clock, Watched
from monitoring.alarms.arrival_clock import ArrivalScore
from monitoring.alarms.budget import Budget
from monitoring.alarms.quiet import Ended, Quiet
from monitoring.lead_book import LeadSummary

if TYPE_CHECKING:
    from monitoring.alarms.stream_counts import Tally

WatchState = Literal["watched", "too_little", "nothing_says_so"]
Only = Callable[[Watched], bool]


@dataclass(frozen=True, slots=True)
class ClockStand:
    """What a clock was told of the leads of the last 120 days: of how many it knows, and of how many it cannot know yet.

    ``expected`` is how many of the unknown ones will buy by their scores; None on the other clocks and without scores.
    """

    clock: Clock
    known: int
    unknown: int
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """The day's pass: alarms (the strongest evidence first), those that are over, and the quiet streams.

    ``state`` says of the non-target share whether anything could have been noticed: "nothing found" is not "not looked at".
    """

    moment: datetime
    alarms: tuple[Alarm, ...]
    ended: tuple[Ended, ...]
    quiet: tuple[Quiet, ...]
    budget: Budget
    clocks: tuple[ClockStand, ...]
    state: WatchState


def watch(
    summaries: Sequence[LeadSummary],
    *,
    company: Company,
    moment: datetime,
    spend: Sequence[Spend] = (),
    scores: Mapping[LeadId, ArrivalScore] | None = None,
    only: Only | None = None,
    tally: Tally | None = None,
) -> Watch:
    """Return how everything that is watched stands at ``moment``.

    Parameters
    ----------
    summaries
        The leads that count, the oldest first: ``lead_book.counted``, as known at ``moment``.
    scores
        What leads were given when they came (``arrival_scores.py``); without it no chance is watched.
    only
        Looks at a part of what is watched, at the thresholds that it has as a part of the whole.
    tally
        One that counted the same company's leads before, to count only what is new.
    """
    # numpy is loaded where a pass is made, and not when a service starts
    from monitoring.alarms.day_pass import DayPass
    from monitoring.alarms.stream_counts import Tally

    tally = tally or Tally(company)
    tally.catch_up(summaries)
    tally.add_scores(scores or {})
    return DayPass(tally, company, moment, spend).watch(summaries, scores or {}, only or (lambda _: True))
