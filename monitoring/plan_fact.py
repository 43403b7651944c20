"""What the sales department and each manager were to reach in a month, and what they reached so far.

It is a report of the sales floor and not of channels: a sale belongs to the month and the day in which it was won, whenever its
lead came, and a called lead to the day of its first call.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from features.facts.company import Company
from features.facts.values import Plan
from monitoring.floor_days import NOTHING, FloorDays, FloorSums, Manager, MonthOfFloor, summed
from monitoring.intervals import Rate
from monitoring.leads_needed import Needed, WhyNot, leads_needed
from monitoring.plan_measures import ADD_UP, MEASURES, Measure, measure_named, planned_value

MONTHS_OF_LATE = 3
"""Conversion and average check are measured over the month itself and those before it: its own first days hold too few sales."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: the fact (None: nothing to tell it by), the plan and what of it was due by today (None: none)."""

    measure: Measure
    fact: float | None
    plan: float | None
    due: float | None
    interval: tuple[float, float] | None = None
    """Of a rate, within which the true one lies in 95 of 100 cases."""

    @property
    def is_open(self) -> bool:
        """Return whether the plan lies within what chance leaves open, so that nobody can say which side of it the fact is on."""
        return self.plan is not None and self.interval is not None and self.interval[0] <= self.plan <= self.interval[1]

    @property
    def reached(self) -> float | None:
        """Return the share of the plan that was reached; None without a plan or a fact."""
        return None if self.fact is None or not self.plan else self.fact / self.plan

    @property
    def is_behind(self) -> bool | None:
        """Return whether less was reached than was due; None where nothing was."""
        return None if self.fact is None or self.due is None else self.fact < self.due


@dataclass(frozen=True, slots=True)
class PlanLine:
    """The department (``whose`` is None), a manager, or with ``is_nobodys`` what nobody is told to have done."""

    whose: Manager
    sums: FloorSums
    plans: Mapping[Measure, float]
    passed: float
    """The share of the month that will have passed at the end of today."""
    is_nobodys: bool = False

    @property
    def conversion(self) -> Rate | None:
        """Return sales of processed leads; None where more was sold than was processed: then the leads were older ones."""
        return Rate(self.sums.sales, self.sums.processed) if self.sums.sales <= self.sums.processed else None

    def figure(self, measure: Measure) -> Figure:
        """Return one of the measures."""
        plan = self.plans.get(measure)
        due = plan if plan is None or measure not in ADD_UP else plan * self.passed
        fact, rate = self._fact(measure), self.conversion
        return Figure(
            measure, fact, plan, due, rate.interval if rate and measure == "conversion" and fact is not None else None
        )

    @property
    def figures(self) -> list[Figure]:
        """Return all measures."""
        return [self.figure(one) for one in MEASURES]

    def _fact(self, measure: Measure) -> float | None:
        if measure == "conversion":
            rate = self.conversion
            return rate.value if rate and rate.is_enough else None
        sums = self.sums
        facts: dict[Measure, float | None] = {
            "sales": sums.sales,
            "sales_sum": sums.known_amount,
            "average_check": sums.average_check,
            "processed": sums.processed,
        }
        return facts[measure]


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day, and the month up to its end."""

    day: date
    sums: FloorSums
    to_date: FloorSums


@dataclass(frozen=True, slots=True)
class Unread:
    """A stored plan that stands beside no fact, and why: measure or manager are not known, or it was told otherwise later."""

    plan: Plan
    why: Literal["measure", "manager", "twice"]


@dataclass(frozen=True, slots=True)
class PlanFact:
    """The report of one month.

    ``today`` is the last day that counts: that of the look, or the month's last. ``needed`` is of the department.
    """

    month: date
    today: date
    is_over: bool
    department: PlanLine
    managers: tuple[PlanLine, ...]
    nobodys: PlanLine | None
    unread: tuple[Unread, ...]
    needed: Needed | WhyNot
    floor: MonthOfFloor

    @property
    def has_plan(self) -> bool:
        """Return whether anything is planned."""
        return bool(self.department.plans) or any(one.plans for one in self.managers)

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was done and nothing is planned."""
        return not self.floor and not self.has_plan and not self.unread

    def line_of(self, manager: str) -> PlanLine:
        """Return a manager's line, also of one who did nothing."""
        found = (one for one in self.managers if one.whose == manager)
        return next(found, PlanLine(manager, NOTHING, {}, self.department.passed))

    def days(self, manager: Manager = None) -> list[DayLine]:
        """Return every day up to today, of a manager or (None) of the department."""
        done: dict[date, list[FloorSums]] = {}
        for (day, name), sums in self.floor.items():
            if manager in (None, name):
                done.setdefault(day, []).append(sums)
        lines: list[DayLine] = []
        so_far = NOTHING
        for place in range(self.today.day):
            day = self.month + timedelta(days=place)
            sums = summed(done.get(day, ()))
            so_far = summed((so_far, sums))
            lines.append(DayLine(day, sums, so_far))
        return lines


