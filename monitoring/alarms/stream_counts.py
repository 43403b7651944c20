"""How many leads of each group counted under each measure on each day; kept up with the lead book, lead by lead.

A group is what cannot be told apart further: a channel, a campaign, an ad and an offer together. What is watched are sums of
groups. A summary that the book did not make anew is the same object, and is not counted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from features.facts.company import Company
from features.facts.values import LeadId
from monitoring.alarms.alarm import Level
from monitoring.alarms.answer_levels import FieldLevels, answer_levels
from monitoring.alarms.arrival_clock import ArrivalScore, told_by_answers, weak_leads
from monitoring.alarms.call_clock import told_by_calls
from monitoring.alarms.entries import Entry, day_of
from monitoring.alarms.purchase_clock import told_by_purchases
from monitoring.lead_book import LeadSummary

ARRIVED = "arrived"
"""The measure under which every lead counts on the day on which it came."""
LEVELS: tuple[Level, ...] = ("channel", "campaign", "ad", "offer")


class Group(NamedTuple):
    """Leads of one channel, campaign, ad and offer; None where a lead has no such mark."""

    channel: str
    campaign: str | None
    ad: str | None
    offer: str | None

    def at(self, level: Level) -> tuple[str, str] | None:
        """Return (channel, name) of what the group belongs to at a level; an offer may run in every channel.

        >>> one = Group("vk", "winter", None, "windows")
        >>> [one.at(level) for level in LEVELS]
        [('vk', ''), ('vk', 'winter'), None, ('', 'windows')]
        """
        if level == "channel":
            return self.channel, ""
        if level == "offer":
            return None if self.offer is None else ("", self.offer)
        name = self.campaign if level == "campaign" else self.ad
        return None if name is None else (self.channel, name)


Days = dict[int, list[int]]
"""Day -> how many leads of each level (of two: fine ones and bad ones)."""


class Tally:
    """The counts of all groups."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._kept: dict[LeadId, tuple[LeadSummary, Group, list[Entry]]] = {}
        self.fields: tuple[FieldLevels, ...] = ()
        self.counts: dict[str, dict[Group, Days]] = {}
        self.promised: dict[Group, dict[int, list[float]]] = {}
        """Of the leads counted under ``bought``: the sum of the chances that they do not buy, as scored, and how many."""

    def catch_up(self, summaries: Sequence[LeadSummary]) -> None:
        """Count what is new among the leads, the oldest first, and no longer what is not there any more."""
        fields = answer_levels(summaries, self._company)
        if fields != self.fields:
            self._kept, self.counts, self.fields = {}, {}, fields
        kept = self._kept
        if len(kept) > len(summaries) or any(one.lead_id not in kept for one in summaries[: len(kept)]):
            here = {one.lead_id for one in summaries}
            for lead_id in [one for one in kept if one not in here]:
                self._count(*kept.pop(lead_id)[1:], -1)
        for one in summaries:
            known = kept.get(one.lead_id)
            if known is not None and known[0] is one:
                continue
            if known is not None:
                self._count(known[1], known[2], -1)
            group = Group(one.channel, one.campaign, one.ad, one.offer)
            entries = self._entries(one)
            kept[one.lead_id] = one, group, entries
            self._count(group, entries, 1)

    def add_scores(self, scores: Mapping[LeadId, ArrivalScore]) -> None:
        """Count the leads' chances as scored when they came, and what was promised of those whose window is over."""
        self.counts["chance"], self.promised = {}, {}
        arrivals = ((lead_id, entries[0].day) for lead_id, (_, _, entries) in self._kept.items())
        for lead_id, entry in weak_leads(arrivals, scores):
            self._count(self._kept[lead_id][1], [entry], 1)
        for lead_id, score in scores.items():
            if lead_id in self._kept:
                _, group, entries = self._kept[lead_id]
                for entry in entries:
                    if entry.measure == "bought":
                        promised = self.promised.setdefault(group, {}).setdefault(entry.day, [0.0, 0.0])
                        promised[0] += 1.0 - score.probability
                        promised[1] += 1.0

    def at(self, level: Level, measure: str, until: int) -> dict[tuple[str, str], Days]:
        """Return the days up to ``until`` of everything that a measure is counted of at a level."""
        found: dict[tuple[str, str], Days] = defaultdict(dict)
        for group, days in self.counts.get(measure, {}).items():
            place = group.at(level)
            if place is not None:
                _add(found[place], days, until)
        return dict(found)

    def promised_at(self, level: Level, until: int) -> dict[tuple[str, str], dict[int, list[float]]]:
        """Return of each day the sum of what was promised, and of how many leads."""
        found: dict[tuple[str, str], dict[int, list[float]]] = defaultdict(dict)
        for group, days in self.promised.items():
            place = group.at(level)
            if place is not None:
                for day, (whole, leads) in days.items():
                    if day <= until:
                        so_far = found[place].setdefault(day, [0.0, 0.0])
                        so_far[0], so_far[1] = so_far[0] + whole, so_far[1] + leads
        return dict(found)

    def _entries(self, one: LeadSummary) -> list[Entry]:
        arrived = day_of(one.arrived_at or one.created_at, self._company.zone)
        return [
            Entry(ARRIVED, arrived, 0),
            *told_by_answers(one, arrived, self.fields),
            *told_by_calls(one, self._company),
            *told_by_purchases(one, self._company),
        ]

    def _count(self, group: Group, entries: Iterable[Entry], by: int) -> None:
        for measure, day, level in entries:
            days = self.counts.setdefault(measure, {}).setdefault(group, {})
            counts = days.get(day)
            if counts is None:
                counts = days[day] = [0] * self._levels(measure)
            counts[level] += by

    def _levels(self, measure: str) -> int:
        named = next((one for one in self.fields if measure == f"answer:{one.field}"), None)
        return len(named.names) if named else 2


def _add(into: Days, days: Days, until: int) -> None:
    for day, counts in days.items():
        if day <= until:
            so_far = into.get(day)
            if so_far is None:
                into[day] = list(counts)
            else:
                for place, count in enumerate(counts):
                    so_far[place] += count
