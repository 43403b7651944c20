"""How far the managers' own grades and the model's agree, and how often the leads bought on which they part.

A lead counts once: by the first grade that a manager gave it, beside the one that the model had served last before that.
What was graded when its end was known tells nothing, and is counted apart; so is what no model had graded before.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Literal, get_args

from features.facts.company import Company
from features.facts.values import MANAGER_GRADES, LeadId, ManagerGrade
from models.abc_rules import BEST_FIRST, GRADES, RuleGrade
from models.score_log import ScoreLog, ServedGrade
from monitoring.intervals import Rate
from monitoring.lead_book import LeadSummary

FEWEST_PAIRS = 20
"""Of fewer leads that both have graded, how often they agree is "not enough data"."""
Side = Literal["same", "manager_higher", "model_higher"]
SIDES: tuple[Side, ...] = get_args(Side)


@dataclass(frozen=True, slots=True)
class Together:
    """Leads that both graded alike: how many, and of the settled ones how many bought."""

    leads: int
    bought: Rate


@dataclass(frozen=True, slots=True)
class Agreement:
    """The managers' grades beside the model's.

    ``pairs`` holds (manager's grade, model's grade) for every two that occur, the best first; ``sides`` the same leads by who
    graded higher. ``not_served`` were graded by a manager before this model had graded them, ``after_the_end`` when
    it was known that they were over.
    """

    pairs: Mapping[tuple[ManagerGrade, RuleGrade], Together]
    sides: Mapping[Side, Together]
    not_served: int
    after_the_end: int

    @property
    def leads(self) -> int:
        """Return how many leads both have graded."""
        return sum(one.leads for one in self.sides.values())

    @property
    def agreed(self) -> Rate:
        """Return on how many of them they agree."""
        return Rate(self.sides["same"].leads, self.leads)

    @property
    def is_enough(self) -> bool:
        """Return whether that says anything."""
        return self.leads >= FEWEST_PAIRS

    @property
    def graded(self) -> int:
        """Return how many leads the managers have graded at all."""
        return self.leads + self.not_served + self.after_the_end


class ServedGrades:
    """What had been served of each lead before its manager graded it, or that nothing had; asked again when it was scored since.

    A score is logged a moment after it was given, so one that came before a grade may be logged behind it.
    """

    def __init__(self, log: ScoreLog) -> None:
        self._log = log
        self._found: dict[tuple[LeadId, datetime], ServedGrade | None] = {}
        self._last_id = 0
        self._lock = threading.Lock()

    def of(self, summaries: Iterable[LeadSummary]) -> dict[LeadId, ServedGrade]:
        """Return what the log says of the leads that managers have graded; a lead without a score before is left out."""
        asked = [(one.lead_id, one.own_grade.given_at) for one in summaries if one.own_grade]
        with self._lock:
            self._forget_scored_since()
            new = [one for one in asked if one not in self._found]
            found = self._log.last_before(new) if new else {}
            self._found |= {one: found.get(one[0]) for one in new}
            told = {one[0]: self._found[one] for one in asked}
        return {lead_id: served for lead_id, served in told.items() if served}

    def _forget_scored_since(self) -> None:
        last_id = self._log.last_id()
        if self._found and last_id > self._last_id:
            scored = self._log.leads_scored_since(self._last_id)
            self._found = {one: served for one, served in self._found.items() if one[0] not in scored}
        self._last_id = last_id


def agreement(
    summaries: Iterable[LeadSummary],
    served: Mapping[LeadId, ServedGrade],
    *,
    company: Company,
    moment: datetime,
    version: str | None = None,
) -> Agreement:
    """Return how the grades lie together of the leads known at ``moment``.

    Parameters
    ----------
    summaries
        The leads; those that no manager has graded count nowhere.
    served
        What had been served of each before its manager graded it.
    version
        Keep to what this model served; None takes every model's. The rules alone are no model.
    """
    pairs: dict[tuple[ManagerGrade, RuleGrade], list[LeadSummary]] = {}
    not_served = after_the_end = 0
    for one in summaries:
        if one.own_grade is None:
            continue
        before = served.get(one.lead_id)
        if one.graded_after_the_end:
            after_the_end += 1
        elif before is None or before.model_version is None or version not in (None, before.model_version):
            not_served += 1
        else:
            pairs.setdefault((one.own_grade.grade, before.grade), []).append(one)
    by_side: dict[Side, list[LeadSummary]] = {side: [] for side in SIDES}
    for (manager, model), leads in pairs.items():
        by_side[side_of(manager, model)] += leads
    occurring = [pair for pair in product(MANAGER_GRADES, GRADES) if pair in pairs]
    return Agreement(
        {pair: _together(pairs[pair], company, moment) for pair in occurring},
        {side: _together(leads, company, moment) for side, leads in by_side.items()},
        not_served,
        after_the_end,
    )


def side_of(manager: ManagerGrade, model: RuleGrade) -> Side:
    """Return who grades a lead higher.

    >>> side_of("A", "C"), side_of("C", "C"), side_of("non_target", "B")
    ('manager_higher', 'same', 'model_higher')
    """
    if manager == model:
        return "same"
    return "manager_higher" if BEST_FIRST[manager] < BEST_FIRST[model] else "model_higher"


def _together(leads: list[LeadSummary], company: Company, moment: datetime) -> Together:
    outcomes = [one.outcome(moment, company) for one in leads]
    bought = outcomes.count("bought")
    return Together(len(leads), Rate(bought, bought + outcomes.count("did_not_buy")))
