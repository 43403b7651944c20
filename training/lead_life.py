"""What was known of one lead's outcome at any moment, worked out once for each time at which that could change."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

from features.facts.history import LeadHistory
from features.facts.values import Lead
from features.outcome_window import OutcomeKind, Untold, outcome_as_of, sale_told_at, waited, window_end
from features.rows.as_of import Gate
from features.rows.rates_timeline import INSTANT
from training.dataset import label_at


@dataclass(frozen=True, slots=True)
class Standing:
    """How a lead stood at a moment: what had become of it, when its window had begun, its label, and when a sale was told.

    ``label`` is (bought, known from) where the lead was settled; ``waited`` how long it was not spoken to; ``untold`` why
    only a closing tells what became of it.
    """

    kind: OutcomeKind
    created_at: datetime
    label: tuple[int, datetime] | None
    sale_told_at: datetime | None
    waited: timedelta
    untold: Untold | None


class LeadLife:
    """A lead's life as it was told.

    Between two moments at which the company learned something, or the lead's window closed, nothing that is known of it
    changes; so each such span is looked at once, however many moments are asked for.
    """

    def __init__(self, history: LeadHistory, gate: Gate) -> None:
        self._history, self._gate = history, gate
        told = {fact.known_at for fact in history.facts}
        created = {fact.at for fact in history.facts if isinstance(fact, Lead)}
        closes = {end + INSTANT for at in created if (end := window_end(at, gate.company))}
        self._changes = sorted(told | closes)
        self._seen: dict[int, Standing | None] = {}

    def standing(self, moment: datetime) -> Standing | None:
        """Return how the lead stood at ``moment``; None before it came."""
        span = bisect_right(self._changes, moment)
        if span not in self._seen:
            self._seen[span] = self._looked_up(moment)
        return self._seen[span]

    def _looked_up(self, moment: datetime) -> Standing | None:
        known = self._gate.as_of(self._history, moment)
        if known is None:
            return None
        outcome = outcome_as_of(known)
        label = label_at(self._history, self._gate, moment) if outcome.is_settled else None
        told_at = sale_told_at(self._history, self._gate.company) if outcome.won else None
        return Standing(outcome.kind, known.created_at, label, told_at, waited(known), outcome.untold)
