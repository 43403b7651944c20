"""Hands conversions out: into a file, to a system that pulls, or into the outbox; each once, whatever breaks in between.

What is handed out is noted in the ledger in the same transaction, and only what nobody noted meanwhile. A file is finished
before that and takes its name after it; a pull holds all of the system's window again, so one that broke off loses nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from features.errors import NothingToTell
from features.facts.company import Company
from features.facts.contacts import ContactBook
from features.facts.conversion_settings import System
from features.facts.database import writing
from features.facts.values import LeadId
from monitoring.conversions.ad_systems import AD_SYSTEMS, AdSystem, Way
from monitoring.conversions.adjustments import adjustments_looked_at
from monitoring.conversions.conversion import Conversion
from monitoring.conversions.counted_standings import CountedStandings, StandingCounts
from monitoring.conversions.lead_steps import LeadSteps
from monitoring.conversions.ledger import RETRACTED, Key, Ledger, Told, remember_in, told_in
from monitoring.conversions.standing import Amounts, Candidate, Look, looked_at
from monitoring.conversions.steps_book import StepsBook

Chances = Callable[[LeadId, datetime], float]
"""(lead, moment) -> how likely it was to buy, by what was known at that moment."""
BeforeCommit = Callable[[Connection, bytes, Sequence[Conversion]], int | None]
"""Is given what is about to be noted, inside the transaction; returns the letter that carries it, if one does."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed out: its bytes, and how many of its lines were told for the first time, restated, or told again."""

    content: bytes
    first_told: int
    restated: int
    again: int
    batch_id: int | None

    @property
    def lines(self) -> int:
        """Return how many conversions it holds."""
        return self.first_told + self.restated + self.again


