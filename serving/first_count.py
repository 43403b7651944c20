"""An import leaves counted what a service needs before its first score, so that the first start serves at once.

How sources had sold by the last midnight, what sales brought and the line of each lead come from one pass over all leads, and are
kept in the data folder, where every start finds them. Scores given before that was counted would be made with rates that no
model has learned from. Where nothing of use is kept, the start makes the pass itself.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.rows.as_of import Gate
from features.rows.rates_timeline import RatesTimeline
from models.expected_amount import ExpectedAmounts
from monitoring.conversions.steps_book import StepsBook
from monitoring.lead_book import LeadBook
from serving.days_count import DaysCount, keep_count, kept_count
from serving.desk.kept_rates import KeptRates


@dataclass(frozen=True, slots=True)
class FirstCount:
    """What is counted before the first score, and where it is kept; ``of`` names the company's words and the database.

    ``steps`` is given by whoever has the time to leave counted as well how far leads have come, for ``/conversions``.
    """

    store: FactStore
    book: LeadBook
    home: Path
    of: str
    steps: StepsBook | None = None

    def found(self, moment: datetime) -> DaysCount | None:
        """Return what a start at ``moment`` may go on from; None where all leads have to be counted first.

        Rates of a day that is long over are summed up anew from the kept days of sources, without reading a lead.
        """
        counted = kept_count(self.home, of=self.of, store=self.store)
        if counted is None or counted.is_young(moment):
            return counted
        kept = self._rates.read(Gate(self.book.company))
        if kept is None or kept[1] < counted.rates.number:
            return None
        timeline, number = kept
        return replace(counted, rates=timeline.held(moment, number))

    def counted(self, moment: datetime, passed: Callable[[], None] | None = None) -> DaysCount:
        """Count all leads in one pass, and keep that for the starts to come; ``passed`` is called with each lead."""
        (number, forgetting), company = self.store.last_change(), self.book.company
        timeline, amounts = RatesTimeline(Gate(company)), ExpectedAmounts(company)
        if number:
            with self.book.filling(moment, number) as line_of, self._steps_filled(moment, number) as note_steps:
                for history in self.store.histories(up_to=number):
                    timeline.learn((history,))
                    line = line_of(history)
                    if line and line.sale:
                        amounts.learn((line.sale,))
                    note_steps(history)
                    if passed:
                        passed()
            self._rates.keep(timeline, number, forgetting)
        counted = DaysCount(timeline.held(moment, number), amounts.sums())
        self.keep(counted)
        return counted

    def _steps_filled(self, moment: datetime, number: int) -> AbstractContextManager[Callable[[LeadHistory], object]]:
        return self.steps.filling(moment, number) if self.steps else nullcontext(lambda _: None)

    def keep(self, counted: DaysCount) -> None:
        """Keep what was counted for the next start."""
        keep_count(counted, self.home, of=self.of, store=self.store)

    @property
    def _rates(self) -> KeptRates:
        return KeptRates(self.home, self.of, self.store)
