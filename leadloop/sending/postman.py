"""Takes the letters to where they go, and notes what was answered: delivered, later again, or a person has to look.

Several destinations are gone to side by side, each in order, so that one that answers slowly holds up no other; one that costs a
round more than a few seconds in vain is left for the next.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Protocol

import httpx

from features.counted_words import counted
from features.errors import DeliveryFailed, DestinationRefused
from features.facts.contact_signs import HAS_CONTACT, HIDDEN
from features.outbox.letter import KeptLetter, Letter
from features.outbox.outbox import IN_DOUBT, Outbox
from features.outbox.safe_address import Resolver, resolved
from leadloop.sending.back_off import asked_wait
from leadloop.sending.bounded import Answer, BoundedClient
from leadloop.sending.breaker import Breaker
from leadloop.sending.judged_request import judged_request
from leadloop.sending.manners import BY_WEBHOOK, TO_AN_API, Manner
from leadloop.sending.standard_webhooks import signed_headers

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LONGEST_ANSWER_BYTES = 16_384
IN_DOUBT_ANSWERS = frozenset({502, 504})
"""A gateway lost the answer; behind it the letter may have been taken."""
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
WITHOUT_TOKEN = timedelta(minutes=15)
LONGEST_WAIT = 5.0
"""Seconds of one round that a destination's pace may cost; what is left goes with the next, so that the round comes to an end."""
MOST_LOST = 10.0
"""So many seconds of one round a destination may cost by tries that fail; then its letters wait for the next."""
AT_ONCE = 4
"""So many destinations are gone to side by side."""
SignIns = Mapping[str, str | None]
"""Name of a sign-in -> the Authorization header; None where its token is not set."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a webhook goes as company.yaml has it now, and the secrets it is signed with, the newest first."""

    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


BY_HOOK = "webhook:"
"""How the sign-in of a letter begins that is signed and not shown a token: the receiver's name follows."""


class Paced(Protocol):
    """How fast a destination may be written to."""

    def needed(self) -> float:
        """Return for how many seconds the next letter would have to wait."""

    def wait(self) -> None:
        """Return when the next letter may be sent."""


Receivers = Callable[[], Mapping[str, Receiver]]
"""Sign-in of a signed letter -> its receiver; asked anew each round, so that a mended address holds for what waits."""


