"""The leads from which a model can still learn how it does: those that came after it learned, or were open then.

Each is scored as it was known when it arrived. Leads that nobody worked tell nothing; test leads are none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from features.facts.history import LeadHistory
from features.outcome_window import UNTOLD, outcome_as_of, sale_told_at, waited
from features.rows.as_of import Gate, KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import label_changes
from models.artefact import Artefact
from models.delay import DelayCurve
from models.model_scorer import ModelScorer
from models.outcomes_so_far import CLOSINGS_TELL, OutcomesSoFar

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class LeadSince:
    """A lead as it arrived, its row, its log-odds by the model, and what is known of it now.

    ``told_at`` is when it was told to have bought (POSIX seconds), nan where it was not; ``settled_at`` is since when its
    outcome is known; ``waited`` how many days after the request somebody was spoken to.
    """

    arrived: KnownLead
    row: FeatureRow
    log_odds: float
    told_at: float
    settled_at: float
    waited: float

    @property
    def created(self) -> float:
        """Return when it was created."""
        return self.arrived.created_at.timestamp()


def leads_since(
    histories: Iterable[LeadHistory], rows: RowBuilder, artefact: Artefact, *, now: datetime
) -> Iterator[LeadSince]:
    """Yield the worked leads whose outcome the model's level has not been asked about yet, as known at ``now``.

    Those not settled when the model learned, and those that were too young then: of leads of an age all have to speak, not
    only the ones that were closed late. What became of them is counted within the window that taught the model.
    """
    scorer, gate = ModelScorer(artefact), Gate(artefact.counts(rows.company))
    closings_tell = artefact.about.get(CLOSINGS_TELL, UNTOLD)
    ripe_since = artefact.data_cut_off - timedelta(days=artefact.ripe_after or 0.0)
    for history in histories:
        then, known = gate.as_of(history, artefact.data_cut_off), gate.as_of(history, now)
        was_ripe = then is not None and then.created_at <= ripe_since
        asked_before = then and was_ripe and outcome_as_of(then).taught(closings_tell).is_settled
        if known is None or asked_before:
            continue
        outcome = outcome_as_of(known).taught(closings_tell)
        if outcome.is_settled or (outcome.kind == "open" and gate.company.horizon_days):
            arrived = rows.known(history, history.arrived_at)
            assert arrived is not None  # the moment is the lead's own arrival
            row = rows.row(arrived)
            settled_at = _settled_at(history, gate, now, closings_tell) if outcome.is_settled else NAN
            sale = sale_told_at(history, gate.company) if outcome.won else None
            told_at = sale.timestamp() if sale else NAN
            waits = waited(known) / timedelta(days=1)
            yield LeadSince(arrived, row, scorer.score(arrived, row).log_odds, told_at, settled_at, waits)


def outcomes_of(leads: Sequence[LeadSince], artefact: Artefact) -> OutcomesSoFar:
    """Return the leads as the level follows them; without a window a sale counts from when it was known."""
    log_odds, created = np.array([one.log_odds for one in leads]), np.array([one.created for one in leads])
    settled_at, told_at = np.array([one.settled_at for one in leads]), np.array([one.told_at for one in leads])
    delay = None if artefact.delay is None else DelayCurve.from_json(artefact.delay)
    closed = np.where(np.isfinite(told_at), settled_at, np.nan)
    bought_at = closed if delay is None else told_at
    longer = 1.0 if delay is None else delay.longer_of(one.arrived.channel for one in leads)
    waits = np.array([one.waited for one in leads])
    return OutcomesSoFar(log_odds, created, bought_at, settled_at, delay, artefact.ripe_after or 0.0, longer, waits)


def _settled_at(history: LeadHistory, gate: Gate, now: datetime, closings_tell: Collection[str]) -> float:
    changes = label_changes(history, gate, closings_tell=closings_tell)
    return max(moment for moment, *_ in changes if moment <= now).timestamp()
