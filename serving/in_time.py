"""Waits so long and no longer, and sets no alarm for what is there already.

A request's body mostly came with its headers. ``asyncio.timeout`` sets an alarm and takes it back even then, which takes
longer than reading the body.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Generator
from types import CoroutineType, coroutine
from typing import Any, TypeVar, cast

Come = TypeVar("Come")


async def in_time(coming: Awaitable[Come], seconds: float) -> Come:
    """Return what comes; ``TimeoutError`` where it does not within so many seconds.

    >>> asyncio.run(in_time(asyncio.sleep(0, "here"), 1.0))
    'here'
    """
    if not isinstance(coming, CoroutineType):
        async with asyncio.timeout(seconds):
            return await coming
    try:
        waits_for = coming.send(None)
    except StopIteration as come:
        return cast(Come, come.value)
    async with asyncio.timeout(seconds):
        return await _rest(coming, waits_for)


@coroutine
def _rest(begun: Coroutine[Any, Any, Come], waits_for: Any) -> Generator[Any, Any, Come]:
    """Go on with what has begun and waits for something."""
    try:
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:  # noqa: BLE001 - an end from outside is for what has begun to tell
                waits_for = begun.throw(error)
            else:
                waits_for = begun.send(sent)
    except StopIteration as come:
        return cast(Come, come.value)
