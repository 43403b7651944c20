"""Why a server did not take what we sent, in a few words that repeat nothing of it."""

from __future__ import annotations

from collections.abc import Mapping


def why_not(status: int, headers: Mapping[str, str]) -> str:
    """Return the status, and how long the server asks us to wait.

    >>> why_not(503, {"Retry-After": "30"})
    'HTTP 503, asks to wait 30 s'
    """
    wait = headers.get("Retry-After", "")
    return f"HTTP {status}" + (f", asks to wait {wait} s" if wait.isdecimal() else "")
