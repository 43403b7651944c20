"""How many leads of each group counted under each measure on each day; kept up with the lead book, lead by lead.

A lead is one line of a table of whole numbers: its group, and under each measure the day and the level under which it counts.
Only the lines of new and changed leads are written again; counts are added up from the table, for all groups at once. A group is
what cannot be told apart further: a channel, a campaign, an ad and an offer together. A summary that the book did not make anew
is the same object, and is not read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.facts.company import Company
from features.facts.values import LeadId
from monitoring.alarms.alarm import Level
from monitoring.alarms.answer_levels import FieldLevels, answer_levels
from monitoring.alarms.arrival_clock import ArrivalScore, told_by_answers
from monitoring.alarms.call_clock import told_by_calls
from monitoring.alarms.entries import ANSWER, Entry, day_of
from monitoring.alarms.purchase_clock import told_by_purchases
from monitoring.alarms.weak_leads import Numbers, scored_cells, weak_leads
from monitoring.breath import breathe
from monitoring.lead_book import LeadSummary

ARRIVED = "arrived"
"""The measure under which every lead counts on the day on which it came."""
TOLD_LATER = ("non_target", "named", "not_reached", "unqualified", "bought")
"""What is known of a lead after it came."""
LEVELS: tuple[Level, ...] = ("channel", "campaign", "ad", "offer")
FIRST_ROOM = 1024
BREATH = 128
"""So many leads are read between two breaths."""
IN_A_CHANCE = 1e9
"""Chances are added up in billionths: whole numbers, whose sum does not hang on their order."""
Ints = npt.NDArray[np.int32]
Place = tuple[str, str]
"""(channel, name) of a watched group."""


class Group(NamedTuple):
    """Leads of one channel, campaign, ad and offer; None where a lead has no such mark."""

    channel: str
    campaign: str | None
    ad: str | None
    offer: str | None

    def at(self, level: Level) -> Place | None:
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


@dataclass(frozen=True, slots=True)
class Counts:
    """How many leads of each place and level there were on each day from ``first`` on: ``table[day, place, level]``."""

    first: int
    places: tuple[Place, ...]
    table: Ints

    def days(self, place: int) -> Days:
        """Return the days of a place on which there were any leads.

        >>> counts = Counts(100, (("vk", ""),), np.array([[[3, 1]], [[0, 0]], [[2, 2]]], np.int32))
        >>> counts.days(0)
        {100: [3, 1], 102: [2, 2]}
        """
        table = self.table[:, place]
        came = np.flatnonzero(table.any(axis=1)).tolist()
        return {self.first + day: table[day].tolist() for day in came}


@dataclass(frozen=True, slots=True)
class Promised:
    """What scores promised when leads came, of those counted under ``bought``: on each day, of each place.

    ``shift`` is by how much the log-odds of not buying lie from those of all days, ``leads`` of how many scored leads.
    """

    shift: npt.NDArray[np.float64]
    leads: npt.NDArray[np.float64]


class Tally:
    """The table of all leads, and what it adds up to."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self.fields: tuple[FieldLevels, ...] = ()
        self._forget()

    def catch_up(self, summaries: Sequence[LeadSummary]) -> None:
        """Read what is new among the leads, the oldest first, and no longer count what is not there any more."""
        fields = answer_levels(summaries, self._company)
        if fields != self.fields:
            self.fields = fields
            self._forget()
        if len(self._line_of) > len(summaries) or self._some_are_gone(summaries):
            here = {one.lead_id for one in summaries}
            for lead_id in [one for one in self._line_of if one not in here]:
                line = self._line_of.pop(lead_id)
                self._table[line, 0] = -1
                self._leads[line] = None
                self._free.append(line)
        new: list[tuple[int, LeadSummary]] = []
        for one in summaries:
            if one.lead_id not in self._line_of:
                self._line_of[one.lead_id] = self._new_line()
            line = self._line_of[one.lead_id]
            if self._leads[line] is not one:
                new.append((line, one))
                if len(new) == BREATH:
                    self._read(new)
                    new = []
                    breathe()
        self._read(new)

    def add_scores(self, scores: Mapping[LeadId, ArrivalScore]) -> None:
        """Take in the leads' chances as scored when they came."""
        known = [(self._line_of[one], score) for one, score in scores.items() if one in self._line_of]
        self._scored = np.array([line for line, _ in known], np.int64)
        cells, versions = scored_cells([score for _, score in known])
        chances = np.array([round((1.0 - score.probability) * IN_A_CHANCE) for _, score in known], np.float64)
        arrived = self._table[self._scored, self._column(ARRIVED)] if known else np.zeros(0, np.int32)
        weak = weak_leads(arrived, cells, versions)
        self._chances, self._versions = chances, versions
        self._by_rules = np.array([score.version is None for _, score in known], np.bool_)
        self._table[:, self._column("chance")] = 0
        self._table[self._scored, self._column("chance")] = np.where(weak >= 0, arrived, 0)
        self._table[self._scored, self._column("chance") + 1] = np.maximum(weak, 0)

    @property
    def measures(self) -> list[str]:
        """Return what any lead counts under, but for its arrival."""
        return [one for one in self._columns if one != ARRIVED and (self._days_of(one)[self._here()] > 0).any()]

    def counts(self, level: Level, measure: str, since: int, until: int) -> Counts:
        """Return the counts of the days from ``since`` to ``until`` of every place that ever had a lead under a measure."""
        lines, places, of_line = self._placed(level, measure)
        days, levels = self._days_of(measure)[lines] - since, self._levels(measure)
        inside = (days >= 0) & (days <= until - since)
        which = self._table[lines, self._column(measure) + 1]
        cells = (days[inside].astype(np.int64) * len(places) + of_line[inside]) * levels + which[inside]
        size = (until - since + 1, len(places), levels)
        return Counts(
            since, places, np.bincount(cells, minlength=size[0] * size[1] * size[2]).astype(np.int32).reshape(size)
        )

    def promised(self, level: Level, since: int, until: int) -> Promised:
        """Return what was promised of the leads that ``counts`` of ``bought`` counts, for the same days and places.

        Each version of the model is compared with itself: another one may promise all leads more, or a place's leads, and they
        buy as before. What the rules say is a guess and promises nothing.
        """
        lines, places, of_line = self._placed(level, "bought")
        number = np.full(len(self._table), -1, np.int64)
        number[self._scored] = np.arange(len(self._scored))
        days = self._days_of("bought")[lines] - since
        counts = (days >= 0) & (days <= until - since) & (number[lines] >= 0)
        size = (until - since + 1, len(places))
        score, day, place = number[lines][counts], days[counts].astype(np.int64), of_line[counts]
        leads = np.bincount(day * size[1] + place, minlength=size[0] * size[1]).reshape(size)
        told = np.flatnonzero(~self._by_rules[score])
        group = self._versions[score[told]] * size[1] + place[told]
        cells, of_cell = np.unique(group * size[0] + day[told], return_inverse=True)
        of_group = cells // size[0]
        chance, many = np.bincount(of_cell, self._chances[score[told]]), np.bincount(of_cell)
        usual = np.bincount(of_group, chance) / np.maximum(np.bincount(of_group, many), 1.0)
        apart = many * (_log_odds(chance / many / IN_A_CHANCE) - _log_odds(usual[of_group] / IN_A_CHANCE))
        where = cells % size[0] * size[1] + of_group % size[1]
        summed = np.bincount(where, apart, size[0] * size[1]).reshape(size)
        return Promised(summed / np.maximum(leads, 1), leads.astype(np.float64))

    def at(self, level: Level, measure: str, until: int) -> dict[Place, Days]:
        """Return the days up to ``until`` of everything that a measure is counted of at a level."""
        if measure not in self._columns:
            return {}
        days = self._days_of(measure)[self._here()]
        first = int(days[days > 0].min(initial=until))
        counts = self.counts(level, measure, first, until)
        return {place: counts.days(number) for number, place in enumerate(counts.places)}

    def _forget(self) -> None:
        named = [ARRIVED, *(ANSWER + one.field for one in self.fields), *TOLD_LATER, "chance"]
        self._columns = {name: 1 + 2 * number for number, name in enumerate(named)}
        self._number_of: dict[Group, int] = {}
        self._places_at: dict[Level, tuple[list[Place], Numbers]] = {}
        self._line_of: dict[LeadId, int] = {}
        self._leads: list[LeadSummary | None] = []
        self._free: list[int] = []
        self._table: Ints = np.full((FIRST_ROOM, 1 + 2 * len(named)), -1, np.int32)
        self._scored, self._chances = np.zeros(0, np.int64), np.zeros(0)
        self._versions, self._by_rules = np.zeros(0, np.int64), np.zeros(0, np.bool_)

    def _read(self, new: Sequence[tuple[int, LeadSummary]]) -> None:
        """Write the lines of some leads."""
        if new:
            self._table[[line for line, _ in new]] = [self._row(one) for _, one in new]
        for line, one in new:
            self._leads[line] = one

    def _some_are_gone(self, summaries: Sequence[LeadSummary]) -> bool:
        return any(one.lead_id not in self._line_of for one in summaries[: len(self._line_of)])

    def _new_line(self) -> int:
        if self._free:
            return self._free.pop()
        self._leads.append(None)
        if len(self._leads) > len(self._table):
            self._table = np.concatenate([self._table, np.full_like(self._table, -1)])
        return len(self._leads) - 1

    def _row(self, one: LeadSummary) -> list[int]:
        group = Group(one.channel, one.campaign, one.ad, one.offer)
        row = [0] * self._table.shape[1]
        row[0] = self._number_of.setdefault(group, len(self._number_of))
        for measure, day, level in self._entries(one):
            column = self._columns[measure]
            row[column], row[column + 1] = day, level
        return row

    def _entries(self, one: LeadSummary) -> Iterator[Entry]:
        arrived = day_of(one.arrived_at or one.created_at, self._company.zone)
        return chain(
            (Entry(ARRIVED, arrived, 0),),
            told_by_answers(one, arrived, self.fields),
            told_by_calls(one, self._company),
            told_by_purchases(one, self._company),
        )

    def _column(self, measure: str) -> int:
        return self._columns[measure]

    def _days_of(self, measure: str) -> Ints:
        return self._table[:, self._columns[measure]]

    def _here(self) -> npt.NDArray[np.bool_]:
        return self._table[:, 0] >= 0

    def _levels(self, measure: str) -> int:
        named = next((one for one in self.fields if measure == ANSWER + one.field), None)
        return len(named.names) if named else 2

    def _placed(self, level: Level, measure: str) -> tuple[Numbers, tuple[Place, ...], Numbers]:
        """Return the lines of the leads that count under a measure at a level, the sorted places, and whose each line is."""
        names, of_group = self._places(level)
        lines = np.flatnonzero(self._here() & (self._days_of(measure) > 0))
        whose = of_group[self._table[lines, 0]] if len(lines) else np.zeros(0, np.int64)
        lines, whose = lines[whose >= 0], whose[whose >= 0]
        has_any, of_line = np.unique(whose, return_inverse=True)
        return lines, tuple(names[one] for one in has_any.tolist()), of_line

    def _places(self, level: Level) -> tuple[list[Place], Numbers]:
        """Return the sorted places of all groups at a level, and which of them each group belongs to; -1 for none."""
        known = self._places_at.get(level)
        if known is None or len(known[1]) != len(self._number_of):
            at = [group.at(level) for group in self._number_of]
            names = sorted({one for one in at if one is not None})
            number_of = {place: number for number, place in enumerate(names)}
            of_group = np.array([-1 if one is None else number_of[one] for one in at], np.int64)
            known = self._places_at[level] = names, of_group
        return known


def _log_odds(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.log(np.maximum(shares, 1e-6) / np.maximum(1.0 - shares, 1e-6))
