"""Takes in what happened and answers with the score that it makes; what is acknowledged is stored.

Requests that come at once are stored together (``group_commit.py``): their leads' facts are read in one go, each request
is carried out on what those before it left, and facts, contacts, hand-outs, scores and kept answers are on disk together
before anybody is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection

from features.errors import KeyUsedOtherwise, LeadloopError
from features.facts.contacts import ContactBook
from features.facts.database import writing
from features.facts.gathered import GatheredFacts
from features.facts.quick_rows import sent_together
from features.facts.values import Assignment, LeadId
from models.hand_out_log import HandOut, remember_hand_out
from models.kept_answers import KeptAnswer, RequestKey, forget_expired, keep_answers, kept_among
from models.score_log import LoggedScore, remember_scores
from serving.desk.desk import Desk, Scored
from serving.intake.events_told import say_call, say_stage
from serving.intake.group_commit import LOOK_EVERY_SECONDS, GroupCommit
from serving.intake.lead_told import say_lead
from serving.intake.said import Said
from serving.intake.sent_facts import CallIn, LeadIn, SentNewLead, StageIn
from serving.intake.unknown_fields import UnknownFields
from serving.open_leads.board import Board
from serving.telemetry.counts import Counts

TOLD_IN_TIME = timedelta(hours=1)
"""Of a call that is told later than this after it began, nobody can say any more where its lead stood in the queue."""
FORGOTTEN_EVERY = timedelta(minutes=10)
"""How often kept answers are looked through for those that have expired."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a fact, and the score that the lead now has."""

    stored: bool
    unknown: list[str]
    scored: Scored


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request that its sender named: its key, and what turns what became of it into status and body of the answer."""

    request: RequestKey
    answer: Callable[[Taken | None], tuple[int, str]]


Told = Taken | KeptAnswer
"""What became of a request: done now, or answered before under its key."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A request to store: of which lead, and what adds it to the lead's facts or refuses it."""

    lead_id: LeadId
    say: Callable[[GatheredFacts, datetime], Said]
    hand_out: HandOut | None = None
    keyed: Keyed | None = None
    is_scored: bool = True


