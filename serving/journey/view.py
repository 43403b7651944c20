"""What the journey's page shows for one address: the figures, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from monitoring.counted_cells import Dimension
from monitoring.intervals import Rate
from monitoring.journey import (
    Difference,
    Journey,
    JourneyLine,
    StepName,
    cost_ratio,
    difference,
    sale_cost_ratio,
    step_verdict,
)
from serving.figures import Figures
from serving.journey.filters import FILTERS, Asked, asked_of

if TYPE_CHECKING:
    from monitoring.ripening import Cohort

MOST_LINES = 200
MOST_NAMES = 1_000


@dataclass(frozen=True, slots=True)
class Apart:
    """A step in two views: its share of the leads in both, and how surely they differ (``low`` to ``high``)."""

    name: StepName
    one: Rate | None
    other: Rate | None
    counts: tuple[int | None, int | None]
    verdict: Difference
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class CostApart:
    """What one of a kind cost in two views, and how many times as much in the first (95 %)."""

    name: str
    one: float | None
    other: float | None
    verdict: Difference
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class View:
    """Everything that an address asks for, as known at ``moment``; no figures where it asks for what there is not."""

    asked: Asked
    moment: datetime
    told: Journey | None
    beside: Journey | None
    cohorts: list[Cohort]

    @property
    def is_empty(self) -> bool:
        """Return whether no lead and no cost fits."""
        return self.told is None or not (self.told.total.tally["leads"] or self.told.total.cost or self.told.lines)

    @property
    def apart(self) -> list[Apart]:
        """Return the steps after the request in both views."""
        if self.told is None or self.beside is None:
            return []
        one, other = self.told.total, self.beside.total
        names = [name for name in self.told.steps if name not in ("impressions", "clicks", "leads")]
        return [_apart(name, one, other, self._same_days) for name in names]

    @property
    def costs_apart(self) -> list[CostApart]:
        """Return what leads, qualified leads and sales cost in both views, where both know costs."""
        if self.told is None or self.beside is None:
            return []
        made = []
        for name in ("cost_per_lead", "cost_per_qualified", "cost_per_sale"):
            one, other = getattr(self.told.total, name), getattr(self.beside.total, name)
            if one is not None and other is not None:
                is_of_sales = name == "cost_per_sale"
                lines = self.told.total, self.beside.total
                told = sale_cost_ratio(*lines, same_days=self._same_days) if is_of_sales else cost_ratio(one, other)
                word, interval = told
                made.append(CostApart(name, one.value, other.value, word, interval))
        return made

    @property
    def _same_days(self) -> bool:
        cut, other = self.asked.cut, self.asked.other_cut
        return (cut.first, cut.last) == (other.first, other.last)


def view_of(figures: Figures, said: Mapping[str, str], moment: datetime) -> View:
    """Return the view that an address asks for."""
    figures.refresh(moment)
    asked = asked_of(said, lambda dimension: figures.names(dimension, moment))
    if asked.wrong:
        return View(asked, moment, None, None, [])
    told = figures.journey(asked.cut, moment)
    beside = figures.journey(asked.other_cut, moment) if asked.compares else None
    cohorts = figures.ripening(asked.cut, moment, "week" if asked.cohorts == "week" else "month")
    return View(asked, moment, told, beside, cohorts)


def choices(figures: Figures, asked: Asked, moment: datetime) -> dict[Dimension, list[str]]:
    """Return the names to choose from in each filter, of the chosen channel alone where one is chosen."""
    channel = asked.only.get("channel")
    return {one: figures.names(one, moment, channel)[:MOST_NAMES] for one in FILTERS}


def _apart(name: StepName, one: JourneyLine, other: JourneyLine, same_days: bool) -> Apart:
    mine, its = one.step(name), other.step(name)
    first, second = mine.of_leads if mine else None, its.of_leads if its else None
    interval = difference(first, second) if first is not None and second is not None else None
    counts = (mine.count if mine else None, its.count if its else None)
    word = step_verdict(name, one, other, same_days=same_days)
    return Apart(name, first, second, counts, word, interval if word not in ("too_little", "too_early") else None)
