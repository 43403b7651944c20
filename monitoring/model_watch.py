"""What is seen of a model before its leads have ended: who bought so far of those expected to, and the level that follows.

A week's leads are compared with what the model expected of them *by now*: the young ones had little time to buy. So a
market that turns shows itself while the sales figures still look as they did.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from features.facts.company import Company
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
    """Look at what is known at ``moment`` of the leads since the model learned; ``before`` is the look before this one."""
    rows = RowBuilder(company, RatesTimeline(Gate(company)).learn(store.histories()))
    leads = list(leads_since(store.histories(), rows, artefact, now=moment))
    outcomes = outcomes_of(leads, artefact, has_window=company.horizon_days is not None)
    level = followed(outcomes, artefact.followed, artefact.data_cut_off.timestamp(), moment.timestamp())
    told = _told(leads, outcomes, artefact, moment)
    look = Look(moment, level.shift, float(np.sqrt(level.variance)), level.strength, told.leads if told else 0)
    return SinceReport(
        artefact.version,
        moment,
        level.to_json(),
        told,
        _cohorts(leads, outcomes, artefact, company, moment),
        float(artefact.about.get("unlike", 0.0)),
        _with(before, look, company),
    )


def _cohorts(
    leads: Sequence[LeadSince], outcomes: OutcomesSoFar, artefact: Artefact, company: Company, moment: datetime
) -> tuple[Cohort, ...]:
    """Return the weeks of the leads that came since, the oldest first."""
    weeks: dict[date, list[int]] = {}
    for place, one in enumerate(leads):
        if one.arrived.created_at > artefact.data_cut_off:
            day = one.arrived.created_at.astimezone(company.zone)
            weeks.setdefault((day - timedelta(days=day.weekday())).date(), []).append(place)
    told = (
        _told([leads[n] for n in those], outcomes.of(np.array(those)), artefact, moment, monday)
        for monday, those in sorted(weeks.items())
    )
    return tuple(one for one in told if one)


def _told(
    leads: Sequence[LeadSince],
    outcomes: OutcomesSoFar,
    artefact: Artefact,
    moment: datetime,
    week: date | None = None,
) -> Cohort | None:
    """Return what there is to tell of some leads, those that came since the model learned; None where there are none."""
    came = [n for n, one in enumerate(leads) if one.arrived.created_at > artefact.data_cut_off]
    if not came:
        return None
    at = moment.timestamp()
    chances = outcomes.expected(at)[came]
    low, high = by_chance(chances)
    strangers = Strangers(artefact.model)
    return Cohort(
        week,
        len(came),
        int(outcomes.bought_by(at)[came].sum()),
        float(chances.sum()),
        low,
        high,
        sum(strangers.are_there(leads[n].row) for n in came),
    )


def by_chance(chances: Floats) -> tuple[int, int]:
    """Return between which counts chance puts the sales in 95 of 100 cases.

    The sum of independent chances, near enough normal where the verdict is given: from five expected on (Lyapunov).

    >>> by_chance(np.full(100, 0.1))
    (5, 15)
    """
    mean, deviation = float(chances.sum()), float(np.sqrt((chances * (1.0 - chances)).sum()))
    low, high = (mean + side * (NORMAL_95 * deviation + 0.5) for side in (-1, 1))
    return max(math.ceil(low), 0), math.floor(high)


def _with(before: SinceReport | None, look: Look, company: Company) -> tuple[Look, ...]:
    """Return the looks so far with this one, one a day."""
    if before is None:
        return (look,)
    day = look.at.astimezone(company.zone).date()
    return (*(one for one in before.looks if one.at.astimezone(company.zone).date() != day), look)
