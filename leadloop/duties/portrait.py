"""Draws the portrait of buyers anew, as `leadloop portrait` does, and what won deals tell (`leadloop won`)."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadloop.commands._portraying import last_portrayed, portray_once, won_once
from leadloop.duties.work_place import WorkPlace
from leadloop.worker import Duty

NAME = "portrait"


def duty(place: WorkPlace, every: timedelta) -> Duty:
    """Return the duty; the kept portraits tell when it was done before."""

    def portray(moment: datetime) -> None:
        house = place.open()
        won_once(house, place.console, moment=moment)
        portray_once(house, place.console, moment=moment)

    return Duty(NAME, portray, every, lambda: last_portrayed(place.settings.home), beside=place.beside(NAME, every))
