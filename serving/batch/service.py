"""Takes in the rows of a batch, a round of them at a time: those of a round are stored together, each is refused alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ValidationError

from features.errors import LeadloopError
from features.facts.values import LeadId
from models.kept_answers import KeptAnswer, RequestKey
from serving.batch.schemas import CallRow, Mistake, RowOut, StageRow
from serving.batch.sent_rows import TOO_LONG
from serving.desk.score_answer import score_out
from serving.http_errors import LARGEST_BODY, status_of, told_item, told_of
from serving.intake.intake import Intake, Keyed, Taken, Told
from serving.intake.sent_facts import LeadIn
from serving.intake.sent_lead import LeadBody, facts_of

STORED, SCORED, TOO_LARGE, UNREADABLE = 201, 200, 413, 422
NOT_STORED = LeadId("")
Row = TypeVar("Row", bound=BaseModel)
Named = Callable[[int, bytes], RequestKey | None]
"""What names a row after the request's Idempotency-Key, where it has one."""
Round = Callable[[Sequence[tuple[int, bytes]], Named], Awaitable[list[RowOut]]]
"""What takes in some rows, each with its number, and says what became of each."""


class Batches:
    """The way in for many rows at once."""

    def __init__(self, intake: Intake) -> None:
        self._intake, self._desk = intake, intake.desk

    async def leads(self, rows: Sequence[tuple[int, bytes]], named: Named) -> list[RowOut]:
        """Store leads."""
        soon = self._intake.lead_soon
        return await _each(_all_read(rows, LeadIn), lambda n, raw, row: soon(row, _keyed(n, raw, named)))

    async def stages(self, rows: Sequence[tuple[int, bytes]], named: Named) -> list[RowOut]:
        """Store stages."""
        soon = self._intake.stage_soon
        read = _all_read(rows, StageRow)
        return await _each(read, lambda n, raw, row: soon(LeadId(row.lead_id), row, _keyed(n, raw, named)))

    async def calls(self, rows: Sequence[tuple[int, bytes]], named: Named) -> list[RowOut]:
        """Store calls; all of a round are looked up in the queue at once."""
        soon, read = self._intake.called_soon, _all_read(rows, CallRow)
        calls = {number: (LeadId(row.lead_id), row) for number, _, row in read if isinstance(row, CallRow)}
        hand_outs = await run_in_threadpool(self._intake.handed_out, list(calls.values()))
        stood = dict(zip(calls, hand_outs, strict=True))
        return await _each(read, lambda n, raw, row: soon(LeadId(row.lead_id), row, stood[n], _keyed(n, raw, named)))

    async def scores(self, rows: Sequence[tuple[int, bytes]], _: Named) -> list[RowOut]:
        """Score leads as of their arrival without storing them; their rows are logged."""
        return await run_in_threadpool(lambda: [self._scored(number, raw) for number, raw in rows])

    def _scored(self, number: int, raw: bytes) -> RowOut:
        body = _read(number, raw, LeadBody)
        if isinstance(body, RowOut):
            return body
        now, desk = self._desk.now(), self._desk
        try:
            lead, source, unknown = facts_of(
                NOT_STORED, body, desk.company, known_at=now, secret=self._intake.contacts.secret
            )
        except LeadloopError as error:
            return _refused(number, error)
        self._intake.unknown_fields.count(unknown, now)
        scored = desk.scored_asked(lead, source, now)
        desk.remember(scored, 0)
        return RowOut(row=number, status=SCORED, unknown_fields=unknown, score=score_out(scored, desk))


def _all_read(rows: Sequence[tuple[int, bytes]], kind: type[Row]) -> list[tuple[int, bytes, Row | RowOut]]:
    return [(number, raw, _read(number, raw, kind)) for number, raw in rows]


async def _each(
    read: Sequence[tuple[int, bytes, Row | RowOut]], soon: Callable[[int, bytes, Row], Awaitable[Told]]
) -> list[RowOut]:
    """Return what became of each row, all of them put into the queue of the one writer in their order."""
    waiting = [_done(number, soon, raw, row) for number, raw, row in read if not isinstance(row, RowOut)]
    done = iter(await asyncio.gather(*waiting))
    return [row if isinstance(row, RowOut) else next(done) for _, _, row in read]


async def _done(number: int, soon: Callable[[int, bytes, Row], Awaitable[Told]], raw: bytes, row: Row) -> RowOut:
    try:
        told = await soon(number, raw, row)
    except LeadloopError as error:
        return _refused(number, error)
    if isinstance(told, KeptAnswer):
        return RowOut.model_validate_json(told.answer).model_copy(update={"row": number})
    return _taken(number, told)


def _taken(number: int, taken: Taken) -> RowOut:
    known, score = taken.scored.known, taken.scored.score
    return RowOut(
        row=number,
        status=STORED,
        lead_id=str(known.lead_id),
        stored=taken.stored,
        unknown_fields=taken.unknown,
        unknown_stage=bool(known.stage_kinds) and known.stage_kinds[-1] == "other",
        probability=score.probability,
        refined_grade=score.refined_grade,
    )


def _keyed(number: int, raw: bytes, named: Named) -> Keyed | None:
    request = named(number, raw)

    def answer(taken: Taken | None) -> tuple[int, str]:
        assert taken is not None
        return STORED, _taken(number, taken).model_dump_json(exclude_unset=True)

    return Keyed(request, answer) if request else None


def _read(number: int, raw: bytes, kind: type[Row]) -> Row | RowOut:
    """Return a row as it was sent, or why it cannot be read."""
    if raw is TOO_LONG or not raw:
        return RowOut(row=number, status=TOO_LARGE, detail=f"A row may hold {LARGEST_BODY:,} bytes; send less of it.")
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        return RowOut(
            row=number, status=UNREADABLE, detail=[_placed(number, told_item(dict(one))) for one in error.errors()]
        )


def _refused(number: int, error: LeadloopError) -> RowOut:
    told = told_of(error)
    detail = told if isinstance(told, str) else [_placed(number, {**one, "loc": one["loc"][1:]}) for one in told]
    return RowOut(row=number, status=status_of(error), detail=detail)


def _placed(number: int, item: dict[str, Any]) -> Mistake:
    return Mistake(type=item["type"], loc=["row", number, *item["loc"]], msg=item["msg"])
