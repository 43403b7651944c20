"""A request that is read ahead of the framework, and given to it as it came where the framework has to answer.

Most requests are plain: a body of JSON that is well written. The doors that stand ahead of the framework read those
themselves and save its work between the body and the model; all that is not plain the framework answers, from the same
messages, so that there is one answer to each request whichever door gave it.
"""

from __future__ import annotations

from collections import deque

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from serving.gate.headers import headers_of

PLAIN = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})


def is_plain(scope: Scope, path: str, *, but: bytes = b"") -> bool:
    """Return whether a request posts plain JSON to a path, without the header ``but``, and names its kind once."""
    if scope["type"] != "http" or scope["path"] != path or scope["method"] != "POST":
        return False
    headers = headers_of(scope)
    if headers.get(b"content-type", b"").lower() not in PLAIN or but in headers:
        return False
    is_each_once = len(headers) == len(scope["headers"])
    return is_each_once or sum(name == b"content-type" for name, _ in scope["headers"]) == 1


class KeptRequest:
    """What came of a request, to be received once more by who stands behind."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: deque[Message] = deque()
        self._refused: HTTPException | None = None

    async def body(self) -> bytes | None:
        """Return the body; None where more came than may be read, or it does not come."""
        more = True
        while more:
            try:
                message = await self._receive()
            except HTTPException as error:
                self._refused = error
                return None
            self._messages.append(message)
            more = message.get("more_body", False)
        if len(self._messages) == 1:
            whole: bytes = message.get("body", b"")
            return whole
        return b"".join([one.get("body", b"") for one in self._messages])

    async def receive(self) -> Message:
        """Return the next of what came, refuse as it was refused, then return what comes."""
        if self._messages:
            return self._messages.popleft()
        if self._refused:
            raise self._refused
        return await self._receive()
