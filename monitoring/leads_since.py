"""The leads from which a model can still learn how it does: those that came after it learned, or were open then.

Each is scored as it was known when it arrived. Leads that nobody worked tell nothing; test leads are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from features.facts.history import LeadHistory
from features.facts.values import Lead
from features.outcome_window import Outcome, outcome_as_of
from features.rows.as_of import Gate, KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import label_changes
from models.artefact import Artefact
from models.model_scorer import ModelScorer
from models.outcomes_so_far import OutcomesSoFar

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class LeadSince:
    """A lead as it arrived, its row, its log-odds by the model, and what is known of it now.

    ``settled_at`` is since when its outcome is known (POSIX seconds), nan where it is not.
    """

    arrived: KnownLead
    row: FeatureRow
    log_odds: float
    outcome: Outcome
    settled_at: float

    @property
    def created(self) -> float:
        """Return when it was created."""
        return self.arrived.created_at.timestamp()


def leads_since(
    histories: Iterable[LeadHistory], rows: RowBuilder, artefact: Artefact, *, now: datetime
) -> Iterator[LeadSince]:
    """Yield the worked leads whose outcome was not known when the model learned, as known at ``now``."""
    scorer, gate = ModelScorer(artefact), rows.gate
    for history in histories:
        then, known = gate.as_of(history, artefact.data_cut_off), gate.as_of(history, now)
        if known is None or (then is not None and outcome_as_of(then).is_settled):
            continue
        outcome = outcome_as_of(known)
        if outcome.is_settled or (outcome.kind == "open" and gate.company.horizon_days):
            arrived = rows.known(history, _arrival(history))
            assert arrived is not None  # the moment is the lead's own arrival
            row = rows.row(arrived)
            settled_at = _settled_at(history, gate, now) if outcome.is_settled else NAN
            yield LeadSince(arrived, row, scorer.score(arrived, row).log_odds, outcome, settled_at)


def outcomes_of(leads: Sequence[LeadSince], artefact: Artefact, *, has_window: bool) -> OutcomesSoFar:
    """Return the leads as the level follows them."""
    log_odds, created = np.array([one.log_odds for one in leads]), np.array([one.created for one in leads])
    settled_at = np.array([one.settled_at for one in leads])
    if not has_window:
        bought = np.array([one.outcome.kind == "bought" for one in leads], dtype=bool)
        return OutcomesSoFar.of_closed(log_odds, created, bought, settled_at, artefact.delay)
    bought_at = np.array([one.outcome.won.at.timestamp() if one.outcome.won else NAN for one in leads])
    return OutcomesSoFar(log_odds, created, bought_at, settled_at, artefact.delay)


def _settled_at(history: LeadHistory, gate: Gate, now: datetime) -> float:
    return max(moment for moment, *_ in label_changes(history, gate) if moment <= now).timestamp()


def _arrival(history: LeadHistory) -> datetime:
    return min(one.fact.known_at for one in history.stored if isinstance(one.fact, Lead))
