"""The weeks of every channel as the page /budget has them, as commands need them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from leadloop.commands._house import House

if TYPE_CHECKING:
    from monitoring.budget.weekly_figures import ChannelWeeks


def channel_weeks(house: House, moment: datetime) -> list[ChannelWeeks]:
    """Return the weeks as known at ``moment``, which is now."""
    from serving.wiring import service_of

    service = service_of(house.settings, house.engine)
    try:
        return service.figures.weeks(moment)
    finally:
        service.writer.close()
