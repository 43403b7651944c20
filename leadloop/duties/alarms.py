"""Looks at the alarms and tells people what is due, as `leadloop alarms --deliver` does; what did not go out is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadloop.commands._house import now
from leadloop.commands._telling import tell_sent
from leadloop.duties.work_place import WorkPlace
from leadloop.worker import Duty

NAME = "alarms"


def duty(place: WorkPlace, every: timedelta) -> Duty:
    """Return the duty; what was counted is kept from turn to turn."""
    from features.errors import DutyLacks
    from features.settings import delivery_secrets
    from leadloop.alarm_turn import AlarmTurns
    from leadloop.deliveries.deliver import lacking
    from serving.settled_memory import give_back

    turns = AlarmTurns()

    def tell(moment: datetime) -> None:
        house = place.open()
        turn = turns.look(house, moment=moment)
        sent = turns.deliver(house, turn, delivery_secrets(), moment=moment, clock=now)
        tell_sent(sent, place.console, done="told of alarms")
        give_back()  # a look needs for a moment what the worker then has no use of for a quarter of an hour
        failed = [f"Not sent to {one.recipient}: {one.why}" for one in sent if one.why is not None]
        if lacks := failed or lacking(house.company, delivery_secrets()):
            raise DutyLacks(" ".join(lacks))

    return Duty(NAME, tell, every)
