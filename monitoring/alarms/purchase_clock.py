"""What the purchases say of a lead: whether it bought within the company's window, once that window is over for good.

A lead counts a week after its window closed, so that a sale told some days late is there; and whoever buys late in the window
has bought. So sales that come later than they used to are no fall. Without a window there is no such day, and nothing is watched:
leads that were closed early are others than those that are still open.
"""

from __future__ import annotations

from collections.abc import Iterator

from features.facts.company import Company
from features.outcome_window import window_end
from monitoring.alarms.entries import Entry, day_of
from monitoring.lead_book import LeadSummary

TOLD_LATE = 7
"""Days for which a sale inside the window is waited for."""


def told_by_purchases(lead: LeadSummary, company: Company) -> Iterator[Entry]:
    """Yield whether a worked lead did not buy; the day may lie ahead."""
    end = window_end(lead.created_at, company)
    if end and lead.worked:
        yield Entry("bought", day_of(end, company.zone) + TOLD_LATE, int(lead.won_at is None))