def months_told(floor: FloorDays, plans: Iterable[Plan], *, moment: datetime, company: Company) -> list[date]:
    """Return the months that may be looked at, the latest first: that of ``moment``, and those before with a fact or a plan."""
    this = _today(moment, company).replace(day=1)
    return sorted({this, *(one for one in [*floor.months, *(one.month for one in plans)] if one < this)}, reverse=True)


def plan_fact(floor: FloorDays, plans: Sequence[Plan], *, month: date, moment: datetime, company: Company) -> PlanFact:
    """Return the report of the month that begins on ``month``, as known at ``moment``."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    now = _today(moment, company)
    today = min(now, last)
    done = {key: sums for key, sums in floor.of(month).items() if key[0] <= today}
    names = known_managers(floor, company)
    read, unread = _read([one for one in plans if one.month == month], names)
    passed = today.day / last.day
    by_manager = _by_manager(done)
    active = {name for name in (*by_manager, *read) if name}
    lines = [PlanLine(name, by_manager.get(name, NOTHING), read.get(name, {}), passed) for name in sorted(active)]
    nobodys = by_manager.get(None)
    whole = PlanLine(None, summed(by_manager.values()), read.get(None, {}), passed)
    since = _months_before(month, MONTHS_OF_LATE - 1)
    of_late = [
        sums for n in range(MONTHS_OF_LATE) for key, sums in floor.of(_months_before(month, n)).items() if key[0] <= today
    ]  # fmt: skip
    return PlanFact(
        month,
        today,
        now > last,
        whole,
        tuple(lines),
        PlanLine(None, nobodys, {}, passed, is_nobodys=True) if nobodys else None,
        tuple(unread),
        leads_needed(dict(whole.plans), whole.sums, of_late=summed(of_late), since=since, is_over=now > last),
        done,
    )


def known_managers(floor: FloorDays, company: Company) -> frozenset[str]:
    """Return everybody who ever called or sold, and whom ``company.yaml`` names."""
    listed = {one.name for one in company.managers} | set(company.crm.managers.values() if company.crm else ())
    return floor.managers | listed


def _today(moment: datetime, company: Company) -> date:
    return moment.astimezone(company.zone).date()


def _by_manager(done: MonthOfFloor) -> dict[Manager, FloorSums]:
    told: dict[Manager, list[FloorSums]] = {}
    for (_, name), sums in done.items():
        told.setdefault(name, []).append(sums)
    return {name: summed(several) for name, several in told.items()}


def _months_before(month: date, count: int) -> date:
    for _ in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def _read(plans: Iterable[Plan], names: Iterable[str]) -> tuple[dict[Manager, dict[Measure, float]], list[Unread]]:
    """Return what is planned by manager and measure, names compared without case, and the plans that say nothing here."""
    known = {" ".join(name.casefold().split()): name for name in sorted(names)}
    held: dict[tuple[Manager, Measure], Plan] = {}
    unread: list[Unread] = []
    for plan in plans:
        measure = measure_named(plan.measure)
        manager = known.get(" ".join(plan.manager.casefold().split())) if plan.manager else None
        if measure is None:
            unread.append(Unread(plan, "measure"))
        elif plan.manager and manager is None:
            unread.append(Unread(plan, "manager"))
        else:
            before = held.get((manager, measure))
            if before is not None and before.value != plan.value:
                unread.append(Unread(before, "twice"))
            held[manager, measure] = plan
    read: dict[Manager, dict[Measure, float]] = {}
    for (manager, measure), plan in held.items():
        read.setdefault(manager, {})[measure] = planned_value(measure, plan.value)
    return read, unread
