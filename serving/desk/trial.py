"""A model is tried before it serves: it has to read this company's fields, give a probability to every lead, and be quick.

The leads are made up, so that a trial needs no store and takes no longer than it may; they stand in as many of the model's own
cells as a few leads can.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from statistics import median

from features.errors import ModelUnfit
from features.facts.history import LeadHistory
from features.facts.values import Lead, LeadId, Stored
from features.rows.feature import Value
from features.rows.feature_row import GENERAL_FEATURES, RowBuilder
from models.model_scorer import ModelScorer
from models.purchase_model import FieldCells

LEADS = 48
LONGEST_SECONDS, FEWEST = 2.0, 7
"""A trial ends after so long, once so many leads were scored: that the machine stood still for one of them says nothing."""
NOBODY = LeadId("")
GENERAL = frozenset(one.name for one in GENERAL_FEATURES)


class Trial:
    """Tries models for a company.

    Parameters
    ----------
    rows
        Builds this company's rows.
    now
        Tells the moment at which the made-up leads come.
    slowest
        How long a score may take, in seconds: the median of leads that stand elsewhere than any before.
    """

    def __init__(self, rows: RowBuilder, now: Callable[[], datetime], slowest: float) -> None:
        self._rows, self._now, self._slowest = rows, now, slowest

    def __call__(self, scorer: ModelScorer) -> None:
        """Try a model; ``ModelUnfit`` where it may not serve."""
        self._reads_our_fields(scorer)
        moment = self._now()
        known = self._rows.known(LeadHistory(NOBODY, (Stored(0, Lead(NOBODY, moment, moment)),)), moment)
        assert known is not None
        ends, took = time.perf_counter() + LONGEST_SECONDS, list[float]()
        for row in _rows_in_many_cells(scorer, self._rows.row(known)):
            began = time.perf_counter()
            score = scorer.score(known, row)
            took.append(time.perf_counter() - began)
            if not all(math.isfinite(one) and 0 <= one <= 1 for one in (score.low, score.probability, score.high)):
                raise ModelUnfit(scorer.artefact.version, "it gives a lead no probability; train anew")
            if len(took) >= FEWEST and time.perf_counter() > ends:
                break
        if median(took) > self._slowest:
            told = f"a score takes it {median(took) * 1e3:.3g} ms, and may take {self._slowest * 1e3:.3g}"
            raise ModelUnfit(scorer.artefact.version, f"{told}; LEADLOOP_SLOWEST_SCORE_MS says how long it may")

    def _reads_our_fields(self, scorer: ModelScorer) -> None:
        """Refuse a model of which most of the company's own fields are not declared here: it is another company's.

        Of a field that was taken out of company.yaml since it learned nothing is known; that alone is no reason to refuse it.
        """
        own = [one.feature for one in scorer.artefact.model.cells if one.feature not in GENERAL]
        declared = {one.name for one in self._rows.features}
        strange = [one for one in own if one not in declared]
        if 2 * len(strange) > len(own):
            told = ", ".join(strange[:5])
            raise ModelUnfit(scorer.artefact.version, f"it reads fields that company.yaml does not declare ({told})")


def _rows_in_many_cells(scorer: ModelScorer, plain: dict[str, Value]) -> Iterator[dict[str, Value]]:
    """Yield the row of a lead of which nothing is known, then rows of which every feature stands in another cell each time."""
    yield plain
    cells = scorer.artefact.model.cells
    for number in range(1, LEADS):
        yield {**plain, **{one.feature: _in_cell(one, number + place) for place, one in enumerate(cells)}}


def _in_cell(cells: FieldCells, number: int) -> Value:
    """Return a value of one of a feature's cells."""
    if cells.levels is not None:
        return cells.levels[number % len(cells.levels)] if cells.levels else None
    return cells.cuts[number % len(cells.cuts)] if cells.cuts else 0.0