class Intake:
    """The way in for leads, calls and stages that a CRM or a manager tells."""

    def __init__(
        self,
        *,
        desk: Desk,
        board: Board,
        contacts: ContactBook,
        unknown_fields: UnknownFields,
        counts: Counts | None = None,
    ) -> None:
        self.desk, self.board, self.contacts, self.unknown_fields = desk, board, contacts, unknown_fields
        self._counts = counts or Counts()
        self._writer = GroupCommit[_Request, Told | None](lambda: desk.store.engine, self._store, self._stored)
        self._forgotten_at: datetime | None = None

    @property
    def waiting(self) -> int:
        """Return how many wait to be stored."""
        return self._writer.waiting

    async def look_after(self) -> None:
        """Let nobody wait without end where the database does not answer; goes on until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            self._writer.look()

    def close(self) -> None:
        """Store everything that came, then end."""
        self._writer.close()

    def lead(self, body: SentNewLead) -> Taken:
        """Store a lead with its source and contact, and score it; what a lead sent again leaves out stays as it was."""
        return self._taken(self._writer.done(self._lead(body)))

    def lead_soon(self, body: SentNewLead, keyed: Keyed | None = None) -> Awaitable[Told]:
        """Do as ``lead`` does, for an event loop."""
        return self._soon(self._lead(body, keyed))

    def call(self, lead_id: LeadId, body: CallIn) -> Taken:
        """Store a call of a stored lead; ``UnknownLead`` where it is not."""
        (hand_out,) = self.handed_out([(lead_id, body)])
        return self._taken(self._writer.done(self._call(lead_id, body, hand_out)))

    async def call_soon(self, lead_id: LeadId, body: CallIn, keyed: Keyed | None = None) -> Told:
        """Do as ``call`` does, for an event loop."""
        (hand_out,) = await run_in_threadpool(self.handed_out, [(lead_id, body)])
        return await self.called_soon(lead_id, body, hand_out, keyed)

    def called_soon(
        self, lead_id: LeadId, body: CallIn, hand_out: HandOut | None, keyed: Keyed | None = None
    ) -> Awaitable[Told]:
        """Store a call whose lead was looked up in the queue already."""
        return self._soon(self._call(lead_id, body, hand_out, keyed))

    def stage(self, lead_id: LeadId, body: StageIn) -> Taken:
        """Store a stage of a stored lead; ``UnknownLead`` where it is not."""
        return self._taken(self._writer.done(self._stage(lead_id, body)))

    def stage_soon(self, lead_id: LeadId, body: StageIn, keyed: Keyed | None = None) -> Awaitable[Told]:
        """Do as ``stage`` does, for an event loop."""
        return self._soon(self._stage(lead_id, body, keyed))

    def together(
        self,
        told: Sequence[tuple[LeadId, LeadIn | CallIn | StageIn]],
        then: Callable[[Connection, Sequence[Told | Exception | None]], None],
    ) -> list[Told | Exception | None]:
        """Store what a CRM's records tell in one transaction with what ``then`` does in it; return what became of each.

        ``then`` is given the same: where it fails, nothing is stored.
        """
        requests = [self._request(lead_id, body) for lead_id, body in told]
        with writing(self.desk.store.engine) as connection:
            outcomes = self._store(connection, requests)
            then(connection, outcomes)
        for one in outcomes:
            if isinstance(one, Taken):
                self.desk.shadowed(one.scored)
                self._count(one)
        return outcomes

    def _request(self, lead_id: LeadId, body: LeadIn | CallIn | StageIn) -> _Request:
        if isinstance(body, LeadIn):
            return self._lead(body, is_record=True)
        if isinstance(body, StageIn):
            return self._stage(lead_id, body, is_record=True)
        (hand_out,) = self.handed_out([(lead_id, body)])
        return self._call(lead_id, body, hand_out, is_record=True)

    def take(
        self, lead_id: LeadId, manager: str, *, taken: bool = True, keyed: Keyed | None = None
    ) -> KeptAnswer | None:
        """Note that a manager took a stored lead, or gave it back; ``UnknownLead`` where it is not stored.

        Returns what was answered before under the request's key, where that is so.
        """

        def say(facts: GatheredFacts, now: datetime) -> Said:
            facts.history(lead_id)
            moment = facts.moment(lead_id, now)
            return Said(facts.append(Assignment(lead_id, moment, moment, manager, taken)), [], moment)

        (hand_out,) = self.board.hand_outs([(lead_id, manager)]) if taken else (None,)
        told = self._writer.done(_Request(lead_id, say, hand_out, keyed, is_scored=False))
        return told if isinstance(told, KeptAnswer) else None

    def handed_out(self, calls: Sequence[tuple[LeadId, CallIn]]) -> list[HandOut | None]:
        """Return how each lead stands in the queue as it is called; None where it does not wait, or the call is long past."""
        now = self.desk.now()
        in_time = [_is_in_time(body.at or body.sent_at, now) for _, body in calls]
        asked = [(lead_id, body.manager) for (lead_id, body), soon in zip(calls, in_time, strict=True) if soon]
        stood = iter(self.board.hand_outs(asked) if asked else [])
        return [next(stood) if soon else None for soon in in_time]

    def _lead(self, body: SentNewLead, keyed: Keyed | None = None, *, is_record: bool = False) -> _Request:
        company, secret = self.desk.company, self.contacts.secret
        say = partial(say_lead, body, company=company, secret=secret, is_record=is_record)
        return _Request(LeadId(body.id), say, keyed=keyed)

    def _call(
        self,
        lead_id: LeadId,
        body: CallIn,
        hand_out: HandOut | None,
        keyed: Keyed | None = None,
        *,
        is_record: bool = False,
    ) -> _Request:
        say = partial(say_call, lead_id, body, company=self.desk.company, is_record=is_record)
        return _Request(lead_id, say, hand_out, keyed)

    def _stage(
        self, lead_id: LeadId, body: StageIn, keyed: Keyed | None = None, *, is_record: bool = False
    ) -> _Request:
        return _Request(lead_id, partial(say_stage, lead_id, body, is_record=is_record), keyed=keyed)

    def _store(self, connection: Connection, requests: Sequence[_Request]) -> list[Told | Exception | None]:
        """Carry out a group of requests in one transaction; return what came of each, or why it alone was refused."""
        now = self.desk.now()
        named = [one.keyed.request for one in requests if one.keyed]
        kept = kept_among(connection, named, now=now) if named else {}
        facts = GatheredFacts(connection, dict.fromkeys(one.lead_id for one in requests))
        outcomes: list[Told | Exception | None] = []
        scores: list[LoggedScore] = []
        answers: list[KeptAnswer] = []
        hand_outs: list[HandOut] = []
        for one in requests:
            outcome = _answered_before(one, kept) or self._carried_out(one, facts, scores, hand_outs)
            if one.keyed and (outcome is None or isinstance(outcome, Taken)):
                answer = KeptAnswer(one.keyed.request, *one.keyed.answer(outcome))
                kept[answer.request.key] = answer
                answers.append(answer)
            outcomes.append(outcome)
        with sent_together(connection):
            facts.store()
            remember_scores(connection, scores)
        for hand_out in hand_outs:
            remember_hand_out(connection, hand_out)
        if answers:
            keep_answers(connection, answers, now=now)
            self._forget(connection, now)
        return outcomes

    def _stored(self, outcomes: Sequence[Told | Exception | None]) -> None:
        self._counts.group(len(outcomes))
        given = [one.scored for one in outcomes if isinstance(one, Taken)]
        self._counts.scores((one.score.refined_grade, one.score.model_version) for one in given)
        for scored in given:
            self.desk.shadowed(scored)

    def _carried_out(
        self, one: _Request, facts: GatheredFacts, scores: list[LoggedScore], hand_outs: list[HandOut]
    ) -> Taken | Exception | None:
        try:
            said = one.say(facts, self.desk.now())
        except LeadloopError as error:
            return error
        if one.hand_out and said.stored and _is_in_time(said.at, one.hand_out.at):
            hand_outs.append(one.hand_out)
        if not one.is_scored:
            return None
        try:
            scored = self.desk.scored(facts.history(one.lead_id), said.moment)
        except Exception as error:  # noqa: BLE001 - a lead that a model cannot score is stored all the same
            return error
        scores.append(self.desk.logged(scored, facts.number))
        return Taken(said.stored, said.unknown, scored)

    def _forget(self, connection: Connection, now: datetime) -> None:
        last = self._forgotten_at
        if last is None or not timedelta(0) <= now - last < FORGOTTEN_EVERY:
            self._forgotten_at = now
            forget_expired(connection, now=now)

    async def _soon(self, request: _Request) -> Told:
        told = await self._writer.soon(request)
        assert told is not None
        if isinstance(told, Taken):
            self._count(told)
        return told

    def _taken(self, told: Told | None) -> Taken:
        assert isinstance(told, Taken)
        self._count(told)
        return told

    def _count(self, taken: Taken) -> None:
        if taken.unknown:
            self.unknown_fields.count(taken.unknown, taken.scored.known.moment)


def _is_in_time(at: datetime | None, now: datetime) -> bool:
    """Return whether what happened at ``at`` (None: now) is told so soon that its lead stands in the queue as it stood then."""
    return at is None or at >= now - TOLD_IN_TIME


def _answered_before(one: _Request, kept: dict[bytes, KeptAnswer]) -> KeptAnswer | Exception | None:
    """Return what was answered under a request's key; where it was another request, that this is refused."""
    before = kept.get(one.keyed.request.key) if one.keyed else None
    if before is None or one.keyed is None:
        return None
    return before if before.request.body == one.keyed.request.body else KeyUsedOtherwise()
