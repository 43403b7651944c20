"""Asks a CRM's HTTP interface: at its pace, again where it says later, and with one clear sentence where it says no.

Our own few lines over httpx. The vendors' client libraries were tried against the stand-ins and turned down: why stands in
``docs/decisions/0018-our-own-lines-to-crms.md``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from features.errors import CrmAway, CrmRefused
from leadloop.connecting.pace import Pace
from leadloop.sending.back_off import asked_wait
from leadloop.sending.bounded import Answer, BoundedClient

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LONGEST = 60.0
"""So many seconds the CRM may take over one question, all tries together, however little of an answer comes at a time."""
MOST_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
LARGEST_ANSWER = 32_000_000
NOT_NOW = frozenset({408, 425, 429, 500, 502, 503, 504})
Params = Mapping[str, str] | list[tuple[str, str]]


class Asker:
    """Asks one CRM; its address and its sign-in stand in no error and no log.

    Parameters
    ----------
    remedy
        What to do where the CRM does not let us in.
    """

    def __init__(
        self,
        crm: str,
        base: str,
        *,
        pace: Pace,
        remedy: str,
        headers: Mapping[str, str] | None = None,
        draw: random.Random | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        loopback: bool = False,
        longest: float = LONGEST,
    ) -> None:
        self._longest = longest
        self._crm, self._base, self._pace, self._remedy = crm, base.rstrip("/"), pace, remedy
        self._draw = draw or random.Random()
        parts = httpx.URL(self._base)
        if parts.scheme != "https" and not (loopback and parts.host in ("127.0.0.1", "localhost", "::1")):
            raise CrmRefused(f"{crm} is asked by https only, as a token goes with it; write https:// in its address.")
        self._client = BoundedClient(timeout, headers=headers)

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def ask(self, method: str, path: str, *, params: Params | None = None, body: Any = None) -> Any:
        """Return what the CRM answers, read from JSON; None where it says in its own words that there is nothing of that name.

        Raises
        ------
        CrmAway
            Where it does not answer, or asks to come later again and again.
        CrmRefused
            Where it says no.
        """
        why, left = "", self._longest
        for number in range(1, MOST_TRIES + 1):
            self._pace.wait()
            began = time.monotonic()
            response, why = self._tried(method, path, params, body, left)
            left -= time.monotonic() - began
            if response is not None and response.status not in NOT_NOW:
                return self._read(response, path)
            if left <= 0:
                break
            if number < MOST_TRIES:
                self._pace.sleep(self._wait(response, number))
        raise CrmAway(self._crm, why)

    def _tried(
        self, method: str, path: str, params: Params | None, body: Any, seconds: float
    ) -> tuple[Answer | None, str]:
        try:
            url = f"{self._base}/{path.lstrip('/')}"
            request = self._client.request(method, url, params=params, json=body)
            answer = self._client.send(request, seconds=seconds, most_bytes=LARGEST_ANSWER, needs_body=True)
        except (httpx.TransportError, httpx.DecodingError) as error:
            return None, type(error).__name__
        if not answer.is_whole:
            return None, "its answer is too large"
        return answer, f"status {answer.status}"

    def _wait(self, response: Answer | None, number: int) -> float:
        asked = None if response is None else asked_wait(response.headers.get("Retry-After"), datetime.now(UTC))
        doubled: float = FIRST_WAIT * 2 ** (number - 1)
        wait = min(doubled, LONGEST_WAIT) * self._draw.uniform(0.5, 1.0)
        return min(max(wait, (asked or timedelta(0)).total_seconds()), LONGEST_WAIT)

    def _read(self, response: Answer, path: str) -> Any:
        status = response.status
        if status == 204 or (status == 404 and _says_gone(response)):
            return None
        if status in (401, 403):
            raise CrmRefused(f"{self._crm} lets us not in (status {status}): {self._remedy}")
        code = "" if response.is_success else _code(response)
        if status == 404 and not code:
            raise CrmRefused(
                f"{self._crm} does not answer at {_plain(path)} (status 404); look how its address is written."
            )
        if not response.is_success:
            if code.upper() in ("NOT_FOUND", "ERROR_NOT_FOUND") or (status == 400 and code.casefold() == "not found"):
                return None
            raise CrmRefused(
                f"{self._crm} does not take the request {_plain(path)} (status {status}{', ' + code if code else ''})."
            )
        try:
            return orjson.loads(response.body)
        except orjson.JSONDecodeError:
            raise CrmAway(self._crm, "its answer is no JSON") from None


def _says_gone(response: Answer) -> bool:
    """Return whether it is the CRM that says so, and of a record: a page of whatever stands between deletes nothing."""
    code = _code(response).upper()
    return bool(code) and "METHOD" not in code


def _code(response: Answer) -> str:
    """Return the short name that a CRM gives to an error; nothing that it says at length, as that may repeat what it was sent."""
    try:
        said = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return ""
    told = said if isinstance(said, Mapping) else {}
    found = told.get("error_description") if told.get("error_description") == "Not found" else None
    found = found or told.get("error") or told.get("category") or told.get("title")
    return found[:60] if isinstance(found, str) else ""


def _plain(path: str) -> str:
    return path.split("?")[0][:80]
