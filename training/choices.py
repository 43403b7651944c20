"""What later leads choose: how much of each rung to believe, when its trees stop, how far to follow the latest leads.

The rungs are fitted on earlier leads and judged on those that came next, the young ones among them by what was seen of them so
far. Where sales are too few for that, leads are left out one at a time. What may be luck is shrunk to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.facts.company import Abc
from models.calibration import NATS_BY_CHANCE, NATS_OF_LUCK, Weighed, believed, level_for, weighed
from models.purchase_model import FieldCells
from training.answer_order import asked_by_rules
from training.boosting import Boosted, fit_boosted
from training.cells import Rows
from training.dataset import TrainingSet, with_young
from training.grade_rates import starts_from_rates
from training.left_out import gain_left_out
from training.ordered_scorecard import in_order
from training.recent_change import NOT_FOLLOWING, Following, chosen_following, fold_of
from training.sale_delays import delay_of_all
from training.scorecard import fit_scorecard
from training.shared_rows import age_of, cells_for, rows_in, telling_time

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RUNGS = ("scorecard", "trees of one field", "trees of two fields")
FOLDS = ((0.5, 0.75), (0.75, 1.0))
"""Fitted on the settled leads up to the first share of all, in order of time; judged on those from there to the second. How
earlier leads ended is taken as known, though of some it was only learned later: they choose how much to believe, and are no
proof. Where a window says what can be seen of young leads so far, what all settled ones teach is judged on the young, too."""
SPREAD = 0.3
"""A rung's weight is expected within about this much of an equal share."""
FEWEST_SALES_TO_FOLD = 20
"""With fewer sales, or losses, in a fold, earlier or later, no fold can choose: then leads are left out one at a time."""
FEWEST_SALES_TO_WEIGH = 60
"""With fewer, rungs fitted on half of the leads say little of what all of them teach: then a scorecard whose leads are left out
one at a time is believed as much as they are, where it gains more a lead, luck taken off both. It knows nothing of a market that
turns; so the folds must have shown that something holds on later leads, and keep half of the say. Where young leads judge it is
not asked."""
MOST_ROWS_TO_CHOOSE = 60_000
"""With more, the choices are made on every second lead, every third, ...: more would not change them."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen on later leads: each rung's weight, the rounds of its trees, how far to follow the latest leads.

    ``gain`` is what the blend gained on the rules on those leads, in nats (a likelihood ratio's logarithm).
    """

    weights: tuple[float, float, float]
    rounds: tuple[int, int]
    following: Following = NOT_FOLLOWING
    gain: float = 0.0

    @property
    def has_tables(self) -> bool:
        """Return whether anything beyond the rules held on later leads."""
        return sum(self.weights) > 0


RULES_ALONE = Choices((0.0, 0.0, 0.0), (0, 0))


def chosen(
    data: TrainingSet, rules: Abc, *, window: float | None = None, seed: int = 0, ahead: float | None = None
) -> Choices:
    """Return what later leads of ``data`` choose, the rungs having been fitted on its earlier ones.

    Parameters
    ----------
    window
        The number of days within which a purchase counts. Where it is known the young leads judge too, by what was seen of
        them so far: they came later than all that are settled.
    ahead
        The share of all leads that come until a model is made anew; None where nobody knows.
    """
    data, young = _thinned(data), data.young
    age = age_of(data)
    folds = [fold_of(age, *ends) for ends in FOLDS]
    few = min(_scarcer(data, rows) for fold in folds for rows in fold)
    if few < FEWEST_SALES_TO_FOLD:
        return _chosen_of_few(data, rules)
    every, shown = _judges(data, young, window)
    settled, unsettled = np.arange(len(data)), np.arange(len(data), len(every))
    cells = cells_for(every, rules)
    telling = telling_time(every, cells)
    steady = {name: one for name, one in cells.items() if name not in telling}
    if not steady:
        return RULES_ALONE
    earlier, later = folds[-1]
    stopped = _tried(every, rules, steady, earlier, later, None, seed)
    rounds = [one.rounds for one in stopped.trees]
    share = len(folds[0][0]) / len(earlier)
    tried = [_tried(every, rules, steady, *folds[0], [max(round(n * share), 1) for n in rounds], seed), stopped]
    if len(unsettled):
        folds.append((settled, unsettled))
        tried.append(_tried(every, rules, steady, settled, unsettled, rounds, seed))
    judged = np.concatenate([rows for _, rows in folds])
    found = weighed(
        np.concatenate([one.moved for one in tried]),
        np.concatenate([one.start for one in tried]),
        every.outcome[judged],
        every.weight[judged],
        expected=np.full(len(RUNGS), 1 / len(RUNGS)),
        spread=SPREAD,
        part=np.repeat(np.arange(len(folds)), [len(rows) for _, rows in folds]),
        shown=shown[judged],
    )
    if not found.weights.any():
        return RULES_ALONE
    if few < FEWEST_SALES_TO_WEIGH and not len(unsettled):
        alone = _chosen_of_few(data, rules)
        if (alone.gain - NATS_BY_CHANCE) / len(data) > (found.gain - NATS_OF_LUCK) / len(judged):
            weights = (found.weights + np.array(alone.weights)) / 2
            found = Weighed(weights, found.gain)
    first, second, third = found.weights.tolist()
    rows = rows_in(every, cells, starts_from_rates(data, rules)).of(settled)
    following = chosen_following(rows, age, stopped.strengths, telling=telling, ahead=ahead)
    return Choices((first, second, third), (rounds[0], rounds[1]), following, found.gain)


