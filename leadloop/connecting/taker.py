"""Takes records of a CRM as they are now: what is new of them becomes facts, scores, and letters back, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from features.crm.mapped import Mapped
from features.crm.record_book import KnownRecord, RecordBook, move_records, remember_record
from features.facts.values import LeadId
from leadloop.connecting.batches import Place
from leadloop.connecting.connector import Connector, Found
from leadloop.connecting.deleted import deletion, taken_back
from leadloop.connecting.merged import FOUND_ITS_OWNER, absorbed, goes_on, under
from leadloop.connecting.told_facts import Body, ToldFacts, told_facts
from leadloop.connecting.write_back import WriteBack
from models.kept_answers import KeptAnswer
from serving.desk.desk import Scored
from serving.intake.intake import Intake, Taken

Then = Callable[[Connection], None]
LONGEST_ID = 128


@dataclass(frozen=True, slots=True)
class _Seen:
    """A record with what was known of it and what it comes to; None: it is not there any more.

    ``is_merged`` says that this is so because it was merged, ``into`` into the record of which lead of ours.
    """

    found: Found
    known: KnownRecord
    mapped: Mapped | None
    is_merged: bool = False
    into: str | None = None


Ordered = dict[Place, _Seen]


@dataclass(slots=True)
class Taking:
    """What taking some records came to."""

    seen: int = 0
    facts: int = 0
    letters: int = 0
    amiss: list[str] = field(default_factory=list)

    def add(self, other: Taking) -> None:
        """Add what another taking came to."""
        self.seen += other.seen
        self.facts += other.facts
        self.letters += other.letters
        self.amiss += other.amiss


class Taker:
    """Takes the records of one CRM."""

    def __init__(
        self, *, connector: Connector, intake: Intake, book: RecordBook, write_back: WriteBack, company_hash: str
    ) -> None:
        self._connector, self._intake, self._book, self._write_back = connector, intake, book, write_back
        self._company, self._company_hash = intake.desk.company, company_hash

    def take(self, page: Sequence[Found], moment: datetime, then: Then) -> Taking:
        """Store what is new of some records in one transaction with what ``then`` does."""
        found = self._with_owners(page)
        told = [(one.found, one.known, self._told(one, moment)) for one in found]
        bodies = [body for _, _, one in told for body in one.bodies]
        done = Taking(seen=len(page))

        def remember(connection: Connection, outcomes: Sequence[Taken | KeptAnswer | Exception | None]) -> None:
            at, latest = 0, dict[LeadId, Scored]()
            for one, known, facts in told:
                mine = outcomes[at : at + len(facts.bodies)]
                at += len(facts.bodies)
                after = _after(known, facts, mine)
                remember_record(connection, self._connector.crm, after, moment)
                if facts.moved and after == facts.after:
                    move_records(connection, self._connector.crm, *facts.moved)
                latest |= {lead: result.scored for (lead, _), result in zip(facts.bodies, mine, strict=True)
                           if isinstance(result, Taken)}  # fmt: skip
                done.facts += sum(isinstance(result, Taken) and result.stored for result in mine)
                done.amiss += [f"{one.entity} {one.record_id}: {after.why}"] if after.why else []
            for lead_id, scored in latest.items():
                done.letters += self._write_back.tell(connection, lead_id, scored, moment)
            then(connection)

        self._intake.together(bodies, remember)
        return done

    def _with_owners(self, page: Sequence[Found]) -> list[_Seen]:
        """Return the records with what is known of them, each after the one that it belongs to."""
        ordered: Ordered = {}
        wanted = {entity: [number for one in page if one.entity == entity for number in (one.record_id, *one.merged)]
                  for entity in {one.entity for one in page}}  # fmt: skip
        known = {entity: self._book.known(entity, numbers) for entity, numbers in wanted.items()}
        for one in page:
            before = known[one.entity].get(one.record_id)
            if (one.record is None and before is None) or not 1 <= len(one.record_id) <= LONGEST_ID:
                continue
            merged = [known[one.entity][number] for number in one.merged if number in known[one.entity]]
            self._put(ordered, one, before, [each for each in merged if each.deleted_at is None])
        return list(ordered.values())

    def _put(
        self, ordered: Ordered, one: Found, before: KnownRecord | None, merged: Sequence[KnownRecord] = ()
    ) -> None:
        place = (one.entity, one.record_id)
        mapped = None if one.record is None else self._mapped(one)
        if mapped is not None and mapped.lead is not None:
            mapped = self._going_on(ordered, one, mapped, before, merged)
        elif merged:
            self._put_merged(ordered, one, merged, None)
        if mapped is not None and mapped.lead is None and mapped.lead_id is not None:
            mapped = self._owned(ordered, self._under_known_owner(mapped, before), place)
        ordered.pop(place, None)  # told twice in a page: the later reading counts
        ordered[place] = _Seen(one, before or KnownRecord(*place), mapped)

    def _going_on(
        self, ordered: Ordered, one: Found, mapped: Mapped, before: KnownRecord | None, merged: Sequence[KnownRecord]
    ) -> Mapped:
        """Return a request under the lead that goes on where records were merged, now or before; those merged now come ahead."""
        lead_id = goes_on(before, merged)
        if lead_id is None or self._connector.home_of(lead_id)[0] != one.entity:
            lead_id = mapped.lead_id
        self._put_merged(ordered, one, merged, lead_id)
        return under(mapped, lead_id)

    def _put_merged(self, ordered: Ordered, one: Found, merged: Sequence[KnownRecord], into: str | None) -> None:
        for each in merged:
            gone = Found(one.entity, each.record_id, None)
            ordered[one.entity, each.record_id] = _Seen(gone, each, None, is_merged=True, into=into)

    def _mapped(self, one: Found) -> Mapped:
        try:
            return self._connector.mapped(one)
        except Exception as error:  # noqa: BLE001 - a record that nobody foresaw holds up no other
            return Mapped(None, None, amiss=(f"the record cannot be read ({type(error).__name__}); please report it",))

    def _under_known_owner(self, mapped: Mapped, before: KnownRecord | None) -> Mapped:
        """Return what belongs to several leads under the one that it was told of before, while it belongs to that one still."""
        if before is None or before.lead_id is None or len(mapped.owners) < 2:
            return mapped
        homes = [self._connector.home_of(one) for one in mapped.owners]
        known = self._book.known(homes[0][0], [number for _, number in homes])
        mine = [owner for owner, (_, number) in zip(mapped.owners, homes, strict=True)
                if number in known and known[number].lead_id == before.lead_id]  # fmt: skip
        return replace(mapped, lead_id=mine[0]) if mine else mapped

    def _owned(self, ordered: Ordered, mapped: Mapped, mine: Place) -> Mapped:
        """Return what belongs to a lead, after that lead itself was put ahead where it was not seen before."""
        assert mapped.lead_id is not None
        home = self._connector.home_of(mapped.lead_id)
        if home == mine:
            return mapped
        known = self._book.known(*_one(home)).get(home[1])
        if known is None and home not in ordered:
            for found in self._connector.fetch(*home):
                if found.record is not None and (found.entity, found.record_id) == home:
                    self._put(ordered, found, None)
        ahead = ordered[home].mapped if home in ordered else None
        of_home = ahead.lead_id if ahead else known.lead_id if known else None
        if of_home is None:
            missing = f"{home[0]} {home[1]}, which it belongs to, is not there or cannot be read"
            return replace(mapped, lead_id=None, stage=None, call=None, amiss=(*mapped.amiss, missing))
        return replace(mapped, lead_id=of_home)

    def _told(self, one: _Seen, moment: datetime) -> ToldFacts:
        if one.is_merged:
            is_other = one.into is not None and one.known.lead_digest is not None and one.known.lead_id != one.into
            history = self._intake.desk.store.history(LeadId(one.known.lead_id or "")) if is_other else None
            return absorbed(one.known, one.into, history, self._company, moment)
        if one.mapped is None:
            return deletion(one.known, self._company, moment) if one.known.deleted_at is None else ToldFacts(one.known)
        known, ahead = one.known, ToldFacts(one.known)
        lead_id = one.mapped.lead_id
        if (
            known.lead_digest is not None
            and one.mapped.call is None
            and one.mapped.lead is None
            and lead_id is not None
        ):
            ahead = self._found_its_owner(known, lead_id, moment)
            known = replace(known, lead_id=lead_id, lead_digest=None)
        told = told_facts(
            known,
            one.mapped,
            self._company,
            company_hash=self._company_hash,
            secret=self._intake.contacts.secret,
            moment=moment,
        )
        back = self._is_back(known, moment)
        return replace(
            told,
            after=replace(told.after, why="; ".join(dict.fromkeys([*ahead.amiss, *told.amiss])) or None),
            bodies=[*ahead.bodies, *back, *told.bodies],
            amiss=[*ahead.amiss, *told.amiss],
            moved=ahead.moved,
        )

    def _found_its_owner(self, known: KnownRecord, lead_id: str, moment: datetime) -> ToldFacts:
        """Return what it adds that a deal which was a request of its own belongs to a request now, which goes on for both."""
        history = self._intake.desk.store.history(LeadId(known.lead_id or ""))
        return absorbed(known, lead_id, history, self._company, moment, else_twice=FOUND_ITS_OWNER)

    def _is_back(self, known: KnownRecord, moment: datetime) -> list[tuple[LeadId, Body]]:
        if known.deleted_at is None or known.lead_id is None or known.lead_digest is None:
            return []
        lead_id = LeadId(known.lead_id)
        stage = taken_back(known, self._intake.desk.store.history(lead_id), moment)
        return [(lead_id, stage)] if stage else []


def _one(home: Place) -> tuple[str, list[str]]:
    return home[0], [home[1]]


def _after(known: KnownRecord, facts: ToldFacts, outcomes: Sequence[object]) -> KnownRecord:
    """Return a record as it is known afterwards; where a part of it was refused, it is taken as not seen and looked at anew.

    One that was merged stays as it was known, so that the next look at what it was merged into tries again.
    """
    refused = [one for one in outcomes if isinstance(one, Exception)]
    if not refused:
        return facts.after
    why = [str(one) if hasattr(one, "remedy") else type(one).__name__ for one in refused]
    said = "; ".join(dict.fromkeys([*facts.amiss, *why]))
    if facts.moved:
        return replace(known, why=said)
    return replace(facts.after, lead_digest=known.lead_digest, stage_digest=known.stage_digest, why=said)
