"""Whether a column was made from the outcome, or joined in making it, by how it goes with all else that is known of a lead.

What is made from the outcome goes with the other columns exactly as far as the outcome does: the better a lead's chances by
all else, the oftener it says what it says of buyers. What helps to decide, and has nothing to do with the rest, says the
same of leads with good and with bad chances.
"""

from __future__ import annotations

import numpy as np

from features.drafting.leaks.auc_gain import Floats
from features.drafting.leaks.told_column import Codes, Flags

BINS = 20
DOUBT = 1.0
"""Leads' worth of doubt in each share."""


def weight_of_copying(codes: Codes, known: Floats, won: Flags) -> float:
    """Return the log of how much likelier the column is if made from the outcome than if it joined in making it.

    Parameters
    ----------
    codes
        What the column says of each lead.
    known
        A score of the leads by everything else.
    won
        Whether each lead bought.

    Examples
    --------
    >>> chance = np.random.default_rng(0)
    >>> known = chance.normal(size=4000)
    >>> won = chance.random(4000) < 1 / (1 + np.exp(-2 * known))
    >>> copied = np.where(chance.random(4000) < 0.4, won, chance.random(4000) < 0.5).astype(np.int64)
    >>> apart = chance.integers(0, 2, 4000)
    >>> weight_of_copying(copied, known, won) > 20, abs(weight_of_copying(apart, known, won)) < 1
    (True, True)
    """
    chances = _chances(known, won)
    size = int(codes.max()) + 1
    of_won, of_others = _shares(codes[won], size), _shares(codes[~won], size)
    of_all = won.mean() * of_won + (1 - won.mean()) * of_others
    mixed = chances * of_won[codes] + (1 - chances) * of_others[codes]
    return float(np.log(mixed / of_all[codes]).sum())


def _chances(known: Floats, won: Flags) -> Floats:
    """Return each lead's chance of buying by the score: the rate among leads of like score."""
    places = np.argsort(np.argsort(known, kind="stable"), kind="stable")
    bins = places * BINS // len(known)
    leads = np.bincount(bins, minlength=BINS)
    rates: Floats = (np.bincount(bins, weights=won, minlength=BINS) + DOUBT * float(won.mean())) / (leads + DOUBT)
    return rates[bins]


def _shares(codes: Codes, size: int) -> Floats:
    shares: Floats = (np.bincount(codes, minlength=size).astype(np.float64) + DOUBT / size) / (len(codes) + DOUBT)
    return shares
