"""What some leads add up to: how many came, how far they got, what they bought, and what is still expected of them.

Money and chances are whole numbers inside (ten-thousandths and milliardths), so that sums are the same in whatever order
leads were added and taken away.

What is expected of a lead that nobody has worked is its chance if it is worked, times the share of such leads that still are
(``still_worked.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from features.facts.company import Company
from features.outcome_window import UNTOLD, Closings, UntoldLeads, window_end
from monitoring.lead_summary import STEP_KINDS, LeadSummary
from monitoring.romi import Sold

MONEY, CHANCE = 10_000, 1_000_000_000
COUNTS = (
    "leads", "processed", "spoken", "qualified", "bad_spoken", "bad_unspoken", "bought", "did_not_buy", "open",
    "never_called", "unworked", "sales", "sales_without_amount", "late_sales", "late_without_amount",
    "with_meeting", "with_invoice", "with_contract", "reached_or_later",
    "qualified_or_later", "meeting_or_later", "invoice_or_later", "contract_or_later",
    *(f"{sort}_{kind}" for sort in UNTOLD for kind in ("bought", "did_not_buy", "never_called")),
)  # fmt: skip
PLACE = {name: place for place, name in enumerate(COUNTS)}
AMOUNT, SQUARES, LATE, EXPECTED, WORTH, UNWORKED, IF_WORKED = (len(COUNTS) + n for n in range(7))
SIZE = len(COUNTS) + 7
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
    late: int = 0

    def add_to(self, sums: list[int], sign: int = 1) -> None:
        """Add (or with ``sign`` -1 take away) what the lead adds."""
        for place in self.places:
            sums[place] += sign
        sums[AMOUNT] += sign * self.amount
        sums[SQUARES] += sign * self.amount**2
        sums[LATE] += sign * self.late
        sums[EXPECTED] += sign * self.expected
        sums[WORTH] += sign * self.worth


@dataclass(frozen=True, slots=True)
class LateSales:
    """Sales that came after their window: how many, and for how much; None where an amount is unknown."""

    count: int
    amount: float | None


@dataclass(frozen=True, slots=True)
class Tally:
    """The sums over some leads, each under the name of what it counts (``COUNTS``).

    ``spoken`` to, ``qualified`` (graded A or B after a talk), ``with_meeting``... are what was recorded of the step itself;
    ``..._or_later`` counts who reached the step or any later one. ``bought`` and ``did_not_buy`` are settled leads; who bought
    while the window is still open is decided: one of ``sales``, and neither ``open`` nor yet ``bought``. Of ``never_called``
    those whose window is open are ``unworked``: they may still be worked. ``late_sales`` came after it. ``uncalled_...`` and
    ``unreached_...`` are those older than the window of which only a closing could tell.
    """

    sums: tuple[int, ...]

    def __getitem__(self, name: str) -> int:
        return self.sums[PLACE[name]]

    @property
    def untold(self) -> UntoldLeads:
        """Return what became of the old leads of which only a closing tells."""
        kinds = ("bought", "did_not_buy", "never_called")
        counts = {sort: [self[f"{sort}_{kind}"] for kind in kinds] for sort in UNTOLD}
        return UntoldLeads(**{sort: Closings(won + lost, won, left) for sort, (won, lost, left) in counts.items()})

    @property
    def revenue(self) -> float | None:
        """Return what was sold, in the company's currency; None where a sale's amount is unknown."""
        return None if self["sales_without_amount"] else self.sums[AMOUNT] / MONEY

    @property
    def sold(self) -> Sold | None:
        """Return what was sold, and how unlike the sales were; None where a sale's amount is unknown."""
        if self["sales_without_amount"]:
            return None
        return Sold(self.sums[AMOUNT] / MONEY, self["sales"], self.sums[SQUARES] / MONEY**2)

    @property
    def late(self) -> LateSales | None:
        """Return the sales that came after their window and are counted nowhere else; None where there are none."""
        if not self["late_sales"]:
            return None
        return LateSales(self["late_sales"], None if self["late_without_amount"] else self.sums[LATE] / MONEY)

    @property
    def waiting(self) -> int:
        """Return how many leads may still buy: worked or not, their window is open."""
        return self["open"] + self["unworked"]

    @property
    def expected_sales(self) -> float:
        """Return how many of the leads that wait will buy, by their chances and by how many of them are still worked."""
        return self.sums[EXPECTED] / CHANCE

    @property
    def expected_of_unworked(self) -> float:
        """Return what of ``expected_sales`` comes from leads that nobody has worked so far."""
        return self.sums[UNWORKED] / CHANCE

    @property
    def unworked_if_worked(self) -> float:
        """Return how many of the leads that nobody has worked would buy if all of them were worked now."""
        return self.sums[IF_WORKED] / CHANCE

    @property
    def expected_revenue(self) -> float:
        """Return the same in money, by what each would buy for; 0 for leads whose amount nobody knows."""
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
        How likely it still buys if it is worked, and for how much; one without adds nothing to what is expected.
    """
    kind = one.outcome(moment, company)
    won, late = one.won_at is not None, 0
    own = (one.spoken, one.is_qualified, *(kind_of_step in one.steps for kind_of_step in STEP_KINDS))
    places = [PLACE["leads"]]
    if kind in OUTCOME_PLACES and not (won and kind == "open"):
        places.append(OUTCOME_PLACES[kind])
    end = window_end(one.created_at, company)
    if kind == "never_called" and (end is None or moment <= end):
        places.append(PLACE["unworked"])
    elif one.untold and kind in ("bought", "did_not_buy", "never_called"):
        places.append(PLACE[f"{one.untold}_{kind}"])
    if one.calls:
        places.append(PLACE["processed"])
    if one.is_non_target:
        places.append(PLACE["bad_spoken" if one.spoken else "bad_unspoken"])
    if won:
        places += [PLACE["sales"], PLACE["sales_without_amount"]] if one.amount is None else [PLACE["sales"]]
    if one.late_at:
        places += (
            [PLACE["late_sales"]]
            if one.late_amount is not None
            else [PLACE["late_sales"], PLACE["late_without_amount"]]
        )
        late = round((one.late_amount or 0.0) * MONEY)
    furthest = len(own) if won else max((n for n, is_so in enumerate(own, start=1) if is_so), default=0)
    places += [place for place, is_so in zip(OWN_PLACES, own, strict=True) if is_so]
    places += LATER_PLACES[:furthest]
    amount = round(one.amount * MONEY) if won and one.amount is not None else 0
    if chance is None or won or kind not in ("open", "never_called"):
        return Contribution(tuple(places), amount, late=late)
    probability, price = chance
    worth = 0 if price is None else round(probability * price * MONEY)
    return Contribution(tuple(places), amount, round(probability * CHANCE), worth, late)


def still_worked(sums: Sequence[int], share: float) -> list[int]:
    """Return the sums over leads that nobody has worked, where so large a share of them will be."""
    told = list(sums)
    told[IF_WORKED] = told[EXPECTED]
    told[EXPECTED] = told[UNWORKED] = round(told[EXPECTED] * share)
    told[WORTH] = round(told[WORTH] * share)
    return told


def tally_of(contributions: Iterable[Contribution]) -> Tally:
    """Return the sums of some leads."""
    sums = [0] * SIZE
    for one in contributions:
        one.add_to(sums)
    return Tally(tuple(sums))


def summed(tallies: Sequence[Tally]) -> Tally:
    """Return the sums of several groups of leads."""
    return Tally(tuple(map(sum, zip(*(one.sums for one in tallies), strict=True)))) if tallies else NOTHING
