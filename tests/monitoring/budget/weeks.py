"""Weeks of channels that a test needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from monitoring.budget.weekly_figures import WEEK, ChannelWeeks, Week

MONDAY = date(2026, 3, 2)


def weeks(costs: Sequence[float], sold: Sequence[float], channel: str = "vk", first: date = MONDAY) -> ChannelWeeks:
    """Return the weeks of a channel from a Monday on."""
    pairs = enumerate(zip(costs, sold, strict=True))
    return ChannelWeeks(
        channel, tuple(Week(first + WEEK * n, cost, 10, int(one), one - int(one), 0) for n, (cost, one) in pairs)
    )
