"""Whom to call next: promised call-backs that are due, then the leads worth most per call.

A lead's worth is its expected value (purchase probability x expected amount); where no amount is known for anybody,
the probability alone. Of equals the freshest goes first, as interest cools (Oldroyd, McElheran & Elkington 2011, "The
short life of online sales leads", Harvard Business Review 89(3)): until a model serves, most leads are equals. The
place that first-come would have given stands beside, so that people see what changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from models.hand_out_log import Arm
from serving.open_leads.waiting import Waits

Lead = TypeVar("Lead")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Lead]):
    """A lead that waits, with what the order needs of it."""

    lead: Lead
    waits: Waits
    created_at: datetime
    probability: float
    expected_amount: float | None

    @property
    def expected_value(self) -> float | None:
        """Return probability x expected amount, or None where no amount is known."""
        return None if self.expected_amount is None else self.probability * self.expected_amount


@dataclass(frozen=True, slots=True)
class Place(Generic[Lead]):
    """A lead's place in the queue, from 1, and the place that first-come would have given.

    Why it stands there (``arm``), how likely that was over the day's draw, and how many leads took part in that draw:
    ``exploration.py``. In plain order nothing was drawn.
    """

    rank: int
    first_come_rank: int
    candidate: Candidate[Lead]
    arm: Arm = "by_worth"
    propensity: float = 1.0
    drawn_from: int = 0


def worth_of(candidate: Candidate[Lead], amounts_known: bool) -> tuple[bool, float, float]:
    """Return by what the queue is put in order, the greatest first; by amounts where anybody's is known."""
    worth = (candidate.expected_value or 0.0) if amounts_known else candidate.probability
    return candidate.waits.kind == "call_back", worth, candidate.created_at.timestamp()
