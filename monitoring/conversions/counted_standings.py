"""How many conversions stand how for an ad system: counted once, and from then on kept up lead by lead.

A lead is looked at again when something came of it, when the system was told of it, when its contact or its consent changed, and
when its time is up; so the page costs what changed and not how many leads there are. Equal to looking at all of them, which a
property test holds it to.
"""

from __future__ import annotations

import heapq
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from features.facts.company import Company
from features.facts.contacts import ContactBook
from features.facts.values import LeadId
from monitoring.breath import breathe
from monitoring.conversions.ad_systems import AdSystem
from monitoring.conversions.adjustments import adjustments_of
from monitoring.conversions.conversion import ToldStep
from monitoring.conversions.lead_steps import LeadSteps
from monitoring.conversions.ledger import Key, Ledger, Told
from monitoring.conversions.standing import Amounts, Standing, standings_of, steps_told
from monitoring.conversions.steps_book import SomeLeads, StepsBook

Place = tuple[ToldStep, Standing]
Places = tuple[Place, ...]
Pair = tuple[str, str | None]
"""Channel and offer, by which it is known what a sale brings."""
PIECE = 2_000
"""So many leads are looked at at once."""


@dataclass(frozen=True, slots=True)
class StandingCounts:
    """How everything stands for one system: ``counts`` by step and standing, adding up to ``leads`` with ``not_reached``."""

    leads: int
    counts: Mapping[ToldStep, Mapping[Standing, int]]
    not_reached: Mapping[ToldStep, int]

    def count(self, standing: Standing) -> int:
        """Return how many conversions stand so, over all steps."""
        return sum(of.get(standing, 0) for of in self.counts.values())


