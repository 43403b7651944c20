"""How well columns tell won leads from the others: each alone, several together, one on top of what is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from features.drafting.leaks.auc_gain import Estimate, Floats, auc_of, folds_of, gain_of, log_odds_of, together
from features.drafting.leaks.findings import Figures
from features.drafting.leaks.late_fields import shares_filled
from features.drafting.leaks.told_column import Codes, Flags, ToldColumn


@dataclass(frozen=True, slots=True)
class Power:
    """What each column alone says of the settled leads, and how they ended."""

    won: Flags
    folds: Codes
    scores: Mapping[str, Floats]

    def known(self, columns: Collection[str]) -> Floats:
        """Return what several columns say together; their order changes nothing."""
        return together([self.scores[name] for name in sorted(columns)], self.won, self.folds)

    def adds(self, column: str, known: Floats, worth: float) -> Estimate | None:
        """Return what a column adds to the AUC of what is known; None where that is not surely so, or less than ``worth``."""
        if not auc_of(self.scores[column], self.won).is_surely_above(0.5):
            return None
        gain = gain_of(known, together([known, self.scores[column]], self.won, self.folds), self.won)
        return gain if gain.value >= worth and gain.is_surely_above(0.0) else None


def power_of(columns: Mapping[str, ToldColumn], won: Flags) -> Power:
    """Return what each column alone says of the leads of which ``won`` says how they ended; each lead is judged by others."""
    folds = folds_of(len(won))
    return Power(won, folds, {name: log_odds_of(column.codes, won, folds) for name, column in columns.items()})


def figures_of(column: ToldColumn, power: Power) -> Figures:
    """Return a column's figures, for people to judge by."""
    of_won, of_others = shares_filled(column.filled, power.won)
    return Figures(of_won, of_others, auc_of(power.scores[column.name], power.won))
