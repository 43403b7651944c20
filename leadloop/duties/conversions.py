"""Puts conversions into the outbox for the ad systems that are pushed to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from leadloop.commands._conversions import conversion_desk
from leadloop.duties.work_place import WorkPlace
from leadloop.worker import Duty

if TYPE_CHECKING:
    from features.facts.conversion_settings import System
    from features.settings import Settings

NAME = "conversions"
TOKENS = {"yandex": "LEADLOOP_METRICA_TOKEN", "yandex_orders": "LEADLOOP_METRICA_TOKEN", "meta": "LEADLOOP_META_TOKEN"}


def duty(place: WorkPlace, every: timedelta) -> Duty:
    """Return the duty."""
    from features.errors import DutyLacks
    from monitoring.conversions.pushing import push_ready, pushed_systems

    def put(moment: datetime) -> None:
        house = place.open()
        for name in pushed_systems(house.company):
            count = push_ready(conversion_desk(house), name, moment)
            place.console.print(f"Conversions for {name}: {count:,} put into the outbox.", highlight=False)
        if lacks := _lacking(pushed_systems(house.company), house.settings):
            raise DutyLacks(" ".join(lacks))

    return Duty(NAME, put, every)


def _lacking(systems: Iterable[System], settings: Settings) -> list[str]:
    """Return in words of each token without which letters wait what to put right."""
    known = {"LEADLOOP_METRICA_TOKEN": settings.metrica_token, "LEADLOOP_META_TOKEN": settings.meta_token}
    missing = dict.fromkeys(TOKENS[one] for one in systems if not known[TOKENS[one]])
    return [f"Conversions wait in the outbox: set {one} and start the worker anew." for one in missing]
