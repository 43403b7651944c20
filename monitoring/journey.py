"""One journey for both departments: shown, clicked, asked, reached, qualified, met, invoiced, bought; with what each cost.

The count of a step is the leads that reached it or any later one, so that a sale without a recorded meeting does not look
like people lost on the way; how many were recorded at the step itself stands beside it. A sale belongs to the period in
which its lead was created. Leads that wait are expected sales (``Tally.expected_sales``), never lost ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from features.facts.company import Company
from features.wilsons_interval import Z95
from monitoring.channel_quality import has_rules
from monitoring.costs import NO_COSTS, Costs, total_costs
from monitoring.counted_cells import Cut, CutKey, Name
from monitoring.intervals import FEWEST, Rate, UnitCost
from monitoring.lead_book import LeadBook
from monitoring.rate_difference import difference_interval
from monitoring.romi import romi, romi_interval
from monitoring.spend_book import KnownNames, SpendBook, are_known_by
from monitoring.tally import NOTHING, Tally, summed

StepName = Literal["impressions", "clicks", "leads", "reached", "qualified", "meeting", "invoice", "contract", "won"]
Difference = Literal["higher", "lower", "not_sure", "too_little", "too_early"]
OWN = {"reached": "spoken", "qualified": "qualified", "meeting": "with_meeting", "invoice": "with_invoice",
       "contract": "with_contract"}  # fmt: skip
"""What was recorded of a step itself, by the tally's name."""
LATE_STEPS: tuple[StepName, ...] = ("invoice", "contract")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the journey: ``count`` reached it or a later one, ``recorded`` are those of whom the step itself is told.

    ``count`` is None where it is not told (no row of costs tells impressions, say). ``of_before`` is the share of the step
    before, ``of_leads`` that of all leads; None where there is nothing to compare with.
    """

    name: StepName
    count: int | None
    recorded: int | None = None
    of_before: Rate | None = None
    of_leads: Rate | None = None


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """The journey of the leads of one name and period; the whole where ``names`` is empty.

    ``costs`` is None where costs are not known by what the line is of (offers, landing pages). Of the whole ``paid_leads``
    counts the leads of channels with costs, for its cost is divided by all leads.
    """

    names: tuple[Name, ...]
    period: date | None
    tally: Tally
    costs: Costs | None
    steps: tuple[Step, ...]
    paid_leads: int | None = None

    @property
    def cost(self) -> float | None:
        """Return what was paid in the company's currency; None where that is not known."""
        return self.costs.cost if self.costs else None

    @property
    def cost_per_lead(self) -> UnitCost | None:
        """Return what a lead cost."""
        return self._unit("leads")

    @property
    def cost_per_qualified(self) -> UnitCost | None:
        """Return what a lead cost that was graded A or B after a talk."""
        return self._unit("qualified")

    @property
    def cost_per_sale(self) -> UnitCost | None:
        """Return what a sale cost so far."""
        return self._unit("sales")

    @property
    def romi(self) -> float | None:
        """Return (revenue - cost) / cost so far; None where nothing was paid or a sale's amount is unknown."""
        return romi(self.tally.revenue, self.cost)

    @property
    def romi_interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval of ``romi`` from the number of sales and how unlike they are; None without sales."""
        return romi_interval(self.tally.sold, self.cost)

    @property
    def romi_expected(self) -> float | None:
        """Return what ``romi`` comes to if those who wait buy as they are expected to."""
        revenue = self.tally.revenue
        return romi(None if revenue is None else revenue + self.tally.expected_revenue, self.cost)

    def step(self, name: StepName) -> Step | None:
        """Return a step, or None where this company does not record it."""
        return next((one for one in self.steps if one.name == name), None)

    def _unit(self, counted: str) -> UnitCost | None:
        return None if self.cost is None else UnitCost(self.cost, self.tally[counted])


@dataclass(frozen=True, slots=True)
class Journey:
    """What was asked for: the whole of it, and a line of every name and period."""

    cut: Cut
    total: JourneyLine
    lines: tuple[JourneyLine, ...]
    steps: tuple[StepName, ...]

    @property
    def costs_are_known(self) -> bool:
        """Return whether costs are told by all that was asked."""
        return are_known_by(self.cut)


def steps_of(company: Company, moment: datetime) -> tuple[StepName, ...]:
    """Return the steps that this company records; one that it does not is left out, not shown as nothing.

    >>> from datetime import UTC
    >>> company = Company.model_validate({"company": "x", "calls_recorded": False, "stages": {"meeting": ["Замер"]}})
    >>> steps_of(company, datetime(2026, 3, 2, tzinfo=UTC))
    ('impressions', 'clicks', 'leads', 'meeting', 'won')
    """
    asked: list[StepName] = ["impressions", "clicks", "leads"]
    if company.calls_recorded:
        asked.append("reached")
        if has_rules(company, moment):
            asked.append("qualified")
    for name in ("meeting", "invoice", "contract"):
        if company.stages.get(name):
            asked.append(name)
    return (*asked, "won")


def journey(
    book: LeadBook, spend: SpendBook, cut: Cut, *, moment: datetime, leads: KnownNames = frozenset()
) -> Journey:
    """Return the journey of what ``cut`` asks for: lines with most leads first, periods in their order."""
    whole = replace(cut, by=("channel",), period="all")
    names = steps_of(book.company, moment)
    total = _whole(book.tallies(moment, whole), spend.costs(moment, whole, leads), names)
    tallies, costs = book.tallies(moment, cut), spend.costs(moment, cut, leads)
    keys = tallies.keys() | (costs.keys() if costs else set())
    clicked = None if "channel" in cut.by else _leads_of_clicks(book, spend, cut, moment, leads)
    lines = [
        _line(
            key,
            tallies.get(key, NOTHING),
            None if costs is None else costs.get(key, NO_COSTS),
            names,
            None if clicked is None else clicked.get(key, 0),
        )
        for key in keys
    ]
    lines.sort(key=lambda one: (str(one.period or ""), -one.tally["leads"], -(one.cost or 0.0), str(one.names)))
    return Journey(cut, total, tuple(lines), names)


def difference(one: Rate, other: Rate) -> tuple[float, float] | None:
    """Return the 95 % interval of ``one`` minus ``other`` (``rate_difference.py``); None where either is of nothing.

    >>> low, high = difference(Rate(56, 70), Rate(48, 80)) or (0, 0)
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    return None if one.value is None or other.value is None else difference_interval(other, one)