def _judges(data: TrainingSet, young: TrainingSet | None, window: float | None) -> tuple[TrainingSet, Floats]:
    """Return the settled rows and, after them, the young ones where they can judge; of each what share of buyers is seen by now."""
    shown = np.ones(len(data))
    if young is None or window is None:
        return data, shown
    every = with_young(data, _thinned(young))
    unsettled, curve = np.arange(len(data), len(every)), delay_of_all(every, window)
    if curve is None or _scarcer(every, unsettled) < FEWEST_SALES_TO_FOLD:
        return data, shown
    late = every.of(unsettled)
    seen = curve.shown(late.asked_after, late.age, curve.longer_of(late.channel), late.waited)
    return every, np.concatenate([shown, seen])


def _chosen_of_few(data: TrainingSet, rules: Abc) -> Choices:
    """Return how much of a scorecard to believe where there are too few sales to judge by later ones."""
    cells = cells_for(data, rules)
    rows = rows_in(data, cells, starts_from_rates(data, rules)).without(telling_time(data, cells))
    if not rows.cells or not 0 < data.sales < data.leads:
        return RULES_ALONE
    gain = gain_left_out(rows, fit_scorecard(rows), data.lead)
    share = believed(gain)
    return Choices((share, 0.0, 0.0), (0, 0), gain=gain) if share else RULES_ALONE


@dataclass(frozen=True, slots=True)
class _Tried:
    """What the rungs fitted on earlier leads say of later ones: rows x rungs, and where the rows start."""

    moved: Floats
    start: Floats
    trees: tuple[Boosted, ...]
    strengths: Mapping[str, float]


def _tried(
    data: TrainingSet,
    rules: Abc,
    cells: Mapping[str, FieldCells],
    earlier: Ints,
    later: Ints,
    rounds: list[int] | None,
    seed: int,
) -> _Tried:
    """Fit the rungs on earlier leads; where no rounds are given the trees stop on the later ones."""
    rows = rows_in(data, cells, starts_from_rates(data.of(earlier), rules))
    fit_on, judged = rows.of(earlier), _levelled(rows.of(later))
    card = fit_scorecard(fit_on)
    trees = tuple(
        fit_boosted(
            fit_on,
            None if rounds else judged,
            fields_a_tree=n + 1,
            rounds=rounds[n] if rounds else None,
            alone=asked_by_rules(rules),
            seed=seed,
        )
        for n in range(2)
    )
    tables = [in_order(card, fit_on, rules), *(one.tables for one in trees)]
    moved = np.column_stack([one.at(judged.where) for one in tables])
    return _Tried(moved, judged.start, trees, card.strengths)


def _levelled(rows: Rows) -> Rows:
    """Return rows that start from their own rate: a market that rose or fell must not stop what ranks well."""
    return rows.starting_from(rows.start + level_for(rows.start, rows.outcome, rows.weight))


def _thinned(data: TrainingSet) -> TrainingSet:
    """Return the rows of every n-th lead in order of time, so many that they are few enough to choose on."""
    every = -(-len(data) // MOST_ROWS_TO_CHOOSE)
    if every <= 1:
        return data
    leads, first = np.unique(data.lead, return_index=True)
    in_time = leads[np.argsort(data.created[first], kind="stable")]
    return data.of(np.flatnonzero(np.isin(data.lead, in_time[::every])))


def _scarcer(data: TrainingSet, rows: Ints) -> int:
    """Return how many of the leads bought, or did not, whichever is fewer."""
    sales = len(np.unique(data.lead[rows[data.outcome[rows] > 0]]))
    return min(sales, len(np.unique(data.lead[rows])) - sales)
