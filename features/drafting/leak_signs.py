"""Which columns look as if they were written after the outcome began to show, each with the figure that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.drafting.column_kinds import ColumnKind
from features.drafting.header_words import first_fitting, spoken
from features.drafting.leaks.auc import auc_by
from features.drafting.leaks.surely_apart import is_surely_apart
from features.errors import FactRefused
from features.facts.channels import tidied
from features.facts.file_shape import Decimal, parse_number

LATE_NAMES = (
    "… status …", "… статус* …", "… stage …", "… этап* …", "… стади* …", "… reason …", "… причин* …", "… close* …", "… closing …",
    "… закрыт* …", "… won …", "… lost …", "… выигр* …", "… отказ* …", "… duration …", "… длительност* …", "… tag …", "… tags …",
    "… тег* …", "… score …", "… scoring …", "… скоринг* …", "… балл* …", "… grade …", "… rating …", "… рейтинг …", "… quality …",
    "… качеств* …", "lead profile", "… activity index …", "… profile index …", "last …", "… last activity …",
    "… last notable activity …", "последн* …", "… contacted …", "… called …", "… дозвон* …", "… звонк* …", "… звонок …",
    "… перезвон* …", "… result …", "… результат* …", "… outcome …", "… итог* …", "… modified …", "… updated …", "… изменен* …",
    "… редактирован* …", "… deal …", "… сделк* …", "… договор* …", "… contract …", "… paid …", "… payment …", "… оплат* …",
    "… оплачен* …", "… invoice …", "… converted …", "… conversion …", "… customer since …",
    "… next step …", "… следующ* шаг* …", "… interest rate …", "… примечан* …", "… комментари* …", "… comment* …",
    "… customer date …", "… notes …", "… lifecycle …",
)  # fmt: skip
"""Names that a column gets when the sales side writes it."""
ENOUGH = 20
"""Won leads, and others, below which figures say nothing."""
FILLED_APART = 0.35
FILLED_TIMES = 2.5
HARDLY_ANY_OTHER = 10.0
"""However rarely a column is filled: so many times as often for won leads, and it is one of the sale."""
AUC_OF_A_LEAK = 0.90
AUC_WORTH_A_WORD = 0.70
NOUGHT_APART = 0.6


@dataclass(frozen=True, slots=True)
class LeakSigns:
    """What makes a column suspicious; ``words`` says it with the figures, and is empty where nothing is to be said."""

    is_leak: bool
    words: tuple[str, ...] = ()


def leak_signs(
    column: str, cells: Sequence[str | None], kind: ColumnKind, won: Sequence[bool] | None, decimal: Decimal = "."
) -> LeakSigns:
    """Return what speaks against a column as something known when a lead arrives.

    Parameters
    ----------
    cells
        One a lead, None where nothing was given.
    won
        Whether each lead bought; None where no outcome is known, and then only the name counts.

    Examples
    --------
    >>> leak_signs("Lead status", ["hot"], "choice", None).words
    ('its name ("status") says that the sales side writes it',)
    >>> late = leak_signs("area", ["5"] * 40 + [None] * 60, "number", [True] * 40 + [False] * 60)
    >>> late.is_leak, late.words[0]
    (True, 'filled for 100 % of won leads and 0 % of the others')
    """
    named = first_fitting(column, LATE_NAMES)
    words = [f'its name ("{spoken(named)}") says that the sales side writes it'] if named else []
    if won is None or min(sum(won), len(won) - sum(won)) < ENOUGH:
        return LeakSigns(bool(named), tuple(words))
    filled_won, filled_others = filled_shares(cells, won)
    shares = f"filled for {filled_won:.0%} of won leads and {filled_others:.0%} of the others".replace("%", " %")
    auc = auc_alone(cells, kind, won, decimal)
    figure = f"alone it tells won leads from the others with AUC {auc:.2f} (0.50 is chance)"
    far_apart = _is_far_apart(filled_won, filled_others, sum(won))
    if far_apart:
        words.append(shares)
    if auc >= AUC_OF_A_LEAK or (auc >= AUC_WORTH_A_WORD and not far_apart):
        words.append(figure)
    sums = sums_apart(cells, won, decimal) if kind == "number" else None
    if sums and not far_apart:
        words.append(sums)
    is_leak = bool(named) or far_apart or sums is not None or auc >= AUC_OF_A_LEAK
    if is_leak:
        return LeakSigns(
            True,
            tuple(
                words if len(words) > 1 or not named else [*words, *_told(shares, filled_won, filled_others), figure]
            ),
        )
    apart = is_surely_apart(np.array([cell is not None for cell in cells]), np.array(won))
    return LeakSigns(False, tuple([shares, *words] if apart else words))


def filled_shares(cells: Sequence[str | None], won: Sequence[bool]) -> tuple[float, float]:
    """Return the shares of won leads and of the others for which a column says something.

    >>> filled_shares(["a", None, "b", None], [True, True, False, False])
    (0.5, 0.5)
    """
    filled = np.array([cell is not None for cell in cells])
    bought = np.array(won)
    return float(filled[bought].mean()), float(filled[~bought].mean())


def sums_apart(cells: Sequence[str | None], won: Sequence[bool], decimal: Decimal = ".") -> str | None:
    """Return in words that little but sales has a number above nought, or None: a CRM writes 0 before it knows the sum.

    >>> sums_apart(["500", "0", "700", "0"], [True, False, True, False])
    'more than 0 for 100 % of won leads and 0 % of the others'
    """
    above = {cell: (_number(cell, decimal) or 0.0) > 0 for cell in set(cells)}
    of_won, of_others = filled_shares([cell if above[cell] else None for cell in cells], won)
    if of_won - of_others < NOUGHT_APART:
        return None
    return f"more than 0 for {of_won:.0%} of won leads and {of_others:.0%} of the others".replace("%", " %")


def auc_alone(cells: Sequence[str | None], kind: ColumnKind, won: Sequence[bool], decimal: Decimal = ".") -> float:
    """Return how well a column alone ranks won leads before the others, each half judged by what the other half taught.

    Numbers are cut into twenty groups of equal size; of free text and identifiers only whether they are there counts.
    """
    levels = levels_of(cells, kind, decimal)
    numbers = {level: place for place, level in enumerate(dict.fromkeys(levels))}
    codes, bought = np.array([numbers[level] for level in levels], dtype=np.int64), np.array(won, dtype=np.bool_)
    places = np.random.default_rng(0).permutation(len(levels))  # whatever repeats along the file falls apart
    halves = (places[::2], places[1::2])
    rates = [_rates(codes[half], bought[half], len(numbers)) for half in halves]
    aucs = [
        auc_by(rates[0][codes[halves[1]]], bought[halves[1]]),
        auc_by(rates[1][codes[halves[0]]], bought[halves[0]]),
    ]
    return sum(aucs) / 2


def levels_of(cells: Sequence[str | None], kind: ColumnKind, decimal: Decimal) -> list[str]:
    """Return what each cell says, as one of few levels: numbers in groups, free text only by whether it is there.

    >>> levels_of(["Omsk ", None, "omsk"], "choice", ".")
    ['omsk', '', 'omsk']
    """
    if kind == "number":
        return _groups(cells, decimal)
    if kind in ("text", "identifier", "date", "list"):
        return ["" if cell is None else "there" for cell in cells]
    said = {cell: "" if cell is None else tidied(cell) for cell in set(cells)}
    return [said[cell] for cell in cells]


def _groups(cells: Sequence[str | None], decimal: Decimal) -> list[str]:
    read = {cell: _number(cell, decimal) for cell in set(cells)}
    numbers = [read[cell] for cell in cells]
    known = [number for number in numbers if number is not None]
    borders = np.unique(np.quantile(known, np.linspace(0, 1, 21)[1:-1])) if known else np.array([])
    groups = {
        cell: "" if one is None else str(np.searchsorted(borders, one, side="right")) for cell, one in read.items()
    }
    return [groups[cell] for cell in cells]


def _number(cell: str | None, decimal: Decimal) -> float | None:
    if cell is None:
        return None
    try:
        return parse_number(cell, decimal)
    except FactRefused:
        return None


def _rates(codes: NDArray[np.int64], won: NDArray[np.bool_], levels: int) -> NDArray[np.float64]:
    """Return each level's rate of wins, drawn towards the rate of all by ten leads' weight; an unseen one has just that."""
    base = float(won.mean()) if len(won) else 0.0
    wins = np.bincount(codes[won], minlength=levels)
    rates: NDArray[np.float64] = (wins + 10 * base) / (np.bincount(codes, minlength=levels) + 10)
    return rates


def _told(shares: str, won: float, others: float) -> list[str]:
    return [shares] if abs(won - others) >= 0.01 else []


def _is_far_apart(won: float, others: float, wins: int) -> bool:
    if won - others >= FILLED_APART or (won >= 0.1 and won >= FILLED_TIMES * others):
        return True
    return won * wins >= ENOUGH and won >= HARDLY_ANY_OTHER * others
