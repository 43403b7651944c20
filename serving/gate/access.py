"""Who may come in, and what for: the gate before every door.

It finds out who asks (a program by its key, a person by the cookie of a session), looks into the table of ``roles.py``
whether the route is for him, and lets him pass, sends a browser to the sign-in page, or says no. It also turns away what
another site made a browser send, bounds headers and the rate of requests, gives every answer its security headers, and
tells the audit log. All of it costs a scored lead a few microseconds.
"""

from __future__ import annotations

import hmac
import ipaddress
import math
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qs, quote, urlsplit

from fastapi.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.errors import AddressRefused, StoreUnreachable
from serving.gate.api_keys import ApiKeys
from serving.gate.audit import AuditLog, Entry
from serving.gate.headers import headers_of
from serving.gate.people import People
from serving.gate.roles import ROUTE_IN_SCOPE, Route, route_of
from serving.gate.security_headers import added, security_headers
from serving.gate.throttle import TokenBuckets
from serving.gate.visitor import IN_SCOPE, NOBODY, THIS_MACHINE, Visitor

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
COOKIE = "leadloop_session"
NOT_A_KEY = (
    "The key in the X-API-Key header is not known, or it was revoked; `leadloop keys list` shows those there are."
)
LARGEST_HEADERS = 32_768
"""Bytes of a request's headers that are taken; more is answered with 431."""
SESSION_HOLDS_SECONDS = 3.0
"""So long a session is believed without another look into the database: it ends within that time everywhere."""
MOST_SESSIONS_KEPT = 10_000
Found = dict[bytes, bytes]


def require_safe_address(host: str, open_to: str) -> None:
    """Raise ``AddressRefused`` where an open house could be reached from elsewhere.

    >>> require_safe_address("127.0.0.1", "loopback"), require_safe_address("0.0.0.0", "")
    (None, None)
    >>> require_safe_address("0.0.0.0", "loopback")
    Traceback (most recent call last):
    ...
    features.errors.AddressRefused: Listening on 0.0.0.0 lets others into an open house: unset LEADLOOP_OPEN, or use 127.0.0.1.
    """
    if open_to and not is_loopback(host):
        raise AddressRefused(
            f"Listening on {host} lets others into an open house: unset LEADLOOP_OPEN, or use 127.0.0.1."
        )


