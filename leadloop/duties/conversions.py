"""Puts conversions into the outbox for the ad systems that are pushed to."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadloop.commands._conversions import conversion_desk
from leadloop.duties.work_place import WorkPlace
from leadloop.worker import Duty

NAME = "conversions"


def duty(place: WorkPlace, every: timedelta) -> Duty:
    """Return the duty."""
    from monitoring.conversions.pushing import push_ready, pushed_systems

    def put(moment: datetime) -> None:
        house = place.open()
        for name in pushed_systems(house.company):
            count = push_ready(conversion_desk(house), name, moment)
            place.console.print(f"Conversions for {name}: {count:,} put into the outbox.", highlight=False)

    return Duty(NAME, put, every)