class ConversionDesk:
    """Knows what stands for each system, and hands it out."""

    def __init__(
        self,
        *,
        company: Company,
        book: StepsBook,
        ledger: Ledger,
        contacts: ContactBook,
        chances: Chances,
        amounts: Amounts,
    ) -> None:
        self.company, self.ledger = company, ledger
        self._book, self._contacts, self._chances, self._amounts = book, contacts, chances, amounts
        self._counted: dict[System, CountedStandings] = {}
        self._lock = threading.Lock()

    def system(self, name: System) -> AdSystem:
        """Return a system that the company tells; ``NothingToTell`` where ``company.yaml`` does not name it."""
        if name not in self.company.conversions.systems:
            raise NothingToTell(f"company.yaml tells {name} nothing; name it under conversions: first.")
        return AD_SYSTEMS[name]

    def keep(self, moment: datetime) -> None:
        """Read how far every lead has come before anybody asks, and keep it for the next start."""
        self._book.keep(moment)

    def count_all(self, moment: datetime) -> None:
        """Count how everything stands for every system that is told."""
        for name in self.company.conversions.systems:
            self.counts(name, moment)

    def look(self, name: System, moment: datetime) -> Look:
        """Return how everything stands for a system; ``NothingToTell`` where it is told nothing, so for all that follows."""
        return self._look(self.system(name), self.ledger.told(name), moment)

    def counts(self, name: System, moment: datetime) -> StandingCounts:
        """Return how many conversions stand how for a system, as ``look`` counts them; costs what changed since the last time."""
        system = self.system(name)
        with self._lock:
            if name not in self._counted:
                self._counted[name] = CountedStandings(
                    system, self.company, self._book, self.ledger, self._contacts, self._amounts
                )
            counted = self._counted[name]
        return counted.at(moment)

    def hand_out(
        self,
        name: System,
        moment: datetime,
        *,
        way: Way,
        label: str,
        again: bool = False,
        most: int | None = None,
        only: Callable[[Candidate], bool] | None = None,
        document: Callable[[Sequence[Conversion], Company], bytes] | None = None,
        before_commit: BeforeCommit | None = None,
    ) -> Handed:
        """Hand out what is ready, and note it.

        Parameters
        ----------
        label
            Which file, address or destination it goes to, for whoever asks later.
        again
            Also hand out what was told before and can still be told, as it was told.
        most, only
            So many at most, the oldest first; only such.
        document
            What makes the bytes; by default the system's own format.
        before_commit
            What has to be done before anything is noted; where it raises, nothing is.

        Nothing is noted, and no batch made, where there is nothing to hand out and ``again`` is False.
        """
        system = self.system(name)
        seen = self.ledger.told(name)
        look = self._look(system, seen, moment)
        ready = sorted((one for one in look.ready if only is None or only(one)), key=_order)
        new = [(one, self._conversion(one, system)) for one in ready[:most]]
        repeated = [self._as_told(one, seen[one.key], system) for one in look.told] if again else []
        repeated = [one for one in repeated if self._is_in_window(one, seen, system, moment)]
        with writing(self.ledger.engine) as connection:
            told_meanwhile = _told_meanwhile(connection, system.name, seen)
            mine = [(one, conversion) for one, conversion in new if one.key not in told_meanwhile]
            conversions = sorted([*(conversion for _, conversion in mine), *repeated], key=_place)
            content = (document or system.document)(conversions, self.company)
            if not mine and not again:
                return Handed(content, 0, 0, 0, None)
            letter_id = before_commit(connection, content, conversions) if before_commit else None
            restated = sum(one.key in seen for one, _ in mine)
            batch_id = remember_in(
                connection, system.name, [self._to_remember(*both, system) for both in mine], way=way, at=moment, name=label,
                sha256=sha256(content).hexdigest(), lines=len(conversions), restated=restated, letter_id=letter_id,
            )  # fmt: skip
        return Handed(content, len(mine) - restated, restated, len(repeated), batch_id)

    def again(self, name: System, batch_id: int, moment: datetime) -> bytes:
        """Return what was told in one batch once more, as it was told; it is noted nowhere, for it was.

        Who took his consent back since, and what became too old, is left out. ``NothingToTell`` where the system has no such
        batch.
        """
        system, found = self.system(name), self.ledger.batch(batch_id)
        if found is None or found[0].system != name:
            raise NothingToTell(f"{name} was handed no batch {batch_id}.")
        told = {one.key: one for one in found[1]}
        look = self._look(system, self.ledger.told(name), moment)
        mine = [one for one in (*look.told, *look.ready) if one.key in told]
        lines = [self._as_told(one, told[one.key], system) for one in mine]
        kept = [one for one in lines if self._is_in_window(one, told, system, moment)]
        return system.document(sorted(kept, key=_place), self.company)

    def _look(self, system: AdSystem, told: Mapping[Key, Told], moment: datetime) -> Look:
        if system.mends is not None:
            return self._look_for_adjustments(system, system.mends, told, moment)
        also = {lead_id for lead_id, _ in told}
        some = self._book.leads(moment, system=system, also=also)
        some = replace(some, looked_at=self._without_forgotten(some.looked_at))
        return looked_at(
            system,
            some,
            told,
            company=self.company,
            moment=moment,
            amounts=self._amounts,
            contacts=self._contacts.contacts,
        )

    def _look_for_adjustments(
        self, system: AdSystem, mends: System, adjusted: Mapping[Key, Told], moment: datetime
    ) -> Look:
        told = self.ledger.told(mends)
        some = self._book.leads(moment, also={lead_id for lead_id, _ in told})
        known = {one.lead_id: one for one in some.looked_at}
        tests = self._book.of_tests({lead_id for lead_id, _ in told} - known.keys(), moment)
        leads = {one.lead_id: one for one in self._without_forgotten([*some.looked_at, *tests])}
        return adjustments_looked_at(
            system, leads, told, adjusted, company=self.company, moment=moment, lead_count=some.leads
        )

    def _without_forgotten(self, leads: Sequence[LeadSteps]) -> tuple[LeadSteps, ...]:
        """Return leads of which those of forgotten persons agree to nothing any more."""
        forgotten = self._contacts.forgotten()
        return tuple(replace(one, may_tell=False) if one.lead_id in forgotten else one for one in leads)

    def _conversion(self, one: Candidate, system: AdSystem) -> Conversion:
        return Conversion(
            one.lead.lead_id, one.step, self._name(one, system), one.at, one.lead.created_at, self._value(one),
            self.company.conversions.currency or self.company.currency, one.status, one.ids, one.adjusts,
            one.basis == RETRACTED,
        )  # fmt: skip

    def _name(self, one: Candidate, system: AdSystem) -> str:
        return "" if one.step == "order" else system.names(self.company)[one.step]

    def _value(self, one: Candidate) -> float | None:
        """Return what was paid, or the chance at the step's own moment times what such a sale brings."""
        if one.worth_at is None:
            return one.paid
        amount = self._amounts(one.lead.channel, one.lead.offer)
        return None if amount is None else round(self._chances(one.lead.lead_id, one.worth_at) * amount, 2)

    def _as_told(self, one: Candidate, told: Told, system: AdSystem) -> Conversion:
        """Return a conversion as it was told last, so that it reads the same however often it is told."""
        return replace(
            self._conversion_without_value(one, system),
            at=told.at,
            value=told.value,
            status=told.status,
            retracts=told.basis == RETRACTED,
        )

    def _conversion_without_value(self, one: Candidate, system: AdSystem) -> Conversion:
        return self._conversion(replace(one, worth_at=None, paid=None), system)

    def _is_in_window(self, one: Conversion, seen: Mapping[Key, Told], system: AdSystem, moment: datetime) -> bool:
        """Return whether what was told can still be told: it is young enough, or it is an order that was restated lately."""
        last = system.last_moment(one.created_at, one.adjusts or one.at)
        told_at = seen[one.lead_id, one.step].told_at
        restated_lately = system.tells_orders and told_at is not None and moment - told_at <= system.window
        return moment <= last or restated_lately

    def _to_remember(self, one: Candidate, conversion: Conversion, system: AdSystem) -> Told:
        line = system.document([conversion], self.company)
        return Told(
            one.lead.lead_id, one.step, one.at, one.status, one.basis, conversion.value, sha256(line).hexdigest()
        )  # fmt: skip


def _told_meanwhile(connection: Connection, system: System, seen: Mapping[Key, Told]) -> set[Key]:
    """Return of what somebody else told the system since it was looked up."""
    now = told_in(connection, system)
    return {key for key, told in now.items() if key not in seen or seen[key].batch_id != told.batch_id}


def _order(one: Candidate) -> tuple[datetime, str, str]:
    return one.at, one.lead.lead_id, one.step


def _place(one: Conversion) -> tuple[datetime, str, str]:
    return one.at, one.lead_id, one.step
