"""A letter to another system: what is sent where, how it is known again, and whether it may arrive twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

LetterState = Literal["waiting", "sending", "delivered", "dead", "superseded"]
"""Dead is what needs a person; superseded what was dead until a newer letter about the same was put."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One request to another system, as it is to be sent.

    Attributes
    ----------
    destination
        Whom it goes to; one that does not answer is left alone for a while, whatever else waits for it.
    kind
        What it is, for people.
    once_key
        A destination is put one letter of a key, however often that is asked for.
    body
        The request's bytes; they may hold what is made from contacts, so its repr shows nothing of it, and once the letter was
        delivered only its hash is kept.
    sign_in
        Names the token by which the sender signs in; the token itself is never stored.
    repeatable
        Whether it may be sent again where nobody knows if it arrived: the answer was lost, or the sender was killed.
    good_until
        After this moment it is of no use there, and is not sent.
    """

    destination: str
    kind: str
    once_key: str
    url: str
    body: bytes = field(repr=False)
    content_type: str
    sign_in: str | None = None
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    good_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter in the outbox: its number, its state, how often it was tried, when it is due, and what was answered last.

    ``letter.body`` is empty once it was delivered or superseded.
    """

    id: int
    letter: Letter
    state: LetterState
    put_at: datetime
    due_at: datetime
    tries: int
    changed_at: datetime
    answer: str | None
