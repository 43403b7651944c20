"""From a probability to its log-odds and back, for one lead; arrays take scipy's ``logit`` and ``expit``."""

from __future__ import annotations

import math


def log_odds(rate: float) -> float:
    """Return ln(rate / (1 - rate)) for 0 < rate < 1.

    >>> round(log_odds(0.25), 4)
    -1.0986
    """
    return math.log(rate / (1.0 - rate))


def probability_of(log_odds_: float) -> float:
    """Return 1 / (1 + exp(-log_odds)), also far out.

    >>> probability_of(0.0), probability_of(-800.0), probability_of(800.0)
    (0.5, 0.0, 1.0)
    """
    if log_odds_ >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds_))
    grown = math.exp(log_odds_)
    return grown / (1.0 + grown)
