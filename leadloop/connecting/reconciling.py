"""Looks into what a CRM told, and through what changed there since the last look, so that no missed message is missed for long."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, Engine

from features.crm.heard import Heard, digest_of
from features.crm.inbox import Inbox, Waiting, keep_heard, mark_done
from features.crm.record_book import RecordBook, move_cursor
from features.errors import CrmAway, CrmRefused, LeadloopError
from features.facts.database import writing
from leadloop.connecting.batches import Batches, Place
from leadloop.connecting.connector import Connector, Found
from leadloop.connecting.taker import Taker, Taking, Then
from leadloop.sending.back_off import wait_before

OVERLAP = timedelta(minutes=10)
"""A look begins so long before the end of the last one: a CRM may show a change late, and what is known already changes nothing."""
AT_ONCE = 25
"""So many records of the inbox are stored in one transaction."""
READ_ANEW = 100
"""So many records are read anew in one look, where company.yaml has other words for them since."""
SHOWN_IN_VAIN = 3
Progress = Callable[[str, int], None]


def _nothing(connection: Connection) -> None:
    """Do nothing more in a transaction."""


def _to_be_asked_again(one: Found) -> Heard:
    told = digest_of("refused", one.entity, one.record_id, one.changed_at)
    return Heard(one.entity, one.record_id, f"{one.entity}.refused", one.changed_at, told)


def no_progress(what: str, count: int) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Reconciled:
    """What a look came to; ``failed`` tells of each kind of records, or record, that could not be looked through why."""

    taking: Taking = field(default_factory=Taking)
    failed: list[str] = field(default_factory=list)


class Reconciler:
    """Brings one CRM and our facts together."""

    def __init__(
        self,
        *,
        engine: Engine,
        connector: Connector,
        taker: Taker,
        inbox: Inbox,
        book: RecordBook,
        look_back: timedelta,
        company_hash: str,
        draw: random.Random,
    ) -> None:
        self._engine, self._connector, self._taker = engine, connector, taker
        self._inbox, self._book = inbox, book
        self._look_back, self._company_hash, self._draw = look_back, company_hash, draw

    def hear(self, clock: Callable[[], datetime]) -> Reconciled:
        """Look into the messages that are due; those of a record that the CRM refuses wait, longer each time.

        Raises
        ------
        CrmAway
            Where the CRM does not answer; all messages that were not looked into wait.
        """
        found = Reconciled()
        groups: defaultdict[Place, list[Waiting]] = defaultdict(list)
        for one in self._inbox.due(clock()):
            groups[one.entity, one.record_id].append(one)
        tried = {place for place, messages in groups.items() if any(one.tries for one in messages)}
        batches = Batches.of(
            [place for place in groups if place not in tried],
            at_once=AT_ONCE,
            alone=[place for place in groups if place in tried],
        )

        def take(some: Sequence[Place]) -> None:
            numbers = [one.id for place in some for one in groups[place]]
            found.taking.add(self._taker.take(self._fetched(some), clock(), partial(mark_done, numbers=numbers)))

        away: CrmAway | None = None
        try:
            batches.take(take)
        except CrmAway as error:
            away = error
            self._put_off([one for place in batches.left.popleft() for one in groups[place]], clock(), away)
        for place, refusal in batches.refused:
            self._put_off(groups[place], clock(), refusal)
        not_asked = [one for some in batches.left for place in some for one in groups[place]]
        if not_asked:
            self._put_off(not_asked, clock(), away or batches.refused[-1][1], tried=False)
        if away:
            raise away
        found.failed += batches.told()
        return found

    def waits_in_vain(self, most: int = SHOWN_IN_VAIN) -> list[str]:
        """Return of the latest messages that were tried and wait still which record they tell of, and why."""
        return [f"{one.entity} {one.record_id}: {one.why}" for one in self._inbox.failing(most)]

    def look_through(self, clock: Callable[[], datetime], progress: Progress = no_progress) -> Reconciled:
        """Look through what changed since the last look, and once more at what could not be taken under other words."""
        found, cursors = Reconciled(), self._book.cursors()
        for entity in self._connector.polled:
            cursor = cursors[entity][0] if entity in cursors else None
            try:
                self._look_through(entity, cursor, clock, progress, found.taking)
            except (CrmAway, CrmRefused) as error:
                found.failed.append(f"{entity}: {error}")
        try:
            self._look_again(clock, found)
        except CrmAway as error:
            found.failed.append(str(error))
        self._inbox.forget_done(clock())
        return found

    def _look_through(
        self, entity: str, cursor: datetime | None, clock: Callable[[], datetime], progress: Progress, done: Taking
    ) -> None:
        began = clock()
        late = max(OVERLAP, self._connector.late_by.get(entity, OVERLAP))
        since = began - self._look_back if cursor is None else cursor - late
        latest = since if cursor is None else cursor
        for page in self._connector.changed(entity, since):
            latest = min(max([latest, *(one.changed_at for one in page if one.changed_at)]), began)
            upto = latest

            def move(connection: Connection, upto: datetime = upto) -> None:
                move_cursor(connection, self._connector.crm, entity, upto, clock())

            self._take_page(page, clock, move, done)
            progress(entity, len(page))
        self._book.note_looked(entity, latest, clock())

    def _take_page(self, page: Sequence[Found], clock: Callable[[], datetime], then: Then, done: Taking) -> None:
        """Store what a page holds; a record of which the CRM refuses a part waits in the inbox, and holds up no other.

        Raises
        ------
        CrmRefused
            Where it refuses several in a row: then it is hardly the record that is at fault, and the kind is looked through later.
        """
        by_place = {(one.entity, one.record_id): one for one in page}
        batches = Batches.of(by_place, at_once=max(len(by_place), 1))

        def take(some: Sequence[Place]) -> None:
            found = [by_place[place] for place in some]
            for one in found:
                if one.refused is not None:
                    raise one.refused
            done.add(self._taker.take(found, clock(), then if len(found) == len(by_place) else _nothing))

        batches.take(take)
        if batches.left:
            raise batches.refused[-1][1]
        if not batches.refused:
            return
        with writing(self._engine) as connection:
            waiting = [(by_place[place], error) for place, error in batches.refused]
            keep_heard(connection, self._connector.crm, [_to_be_asked_again(one) for one, _ in waiting], clock())
            then(connection)

    def _look_again(self, clock: Callable[[], datetime], found: Reconciled) -> None:
        """Ask once more for records that were read under other words of company.yaml, first for those not wholly taken."""
        self._book.begin_words(self._company_hash)
        read_otherwise = self._book.amiss(self._company_hash, READ_ANEW)
        read_otherwise += self._book.under_other_words(self._company_hash, READ_ANEW)
        waiting = list(dict.fromkeys((one.entity, one.record_id) for one in read_otherwise))[:READ_ANEW]
        self._draw.shuffle(waiting)  # else one that is never answered might always come ahead of the same others
        batches = Batches.of(waiting, at_once=1)

        def take(some: Sequence[Place]) -> None:
            found.taking.add(self._taker.take(self._fetched(some), clock(), _nothing))

        try:
            batches.take(take)
        finally:
            found.failed += batches.told()

    def _fetched(self, some: Sequence[Place]) -> list[Found]:
        found = [each for place in some for each in self._connector.fetch(*place)]
        for one in found:
            if one.refused is not None:
                raise one.refused
        return found

    def _put_off(self, waiting: Sequence[Waiting], now: datetime, error: LeadloopError, *, tried: bool = True) -> None:
        by_tries: defaultdict[int, list[int]] = defaultdict(list)
        for one in waiting:
            by_tries[one.tries].append(one.id)
        for tries, numbers in by_tries.items():
            self._inbox.put_off(numbers, now + wait_before(tries + 2, self._draw), str(error), tried=tried)
