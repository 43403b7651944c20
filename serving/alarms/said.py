"""What somebody says of an alarm in the page's form, checked before it is kept: many people read it, so no contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from features.facts.contact_signs import holds_contact
from monitoring.alarms.alarm_log import DECISION_KINDS, AlarmLog, DecisionKind

Action = Literal["seen", "decision", "snooze", "wake"]
LONGEST_WHO, LONGEST_WORDS = 80, 500
SNOOZE_DAYS = (3, 7, 14, 30)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Which field does not fit, and the key of the words that say what would be right."""

    field: str
    words: str
    most: int = 0


def what_is_wrong(action: Action, form: Mapping[str, str]) -> Wrong | None:
    """Return the first thing that keeps a form from being kept; None where it may be."""
    if not form.get("who"):
        return Wrong("who", "al_need_who")
    texts = {"who": LONGEST_WHO} | ({"words": LONGEST_WORDS} if action == "decision" else {})
    texts |= {"reason": LONGEST_WORDS} if action == "snooze" else {}
    for name, most in texts.items():
        if len(form.get(name, "")) > most:
            return Wrong(name, "al_too_long", most)
        if holds_contact(form.get(name, "")):
            return Wrong(name, "al_personal")
    if action == "decision" and form.get("kind") not in DECISION_KINDS:
        return Wrong("kind", "al_need_kind")
    if action == "snooze" and form.get("days") not in {str(days) for days in SNOOZE_DAYS}:
        return Wrong("days", "al_need_days")
    if action == "snooze" and not form.get("reason"):
        return Wrong("reason", "al_need_reason")
    return None


def keep(log: AlarmLog, name: str, action: Action, form: Mapping[str, str], *, moment: datetime) -> None:
    """Keep what a form says that nothing is wrong with; whoever decides or puts off has seen the alarm.

    ``moment`` is in the company's zone: a snooze ends at the beginning of a day there.
    """
    who = form["who"]
    log.see(name, by=who, moment=moment)
    if action == "decision":
        kind = cast(DecisionKind, form["kind"])
        log.decide(name, by=who, kind=kind, words=form.get("words", ""), moment=moment)
    elif action == "snooze":
        until = (moment + timedelta(days=int(form["days"]))).date()
        log.snooze(name, by=who, until=until, reason=form["reason"], moment=moment)
    elif action == "wake":
        log.wake(name, by=who, moment=moment)
