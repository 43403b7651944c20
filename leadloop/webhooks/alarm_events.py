"""Which alarms were raised and which ended since a destination was told last, as the log of alarms has them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, func, select

from features.facts.codec import instant
from features.facts.database import reading
from features.facts.tables import ALARM_EVENTS
from features.facts.webhook_settings import WebhookDestination, WebhookEvent
from leadloop.webhooks.event import Event
from leadloop.webhooks.told import Cursor, Step
from monitoring.alarms.alarm_log import AlarmLog, LoggedAlarm

AT_ONCE = 200
TOLD: dict[str, WebhookEvent] = {"raised": "alarm.raised", "ended": "alarm.ended"}
"""What happened to an alarm -> the event; who saw it and what was decided stays in this house."""


def alarm_step(engine: Engine, cursor: Cursor, to: WebhookDestination) -> Step:
    """Return what a destination is to be told of alarms."""
    columns = (ALARM_EVENTS.c.id, ALARM_EVENTS.c.alarm, ALARM_EVENTS.c.kind, ALARM_EVENTS.c.at_us)
    newer = select(*columns).where(ALARM_EVENTS.c.id > cursor.position).order_by(ALARM_EVENTS.c.id).limit(AT_ONCE)
    with reading(engine) as connection:
        rows = connection.execute(newer).all()
    wanted = [row for row in rows if TOLD.get(row.kind) in to.events]
    alarms = {one.name: one for one in AlarmLog(engine).alarms()} if wanted else {}
    events = [
        Event(TOLD[row.kind], str(row.id), instant(row.at_us), _said(alarms[row.alarm], row.kind)) for row in wanted
    ]
    return Step(events, Cursor(rows[-1].id) if rows else cursor)


def last_alarm(engine: Engine) -> Cursor:
    """Return where the log of alarms ends now."""
    with reading(engine) as connection:
        return Cursor(connection.execute(select(func.max(ALARM_EVENTS.c.id))).scalar_one() or 0)


def _said(one: LoggedAlarm, kind: str) -> dict[str, Any]:
    alarm, watched = one.alarm, one.alarm.watched
    why = {"why": one.why_gone} if kind == "ended" else {}
    return why | {
        "alarm": one.name,
        "clock": watched.clock,
        "level": watched.level,
        "measure": watched.measure,
        "channel": watched.channel,
        "name": watched.name,
        "raised_on": alarm.raised_on.isoformat(),
        "since": alarm.since.isoformat(),
        "since_between": [alarm.earliest.isoformat(), alarm.latest.isoformat()],
        "before": {"count": alarm.before.count, "of": alarm.before.of},
        "after": {"count": alarm.after.count, "of": alarm.after.of},
        "size": alarm.size,
        "size_interval": list(alarm.size_interval),
        "cost_since": alarm.cost_since,
        "urgent": alarm.urgent,
    }
