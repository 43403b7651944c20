"""The alarms and the trend as last looked over: they read every lead, so they are worked out anew only when facts came.

Where one look takes long, the next waits many times as long, so that a busy day of a large company does not make each
page wait for its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from features.facts.values import Spend
from monitoring.alarms.alarm import Alarm
from monitoring.alarms.quiet import Quiet
from monitoring.alarms.watch import WatchState
from monitoring.alarms.watcher import Watcher, of_whole_channels
from monitoring.channel_quality import can_tell_non_target
from monitoring.lead_book import LeadBook, counted
from serving.reports.trend import weekly_leads, weekly_trend

HOLDS_FOR = timedelta(minutes=10)
LONG_SECONDS = 0.25
"""A look that takes no longer is taken anew whenever something changed."""
TIMES_AS_LONG = 100.0
Costs = Callable[[datetime], Sequence[Spend]]
"""What is known of costs at a moment, under the leads' names."""


@dataclass(frozen=True, slots=True)
class LookedOver:
    """What a look over all leads found."""

    alarms: Sequence[Alarm]
    quiet: Sequence[Quiet]
    watch: WatchState
    trend: str


class Looks:
    """Looks over the book's leads, each kept while it holds."""

    def __init__(
        self, book: LeadBook, watcher: Watcher, costs: Costs, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._book, self._watcher, self._costs, self._seconds = book, watcher, costs, seconds
        self._kept: tuple[int, datetime, LookedOver] | None = None
        self._rests_until = 0.0
        self._lock = threading.Lock()

    def at(self, moment: datetime) -> LookedOver:
        """Return the alarms and the trend as known at ``moment``, or a little before."""
        with self._lock:
            if self._kept and self._holds(*self._kept[:2], moment):
                return self._kept[2]
            began = self._seconds()
            looked = self._look(moment)
            took = self._seconds() - began
            self._rests_until = self._seconds() + (took * TIMES_AS_LONG if took > LONG_SECONDS else 0.0)
            self._kept = (self._book.number, moment, looked)
            return looked

    def _holds(self, number: int, made: datetime, moment: datetime) -> bool:
        is_young = timedelta(0) <= moment - made < HOLDS_FOR
        return is_young and (number == self._book.number or self._seconds() < self._rests_until)

    def _look(self, moment: datetime) -> LookedOver:
        company = self._book.company
        requests = counted(self._book.summaries(moment), company)
        told = self._watcher.watch(requests, moment, self._costs(moment), only=of_whole_channels)
        trend = (
            weekly_trend(requests, company, [one.watched.channel for one in told.alarms])
            if can_tell_non_target(company, moment)
            else weekly_leads(requests, company)
        )
        quiet = [one for one in told.quiet if one.watched.measure in ("non_target", "named")]
        return LookedOver(told.alarms, quiet, told.state, trend)
