"""What is seen of a model before its leads have ended: who bought so far of those expected to, and the level that follows.

A week's leads are compared with what the model expected of them *by now*: the young ones had little time to buy. So a
market that turns shows itself while the sales figures still look as they did.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from features.errors import ModelOutgrown
from features.facts.company import Company
from features.facts.stage_news import latest_stage
from features.facts.store import FactStore
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline
from models.artefact import Artefact
from models.outcomes_so_far import OutcomesSoFar, followed
from models.since_report import Cohort, Look, SinceReport
from models.unlike import Strangers
from monitoring.leads_since import LeadSince, leads_since, outcomes_of

Floats = npt.NDArray[np.float64]
NORMAL_95 = 1.959963984540054
"""So many standard deviations to both sides hold 95 % of a normal distribution."""


def looked_at(
    store: FactStore, company: Company, artefact: Artefact, *, moment: datetime, before: SinceReport | None = None
) -> SinceReport:
    """Look at what is known at ``moment`` of the leads since the model learned; ``before`` is the look before this one.

    Leads count as the model counts them: where a shorter window than the company's own taught it, by that one.

    Raises
    ------
    ModelOutgrown
        Where the company's window is another than the model learned with.
    """
    if company.horizon_days != artefact.company_days:
        raise ModelOutgrown(artefact.version, artefact.company_days, company.horizon_days)
    rows = RowBuilder(company, RatesTimeline(Gate(company)).learn(store.histories()))
    # What came after the latest news waits for the next: silence may only mean that no file came.
    until = max(latest_stage(store, moment) or artefact.data_cut_off, artefact.data_cut_off)
    leads = list(leads_since(store.histories(), rows, artefact, now=until))
    outcomes = outcomes_of(leads, artefact)
    level = artefact.followed
    if artefact.ripe_after is not None:
        level = followed(outcomes, level, artefact.data_cut_off.timestamp(), until.timestamp())
    looks = tuple(one for one in before.looks if one.at <= moment) if before else ()
    came = np.flatnonzero(outcomes.created > artefact.data_cut_off.timestamp())
    since = _Since([leads[n] for n in came], _as_served(outcomes.of(came), artefact, looks), artefact, until)
    together = since.told(range(len(came))) if len(came) else None
    look = Look(moment, level.believed[0], level.shift, float(np.sqrt(level.variance)), level.strength, len(came))
    return SinceReport(
        artefact.version,
        moment,
        until,
        level.to_json(),
        together,
        since.weeks(company),
        float(artefact.about.get("unlike", 0.0)),
        _with(looks, look, company),
    )


def _as_served(outcomes: OutcomesSoFar, artefact: Artefact, looks: Sequence[Look]) -> OutcomesSoFar:
    """Return the leads with the log-odds that they were served: at the level of the last look before each came."""
    learned, centre = artefact.followed, artefact.followed.centre
    shift = np.array([learned.shift, *(one.shift for one in looks)])
    strength = np.array([learned.strength, *(one.strength for one in looks)])
    last = np.searchsorted([one.at.timestamp() for one in looks], outcomes.created, side="right")
    served = centre + shift[last] + strength[last] * (outcomes.log_odds - centre)
    return replace(outcomes, log_odds=served)


class _Since:
    """The leads that came since a model learned, and what it promised them."""

    def __init__(
        self, leads: Sequence[LeadSince], outcomes: OutcomesSoFar, artefact: Artefact, until: datetime
    ) -> None:
        self._leads = leads
        self._chances, self._bought = outcomes.expected(until.timestamp()), outcomes.bought_by(until.timestamp())
        strangers = Strangers(artefact.model)
        self._unlike = [strangers.are_there(one.row) for one in leads]

    def weeks(self, company: Company) -> tuple[Cohort, ...]:
        """Return the leads week by week, in the company's zone, the oldest first."""
        weeks: dict[date, list[int]] = {}
        for place, one in enumerate(self._leads):
            day = one.arrived.created_at.astimezone(company.zone)
            weeks.setdefault((day - timedelta(days=day.weekday())).date(), []).append(place)
        return tuple(self.told(those, monday) for monday, those in sorted(weeks.items()))

    def told(self, those: Sequence[int], week: date | None = None) -> Cohort:
        """Return what there is to tell of some of the leads."""
        some = np.array(those)
        chances = self._chances[some]
        unlike = sum(self._unlike[n] for n in those)
        bought = int(self._bought[some].sum())
        return Cohort(week, len(some), bought, float(chances.sum()), *by_chance(chances), unlike)


def by_chance(chances: Floats) -> tuple[int, int]:
    """Return between which counts chance puts the sales in 95 of 100 cases.

    The sum of independent chances, near enough normal where the verdict is given: from five expected on (Lyapunov).

    >>> by_chance(np.full(100, 0.1))
    (4, 16)
    """
    mean, deviation = float(chances.sum()), float(np.sqrt((chances * (1.0 - chances)).sum()))
    low, high = (mean + side * (NORMAL_95 * deviation + 0.5) for side in (-1, 1))
    return max(math.ceil(low), 0), math.floor(high)


def _with(looks: Sequence[Look], look: Look, company: Company) -> tuple[Look, ...]:
    """Return the looks so far with this one, one a day."""
    day = look.at.astimezone(company.zone).date()
    return (*(one for one in looks if one.at.astimezone(company.zone).date() != day), look)
