"""Who is due to be told what: one digest a day at most, at once what cannot wait, and nothing where nothing is to tell.

An alarm is told to a recipient once when it is raised and once when it is over. What merely goes on is told again on Mondays,
unless somebody decided or put it off. An alarm that is put off is in no message until its day comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from features.facts.company import Company
from features.facts.delivery_settings import Recipient
from monitoring.alarms.alarm_log import LoggedAlarm, on_now
from monitoring.telling.delivery_log import Delivery, MessageKind, Parts, delivery_name

MONDAY = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """What one recipient is due to be told now."""

    recipient: str
    kind: MessageKind
    day: date
    new: tuple[LoggedAlarm, ...]
    ended: tuple[LoggedAlarm, ...] = ()
    going_on: tuple[LoggedAlarm, ...] = ()

    @property
    def alarms(self) -> Parts:
        """Return the names of the alarms, by what is told of them."""
        return {
            "new": tuple(one.name for one in self.new),
            "ended": tuple(one.name for one in self.ended),
            "going_on": tuple(one.name for one in self.going_on),
        }

    def delivery(self, recipient: Recipient, *, moment: datetime) -> Delivery:
        """Return the message as it is begun at a moment."""
        name = delivery_name(self.recipient, self.kind, self.day, self.alarms)
        return Delivery(name, self.recipient, recipient.way, self.kind, self.day, self.alarms, "begun", moment)


def digests_due(
    alarms: Sequence[LoggedAlarm], deliveries: Iterable[Delivery], *, company: Company, moment: datetime
) -> list[Digest]:
    """Return what each recipient of company.yaml is due to be told at ``moment``, urgent messages first."""
    told = list(deliveries)
    due = [
        one
        for name, recipient in company.deliver.to.items()
        for one in _due_to(name, recipient, alarms, [d for d in told if d.recipient == name], company, moment)
    ]
    return sorted(due, key=lambda one: one.kind != "urgent")


def _due_to(
    name: str,
    recipient: Recipient,
    alarms: Sequence[LoggedAlarm],
    deliveries: Sequence[Delivery],
    company: Company,
    moment: datetime,
) -> list[Digest]:
    local = moment.astimezone(company.zone)
    today = local.date()
    wanted = [one for one in alarms if recipient.wants(one.alarm.watched.channel)]
    sent = [one for one in deliveries if one.state == "sent"]
    told_on = {alarm for one in sent for alarm in one.alarms.get("new", ())}
    told_over = {alarm for one in sent for alarm in one.alarms.get("ended", ())}
    heard = [one for one in on_now(wanted) if not one.is_snoozed(today)]
    new = [one for one in heard if one.name not in told_on]
    urgent = tuple(one for one in new if one.alarm.urgent)
    due = [Digest(name, "urgent", today, urgent)] if urgent else []
    had_one = any(one.kind == "digest" and one.day == today for one in sent)
    if recipient.only == "urgent" or local.hour < company.deliver.hour or had_one:
        return due
    rest = tuple(one for one in new if not one.alarm.urgent)
    ended = tuple(one for one in wanted if not one.is_on and one.name in told_on - told_over)
    going_on = tuple(one for one in heard if one.name in told_on)
    undecided = [one for one in going_on if not one.decisions]
    if rest or ended or (undecided and today.weekday() == MONDAY):
        due.append(Digest(name, "digest", today, rest, ended, going_on))
    return due
