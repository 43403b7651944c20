"""What became of each alarm: when it was raised and ended, who saw it, what was decided, and until when it is put off.

Events are appended, never changed; what holds now is read from them. An alarm keeps one name from its raising to its end:
what rises again after that is another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from hashlib import blake2b
from typing import Any, Literal, cast

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, insert, select

from features.errors import UnknownAlarm
from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.tables import ALARM_EVENTS
from monitoring.alarms.alarm import Alarm
from monitoring.alarms.look import AlarmLook, GoneOf, WhyGone

EventKind = Literal["raised", "goes_on", "ended", "seen", "decided", "snoozed", "woken"]
DecisionKind = Literal[
    "paused", "changed_ad", "changed_page", "changed_audience", "asked_contractor", "false_alarm", "other"
]
DECISION_KINDS: tuple[DecisionKind, ...] = (
    "paused", "changed_ad", "changed_page", "changed_audience", "asked_contractor", "false_alarm", "other",
)  # fmt: skip
"""What marketers do about an alarm: pause the ads, change ad, page or audience, ask whoever runs them; or it was no alarm."""
_ALARM = TypeAdapter(Alarm)


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody saw the alarm."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What was done about it, by whom."""

    by: str
    at: datetime
    kind: DecisionKind
    words: str


@dataclass(frozen=True, slots=True)
class Snooze:
    """Nobody is told before the day ``until`` begins."""

    by: str
    at: datetime
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class LoggedAlarm:
    """An alarm and all that happened to it; ``alarm`` holds the figures of the last look that changed them."""

    name: str
    alarm: Alarm
    raised_at: datetime
    ended_at: datetime | None = None
    seen: tuple[Seen, ...] = ()
    decisions: tuple[Decision, ...] = ()
    snooze: Snooze | None = None
    why_gone: WhyGone | None = None
    """Why it is not told any more; None while it is, and of alarms that ended before that was kept."""

    @property
    def is_on(self) -> bool:
        """Return whether it has not ended."""
        return self.ended_at is None

    def is_snoozed(self, today: date) -> bool:
        """Return whether it is put off on the company's day ``today``."""
        return self.snooze is not None and today < self.snooze.until


@dataclass(slots=True)
class _Kept:
    alarms: dict[str, LoggedAlarm] = field(default_factory=dict)
    looked_on: dict[str, datetime] = field(default_factory=dict)


