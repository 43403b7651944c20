"""What the first calls say of a lead: whether it was reached, whether it was non-target, whether it was graded A or B.

A lead stands on the day on which its first call, or its first talk, became known. Whether the first call reached somebody and
how the first talk graded the lead never change afterwards; that it is non-target may be learned later, so that the latest leads
look a little better than they are: they can delay an alarm and not raise one. Rubbish that is named without a talk is known at
once while its neighbours still wait, so it is a share of its own: of all leads that came.
"""

from __future__ import annotations

from collections.abc import Iterator

from features.facts.company import Company
from models.abc_rules import QUALIFIED
from monitoring.alarms.entries import Entry, day_of
from monitoring.lead_book import LeadSummary


def told_by_calls(lead: LeadSummary, company: Company) -> Iterator[Entry]:
    """Yield what a company that records calls knows of a lead from them; of one that does not, what its stages say."""
    zone = company.zone
    arrived = day_of(lead.arrived_at or lead.created_at, zone)
    if not company.calls_recorded:
        yield Entry("non_target", arrived, int(lead.is_non_target))
        return
    yield Entry("named", arrived, int(lead.is_non_target and not lead.spoken))
    called = lead.processed_known_at or lead.called_at
    if called and lead.reached_at_once is not None:
        yield Entry("not_reached", day_of(called, zone), int(not lead.reached_at_once))
    if lead.spoken:
        talk = day_of(lead.talk_known_at or called or lead.created_at, zone)
        yield Entry("non_target", talk, int(lead.is_non_target))
        if lead.first_grade not in (None, "ungraded"):
            yield Entry("unqualified", talk, int(lead.first_grade not in QUALIFIED))
