"""Two journeys beside each other: what is sure of their difference, and what it is too early to judge."""

from __future__ import annotations

import pytest

from monitoring.costs import Costs
from monitoring.intervals import Rate
from monitoring.journey import Difference, JourneyLine, Step, StepName, sale_cost_ratio, sales_verdict, step_verdict
from monitoring.tally import CHANCE, EXPECTED, MONEY, PLACE, SIZE, Tally


def tally(leads: int, sales: int, expected: float = 0.0, waiting: int = 0) -> Tally:
    sums = [0] * SIZE
    sums[PLACE["leads"]], sums[PLACE["sales"]], sums[EXPECTED] = leads, sales, round(expected * CHANCE)
    sums[PLACE["open"]] = waiting
    return Tally(tuple(sums))


def judged(one: Tally, other: Tally, *, same_days: bool = False) -> tuple[Difference, Difference]:
    """Return what is said of the shares that bought, and of what a sale cost."""
    first, second = (JourneyLine((), None, told, Costs(own=1_000_000 * MONEY), ()) for told in (one, other))
    return sales_verdict(one, other, same_days=same_days), sale_cost_ratio(first, second, same_days=same_days)[0]


def test_a_young_period_is_not_judged_while_its_leads_may_still_buy() -> None:
    young, old = tally(3000, 60, expected=130.0, waiting=1200), tally(3000, 190, expected=1.0)
    assert judged(young, old) == ("too_early", "too_early")


def test_a_period_of_which_most_leads_wait_is_not_judged_whatever_is_expected_of_them() -> None:
    young, old = tally(3000, 20, waiting=2900), tally(3000, 190)
    assert judged(young, old) == ("too_early", "too_early")
    assert judged(tally(3000, 20, waiting=200), old) == ("lower", "higher")


@pytest.mark.parametrize(("name", "same_days", "word"), [
    ("invoice", False, "too_early"), ("invoice", True, "lower"), ("meeting", False, "lower"), ("won", False, "too_early"),
])  # fmt: skip
def test_steps_near_the_sale_are_judged_as_late_as_it_is(name: StepName, same_days: bool, word: Difference) -> None:
    sides = [tally(600, 20, waiting=500), tally(600, 90)]
    young, old = (JourneyLine((), None, one, None, (Step(name, 0, of_leads=Rate(one["sales"], 600)),)) for one in sides)
    assert step_verdict(name, young, old, same_days=same_days) == word


def test_leads_of_the_same_days_are_as_old_and_may_be_compared() -> None:
    rich, poor = tally(600, 80, expected=90.0, waiting=500), tally(600, 20, expected=70.0, waiting=500)
    assert judged(rich, poor, same_days=True) == ("higher", "lower")


def test_what_the_expected_sales_would_leave_as_it_is_may_be_said() -> None:
    rich, poor = tally(6000, 340, expected=45.0, waiting=900), tally(4300, 145, expected=13.0, waiting=800)
    assert judged(rich, poor) == ("higher", "lower")
    assert judged(tally(300, 20), tally(300, 22)) == ("not_sure", "not_sure")


def test_a_cost_that_is_not_known_is_not_compared() -> None:
    paid, free = (JourneyLine((), None, tally(300, 20), costs, ()) for costs in (Costs(own=MONEY), Costs()))
    assert sale_cost_ratio(paid, free, same_days=True) == ("too_little", None)