def verdict(one: Rate | None, other: Rate | None) -> Difference:
    """Return in a word how surely ``one`` differs from ``other``.

    >>> verdict(Rate(56, 70), Rate(48, 80)), verdict(Rate(5, 10), Rate(4, 10)), verdict(Rate(1, 2), Rate(1, 9))
    ('higher', 'not_sure', 'too_little')
    """
    if one is None or other is None or not (one.is_enough and other.is_enough):
        return "too_little"
    interval = difference(one, other)
    if interval is None:
        return "too_little"
    return "higher" if interval[0] > 0 else "lower" if interval[1] < 0 else "not_sure"


def cost_ratio(one: UnitCost, other: UnitCost) -> tuple[Difference, tuple[float, float] | None]:
    """Return how surely ``one`` costs more or less than ``other``, and between which times as much (95 %).

    The ratio of two Poisson rates on the logarithm's scale (Breslow & Day 1987, "Statistical methods in cancer research",
    volume II, IARC, section 3.4).

    >>> cost_ratio(UnitCost(9_000.0, 90), UnitCost(9_000.0, 30))[0], cost_ratio(UnitCost(1.0, 2), UnitCost(1.0, 90))
    ('lower', ('too_little', None))
    """
    if min(one.count, other.count) < FEWEST or one.value is None or not other.value or one.cost <= 0:
        return "too_little", None
    apart, half = math.log(one.value / other.value), Z95 * math.sqrt(1 / one.count + 1 / other.count)
    interval = (math.exp(apart - half), math.exp(apart + half))
    return ("higher" if interval[0] > 1 else "lower" if interval[1] < 1 else "not_sure"), interval


def step_verdict(name: StepName, one: JourneyLine, other: JourneyLine, *, same_days: bool) -> Difference:
    """Return in a word how surely the share of leads that reached a step differs.

    What comes after the meeting takes weeks, as the sale does: of leads of other days it is too early to judge while most of
    either side's wait.
    """
    if name == "won":
        return sales_verdict(one.tally, other.tally, same_days=same_days)
    mine, its = one.step(name), other.step(name)
    if name in LATE_STEPS and not same_days and not _are_old(one.tally, other.tally):
        return "too_early"
    return verdict(mine.of_leads if mine else None, its.of_leads if its else None)


