"""Looks at the leads that came since the champion learned, as `leadloop follow` does, and the level of all scores follows."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadloop.commands._following import follow_once, say
from leadloop.duties.work_place import WorkPlace
from leadloop.worker import Duty

NAME = "follow"


def duty(place: WorkPlace, every: timedelta) -> Duty:
    """Return the duty."""

    def look(moment: datetime) -> None:
        house = place.open()
        report = follow_once(house, place.console, moment=moment)
        if report:
            say(report, place.console, home=house.settings.home)

    return Duty(NAME, look, every, beside=place.beside(NAME, every))
