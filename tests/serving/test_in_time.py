"""What comes in time is taken whether it was there or not; what does not is given up, and an end from outside is passed on."""

from __future__ import annotations

import asyncio

import pytest

from serving.in_time import in_time

SOON, NEVER = 0.01, 60.0


async def after(seconds: float) -> str:
    for _ in range(3):
        await asyncio.sleep(seconds / 3)
    return "come"


@pytest.mark.parametrize("seconds", [0.0, SOON])
def test_what_comes_is_taken_whether_it_is_there_or_has_to_be_waited_for(seconds: float) -> None:
    assert asyncio.run(in_time(after(seconds), NEVER)) == "come"


def test_a_future_that_is_no_coroutine_is_waited_for_as_well() -> None:
    async def waited() -> str:
        loop = asyncio.get_running_loop()
        coming: asyncio.Future[str] = loop.create_future()
        loop.call_later(SOON, coming.set_result, "come")
        return await in_time(coming, NEVER)

    assert asyncio.run(waited()) == "come"


def test_what_does_not_come_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(in_time(after(NEVER), SOON))


def test_an_error_on_the_way_is_the_callers() -> None:
    async def wrong() -> None:
        await asyncio.sleep(SOON)
        raise LookupError

    with pytest.raises(LookupError):
        asyncio.run(in_time(wrong(), NEVER))


def test_whoever_is_cancelled_ends_what_he_waits_for() -> None:
    ended = asyncio.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(NEVER)
        finally:
            ended.set()

    async def cancelled() -> None:
        waiting = asyncio.create_task(in_time(long(), NEVER))
        await asyncio.sleep(SOON)
        waiting.cancel()
        await waiting

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert ended.is_set()
