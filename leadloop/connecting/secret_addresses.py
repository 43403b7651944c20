"""Letters to Bitrix24: their address holds a secret, so it is written into no letter and put in when one is taken to be sent.

A letter goes to the portal that it was put for, or nowhere: the secret of one portal is never shown to another.
"""

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
USUAL_PORTS = {"https": ":443", "http": ":80"}


class SecretAddresses(Outbox):
    """The outbox for whoever sends: what it hands out is complete, what it keeps is not.

    ``hook`` is the address of the incoming webhook, as it is set now.
    """

    def __init__(self, engine: Engine, hook: str | None) -> None:
        super().__init__(engine)
        self._hook = HOOK.match(hook or "")

    def take(self, letter_id: int, moment: datetime) -> KeptLetter | None:
        """Return a letter that is being sent from now on; put off where no secret is set, given up where it is another portal's."""
        kept = super().take(letter_id, moment)
        if kept is None or HOOK_PLACE not in kept.letter.url:
            return kept
        if self._hook is None:
            why = f"Not sent: {HOOK_PLACE} is not set."
            self.put_off(letter_id, moment, until=moment + WITHOUT_HOOK, answer=why)
            return None
        portal, secret = self._hook.groups()
        put_for = kept.letter.url.partition("/rest/")[0]
        if not _is_same_portal(put_for, portal):
            why = f"Not sent: it was put for {put_for}, and {HOOK_PLACE} is now of another portal, {portal}."
            self.given_up(letter_id, moment, why)
            return None
        return replace(kept, letter=replace(kept.letter, url=kept.letter.url.replace(HOOK_PLACE, secret)))


def _is_same_portal(one: str, other: str) -> bool:
    """Return whether two addresses name the same machine and door of it.

    >>> _is_same_portal("https://x.bitrix24.ru", "https://X.bitrix24.ru:443")
    True
    >>> _is_same_portal("https://x.bitrix24.ru", "http://x.bitrix24.ru")
    False
    """
    return _plain(one) == _plain(other)


def _plain(portal: str) -> str:
    said = portal.lower()
    return said.removesuffix(USUAL_PORTS.get(said.partition(":")[0], ""))
