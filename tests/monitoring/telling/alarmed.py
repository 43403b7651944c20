"""Alarms of the log as messages tell of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from features.facts.company import Company
from monitoring.alarms.alarm import Watched
from monitoring.alarms.alarm_log import LoggedAlarm
from tests.monitoring.what_changed.grouped import alarm
from tests.support.facts import NOON

MONDAY = NOON
"""Monday, the second of March 2026, noon in Moscow."""
DAY = timedelta(days=1)


def company(**deliver: Any) -> Company:
    """Return a company with these settings of delivery, one recipient unless others are named."""
    told = {"to": {"marketer": {"email": "m@example.com"}}} | deliver
    return Company.model_validate({"company": "Окна", "deliver": told})


def logged(
    name: str = "a", channel: str = "ВКонтакте", *, ended_at: datetime | None = None, **said: Any
) -> LoggedAlarm:
    """Return an alarm that was raised on Monday."""
    what = {"watched": Watched("call", "channel", "non_target", channel)} | said
    return replace(LoggedAlarm(name * 16, alarm(**what), MONDAY), ended_at=ended_at)
