"""Sends what waits in the outbox; a letter that failed says by itself when it is due again."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadloop.duties.work_place import WorkPlace
from leadloop.worker import Duty

NAME = "outbox"


def duty(place: WorkPlace, every: timedelta) -> Duty:
    """Return the duty."""

    def post(_: datetime) -> None:
        place.say_posted(place.postman.go_round())

    return Duty(NAME, post, every)
