"""Watches one company again and again: counts only what is new since the last look."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from features.facts.company import Company
from features.facts.values import LeadId, Spend
from models.score_log import FirstScore, ScoreLog
from monitoring.alarms.alarm import Watched
from monitoring.alarms.arrival_clock import ArrivalScore
from monitoring.alarms.entries import ANSWER
from monitoring.alarms.watch import Only, Watch, watch
from monitoring.lead_book import LeadSummary

if TYPE_CHECKING:
    from monitoring.alarms.stream_counts import Tally

AT_ARRIVAL = timedelta(days=1)
"""A lead's first score counts as that of its arrival if it was given within so long, and before anybody called."""


def of_whole_channels(watched: Watched) -> bool:
    """Return whether a stream tells how good a whole channel's leads are: what stands beside the channels' figures."""
    return watched.level == "channel" and not watched.measure.startswith(ANSWER)


class Watcher:
    """The tally and the scores of a company, kept between looks."""

    def __init__(self, company: Company, log: ScoreLog) -> None:
        self._company, self._log = company, log
        self._tally: Tally | None = None
        self._first: dict[LeadId, FirstScore] = {}
        self._read_up_to = 0
        self._lock = threading.Lock()

    def watch(
        self, summaries: Sequence[LeadSummary], moment: datetime, spend: Sequence[Spend], only: Only | None = None
    ) -> Watch:
        """Return how everything stands at ``moment``; the arguments are those of ``watch.watch``."""
        with self._lock:
            last = self._log.last_id()
            if last > self._read_up_to:
                new = self._log.first_scores(self._first, self._read_up_to)
                self._first |= {one.lead_id: one for one in new}
                self._read_up_to = last
            if self._tally is None:
                from monitoring.alarms.stream_counts import Tally  # with numpy: nothing that a start has to wait for

                self._tally = Tally(self._company)
            scores = arrival_scores(summaries, self._first, moment) if self._first else {}
            return watch(
                summaries,
                company=self._company,
                moment=moment,
                spend=spend,
                scores=scores,
                only=only,
                tally=self._tally,
            )


def arrival_scores(
    summaries: Iterable[LeadSummary], first: dict[LeadId, FirstScore], moment: datetime
) -> dict[LeadId, ArrivalScore]:
    """Return the scores that leads were given when they came, of those given by ``moment``."""
    found = {}
    for one in summaries:
        score = first.get(one.lead_id)
        if score is None or score.at > moment or score.at > (one.arrived_at or one.created_at) + AT_ARRIVAL:
            continue
        if one.processed_known_at is None or score.at <= one.processed_known_at:
            found[one.lead_id] = ArrivalScore(score.probability, score.model_version)
    return found
