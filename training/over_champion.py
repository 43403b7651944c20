"""A candidate beside the champion: fresher where it is made as that one was, or else compared with it on the leads since.

A candidate that is judged has learned from earlier leads alone, and would lose to a champion that saw more of a market
that moves. So another recipe is trained as of the day when the champion learned: what each makes of the same knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version as version_of

import numpy as np
import numpy.typing as npt

from features.errors import NothingToLearn
from features.facts.company import Company
from features.facts.store import FactStore
from features.log_odds import log_odds
from models.abc_rules import RuleGrade
from models.any_look import log_loss_difference_at_any_look
from models.artefact import Artefact
from models.calibration import level_for
from models.measured import Measured
from models.ranking_metrics import Judged, log_loss_difference
from training.artefact_rows import artefact_log_odds
from training.dataset import TrainingSet, training_set
from training.promotion import AT_ANY_LOOK
from training.recipe import Candidate, chosen, fitted, grade_rates, probability, starts_of

Ints = npt.NDArray[np.int64]
FEWEST_SALES_TO_COMPARE = 10
MADE_BY = version_of("leadloop")
"""The recipe: two candidates of one version of the software and one company file differ by their leads alone."""


def is_made_so(champion: Artefact, company_hash: str) -> bool:
    """Return whether the champion is of this recipe and of these words of the company."""
    return (champion.company_hash, champion.about.get("made_by")) == (company_hash, MADE_BY)


def settled_since(champion: Artefact, data: TrainingSet) -> Ints | None:
    """Return the rows of leads that were settled after the champion learned; None of too few sales."""
    since = np.flatnonzero(data.known_from > champion.data_cut_off.timestamp())
    return since if _sales(data, since) >= FEWEST_SALES_TO_COMPARE else None


def differences_to(
    champion: Artefact, then: Candidate, rates: Mapping[RuleGrade, float], later: TrainingSet, seed: int
) -> dict[str, Measured]:
    """Return candidate's and rules' log-loss minus the champion's on leads that were settled after it learned.

    ``then`` is the candidate, ``rates`` those of the rules, as of the day when the champion learned: both know of these
    leads what it knew, that some had already bought. All are judged at the level of these leads, as a level follows
    between trainings.
    """
    at_rates = starts_of(later, {grade: log_odds(rate) for grade, rate in rates.items()})
    mine, alone, its = (
        probability(one + level_for(one, later.outcome, later.weight))
        for one in (then.log_odds(later), at_rates, artefact_log_odds(champion, later))
    )
    judged = Judged(later.outcome, later.weight, later.lead).of(np.arange(len(later)))
    return {
        "champion": log_loss_difference(mine, its, judged, seed=seed),
        AT_ANY_LOOK: log_loss_difference_at_any_look(mine, its, judged),
        "rules over champion": log_loss_difference(alone, its, judged, seed=seed),
    }


def as_of(
    champion: Artefact, store: FactStore, company: Company, number: int, seed: int
) -> tuple[Candidate, dict[RuleGrade, float]] | None:
    """Return what this recipe would have made of what was known when the champion learned, and the rules' rates then."""
    try:
        data = training_set(store, company, cut_off=champion.data_cut_off, up_to=number, seed=seed)
    except NothingToLearn:
        return None
    rules = company.abc_at(champion.data_cut_off)
    candidate = fitted(data, rules, chosen(data, rules, seed=seed), window=company.horizon_days, seed=seed)
    return candidate, grade_rates(data, rules)


def _sales(data: TrainingSet, rows: Ints) -> int:
    return len(np.unique(data.lead[rows[data.outcome[rows] > 0]]))