class CountedStandings:
    """The counts of one system; one thread at a time brings them up to now."""

    def __init__(
        self,
        system: AdSystem,
        company: Company,
        book: StepsBook,
        ledger: Ledger,
        contacts: ContactBook,
        amounts: Amounts,
    ) -> None:
        self._system, self._company, self._book, self._ledger = system, company, book, ledger
        self._contacts, self._amounts = contacts, amounts
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._places: dict[LeadId, Places] = {}
        self._same: dict[Places, Places] = {}
        self._sums: Counter[Place] = Counter()
        self._due: list[tuple[datetime, LeadId]] = []
        self._told: dict[LeadId, dict[Key, Told]] = {}
        self._adjusts: dict[LeadId, dict[Key, Told]] = {}
        self._rows = {"own": 0, "mended": 0}
        self._change: int | None = None
        self._contact_row = 0
        self._forgotten: frozenset[LeadId] = frozenset()
        self._is_known: dict[Pair, bool] = {}
        self._moment: datetime | None = None

    def at(self, moment: datetime) -> StandingCounts:
        """Return the counts as of ``moment``, which never runs back but for a start from nothing."""
        with self._lock:
            if self._runs_back(moment) or self._worth_changed():
                self._begin()
            self._moment = moment
            try:
                some = self._look_again(moment)
            except BaseException:  # half of it may be placed: the next look begins from nothing
                self._begin()
                raise
            return self._counts(some)

    def _runs_back(self, moment: datetime) -> bool:
        return self._moment is not None and moment < self._moment

    def _worth_changed(self) -> bool:
        """Return whether what a sale brings is known where it was not, or the other way."""
        return any((self._amounts(*pair) is not None) != known for pair, known in self._is_known.items())

    def _look_again(self, moment: datetime) -> SomeLeads:
        """Place every lead anew of which anything changed since the last look."""
        forgotten = self._contacts.forgotten()
        told = self._newly_told()
        if self._change is None:
            self._change = self._book.place(moment)
            self._contact_row = self._contacts.last_row()
            some = self._book.leads(moment, system=None if self._system.mends else self._system)
            lead_ids = {one.lead_id for one in some.looked_at} | told
        else:
            changed, self._change = self._book.changed_since(self._change, moment)
            lead_ids = changed | told | (forgotten ^ self._forgotten) | self._whose_time_is_up(moment)
            if self._system.from_contact:
                given, self._contact_row = self._contacts.changed_since(self._contact_row)
                lead_ids |= given
        self._forgotten = forgotten
        return self._place_again(lead_ids, moment)

    def _newly_told(self) -> set[LeadId]:
        """Take in what was told since the last look; return of whom."""
        name = self._system.name
        kept = self._adjusts if self._system.mends else self._told
        new, self._rows["own"] = self._ledger.told_since(name, self._rows["own"])
        for one in new:
            kept.setdefault(one.lead_id, {})[one.key] = one
        mended: list[Told] = []
        if self._system.mends:
            mended, self._rows["mended"] = self._ledger.told_since(self._system.mends, self._rows["mended"])
            for one in mended:
                self._told.setdefault(one.lead_id, {})[one.key] = one
        return {one.lead_id for one in (*new, *mended)}

    def _whose_time_is_up(self, moment: datetime) -> set[LeadId]:
        found = set()
        while self._due and self._due[0][0] < moment:
            found.add(heapq.heappop(self._due)[1])
        return found

    def _place_again(self, lead_ids: Iterable[LeadId], moment: datetime) -> SomeLeads:
        wanted = set(lead_ids)
        some = self._book.leads(moment, also=wanted)
        for lead_id in wanted:
            self._sums.subtract(self._places.pop(lead_id, ()))
        found = (
            self._adjustments(some.looked_at, wanted, moment) if self._system.mends else self._standings(some, moment)
        )
        for lead_id, those in groupby(found, key=lambda one: one[0]):
            breathe()
            stands = [(step, standing, ends) for _, step, standing, ends in those]
            places = tuple((step, standing) for step, standing, _ in stands)
            self._places[lead_id] = self._same.setdefault(places, places)
            self._sums.update(places)
            for ends in {ends for _, standing, ends in stands if ends >= moment and standing != "told"}:
                heapq.heappush(self._due, (ends, lead_id))
        return some

    def _agreeing(self, leads: Iterable[LeadSteps]) -> list[LeadSteps]:
        """Return leads of which those of forgotten persons agree to nothing any more."""
        return [replace(one, may_tell=False) if one.lead_id in self._forgotten else one for one in leads]

    def _adjustments(
        self, leads: Sequence[LeadSteps], wanted: set[LeadId], moment: datetime
    ) -> Iterator[tuple[LeadId, ToldStep, Standing, datetime]]:
        """Yield what was told and is so no more, lead by lead, and until when that can be told."""
        tests = self._book.of_tests(wanted - {one.lead_id for one in leads}, moment)
        known = {one.lead_id: one for one in self._agreeing([*leads, *tests])}
        for lead_id in wanted:
            told, adjusted = self._told.get(lead_id, {}), self._adjusts.get(lead_id, {})
            mine = {lead_id: known[lead_id]} if lead_id in known else {}
            found = adjustments_of(self._system, mine, told, adjusted, company=self._company, moment=moment)
            for (_, step), one, standing in found:
                ends = one.adjusts + self._system.window if one and one.adjusts else moment
                yield lead_id, step, standing, ends

    def _standings(self, some: SomeLeads, moment: datetime) -> Iterator[tuple[LeadId, ToldStep, Standing, datetime]]:
        """Yield where everything stands, lead by lead, and until when it can be told; no more than a piece of it is held."""
        system = self._system
        for first in range(0, len(some.looked_at), PIECE):
            leads = self._agreeing(some.looked_at[first : first + PIECE])
            told = {key: one for lead in leads for key, one in self._told.get(lead.lead_id, {}).items()}
            for candidate, standing in standings_of(
                system,
                leads,
                told,
                company=self._company,
                moment=moment,
                amounts=self._asked,
                contacts=self._contacts.contacts,
            ):
                ends = system.last_moment(candidate.lead.created_at, candidate.at)
                yield candidate.lead.lead_id, candidate.step, standing, ends

    def _asked(self, channel: str, offer: str | None) -> float | None:
        amount = self._amounts(channel, offer)
        self._is_known[channel, offer] = amount is not None
        return amount

    def _counts(self, some: SomeLeads) -> StandingCounts:
        """Return the counts; of a system that is told conversions, what nobody looked at any more is too old."""
        steps = steps_told(self._system, self._company)
        counts: dict[ToldStep, Counter[Standing]] = {step: Counter() for step in steps}
        for (step, standing), count in self._sums.items():
            if count and step in counts:
                counts[step][standing] = count
        if self._system.mends:
            return StandingCounts(
                some.leads, counts, {step: some.leads - sum(of.values()) for step, of in counts.items()}
            )
        reached = {step: some.leads if step == "order" else some.reached.get(step, 0) for step in counts}
        for step, of in counts.items():
            of["too_old"] += reached[step] - sum(of.values())
        return StandingCounts(some.leads, counts, {step: some.leads - count for step, count in reached.items()})