def sales_verdict(one: Tally, other: Tally, *, same_days: bool) -> Difference:
    """Return in a word how surely the share of leads that bought differs.

    Leads of the same days are as old on both sides. Of other days it is too early to judge while most of either side's leads
    wait, or where those that are expected to buy would change the answer.
    """
    made = verdict(_bought(one), _bought(other))
    if same_days or (
        made == verdict(_bought(one, expected=True), _bought(other, expected=True)) and _are_old(one, other)
    ):
        return made
    return "too_early"


def sale_cost_ratio(
    one: JourneyLine, other: JourneyLine, *, same_days: bool
) -> tuple[Difference, tuple[float, float] | None]:
    """Return the ``cost_ratio`` of what a sale cost; too early to judge on the same terms as ``sales_verdict``."""
    if one.cost is None or other.cost is None:
        return "too_little", None
    made, then = (
        cost_ratio(*(UnitCost(line.cost or 0.0, _bought(line.tally, expected=expected).count) for line in (one, other)))
        for expected in (False, True)
    )
    is_told = same_days or (made[0] == then[0] and _are_old(one.tally, other.tally))
    return made if is_told else ("too_early", None)


def _are_old(*sides: Tally) -> bool:
    """Return whether at least half of the leads of each side are decided."""
    return all(2 * one.waiting <= one["leads"] for one in sides)


def _bought(tally: Tally, *, expected: bool = False) -> Rate:
    """Return who of the leads bought; with those that are expected to."""
    return Rate(tally["sales"] + (round(tally.expected_sales) if expected else 0), tally["leads"])


def _line(
    key: CutKey, tally: Tally, costs: Costs | None, names: Sequence[StepName], clicked_leads: int | None = None
) -> JourneyLine:
    return JourneyLine(key[0], key[1], tally, costs, tuple(_steps(tally, costs, names, clicked_leads)))


def _steps(tally: Tally, costs: Costs | None, names: Sequence[StepName], clicked_leads: int | None) -> Iterable[Step]:
    leads, before = tally["leads"], tally["leads"]
    for name in names:
        if name == "impressions":
            yield Step(name, costs.impressions if costs else None)
        elif name == "clicks":
            shown = Rate(costs.clicks_of_shown, costs.shown_with_clicks) if costs else None
            fits = shown is not None and shown.of > 0 and shown.count <= shown.of
            yield Step(name, costs.clicks if costs else None, of_before=shown if fits else None)
        elif name == "leads":
            clicks, of_them = (costs.clicks if costs else None), leads if clicked_leads is None else clicked_leads
            told = clicks and not (costs and costs.untold_clicks) and of_them <= clicks
            yield Step(name, leads, leads, Rate(of_them, clicks) if told and clicks else None)
        else:
            count = tally["sales"] if name == "won" else tally[f"{name}_or_later"]
            recorded = tally["sales"] if name == "won" else tally[OWN[name]]
            yield Step(name, count, recorded, Rate(count, before), Rate(count, leads))
            before = count


def _whole(
    tallies: Mapping[CutKey, Tally], costs: Mapping[CutKey, Costs] | None, names: Sequence[StepName]
) -> JourneyLine:
    """Return the line of all channels together."""
    paid = None if costs is None else total_costs(list(costs.values()))
    of_clicks = sum(tally["leads"] for key, tally in tallies.items() if _is_clicked(key, costs))
    line = _line(((), None), summed(list(tallies.values())), paid, names, of_clicks)
    return replace(line, paid_leads=sum(tally["leads"] for key, tally in tallies.items() if _is_paid(key, costs)))


def _leads_of_clicks(
    book: LeadBook, spend: SpendBook, cut: Cut, moment: datetime, leads: KnownNames
) -> dict[CutKey, int]:
    """Return of each line that is of several channels how many of its leads clicks may have brought.

    Those are the leads of channels whose clicks are told in the line's own period: the others came without one that was
    paid for.
    """
    apart = replace(cut, by=(*cut.by, "channel"))
    costs, counts = spend.costs(moment, apart, leads), Counter[CutKey]()
    for key, tally in book.tallies(moment, apart).items():
        if _is_clicked(key, costs):
            counts[key[0][:-1], key[1]] += tally["leads"]
    return counts


def _is_clicked(key: CutKey, costs: Mapping[CutKey, Costs] | None) -> bool:
    of = costs.get(key) if costs else None
    return bool(of and of.clicks)


def _is_paid(key: CutKey, costs: Mapping[CutKey, Costs] | None) -> bool:
    of = costs.get(key) if costs else None
    return bool(of and of.cost is not None)