class AlarmLog:
    """The events of all alarms in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def alarms(self, look: AlarmLook | None = None) -> list[LoggedAlarm]:
        """Return every alarm there ever was, the one raised last first; with the figures of ``look`` where it has newer ones."""
        with reading(self._engine) as connection:
            kept = _read(connection)
        found = {one.watched.key: one for one in look.alarms} if look else {}
        return [_freshened(one, found) for one in reversed(kept.alarms.values())]

    def remember_look(self, look: AlarmLook, gone: GoneOf, *, moment: datetime, zone: tzinfo) -> list[LoggedAlarm]:
        """Raise what is new, end what is over, note once a day how the rest goes on; return all, the last raised first.

        ``gone`` says why an alarm that is not told is not (``look.gone_of``). A look at which nothing could be looked at ends
        nothing: silence is then no recovery.
        """
        with writing(self._engine) as connection:
            kept = _read(connection)
            on = {one.alarm.watched.key: one for one in kept.alarms.values() if one.is_on}
            found = {one.watched.key: one for one in look.alarms}
            for key, alarm in found.items():
                known = on.get(key)
                if known is None:
                    _append(connection, _new_name(alarm, moment), "raised", moment, payload=_alarm_words(alarm))
                elif _is_news(known.alarm, alarm, kept.looked_on[known.name], moment, zone):
                    _append(connection, known.name, "goes_on", moment, payload=_alarm_words(_raised_as(known, alarm)))
            for key, before in on.items():
                why = None if key in found else gone(key)
                if why:
                    _append(connection, before.name, "ended", moment, payload={"why": why})
            after = _read(connection).alarms.values()
        return [_freshened(one, found) for one in reversed(after)]

    def see(self, name: str, *, by: str, moment: datetime) -> None:
        """Keep that somebody saw an alarm; once a person is enough.

        Raises
        ------
        UnknownAlarm
            Where there is no alarm of that name; so for all that follows.
        """
        with writing(self._engine) as connection:
            if by not in {one.by for one in _known(connection, name).seen}:
                _append(connection, name, "seen", moment, by=by)

    def decide(self, name: str, *, by: str, kind: DecisionKind, words: str, moment: datetime) -> None:
        """Keep what was done about an alarm; a later decision stands beside the earlier ones."""
        with writing(self._engine) as connection:
            _known(connection, name)
            _append(connection, name, "decided", moment, by=by, payload={"kind": kind, "words": words})

    def snooze(self, name: str, *, by: str, until: date, reason: str, moment: datetime) -> None:
        """Put an alarm off until a day, with the reason."""
        with writing(self._engine) as connection:
            _known(connection, name)
            said = {"until": until.isoformat(), "reason": reason}
            _append(connection, name, "snoozed", moment, by=by, payload=said)

    def wake(self, name: str, *, by: str, moment: datetime) -> None:
        """Take back that an alarm was put off; nothing where it was not."""
        with writing(self._engine) as connection:
            if _known(connection, name).snooze is not None:
                _append(connection, name, "woken", moment, by=by)


def _read(connection: Connection) -> _Kept:
    kept = _Kept()
    for row in connection.execute(select(ALARM_EVENTS).order_by(ALARM_EVENTS.c.id)):
        at, said = instant(row.at_us), json.loads(row.payload)
        kind = cast(EventKind, row.kind)
        if kind in ("raised", "goes_on"):
            kept.looked_on[row.alarm] = at
        before = kept.alarms.get(row.alarm)
        kept.alarms[row.alarm] = _with_event(before, row.alarm, kind, at, row.said_by or "", said)
    return kept


def _with_event(
    before: LoggedAlarm | None, name: str, kind: EventKind, at: datetime, by: str, said: Mapping[str, Any]
) -> LoggedAlarm:
    if before is None:
        return LoggedAlarm(name, _ALARM.validate_python(said), at)
    match kind:
        case "raised" | "goes_on":
            return replace(before, alarm=_ALARM.validate_python(said))
        case "ended":
            return replace(before, ended_at=at, why_gone=said.get("why"))
        case "seen":
            return replace(before, seen=(*before.seen, Seen(by, at)))
        case "decided":
            decision = Decision(by, at, said["kind"], said["words"])
            return replace(before, decisions=(*before.decisions, decision))
        case "snoozed":
            return replace(before, snooze=Snooze(by, at, date.fromisoformat(said["until"]), said["reason"]))
        case "woken":
            return replace(before, snooze=None)


def _known(connection: Connection, name: str) -> LoggedAlarm:
    found = _read(connection).alarms.get(name)
    if found is None:
        raise UnknownAlarm(name)
    return found


def _append(
    connection: Connection,
    name: str,
    kind: EventKind,
    moment: datetime,
    *,
    by: str | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    words = json.dumps(dict(payload or {}), ensure_ascii=False)
    row = {"alarm": name, "kind": kind, "at_us": microseconds(moment), "said_by": by, "payload": words}
    connection.execute(insert(ALARM_EVENTS).values(row))


def _alarm_words(alarm: Alarm) -> dict[str, Any]:
    return cast(dict[str, Any], _ALARM.dump_python(alarm, mode="json"))


def _new_name(alarm: Alarm, moment: datetime) -> str:
    return blake2b(f"{alarm.watched.key} {microseconds(moment)}".encode(), digest_size=8).hexdigest()


def _is_news(before: Alarm, now: Alarm, looked_at: datetime, moment: datetime, zone: tzinfo) -> bool:
    """Return whether a look is kept: it changed the figures and is the day's first, or it became urgent."""
    if now.urgent and not before.urgent:
        return True
    is_another_day = looked_at.astimezone(zone).date() != moment.astimezone(zone).date()
    return is_another_day and replace(now, raised_on=before.raised_on) != before


def _freshened(one: LoggedAlarm, found: Mapping[str, Alarm]) -> LoggedAlarm:
    """Return a logged alarm with the figures of the look just made, and the day on which it was first raised."""
    fresh = found.get(one.alarm.watched.key) if one.is_on else None
    return replace(one, alarm=_raised_as(one, fresh)) if fresh else one


def _raised_as(one: LoggedAlarm, fresh: Alarm) -> Alarm:
    return replace(fresh, raised_on=one.alarm.raised_on)


def on_now(alarms: Iterable[LoggedAlarm]) -> list[LoggedAlarm]:
    """Return the alarms that have not ended, what cannot wait first, then the surest."""
    return sorted((one for one in alarms if one.is_on), key=lambda one: (not one.alarm.urgent, -one.alarm.evidence))
