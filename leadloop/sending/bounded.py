"""Asks another system within one deadline for all of it, so that nobody holds us up by answering a byte at a time.

httpx counts its timeouts anew at each read. Here everything (to connect, to send, to get the answer) has to be over when the
deadline is: asyncio breaks it off, in the midst of whatever it is. To whoever calls it is a plain call that waits.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Any, Self

import httpx

SECONDS_FOR_WORDS = 5.0
"""So long what a status is accompanied by may take; the status counts without it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; ``is_whole`` says whether ``body`` is all of it, ``seconds`` how long it took up to its head."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    is_whole: bool
    seconds: float

    @property
    def is_success(self) -> bool:
        """Return whether it was taken."""
        return 200 <= self.status < 300

    @property
    def is_redirect(self) -> bool:
        """Return whether it points elsewhere."""
        return 300 <= self.status < 400


@cache
def _trusted() -> ssl.SSLContext:
    """Return whose certificates are believed: read once a process, as reading them takes longer than many an answer."""
    return httpx.create_ssl_context(trust_env=False)


class BoundedClient:
    """Follows no redirection and hears of no proxy: either would send it elsewhere than was judged.

    Parameters
    ----------
    timeout
        For a single step of it, as httpx counts: to connect, to read something.
    by_proxy
        Go by the proxy that the environment names, where the address is the company's own choice and nobody judges it.
    """

    def __init__(
        self, timeout: httpx.Timeout | float, *, headers: Mapping[str, str] | None = None, by_proxy: bool = False
    ) -> None:
        self._runner = asyncio.Runner()
        self._has_run = False
        self._client = httpx.AsyncClient(
            timeout=timeout, follow_redirects=False, trust_env=by_proxy, headers=dict(headers or {}), verify=_trusted()
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, places: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connections."""
        if self._has_run:
            self._runner.run(self._client.aclose())
        self._runner.close()

    def request(self, method: str, url: str, **said: Any) -> httpx.Request:
        """Return a request, as ``httpx.Client.build_request`` makes it."""
        return self._client.build_request(method, url, **said)

    def send(self, request: httpx.Request, *, seconds: float, most_bytes: int, needs_body: bool = False) -> Answer:
        """Return what is answered.

        Parameters
        ----------
        seconds
            So long everything may take up to the answer's head; with ``needs_body`` up to its end.
        needs_body
            Whether the body has to be there in that time. Where it need not, it is read for a few seconds more, and whatever came
            of it is handed back.

        Raises
        ------
        httpx.TransportError
            Where nobody was reached or the connection broke; ``ReadTimeout`` where the deadline was over.
        """
        self._has_run = True
        return self._runner.run(self._answer(request, seconds, most_bytes, needs_body))

    async def _answer(self, request: httpx.Request, seconds: float, most: int, needs_body: bool) -> Answer:
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                response = await self._client.send(request, stream=True)
                took = time.monotonic() - began
                if needs_body:
                    body, is_whole = await _read(response, most)
        except TimeoutError:
            raise httpx.ReadTimeout(f"no whole answer within {seconds:.0f} s", request=request) from None
        if not needs_body:
            body, is_whole = await _read_some(response, most)
        return Answer(response.status_code, response.headers, body, is_whole, took)


async def _read(response: httpx.Response, most: int) -> tuple[bytes, bool]:
    read = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            read += chunk
            if len(read) > most:
                return bytes(read[:most]), False
    finally:
        await response.aclose()
    return bytes(read), True


async def _read_some(response: httpx.Response, most: int) -> tuple[bytes, bool]:
    """Return what came of a body in a few seconds, of as many bytes as are wanted."""
    read = bytearray()
    try:
        async with asyncio.timeout(SECONDS_FOR_WORDS):
            async for chunk in response.aiter_bytes():
                read += chunk
                if len(read) > most:
                    break
            else:
                return bytes(read), True
    except (TimeoutError, httpx.TransportError, httpx.DecodingError):
        pass  # the status alone was answered, and it counts
    finally:
        await response.aclose()
    return bytes(read[:most]), False
