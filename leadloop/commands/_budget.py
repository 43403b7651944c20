"""The weeks of every channel, with open leads by the chance that the serving model gives them, as commands need them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from leadloop.commands._house import House

if TYPE_CHECKING:
    from monitoring.budget.weekly_figures import ChannelWeeks


def channel_weeks(house: House, moment: datetime) -> list[ChannelWeeks]:
    """Return the weeks as known at ``moment``, which is now."""
    from monitoring.budget.weekly_figures import weekly_figures
    from monitoring.lead_book import counted
    from serving.wiring import service_of

    service = service_of(house.settings, house.engine)
    try:
        chances = service.board.expected_sales(moment)
    finally:
        service.writer.close()
    requests = counted(house.lead_book().summaries(moment), house.company)
    spend = house.store.spend(known_by=moment)
    return weekly_figures(requests, spend, chances, company=house.company, moment=moment)
