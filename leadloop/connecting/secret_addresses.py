"""Letters to Bitrix24: their address holds a secret, so it is written into no letter and put in when one is taken to be sent."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from features.outbox.letter import KeptLetter
from features.outbox.outbox import Outbox

HOOK_PLACE = "LEADLOOP_BITRIX24_HOOK"
HOOK = re.compile(r"(https?://[^/\s?#@]+)/rest/(\d+/[A-Za-z0-9]+)/?\Z")
WITHOUT_HOOK = timedelta(minutes=15)


def secret_of(hook: str | None) -> str | None:
    """Return the secret part of an incoming webhook's address; None where there is none.

    >>> secret_of("https://x.bitrix24.ru/rest/1/abc123/")
    '1/abc123'
    """
    found = HOOK.match(hook or "")
    return found[2] if found else None


class SecretAddresses(Outbox):
    """The outbox for whoever sends: what it hands out is complete, what it keeps is not."""

    def __init__(self, engine: Engine, hook_secret: str | None) -> None:
        super().__init__(engine)
        self._secret = hook_secret

    def take(self, letter_id: int, moment: datetime) -> KeptLetter | None:
        """Return a letter that is being sent from now on; one whose secret is not set is put off."""
        kept = super().take(letter_id, moment)
        if kept is None or HOOK_PLACE not in kept.letter.url:
            return kept
        if not self._secret:
            why = f"Not sent: {HOOK_PLACE} is not set."
            self.put_off(letter_id, moment, until=moment + WITHOUT_HOOK, answer=why)
            return None
        return replace(kept, letter=replace(kept.letter, url=kept.letter.url.replace(HOOK_PLACE, self._secret)))
