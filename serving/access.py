"""Who may come in: whoever knows the one shared key, by header for programs and by sign-in for browsers.

Without a key the service listens on loopback only (``AddressRefused`` otherwise) and asks nobody for anything.
A browser's sign-in is a cookie that holds a keyed hash, never the key.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from urllib.parse import quote, urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from features.errors import AddressRefused

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEY_HEADER = "x-api-key"
COOKIE = "leadloop_session"
OPEN_PATHS = ("/healthz", "/readyz", "/sign-in", "/static/")
SIGNED_PATH = re.compile(r"/conversions/[a-z_]+\.csv")
"""What an ad system fetches by an address that carries its own signature, which its door looks at."""


def require_safe_address(host: str, api_key: str | None) -> None:
    """Raise ``AddressRefused`` where ``host`` can be reached from elsewhere and no key protects it.

    >>> require_safe_address("127.0.0.1", None)
    >>> require_safe_address("0.0.0.0", None)
    Traceback (most recent call last):
    ...
    features.errors.AddressRefused: Listening on 0.0.0.0 lets others in: set LEADLOOP_API_KEY first, or use 127.0.0.1.
    """
    if not api_key and not is_loopback(host):
        raise AddressRefused(f"Listening on {host} lets others in: set LEADLOOP_API_KEY first, or use 127.0.0.1.")


def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own, that nobody else can reach.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("::1"), is_loopback("127.0.0.1.example")
    (True, True, True, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def session_token(api_key: str) -> str:
    """Return what the cookie of a signed-in browser holds."""
    return hmac.new(api_key.encode(), b"leadloop browser session", hashlib.sha256).hexdigest()


def is_same(given: str, wanted: str) -> bool:
    """Return whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode(), wanted.encode())


class SharedKey:
    """Lets a request through that shows the key, or a browser that signed in with it."""

    def __init__(self, app: ASGIApp, api_key: str | None) -> None:
        self.app = app
        self._key = api_key
        self._token = session_token(api_key) if api_key else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or send a browser to the sign-in page and a program away with 401."""
        if scope["type"] != "http" or self._key is None or self._may_pass(scope):
            await self.app(scope, receive, send)
            return
        if scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", ""):
            back = quote(scope["path"])
            await RedirectResponse(f"/sign-in?back={back}", 303)(scope, receive, send)
            return
        detail = "Send the shared key in the X-API-Key header."
        await JSONResponse({"detail": detail}, 401, {"WWW-Authenticate": "ApiKey"})(scope, receive, send)

    def _may_pass(self, scope: Scope) -> bool:
        path = scope["path"]
        if any(path == one or (one.endswith("/") and path.startswith(one)) for one in OPEN_PATHS):
            return True
        request = Request(scope)
        if SIGNED_PATH.fullmatch(path) and scope["method"] == "GET" and request.query_params.get("key"):
            return True
        given = request.headers.get(KEY_HEADER, "")
        return bool(given and is_same(given, self._key or "")) or is_same(request.cookies.get(COOKIE, ""), self._token)


class SameOrigin:
    """Turns away what another site made a browser send: forms from elsewhere, and other names for this address.

    Without a key only loopback names are answered, so that a page whose name was pointed at this machine
    (DNS rebinding) reads nothing.
    """

    def __init__(self, app: ASGIApp, api_key: str | None) -> None:
        self.app, self._api_key = app, api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "http" and not self._is_ours(scope["method"], Headers(scope=scope)):
            detail = "This request came from another site; open leadloop's own address."
            await JSONResponse({"detail": detail}, 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_ours(self, method: str, headers: Headers) -> bool:
        host = headers.get("host", "")
        if self._api_key is None and not is_loopback(_without_port(host)):
            return False
        origin = headers.get("origin")
        return method not in UNSAFE or origin is None or origin.split("://", 1)[-1] == host


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
