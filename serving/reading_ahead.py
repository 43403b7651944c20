"""What most looks ask for is counted before anybody asks, behind the first scores; a service that ends waits for none of it.

Whatever takes long goes on in a thread that is left behind where the service ends meanwhile, and ends with the process: it only
reads, or writes a file whole or not at all.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from fastapi.concurrency import run_in_threadpool

from features.errors import StoreUnreachable
from monitoring.conversions.conversion_desk import ConversionDesk
from monitoring.lead_book import LeadBook
from serving.first_reading import FirstReading
from serving.settled_memory import give_back, tidy_up
from serving.wiring import Service

FIRST_SCORES_SECONDS = 1.0
"""So long after its start a service leaves the processor to whoever waited for it."""
KEPT_EVERY_SECONDS = 60.0
MIDNIGHT_LOOK_SECONDS = 60.0


async def done_before(ending: asyncio.Event, work: Callable[[], object]) -> bool:
    """Do work in a thread of its own; return False where the service ends first, and the work is left behind.

    Raises
    ------
    Exception
        What the work raises while somebody waits for it.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            work()
        except BaseException as raised:  # noqa: BLE001 - whatever it is, who waits for it is told
            error = raised
        with suppress(RuntimeError):  # the loop has ended, and nobody waits
            loop.call_soon_threadsafe(tell, error)

    threading.Thread(target=run, name="reading-ahead", daemon=True).start()
    ended = asyncio.ensure_future(ending.wait())
    await asyncio.wait((done, ended), return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if not done.done():
        done.cancel()
        return False
    done.result()
    return True


async def read_ahead(
    service: Service, conversions: ConversionDesk, ending: asyncio.Event, reading: FirstReading
) -> None:
    """Put the open leads on the board, and count what most looks ask for, before anybody asks; the first scores go before.

    From then on what was read is kept from time to time, so that the next start reads only what is new, and memory that nobody
    needs any more is given back.
    """
    with suppress(StoreUnreachable):
        reading.begin(await run_in_threadpool(service.desk.store.last_number))
    try:
        if await comes_within(ending, FIRST_SCORES_SECONDS) or not await _is_read(service, ending):
            return
    finally:
        reading.end()
    await run_in_threadpool(tidy_up)
    books: list[LeadBook | ConversionDesk] = [service.book]
    if service.company.conversions.systems:
        books.append(conversions)
    while not ending.is_set():
        for book in books:
            with suppress(StoreUnreachable):
                await done_before(ending, partial(book.keep, service.desk.now()))
        if not ending.is_set():
            with suppress(StoreUnreachable):  # long the first time; from then on only what changed
                await done_before(ending, partial(conversions.count_all, service.desk.now()))
        await run_in_threadpool(give_back)
        await comes_within(ending, KEPT_EVERY_SECONDS)


async def _is_read(service: Service, ending: asyncio.Event) -> bool:
    """Read what pages show; return False where the service ends meanwhile."""
    pieces: Sequence[Callable[[], object]] = (
        *([] if service.desk.rates.has_learned else [lambda: service.begin_day(service.desk.now())]),
        lambda: service.board.warm(service.desk.now()),
        lambda: service.figures.read_ahead(service.desk.now()),
    )
    with suppress(StoreUnreachable):
        for piece in pieces:
            if not await done_before(ending, piece):
                return False
    return True


async def begin_days(service: Service, ending: asyncio.Event) -> None:
    """Count the day's rates anew after each midnight."""
    while not await comes_within(ending, MIDNIGHT_LOOK_SECONDS):
        if not service.desk.rates.is_of(service.desk.now()):
            with suppress(StoreUnreachable):
                await done_before(ending, lambda: service.begin_day(service.desk.now()))


async def comes_within(ending: asyncio.Event, seconds: float) -> bool:
    """Wait so long at most; return whether the service ends."""
    with suppress(TimeoutError):
        await asyncio.wait_for(ending.wait(), seconds)
    return ending.is_set()
