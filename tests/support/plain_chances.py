"""What a lead is worth before any model is trained, counted the plain way: the company's guess for its grade, times a price.

An answer that is still open is a yes with one and the same chance: the one by which a lead of which nothing is known buys as
often as the company guesses of ungraded ones. The rates, where ``company.yaml`` has none, are those of its documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.support.plain_figures import FINAL, PlainCompany, PlainLead, tidy

CRITERIA = ("need", "budget", "urgency")
GUESSED = {"A": 0.3, "B": 0.12, "C": 0.03, "non_target": 0.002, "ungraded": 0.06}
WORKS_ON = ("call", "meeting", "invoice", "contract")
FEWEST_SALES = 5


def grade_of(said: Mapping[str, str | None]) -> str:
    """Return the grade of the moment: the table of the trade's words."""
    need, budget, urgency = (said.get(name) for name in CRITERIA)
    if need == "no":
        return "non_target"
    if need != "yes":
        return "ungraded"
    return "C" if budget != "yes" else "A" if urgency == "yes" else "B"


def best_open(said: Mapping[str, str | None]) -> str:
    """Return the best grade that the open answers may still make of it."""
    return grade_of({name: said.get(name) or "yes" for name in CRITERIA})


def chance_of(said: Mapping[str, str | None], words: Mapping[str, Any]) -> float:
    """Return how likely a lead buys, by what it said so far."""
    abc = words.get("abc")
    rates = (abc or {}).get("rates", GUESSED)
    if not abc:
        return float(rates["ungraded"])
    return _chance_of(tuple(said.get(name) for name in CRITERIA), tuple(rates.items()))


@cache
def _chance_of(answers: tuple[str | None, ...], guesses: tuple[tuple[str, float], ...]) -> float:
    known, rates = dict(zip(CRITERIA, answers, strict=True)), dict(guesses)
    if not any(known.values()):
        return float(rates["ungraded"])
    if best_open(known) == grade_of(known):
        return float(rates[grade_of(known)])
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_of({}, middle, rates) < rates["ungraded"] else (low, middle)
    return mean_of(known, low, rates)


def mean_of(said: Mapping[str, str | None], yes: float, rates: Mapping[str, float]) -> float:
    """Return the mean rate over all ways in which the open questions may be answered."""
    for name in CRITERIA:
        if not said.get(name):
            return yes * mean_of({**said, name: "yes"}, yes, rates) + (1 - yes) * mean_of(
                {**said, name: "no"}, yes, rates
            )
    return float(rates[grade_of(said)])


def said_by(one: PlainLead) -> dict[str, str | None]:
    """Return the latest answer to each question."""
    said: dict[str, str | None] = {}
    for call in one.calls:
        said.update({name: word for name, word in call["said"].items() if word})
    return said


def closed_since(one: PlainLead) -> Any:
    """Return since when a lead is over; None where it never was, or was lost and worked on again since."""
    won = [stage["at"] for stage in one.stages if stage["kind"] == "won"]
    if won:
        return won[0]
    ends = [stage["at"] for stage in one.stages if stage["kind"] in FINAL]
    works = [stage["at"] for stage in one.stages if stage["kind"] in WORKS_ON]
    if not ends or any(at > ends[-1] for at in works):
        return None
    return min(at for at in ends if not works or at >= works[-1])


def is_over(one: PlainLead, company: PlainCompany, moment: Any) -> bool:
    """Return whether nobody expects it to buy any more: closed, or older than the horizon."""
    days = company.horizon
    return closed_since(one) is not None or (days is not None and (moment - one.at).total_seconds() > days * 86_400)


def chances_of(company: PlainCompany, moment: Any) -> dict[str, float]:
    """Return how likely every lead that is not over buys."""
    return {
        name: chance_of(said_by(one), company.words)
        for name, one in company.leads.items()
        if not is_over(one, company, moment)
    }


def amount_of(one: PlainLead, company: PlainCompany) -> float | None:
    """Return what a sale to a lead would bring: its offer's price, else the average check of like sales, else the company's."""
    offer = one.names["offer"]
    for name, told in company.words.get("offers", {}).items():
        if offer is not None and tidy(name) == offer and told.get("price") is not None:
            return float(told["price"])
    sold = [other for other in company.leads.values() if other.told["won"] and other.told["won"]["amount"]]
    like = (
        [other for other in sold if offer is not None and other.names["offer"] == offer],
        [other for other in sold if other.marked == one.marked],
        sold,
    )
    for those in like:
        if len(those) >= FEWEST_SALES:
            return sum(float(other.told["won"]["amount"]) for other in those) / len(those)
    check = company.words.get("average_check")
    return check if check else sum(float(o.told["won"]["amount"]) for o in sold) / len(sold) if sold else None
