"""What a company's questions mean must not be unlearned: a yes never speaks against a lead, and a no never for it.

Of a field that the rules ask, every entry for "no" lies at or below every one for "unknown", and these at or below every
one for "yes". The entries that come nearest to what was learned, each weighed by its leads, are taken instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import LinearConstraint, minimize

from features.facts.channels import tidied
from features.facts.company import Abc, Criterion
from features.rows.feature_row import answer_feature_name
from features.rows.form_answers import CHOSEN, DAYS_AHEAD, WORDS_WRITTEN
from models.abc_rules import Said, said
from models.purchase_model import FieldCells
from training.tables import Tables

Floats = npt.NDArray[np.float64]
RANK: dict[Said, int] = {"no": 0, "unknown": 1, "yes": 2}


def asked_by_rules(rules: Abc) -> dict[str, list[Criterion]]:
    """Return the features that hold an answer that the rules ask for, and by which criteria."""
    asked: dict[str, list[Criterion]] = {}
    for one in rules.criteria.values():
        asked.setdefault(answer_feature_name(one.field), []).append(one)
    return asked


def beside_answers(rules: Abc) -> set[str]:
    """Return the features that come with such an answer and say nothing of it: they would tell a yes by the side."""
    names = {one.field for one in rules.criteria.values()}
    return {answer_feature_name(name + end) for name in names for end in (DAYS_AHEAD, WORDS_WRITTEN, CHOSEN)}


def words_of(criteria: Sequence[Criterion]) -> list[str]:
    """Return every word that criteria name, as features hold it."""
    return list(dict.fromkeys(tidied(word) for one in criteria for word in (*one.yes, *one.no)))


def borders_of(criteria: Sequence[Criterion]) -> list[float]:
    """Return the cuts between no and yes of numbers: a value at the criterion's own border is a yes, also as a column has it."""
    return [_border(one.yes_from) for one in criteria if one.yes_from is not None]


def _border(yes_from: float) -> float:
    return float(np.nextafter(np.float32(yes_from), np.float32(-np.inf)))


def ordered(tables: Tables, rules: Abc, masses: Mapping[str, Floats]) -> Tables:
    """Return the tables with the entries of every field that the rules ask in order.

    Parameters
    ----------
    masses
        How many leads stand in each cell, by field.

    >>> from features.facts.company import Company
    >>> rules = Abc(criteria={"need": Criterion(field="need", yes=("yes",), no=("no",))})
    >>> learned = Tables({"need": FieldCells("need", levels=("yes", "no"))}, 0.0, {"need": np.array([0.4, 0.2, 0.0, 0.1])})
    >>> ordered(learned, rules, {"need": np.array([10.0, 10.0, 0.0, 10.0])}).singles["need"].round(2).tolist()
    [0.4, 0.15, 0.15, 0.15]
    """
    singles = dict(tables.singles)
    for name, criteria in asked_by_rules(rules).items():
        if name in singles:
            ranks = [_ranks(tables.cells[name], one) for one in criteria]
            singles[name] = _nearest_in_order(singles[name], masses[name], ranks)
    return Tables(dict(tables.cells), tables.intercept, singles, dict(tables.pairs))


def _ranks(cells: FieldCells, criterion: Criterion) -> list[set[int]]:
    """Return for each cell which of no, unknown and yes its values mean."""
    unknown = {RANK["unknown"]}
    if cells.levels is None:
        return [_of_range(cells, cell, criterion) for cell in range(cells.missing)] + [unknown]
    answers = [tuple(level.split(" + ")) for level in cells.levels]
    return [{RANK[said({criterion.field: one}, criterion)]} for one in answers] + [unknown, unknown]


def _of_range(cells: FieldCells, cell: int, criterion: Criterion) -> set[int]:
    if criterion.yes_from is None:
        return {RANK["unknown"]}
    border, cuts = _border(criterion.yes_from), cells.cuts or ()
    has_no = cell == 0 or cuts[cell - 1] < border
    has_yes = cell == len(cuts) or cuts[cell] > border
    return ({RANK["no"]} if has_no else set()) | ({RANK["yes"]} if has_yes else set())


def _nearest_in_order(entries: Floats, mass: Floats, ranks: Sequence[Sequence[set[int]]]) -> Floats:
    """Return the entries nearest to these, in squares weighed by mass, that every criterion's order allows.

    Beside the entries there are two borders a criterion, one below its unknown and one above.
    """
    count, borders = len(entries), 2 * len(ranks)
    limits = []
    for place, of_cells in enumerate(ranks):
        low, high = count + 2 * place, count + 2 * place + 1
        limits.append(_above(high, low, count + borders))
        for cell, means in enumerate(of_cells):
            if 0 in means:
                limits.append(_above(low, cell, count + borders))
            if 1 in means:
                limits += [_above(cell, low, count + borders), _above(high, cell, count + borders)]
            if 2 in means:
                limits.append(_above(cell, high, count + borders))
    weight = np.maximum(mass, 1e-3 * max(float(mass.sum()), 1.0))
    weight /= weight.sum()
    middle = float(weight @ entries)

    def away(x: Floats) -> tuple[float, Floats]:
        off = x[:count] - entries
        return float(weight @ off**2), np.concatenate([2 * weight * off, np.zeros(borders)])

    begin = np.full(count + borders, middle)
    found = minimize(
        away, begin, jac=True, method="SLSQP", constraints=LinearConstraint(np.array(limits), 0.0, np.inf),
        options={"ftol": 1e-14, "maxiter": 1000},
    ).x  # fmt: skip
    return _exactly(found[:count], ranks, found[count:])


def _above(upper: int, lower: int, width: int) -> Floats:
    limit = np.zeros(width)
    limit[upper], limit[lower] = 1.0, -1.0
    return limit


def _exactly(entries: Floats, ranks: Sequence[Sequence[set[int]]], borders: Floats) -> Floats:
    """Return entries that keep the order to the last digit, where the search kept it nearly."""
    made = entries.copy()
    for place, of_cells in enumerate(ranks):
        low, high = sorted(borders[2 * place : 2 * place + 2])
        for cell, means in enumerate(of_cells):
            if means == {0}:
                made[cell] = min(made[cell], low)
            elif means == {2}:
                made[cell] = max(made[cell], high)
            else:
                made[cell] = min(max(made[cell], low), high)
    return made
