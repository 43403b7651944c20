"""What the scores of the past were worth, once it was known who bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from models.backtest_report import BASE_RATE, FIRST_CALLED, MODEL, RULES, Judgement, LeftAlone, Overall
from models.measured import Measured
from models.ranking_metrics import Judged, interval_of, log_loss_ratio, mean_log_loss
from training.dataset import TrainingSet
from training.evaluation import FEWEST_LEADS, FEWEST_SALES
from training.first_called import sales_found_first
from training.rung_models import Learned

Floats = npt.NDArray[np.float64]
ALONE = "left alone"


@dataclass(frozen=True, slots=True)
class Scored:
    """The settled leads of one period as they arrived, what was learned when it began, and what each contender said of them.

    ``shorter_window`` is within how many days who bought was learned, where that was less than the company's own window.
    """

    since: datetime
    learned: Learned
    arrivals: TrainingSet
    said: dict[str, Floats]
    shorter_window: int | None = None

    @property
    def expected(self) -> float:
        """Return how many sales the model expected."""
        return float(self.said[MODEL].sum())


def judgements(periods: Sequence[Scored], *, seed: int = 0) -> dict[str, Judgement] | None:
    """Return how every contender that spoke in all ``periods`` did on their leads; None where there is not enough data."""
    if not _is_enough(periods):
        return None
    named = [name for name in periods[0].said if all(name in one.said for one in periods)]
    return {name: _judgement(periods, name, seed) for name in named}


def overall(periods: Sequence[Scored], *, seed: int = 0) -> Overall:
    """Return how the periods in which something could be learned did together."""
    spoke = [one for one in periods if one.learned.ladder and len(one.arrivals)]
    judged = judgements(spoke, seed=seed)
    more = None
    if judged:
        mine, sales = _found(spoke, MODEL, seed)
        theirs, _ = _found(spoke, RULES, seed)
        more = interval_of((mine - theirs) / sales * sales[0])
    return Overall(_leads(spoke), _sales(spoke), judged, more)


def left_alone(periods: Sequence[Scored], place: int, *, seed: int = 0) -> LeftAlone:
    """Return how the model that was learned when period ``place`` began did in all later ones, beside the renewed ones."""
    old, learned = periods[place], periods[place].learned
    later = [one for one in periods[place + 1 :] if len(one.arrivals)]
    judged: tuple[Judgement, Judgement, Measured] | tuple[None, None, None] = (None, None, None)
    if learned.ladder and _is_enough(later):
        ladder = learned.ladder
        later = [replace(one, said={**one.said, ALONE: ladder.probability(one.arrivals)}) for one in later]
        ratio = log_loss_ratio(_all_said(later, ALONE), _all_said(later, MODEL), _together(later), seed=seed)
        judged = (_judgement(later, ALONE, seed), _judgement(later, MODEL, seed), ratio)
    return LeftAlone(old.since, learned.leads, _leads(later), _sales(later), *judged)


def _judgement(periods: Sequence[Scored], name: str, seed: int) -> Judgement:
    judged, p, base = _together(periods), _all_said(periods, name), _all_said(periods, BASE_RATE)
    found, sales = _found(periods, name, seed)
    over_base = log_loss_ratio(p, base, judged, seed=seed)
    return Judgement(mean_log_loss(p, judged), over_base, interval_of(found / sales * sales[0]))


def _found(periods: Sequence[Scored], name: str, seed: int) -> tuple[Floats, Floats]:
    """Return the sales among each period's first leads, and all of its sales, summed; of the leads, then of each resample."""
    pairs = [
        sales_found_first(one.said[name], _judged(one.arrivals.outcome), FIRST_CALLED, seed=seed + place)
        for place, one in enumerate(periods)
    ]
    return np.sum([found for found, _ in pairs], axis=0), np.sum([sales for _, sales in pairs], axis=0)


def _is_enough(periods: Sequence[Scored]) -> bool:
    return _leads(periods) >= FEWEST_LEADS and _sales(periods) >= FEWEST_SALES


def _leads(periods: Sequence[Scored]) -> int:
    return sum(len(one.arrivals) for one in periods)


def _sales(periods: Sequence[Scored]) -> int:
    return int(sum(one.arrivals.outcome.sum() for one in periods))


def _all_said(periods: Sequence[Scored], name: str) -> Floats:
    return np.concatenate([one.said[name] for one in periods])


def _together(periods: Sequence[Scored]) -> Judged:
    return _judged(np.concatenate([one.arrivals.outcome for one in periods]))


def _judged(outcome: Floats) -> Judged:
    """Return leads to judge by: each a row of its own, and each as heavy as the other."""
    return Judged(outcome, np.ones(len(outcome)), np.arange(len(outcome), dtype=np.int64))
