"""The Idempotency-Key of a request: whoever sends it again under the same key is answered the same, and nothing is stored twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import orjson
from fastapi import Header, Request
from fastapi.responses import Response

from features.errors import KeyUnreadable
from models.kept_answers import KeptAnswer, RequestKey, request_key
from serving.gate.visitor import visitor_of
from serving.intake.intake import Keyed, Taken

HEADER = "Idempotency-Key"
LONGEST = 255
REPLAYED = {"Idempotent-Replayed": "true"}
"""Tells that an answer is one that was given before."""
KeyHeader = Annotated[
    str | None,
    Header(
        alias=HEADER,
        max_length=LONGEST + 2,
        description="any text that names this very request; sent again within 24 hours it gets the same answer",
    ),
]


async def keyed(request: Request, key: str | None, answer: Callable[[Taken | None], tuple[int, str]]) -> Keyed | None:
    """Return how a request is named by its sender; None where it is not."""
    if key is None:
        return None
    named = named_by(request, key, request.url.path, await request.body())
    return Keyed(named, answer)


def named_by(request: Request, key: str, path: str, body: bytes) -> RequestKey:
    """Return the key of a request; each sender's are its own."""
    return request_key(visitor_of(request).who, told_key(key), path, canonical(body))


def told_key(key: str) -> str:
    """Return a key without the quotes in which the IETF draft has it; ``KeyUnreadable`` where it is none.

    >>> told_key('"8e03978e"'), told_key("8e03978e")
    ('8e03978e', '8e03978e')
    """
    told = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
    if not 0 < len(told) <= LONGEST:
        raise KeyUnreadable
    return told


def canonical(body: bytes) -> bytes:
    """Return a JSON body as it is written with its names in order and no spaces; another body as it is.

    >>> canonical(b'{"b": 1, "a": 2}')
    b'{"a":2,"b":1}'
    """
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return body


def replayed(kept: KeptAnswer) -> Response:
    """Return an answer that was given before."""
    media = "application/json" if kept.answer else None
    return Response(kept.answer or None, kept.status, headers=REPLAYED, media_type=media)
