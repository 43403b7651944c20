"""Tells other systems by webhook what is new; it is sent at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadloop.duties.work_place import WorkPlace
from leadloop.worker import Duty

NAME = "webhooks"


def duty(place: WorkPlace, every: timedelta) -> Duty:
    """Return the duty."""
    from features.errors import DutyLacks
    from leadloop.webhooks.receivers import lacking
    from leadloop.webhooks.teller import tell_all

    def tell(moment: datetime) -> None:
        house = place.open()
        if tell_all(house.engine, house.company, house.settings.home, moment=moment):
            place.say_posted(place.postman.go_round())
        if lacks := lacking(house.company):
            raise DutyLacks(" ".join(lacks))

    return Duty(NAME, tell, every)
