"""Why a server did not take what we sent, in a few words that repeat nothing of it."""

from __future__ import annotations

import httpx


def why_not(answer: httpx.Response) -> str:
    """Return the status, and how long the server asks us to wait.

    >>> why_not(httpx.Response(503, headers={"Retry-After": "30"}))
    'HTTP 503, asks to wait 30 s'
    """
    wait = answer.headers.get("Retry-After", "")
    return f"HTTP {answer.status_code}" + (f", asks to wait {wait} s" if wait.isdecimal() else "")
