"""How the channels stand for the page that shows their figures: looked at anew when there are new facts, or a new day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from features.facts.company import Company
from features.facts.values import Spend
from models.score_log import ScoreLog
from monitoring.alarms.watch import Watch
from monitoring.alarms.watcher import Watcher, of_whole_channels
from monitoring.lead_book import LeadSummary


class ChannelWatch:
    """The last look at the whole channels, kept until there is news."""

    def __init__(self, company: Company, log: ScoreLog) -> None:
        self._company = company
        self._watcher = Watcher(company, log)
        self._last: tuple[int, date, Watch] | None = None

    def told(self, number: int, summaries: Sequence[LeadSummary], moment: datetime, spend: Sequence[Spend]) -> Watch:
        """Return how the channels stand; ``number`` is the storage number up to which ``summaries`` were read."""
        day = moment.astimezone(self._company.zone).date()
        last = self._last
        if last is None or last[:2] != (number, day):
            told = self._watcher.watch(summaries, moment, spend, only=of_whole_channels)
            last = self._last = number, day, told
        return last[2]