def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own, that nobody else can reach.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("::1"), is_loopback("127.0.0.1.example")
    (True, True, True, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_same(given: str, wanted: str) -> bool:
    """Return whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode(), wanted.encode())


class Sessions:
    """Who is signed in, remembered for a moment so that not every picture of a page asks the database."""

    def __init__(self, people: People, now: Callable[[], datetime]) -> None:
        self._people, self._now = people, now
        self._kept: dict[str, tuple[float, Visitor | None]] = {}

    async def visitor(self, token: str) -> Visitor | None:
        """Return who signed in with a token; None where the session has ended."""
        looked_at, visitor = self._kept.get(token, (float("-inf"), None))
        if time.monotonic() - looked_at < SESSION_HOLDS_SECONDS:
            return visitor
        visitor = await run_in_threadpool(self._people.visitor, token, self._now())
        if len(self._kept) >= MOST_SESSIONS_KEPT:
            self._kept.clear()
        self._kept[token] = time.monotonic(), visitor
        return visitor

    def forget(self) -> None:
        """Ask the database anew from now on: somebody signed out, or changed his password."""
        self._kept.clear()


class Gate:
    """Lets a request pass to the doors, or answers it.

    ``open_to`` is "" (closed), "loopback" (whoever reaches this machine's own address may do everything) or "demo" (programs
    may, and people choose a role first). ``refused`` makes the page that a person of another role is shown.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: ApiKeys,
        sessions: Sessions,
        audit: AuditLog,
        open_to: str,
        now: Callable[[], datetime],
        refused: Callable[[Scope], Response],
    ) -> None:
        self.app = app
        self._keys, self._sessions, self._audit = keys, sessions, audit
        self._open_to, self._now, self._refused = open_to, now, refused
        self._buckets = TokenBuckets(time.monotonic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] != "http":
            await (self.app(scope, receive, send) if scope["type"] == "lifespan" else _closed(send))
            return
        ours = security_headers(scope["path"], https=scope["scheme"] == "https")
        route, lead_id = route_of(scope["method"], scope["path"])
        scope[ROUTE_IN_SCOPE] = route
        status = 0

        def told(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                message["headers"] = added(message.get("headers", []), ours)
                status = message["status"]
                if route.trail:
                    self._note(scope, route, lead_id, status)
            return send(message)

        found = headers_of(scope)
        answer = self._turned_away(scope, found)
        if answer is None:
            key = _key_of(found)
            visitor = await self._keys.holder_soon(key) if key else None
            answer = self._judged(scope, route, found, visitor) if visitor else await self._other(scope, route, found)
        try:
            await (self.app(scope, receive, told) if answer is None else answer(scope, receive, told))
        except Exception:
            if route.trail and not status:  # what broke on the way may have seen or changed something all the same
                self._note(scope, route, lead_id, 500)
            raise

    def _turned_away(self, scope: Scope, found: Found) -> Response | None:
        """Return the answer to what nobody may send; None for everything else."""
        if sum([len(name) + len(value) for name, value in scope["headers"]]) > LARGEST_HEADERS:
            return _refusal(431, f"The headers of a request may hold {LARGEST_HEADERS:,} bytes.")
        if not self._is_ours(scope["method"], found):
            return _refusal(403, "This request came from another site; open leadloop's own address.")
        return None

    def _judged(self, scope: Scope, route: Route, found: Found, visitor: Visitor) -> Response | None:
        """Return what a visitor is answered with at the gate; None where he may pass. Says in the scope who asks."""
        scope[IN_SCOPE] = visitor
        if visitor.rate:
            wait = self._buckets.wait(visitor.who, visitor.rate)
            if wait:
                after = {"Retry-After": str(math.ceil(wait))}
                return _refusal(429, f"This key may send {visitor.rate:g} requests a second; wait a moment.", after)
        if route.is_for(visitor.rights):
            return None
        if visitor is NOBODY:
            return self._sign_in_first(scope, found)
        if _wants_page(scope, found):
            return self._refused(scope)
        if not route.is_known:
            return _refusal(403, "Nothing is known by this method and address; /openapi.json lists what there is.")
        return _refusal(403, "This is not for this key or role: docs/security.md has the table of who may do what.")

    async def _other(self, scope: Scope, route: Route, found: Found) -> Response | None:
        """Answer who comes without a key that opens: a signed-in person, somebody in an open house, or nobody."""
        token = _session_token(found.get(b"cookie", b""))
        try:
            person = await self._sessions.visitor(token) if token else None
        except StoreUnreachable as error:
            return _refusal(503, str(error), {"Retry-After": "5"})
        if person is not None:
            says_ours = b"origin" in found or found.get(b"sec-fetch-site") in (b"same-origin", b"none")
            if scope["method"] in UNSAFE and not says_ours:
                return _refusal(
                    403, "A form of a signed-in browser says where it comes from; open leadloop's own page."
                )
            return self._judged(scope, route, found, person)
        is_open = self._open_to == "loopback" or (self._open_to == "demo" and not _wants_page(scope, found))
        return self._judged(scope, route, found, THIS_MACHINE if is_open else NOBODY)

    def _sign_in_first(self, scope: Scope, found: Found) -> Response:
        if _wants_page(scope, found):
            query = scope.get("query_string", b"").decode("latin-1")
            back = quote(scope["path"] + (f"?{query}" if query else ""))
            language = parse_qs(query).get("lang", [""])[0]
            kept = f"&lang={quote(language)}" if language else ""
            return RedirectResponse(f"/sign-in?back={back}{kept}", 303)
        why = NOT_A_KEY if _key_of(found) else "Send a key in the X-API-Key header."
        return _refusal(401, why, {"WWW-Authenticate": "ApiKey"})

    def _is_ours(self, method: str, found: Found) -> bool:
        """Return whether a request is meant for this site and comes from it, as far as it says.

        An open house answers to loopback names only, so that a page whose name was pointed at this machine (DNS rebinding)
        reads nothing.
        """
        if self._open_to and not is_loopback(_without_port(found.get(b"host", b"").decode("latin-1"))):
            return False
        if method not in UNSAFE:
            return True
        origin = found.get(b"origin")
        if origin is None:
            return found.get(b"sec-fetch-site", b"none") in (b"same-origin", b"none")
        return origin.split(b"://", 1)[-1] == found.get(b"host", b"")

    def _note(self, scope: Scope, route: Route, lead_id: str | None, status: int) -> None:
        visitor: Visitor = scope.get(IN_SCOPE, NOBODY)
        role = _role_of(visitor.rights)
        self._audit.put(Entry(self._now(), visitor.who, role, scope["method"], route.path, lead_id, status))


@lru_cache(1_000)
def _role_of(rights: frozenset[str]) -> str:
    """Return what opened the door, as the audit log has it."""
    return " ".join(sorted({one.removeprefix("key:") for one in rights}))[:32]


async def _closed(send: Send) -> None:
    """Say no to whatever is not HTTP: there is no such door."""
    await send({"type": "websocket.close", "code": 1008})


def _refusal(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status, headers)


def _key_of(found: Found) -> bytes:
    """Return the key that a request brings; empty where it brings none."""
    return found.get(b"x-api-key") or _bearer(found.get(b"authorization", b""))


def _bearer(authorization: bytes) -> bytes:
    kind, _, key = authorization.partition(b" ")
    return key.strip() if kind.lower() == b"bearer" else b""


def _session_token(cookies: bytes) -> str:
    for one in cookies.split(b";"):
        name, _, value = one.strip().partition(b"=")
        if name == COOKIE.encode():
            return value.decode("latin-1")
    return ""


def _wants_page(scope: Scope, found: Found) -> bool:
    return scope["method"] == "GET" and b"text/html" in found.get(b"accept", b"")


def _without_port(host: str) -> str:
    """Return the name or address in a Host header.

    >>> _without_port("localhost:8000"), _without_port("[::1]:8000"), _without_port("[::1"), _without_port("evil@localhost")
    ('localhost', '::1', '', '')
    """
    if set(host) & set("@/?#\\"):
        return ""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