@dataclass(slots=True)
class Round:
    """What one round came to.

    ``left_for_pace`` are those that go with the next, as their system takes no more at once; ``left_alone`` those of destinations
    that fail or are slow to.
    """

    delivered: int = 0
    put_off: int = 0
    given_up: int = 0
    left_alone: int = 0
    left_for_pace: int = 0

    def add(self, other: Round) -> None:
        """Add what another part of the round came to."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


class Postman:
    """Goes his rounds; remembers between them which destinations fail.

    Parameters
    ----------
    sign_ins
        The Authorization header by the name under which letters ask for it; tokens stand in no letter.
    receivers
        Who takes webhooks.
    loopback
        Also deliver to this very machine, under http: for tests against servers that run beside them.
    seconds
        So long a try may take as a whole; default: what its manner says.
    paces
        How fast a destination may be written to, by its name; others as fast as they answer.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        sign_ins: SignIns,
        receivers: Receivers = dict,
        clock: Callable[[], datetime],
        draw: random.Random,
        loopback: bool = False,
        resolve: Resolver = resolved,
        timeout: httpx.Timeout = TIMEOUT,
        seconds: float | None = None,
        paces: Mapping[str, Paced] | None = None,
    ) -> None:
        self._seconds, self._paces = seconds, dict(paces or {})
        self._outbox, self._sign_ins, self._clock, self._draw = outbox, sign_ins, clock, draw
        self._loopback, self._resolve, self._timeout = loopback, resolve, timeout
        self._ask_receivers, self._receivers = receivers, dict[str, Receiver]()
        self._breakers: defaultdict[str, Breaker] = defaultdict(Breaker)

    def go_round(self) -> Round:
        """Try every letter that is due, once; a destination that fails too often is left alone for the rest of the round."""
        done, letters = Round(), defaultdict[str, list[int]](list)
        self._receivers = dict(self._ask_receivers())
        self._outbox.found_in_hand(self._clock())
        for letter_id, destination in self._outbox.due(self._clock()):
            letters[destination].append(letter_id)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="postman") as side_by_side:
            breakers = [self._breakers[destination] for destination in letters]
            for part in side_by_side.map(self._go_to, letters, letters.values(), breakers):
                done.add(part)
        return done

    def _go_to(self, destination: str, letters: Sequence[int], breaker: Breaker) -> Round:
        """Try the letters to one destination, in order."""
        done, pace, waited, lost = Round(), self._paces.get(destination), 0.0, 0.0
        with BoundedClient(self._timeout) as client:
            for letter_id in letters:
                if lost > MOST_LOST or not breaker.lets_through(self._clock()):
                    done.left_alone += 1
                    continue
                if pace is not None:
                    waited += pace.needed()
                    if waited > LONGEST_WAIT:
                        done.left_for_pace += 1
                        continue
                    pace.wait()
                kept = self._outbox.take(letter_id, self._clock())
                if kept is not None:
                    began, delivered = time.monotonic(), done.delivered
                    self._deliver(kept, client, done)
                    lost += time.monotonic() - began if done.delivered == delivered else 0.0
        return done

    def _deliver(self, kept: KeptLetter, client: BoundedClient, done: Round) -> None:
        letter, now = kept.letter, self._clock()
        if letter.good_until is not None and now > letter.good_until:
            self._give_up(kept, "Too late: the system takes nothing that old.", done)
        elif is_signed(letter):
            self._deliver_signed(kept, client, done)
        elif letter.sign_in is not None and not self._sign_ins.get(letter.sign_in):
            self._put_off(kept, WITHOUT_TOKEN, f"Not sent: the token of {letter.sign_in} is not set.", done)
        else:
            self._ask(kept, letter.url, self._own_headers(letter), client, done)

    def _deliver_signed(self, kept: KeptLetter, client: BoundedClient, done: Round) -> None:
        """Send a webhook to where its receiver is now, signed at the moment of the try."""
        letter, receiver = kept.letter, self._receivers.get(kept.letter.sign_in or "")
        if receiver is None:
            self._give_up(kept, "Not sent: company.yaml does not name this destination any more.", done)
            return
        if not receiver.secrets:
            self._put_off(kept, WITHOUT_TOKEN, f"Not sent: the secret of {letter.sign_in} is not set.", done)
            return
        try:
            signed = signed_headers(receiver.secrets, letter.once_key, self._clock(), letter.body)
        except DeliveryFailed as error:
            self._put_off(kept, WITHOUT_TOKEN, f"Not sent: {error}", done)
            return
        headers = {"Content-Type": letter.content_type, "User-Agent": "leadloop", **signed}
        self._ask(kept, receiver.url, headers, client, done)

    def _ask(self, kept: KeptLetter, url: str, headers: Mapping[str, str], client: BoundedClient, done: Round) -> None:
        letter = kept.letter
        try:
            request = judged_request(
                client,
                url,
                method=letter.method,
                body=letter.body,
                headers={**letter.headers, **headers},
                loopback=self._loopback,
                resolve=self._resolve,
            )
        except DestinationRefused as error:
            self._give_up(kept, str(error), done)
            return
        self._send(kept, request, client, done)

    def _send(self, kept: KeptLetter, request: httpx.Request, client: BoundedClient, done: Round) -> None:
        try:
            response = client.send(
                request, seconds=self._seconds or _manner(kept.letter).seconds, most_bytes=LONGEST_ANSWER_BYTES
            )
        except NEVER_SENT as error:
            self._failed(kept, f"Not reached ({type(error).__name__}).", done)
            return
        except httpx.TransportError as error:
            self._lost(kept, f"{type(error).__name__}.", done)
            return
        answer = f"{response.status} {_told(response)}".strip()
        if response.is_success:
            self._breakers[kept.letter.destination].answered()
            self._outbox.delivered(kept.id, self._clock(), answer)
            done.delivered += 1
        elif response.status in IN_DOUBT_ANSWERS:
            self._lost(kept, answer, done)
        elif _manner(kept.letter).is_final(response.status):
            self._breakers[kept.letter.destination].answered()
            self._give_up(kept, answer, done)
        else:
            self._failed(kept, answer, done, asked_wait(response.headers.get("Retry-After"), self._clock()))

    def _own_headers(self, letter: Letter) -> dict[str, str]:
        token = self._sign_ins.get(letter.sign_in) if letter.sign_in else None
        known_again = {"Content-Type": letter.content_type, "Idempotency-Key": letter.once_key}
        return known_again | ({"Authorization": token} if token else {})

    def _lost(self, kept: KeptLetter, answer: str, done: Round) -> None:
        """Note that nobody knows whether a letter arrived."""
        if kept.letter.repeatable:
            self._failed(kept, f"The answer was lost: {answer}", done)
        else:
            self._breakers[kept.letter.destination].failed(self._clock())
            self._give_up(kept, f"{IN_DOUBT} ({answer})", done)

    def _failed(self, kept: KeptLetter, answer: str, done: Round, asked: timedelta | None = None) -> None:
        self._breakers[kept.letter.destination].failed(self._clock(), asked)
        manner = _manner(kept.letter)
        if kept.tries >= manner.most_tries:
            self._give_up(kept, f"Tried {counted(kept.tries, 'time')}. {answer}", done)
        else:
            self._put_off(kept, max(manner.wait(kept.tries + 1, self._draw), asked or timedelta(0)), answer, done)

    def _put_off(self, kept: KeptLetter, wait: timedelta, answer: str, done: Round) -> None:
        now = self._clock()
        self._outbox.put_off(kept.id, now, until=now + wait, answer=answer)
        done.put_off += 1

    def _give_up(self, kept: KeptLetter, answer: str, done: Round) -> None:
        self._outbox.given_up(kept.id, self._clock(), answer)
        done.given_up += 1


def is_signed(letter: Letter) -> bool:
    """Return whether a letter is a webhook."""
    return letter.sign_in is not None and letter.sign_in.startswith(BY_HOOK)


def _manner(letter: Letter) -> Manner:
    return BY_WEBHOOK if is_signed(letter) else TO_AN_API


def _told(answer: Answer) -> str:
    """Return the beginning of what was answered, without anything that looks like a contact."""
    text = " ".join(answer.body.decode("utf-8", "replace").split())
    return HAS_CONTACT.sub(HIDDEN, text)
