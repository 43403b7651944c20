"""What some leads add up to: how many came, how far they got, what they bought, and what is still expected of them.

Money and chances are whole numbers inside (ten-thousandths and milliardths), so that sums are the same in whatever order
leads were added and taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from features.facts.company import Company
from monitoring.lead_summary import STEP_KINDS, LeadSummary

MONEY, CHANCE = 10_000, 1_000_000_000
COUNTS = (
    "leads", "processed", "spoken", "qualified", "bad_spoken", "bad_unspoken", "bought", "did_not_buy", "open",
    "never_called", "sales", "sales_without_amount", "with_meeting", "with_invoice", "with_contract", "reached_or_later",
    "qualified_or_later", "meeting_or_later", "invoice_or_later", "contract_or_later",
)  # fmt: skip
PLACE = {name: place for place, name in enumerate(COUNTS)}
AMOUNT, EXPECTED, WORTH = (len(COUNTS) + n for n in range(3))
SIZE = len(COUNTS) + 3
OUTCOME_PLACES = {kind: PLACE[kind] for kind in ("bought", "did_not_buy", "open", "never_called")}
OWN_PLACES = tuple(PLACE[name] for name in ("spoken", "qualified", "with_meeting", "with_invoice", "with_contract"))
LATER_PLACES = tuple(
    PLACE[f"{name}_or_later"] for name in ("reached", "qualified", "meeting", "invoice", "contract")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one lead adds: one to each of ``places``, and its money and chances as whole numbers."""

    places: tuple[int, ...]
    amount: int = 0
    expected: int = 0
    worth: int = 0

    def add_to(self, sums: list[int], sign: int = 1) -> None:
        """Add (or with ``sign`` -1 take away) what the lead adds."""
        for place in self.places:
            sums[place] += sign
        sums[AMOUNT] += sign * self.amount
        sums[EXPECTED] += sign * self.expected
        sums[WORTH] += sign * self.worth


@dataclass(frozen=True, slots=True)
class Tally:
    """The sums over some leads, each under the name of what it counts (``COUNTS``).

    ``spoken`` to, ``qualified`` (graded A or B after a talk), ``with_meeting``... are what was recorded of the step itself;
    ``..._or_later`` counts who reached the step or any later one. ``bought`` and ``did_not_buy`` are settled leads; who bought
    while the window is still open is decided: one of ``sales``, and neither ``open`` nor yet ``bought``.
    """

    sums: tuple[int, ...]

    def __getitem__(self, name: str) -> int:
        return self.sums[PLACE[name]]

    @property
    def revenue(self) -> float | None:
        """Return what was sold, in the company's currency; None where a sale's amount is unknown."""
        return None if self["sales_without_amount"] else self.sums[AMOUNT] / MONEY

    @property
    def expected_sales(self) -> float:
        """Return the sum of the open leads' chances."""
        return self.sums[EXPECTED] / CHANCE

    @property
    def expected_revenue(self) -> float:
        """Return the sum of the open leads' chances times what each would buy for; 0 for leads whose amount nobody knows."""
        return self.sums[WORTH] / MONEY

    def __add__(self, other: Tally) -> Tally:
        return Tally(tuple([mine + its for mine, its in zip(self.sums, other.sums, strict=True)]))


NOTHING = Tally((0,) * SIZE)


def contribution(
    one: LeadSummary, chance: tuple[float, float | None] | None, company: Company, moment: datetime
) -> Contribution:
    """Return what a lead adds as of ``moment``.

    Parameters
    ----------
    chance
        How likely it still buys, and for how much; an open lead without one adds nothing to what is expected.
    """
    kind = one.outcome(moment, company)
    won = one.won_at is not None
    own = (one.spoken, one.is_qualified, *(kind_of_step in one.steps for kind_of_step in STEP_KINDS))
    places = [PLACE["leads"]]
    if kind in OUTCOME_PLACES and not (won and kind == "open"):
        places.append(OUTCOME_PLACES[kind])
    if one.calls:
        places.append(PLACE["processed"])
    if one.is_non_target:
        places.append(PLACE["bad_spoken" if one.spoken else "bad_unspoken"])
    if won:
        places += [PLACE["sales"], PLACE["sales_without_amount"]] if one.amount is None else [PLACE["sales"]]
    furthest = len(own) if won else max((n for n, is_so in enumerate(own, start=1) if is_so), default=0)
    places += [place for place, is_so in zip(OWN_PLACES, own, strict=True) if is_so]
    places += LATER_PLACES[:furthest]
    amount = round(one.amount * MONEY) if won and one.amount is not None else 0
    if chance is None or won or kind not in ("open", "never_called"):
        return Contribution(tuple(places), amount)
    probability, price = chance
    worth = 0 if price is None else round(probability * price * MONEY)
    return Contribution(tuple(places), amount, round(probability * CHANCE), worth)


def tally_of(contributions: Iterable[Contribution]) -> Tally:
    """Return the sums of some leads."""
    sums = [0] * SIZE
    for one in contributions:
        one.add_to(sums)
    return Tally(tuple(sums))


def summed(tallies: Sequence[Tally]) -> Tally:
    """Return the sums of several groups of leads."""
    return Tally(tuple(map(sum, zip(*(one.sums for one in tallies), strict=True)))) if tallies else NOTHING
