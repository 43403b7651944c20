"""Whoever has many leads, calls or stages sends them in one go, and reads of each what became of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from models.kept_answers import RequestKey, request_key
from serving.batch.results import JSON, NDJSON, Results
from serving.batch.schemas import CallRow, Mistakes, RowOut, StageRow
from serving.batch.sent_rows import Items, Lines, RowSplitter
from serving.batch.service import TOO_LARGE, Batches, Named, Round
from serving.gate.visitor import visitor_of
from serving.http_errors import REFUSALS, Refusal
from serving.intake.intake import Intake
from serving.intake.sent_facts import LeadIn
from serving.intake.sent_key import KeyHeader, canonical, told_key
from serving.intake.sent_lead import LeadBody
from serving.routes_when_asked import DoorRouter

MOST_ROWS = 10_000
ROUND = 100
"""So many rows are stored together: enough for one write of the disk, too few to keep others waiting."""
OTHER_MEDIA: dict[int | str, dict[str, Any]] = {
    415: {
        "model": Refusal,
        "description": "The rows are neither a JSON array nor NDJSON, or packed (Content-Encoding)",
    },
    422: {"model": Mistakes, "description": "The body is no array, or the key none"},
}
RESULTS = {NDJSON: {"schema": {"type": "string", "description": "a result a line, as the items of the JSON array"}}}


def batch_router(intake: Intake) -> DoorRouter:
    """Return the endpoints that take many rows at once."""
    router = DoorRouter(prefix="/v1/batch", tags=["batch"], responses={**REFUSALS, **OTHER_MEDIA})
    batches = Batches(intake)
    told: dict[int | str, dict[str, Any]] = {200: {"model": list[RowOut], "content": RESULTS}}

    @router.post("/leads", responses=told, response_model=None, openapi_extra=_rows_of(LeadIn))
    async def receive_leads(request: Request, idempotency_key: KeyHeader = None) -> Response:
        """Store and score up to 10,000 leads; a row that is refused loses nothing of the others."""
        return await _answered(request, idempotency_key, batches.leads)

    @router.post("/calls", responses=told, response_model=None, openapi_extra=_rows_of(CallRow))
    async def receive_calls(request: Request, idempotency_key: KeyHeader = None) -> Response:
        """Store up to 10,000 calls of stored leads."""
        return await _answered(request, idempotency_key, batches.calls)

    @router.post("/stages", responses=told, response_model=None, openapi_extra=_rows_of(StageRow))
    async def receive_stages(request: Request, idempotency_key: KeyHeader = None) -> Response:
        """Store up to 10,000 stages that stored leads reached."""
        return await _answered(request, idempotency_key, batches.stages)

    @router.post("/scores", responses=told, response_model=None, openapi_extra=_rows_of(LeadBody))
    async def scores(request: Request) -> Response:
        """Score up to 10,000 leads as of their arrival without storing them."""
        return await _answered(request, None, batches.scores)

    return router


async def _answered(request: Request, key: str | None, take: Round) -> Response:
    named = _named(request, key)
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    splitter: RowSplitter
    if media == JSON:
        splitter, results = Items(), Results(JSON)
    elif media in (NDJSON, "application/ndjson", "application/jsonl"):
        splitter, results = Lines(), Results(NDJSON)
    else:
        detail = "Send the rows as one JSON array (application/json), or a row a line (application/x-ndjson)."
        return Response(Refusal(detail=detail).model_dump_json(), 415, media_type=JSON)
    try:
        await _take_in(_rows(request, splitter), named, take, results)
    except ClientDisconnect:  # what was read is stored; nobody hears this, and it is no fault of ours
        results.close()
        return Response(Refusal(detail="The batch broke off.").model_dump_json(), 400, media_type=JSON)
    except BaseException:
        results.close()
        raise
    return StreamingResponse(results.sent(), media_type=results.media_type)


async def _take_in(rows: AsyncIterator[bytes], named: Named, take: Round, results: Results) -> None:
    waiting, number = list[tuple[int, bytes]](), 0
    async for raw in rows:
        number += 1
        if number > MOST_ROWS:
            continue  # who stops reading now would not be listened to: most clients send all before they read
        waiting.append((number, raw))
        if len(waiting) == ROUND:
            _keep(results, await take(waiting, named))
            waiting.clear()
    _keep(results, await take(waiting, named))
    if number > MOST_ROWS:
        detail = (
            f"A batch holds {MOST_ROWS:,} rows; send this one and the {number - MOST_ROWS - 1:,} after it in another."
        )
        results.add(RowOut(row=MOST_ROWS + 1, status=TOO_LARGE, detail=detail))


def _keep(results: Results, some: list[RowOut]) -> None:
    for one in some:
        results.add(one)


async def _rows(request: Request, splitter: RowSplitter) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        for row in splitter.rows_of(piece):
            yield row
    for row in splitter.rest():
        yield row


def _named(request: Request, key: str | None) -> Named:
    """Return what names each row after the request's key: a batch that was cut off goes on where it stopped."""
    if key is None:
        return _unnamed
    told, sender, path = told_key(key), visitor_of(request).who, request.url.path

    def named(number: int, raw: bytes) -> RequestKey:
        return request_key(sender, f"{told}\0{number}", path, canonical(raw))

    return named


def _unnamed(_: int, __: bytes) -> None:
    return None


def _rows_of(kind: type[BaseModel]) -> dict[str, Any]:
    """Return how the schema tells what a batch holds."""
    schema = {"type": "array", "items": json.loads(_row_of(kind))}
    lines = {"type": "string", "description": "a row a line, each as the items of the JSON array"}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}, NDJSON: {"schema": lines}}}}


@cache
def _row_of(kind: type[BaseModel]) -> str:
    row = kind.model_json_schema(ref_template="#/components/schemas/{model}")
    row.pop("$defs", None)
    return json.dumps(row)
