"""The sums that the marketer's pages read, brought up to the moment of the look: leads, their chances, and costs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from features.facts.company import Company
from features.facts.spend_mappings import SpendMapping
from features.facts.values import Spend
from monitoring.budget.weekly_figures import BY_WEEK, ChannelWeeks, weeks_of
from monitoring.channel_quality import ChannelLine, kept_lines
from monitoring.cost_matching import CampaignBefore, Matching, lead_names, matching, preview
from monitoring.counted_cells import Cut, Dimension
from monitoring.journey import Journey, journey
from monitoring.lead_book import LeadBook
from monitoring.spend_book import KnownNames, SpendBook
from serving.open_leads.board import Board

if TYPE_CHECKING:
    from monitoring.ripening import Cohort, CohortOf

READ_AHEAD: Sequence[tuple[Dimension, ...]] = (
    ("channel", "campaign", "ad"),
    ("channel", "campaign"),
    ("channel", "offer"),
    ("channel", "landing_page"),
    ("channel",),
)
"""The kinds of cut that are counted before anybody asks, the finest first: the others are made of it."""


class Figures:
    """One place that keeps leads, chances and costs up, so that every page shows the same."""

    def __init__(self, book: LeadBook, spend: SpendBook, board: Board) -> None:
        self.book, self.spend, self._board = book, spend, board
        self._lock = threading.Lock()

    @property
    def company(self) -> Company:
        """Return whose figures these are."""
        return self.book.company

    def read_ahead(self, moment: datetime) -> None:
        """Count what most looks ask for."""
        self.refresh(moment)
        for by in READ_AHEAD:
            for cut in (Cut(by=by, period="day"), Cut(by=by)):
                self.book.tallies(moment, cut)
                self.spend.costs(moment, cut, self.lead_names(moment))
        self.book.tallies(moment, Cut(period="day"))
        self.book.sale_rows(moment, Cut())
        self.book.floor(moment, lambda floor: floor.months)

    def refresh(self, moment: datetime) -> None:
        """Take in the chances that moved since the last look."""
        with self._lock:
            self.book.hear(self._board.chances_moved(moment))

    def journey(self, cut: Cut, moment: datetime) -> Journey:
        """Return the journey of what ``cut`` asks for."""
        self.refresh(moment)
        return journey(self.book, self.spend, cut, moment=moment, leads=self.lead_names(moment))

    def channel_lines(self, cut: Cut, moment: datetime) -> list[ChannelLine]:
        """Return the channels' or campaigns' figures."""
        self.refresh(moment)
        return kept_lines(self.book, self.spend, cut, moment=moment, leads=self.lead_names(moment))

    def weeks(self, moment: datetime) -> list[ChannelWeeks]:
        """Return every channel's weeks."""
        self.refresh(moment)
        costs = self.spend.costs(moment, BY_WEEK, self.lead_names(moment)) or {}
        return weeks_of(self.book.tallies(moment, BY_WEEK), costs, company=self.company, moment=moment)

    def ripening(self, cut: Cut, moment: datetime, cohort_of: CohortOf) -> list[Cohort]:
        """Return how the cohorts of what ``cut`` keeps to ripen."""
        from monitoring.ripening import ripening  # it loads numpy: with the first look, and not when a service starts

        self.refresh(moment)
        return ripening(self.book, cut, moment=moment, cohort_of=cohort_of)

    def names(self, dimension: Dimension, moment: datetime, channel: str | None = None) -> list[str]:
        """Return every name that leads or costs have in a dimension, of one channel or of all, sorted."""
        cut = Cut((dimension,), {"channel": channel} if channel and dimension != "channel" else {})
        costs = self.spend.costs(moment, cut, self.lead_names(moment)) or {}
        keys = self.book.tallies(moment, cut).keys() | costs.keys()
        return sorted({names[0] for names, _ in keys if isinstance(names[0], str)})

    def matching(self, moment: datetime) -> Matching:
        """Return how costs fit the leads."""
        return matching(self.book, self.spend, moment=moment, leads=self.lead_names(moment))

    def preview(self, mapping: SpendMapping, moment: datetime) -> list[CampaignBefore]:
        """Return what a mapping would change."""
        return preview(self.book, self.spend, mapping, moment=moment, leads=self.lead_names(moment))

    def costs(self, moment: datetime) -> list[Spend]:
        """Return what is known of costs, under the leads' names."""
        return self.spend.rows(moment, self.lead_names(moment))

    def lead_names(self, moment: datetime) -> KnownNames:
        """Return the names of the leads by which costs find them."""
        return lead_names(self.book, self.spend, moment)
