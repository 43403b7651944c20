"""How a candidate is made, a ladder of rungs: the rules, a scorecard, shallow trees, and what the latest leads changed.

1. Each grade's rate from the leads at hand, shrunk to the company's guess: where the log-odds of a lead start.
2. A scorecard, trees of one field and trees of two, all sums of tables over the same cells, blended: how much of each is
   chosen on later leads than they were fitted on, and shrunk to nothing where that gain may be luck. The latest of them
   are young: they judge by what was seen of them so far.
3. What the latest leads say differently, as far as following it was worth on the leads that came next.
4. All rows together are fitted again with these choices, young leads among them: a lead that has not bought yet stands
   for the chance that it still will. The level is the rate that was seen, or that of the latest leads where it jumped.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from features.facts.company import Abc
from features.log_odds import log_odds
from models.abc_rules import GRADES, RuleGrade, guessed_rate
from models.calibration import believed, jump_of, level_for, weighed
from models.delay import DelayCurve
from models.grade_starts import in_order
from models.purchase_model import FieldCells
from models.score import LEADS_OF_A_GUESS
from training.answer_order import asked_by_rules, beside_answers, borders_of, ordered, words_of
from training.boosting import Boosted, fit_boosted
from training.cells import Rows, cells_of, shared_cells
from training.dataset import TrainingSet, with_young
from training.delay_by_channel import delay_by_channel
from training.left_out import gain_left_out
from training.period_fields import period_fields
from training.recent_change import NOT_FOLLOWING, Following, chosen_following, fold_of, followed_by
from training.scorecard import Scorecard, fit_scorecard
from training.tables import Tables, blended, simplified
from training.uncertainty import CERTAIN, Uncertainty, uncertainty_of
from training.unseen import cautious

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RUNGS = ("scorecard", "trees of one field", "trees of two fields")
FOLDS = ((0.5, 0.75), (0.75, 1.0))
"""Fitted on the settled leads up to the first share of all, in order of time; judged on those from there to the second. How
earlier leads ended is taken as known, though of some it was only learned later: they choose how much to believe, and are no
proof. Where a window says what can be seen of young leads so far, what all settled ones teach is judged on the young, too."""
SPREAD = 0.3
"""A rung's weight is expected within about this much of an equal share."""
LATEST = 0.05
FEWEST_SALES_TO_FOLD = 20
"""With fewer sales, or losses, in a fold, earlier or later, no fold can choose: then leads are left out one at a time."""
MOST_ROUNDS_WITH_YOUNG = 20
"""How often the young leads' chances are worked out anew at most from what was learned with them."""
SAME_CHANCE = 1e-3
"""Chances that move by no more, on average and of themselves, have settled."""
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fitted candidate: where each grade starts, the level on top, the tables, and LightGBM's text for the analyst."""

    starts: Mapping[RuleGrade, float]
    tables: Tables
    choices: Choices
    level: float = 0.0
    uncertainty: Uncertainty = CERTAIN
    text: str = ""

    def log_odds(self, data: TrainingSet) -> Floats:
        """Return each row's log-odds."""
        start = starts_of(data, self.starts) + self.level
        if not self.tables.cells:
            return start
        moved: Floats = start + self.tables.at(cells_of(data.columns, self.tables.cells))
        return moved

    def probability(self, data: TrainingSet) -> Floats:
        """Return each row's purchase probability."""
        return probability(self.log_odds(data))


def grade_rates(data: TrainingSet, rules: Abc) -> dict[RuleGrade, float]:
    """Return the share of each grade's leads that bought, shrunk to the company's guess where it made one.

    Counted as leads arrive and after their calls, when a grade is given, and only where no open answer can change the
    grade: what stands in between tells how leads age. Shrunk to the guess as ``_prior`` says.
    """
    told = np.array([_place(one.told) for one in data.qualifications.known], dtype=np.int64)[data.qualification]
    counted = np.where(data.at_arrival | data.at_call, data.weight, 0.0)
    counted *= data.leads / counted.sum()
    rates: dict[RuleGrade, float] = {}
    for place, grade in enumerate(GRADES):
        mine = told == place
        leads, sales = float(counted[mine].sum()), float((counted * data.outcome)[mine].sum())
        guessed, half = _prior(leads, is_said=grade in rules.rates.model_fields_set)
        rates[grade] = (sales + guessed * guessed_rate(grade, rules) + half) / (leads + guessed + 2 * half)
    return rates


def _prior(leads: float, *, is_said: bool) -> tuple[float, float]:
    """Return by how many leads the guess counts beside so many, and how much of a sale and of a loss is added.

    A guess that nobody made gives way as leads settle, one for one, until half a sale and half a loss are left (Jeffreys'
    prior).
    """
    if is_said:
        return LEADS_OF_A_GUESS, 0.0
    guessed = max(LEADS_OF_A_GUESS - leads, 0.0)
    return guessed, 0.5 * (1.0 - guessed / LEADS_OF_A_GUESS)


def probability(log_odds_: Floats) -> Floats:
    """Return the probabilities of log-odds."""
    p: Floats = expit(log_odds_)
    return p


def _place(grade: RuleGrade | None) -> int:
    return -1 if grade is None else GRADES.index(grade)


def starts_of(data: TrainingSet, starts: Mapping[RuleGrade, float] | None) -> Floats:
    """Return the log-odds from which each row starts, given those of each grade (None: as the company guesses)."""
    return data.qualifications.starts(starts)[data.qualification]


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
    age = _age(data)
    folds = [fold_of(age, *ends) for ends in FOLDS]
    if min(_scarcer(data, rows) for fold in folds for rows in fold) < FEWEST_SALES_TO_FOLD:
        return _chosen_of_few(data, rules)
    every, shown = _judges(data, young, window)
    settled, unsettled = np.arange(len(data)), np.arange(len(data), len(every))
    cells = _cells(every, rules)
    telling = _telling(every, cells)
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
    first, second, third = found.weights.tolist()
    rows = _rows(every, cells, _starts(data, rules)).of(settled)
    following = chosen_following(rows, age, stopped.strengths, telling=telling, ahead=ahead)
    return Choices((first, second, third), (rounds[0], rounds[1]), following, found.gain)


def _judges(data: TrainingSet, young: TrainingSet | None, window: float | None) -> tuple[TrainingSet, Floats]:
    """Return the settled rows and, after them, the young ones where they can judge; of each what share of buyers is seen by now."""
    shown = np.ones(len(data))
    if young is None or window is None:
        return data, shown
    every = with_young(data, _thinned(young))
    unsettled, curve = np.arange(len(data), len(every)), _curve(every, window)
    if curve is None or _scarcer(every, unsettled) < FEWEST_SALES_TO_FOLD:
        return data, shown
    late = every.of(unsettled)
    seen = curve.shown(late.asked_after, late.age, curve.longer_of(late.channel), late.waited)
    return every, np.concatenate([shown, seen])


def _chosen_of_few(data: TrainingSet, rules: Abc) -> Choices:
    """Return how much of a scorecard to believe where there are too few sales to judge by later ones."""
    cells = _cells(data, rules)
    rows = _rows(data, cells, _starts(data, rules)).without(_telling(data, cells))
    if not rows.cells or not 0 < data.sales < data.leads:
        return RULES_ALONE
    gain = gain_left_out(rows, fit_scorecard(rows), data.lead)
    share = believed(gain)
    return Choices((share, 0.0, 0.0), (0, 0), gain=gain) if share else RULES_ALONE


def share_since(data: TrainingSet, moment: float) -> float | None:
    """Return the share of the leads that came after a moment (POSIX seconds); None where none did."""
    created = data.created[data.at_arrival]
    return float(np.mean(created > moment)) or None if len(created) else None


def fitted(data: TrainingSet, rules: Abc, choices: Choices, *, window: float | None = None, seed: int = 0) -> Candidate:
    """Return the candidate that ``choices`` make of all rows of ``data``; of its young leads too where a window is known.

    ``window`` is the number of days within which a purchase counts.
    """
    starts = _starts(data, rules)
    if not choices.has_tables:
        return Candidate(starts, Tables({}), choices)
    every = data if data.young is None else with_young(data, data.young)
    cells = _cells(every, rules)
    telling = _telling(every, cells)
    mature = np.arange(len(every)) < len(data)
    rows = _rows(every, cells, starts)
    curve = None if window is None or data.young is None else _curve(every, window)
    card = seen = fit_scorecard(rows.of(np.flatnonzero(mature)).without(telling))
    if curve is None:
        rows, every = rows.of(np.flatnonzero(mature)), data
    else:
        longer, is_open = curve.longer_of(every.channel), ~mature & (every.outcome <= 0)
        before: Floats = np.zeros(len(every))
        for _ in range(MOST_ROUNDS_WITH_YOUNG if is_open.any() else 0):
            p: Floats = expit(rows.start + card.tables.at(rows.where))
            chance = curve.chance_left(p, every.asked_after, every.age, longer, every.waited)
            rows = rows.with_outcome(np.where(is_open, chance, every.outcome))
            card = fit_scorecard(rows.without(telling), card.strengths, card)
            if np.abs(chance - before)[is_open].sum() <= SAME_CHANCE * chance[is_open].sum():
                break
            before = chance
    return _finished(every, rows, rules, telling, starts, card, seen, choices, seed)


def _finished(
    data: TrainingSet,
    rows: Rows,
    rules: Abc,
    telling: Collection[str],
    starts: Mapping[RuleGrade, float],
    card: Scorecard,
    seen: Scorecard,
    choices: Choices,
    seed: int,
) -> Candidate:
    steady = rows.without(telling)
    trees = [
        fit_boosted(steady, None, fields_a_tree=fields, rounds=rounds, alone=asked_by_rules(rules), seed=seed)
        if weight
        else Boosted(Tables({}), 0, "")
        for fields, (rounds, weight) in enumerate(zip(choices.rounds, choices.weights[1:], strict=True), start=1)
    ]
    tables = blended([card.tables, *(one.tables for one in trees)], choices.weights)
    tables = followed_by(tables, rows, _age(data), choices.following, card.strengths)
    tables = _kept_true(simplified(tables, rows.where, rows.weight, _borders(rules)), data, rules)
    moved = tables.at(cells_of(data.columns, tables.cells)) if tables.cells else np.zeros(len(data))
    level = level_for(rows.start + moved, _with_guesses(rows, rules), rows.weight)
    level += _jump(data, rows, rows.start + moved + level)
    where = cells_of(data.columns, tables.cells) if tables.cells else {}
    counts = {name: one.count for name, one in tables.cells.items()}
    uncertainty = uncertainty_of(seen, steady, where, counts)
    return Candidate(starts, tables, choices, level, uncertainty, trees[-1].text or trees[0].text)


def _kept_true(tables: Tables, data: TrainingSet, rules: Abc) -> Tables:
    """Return the tables without what must not be said: much of unseen levels, or a yes that speaks against a lead."""
    tables = cautious(tables, data.columns)
    where = cells_of(data.columns, tables.cells)
    masses = {
        name: np.bincount(where[name], data.weight, minlength=one.count).astype(np.float64)
        for name, one in tables.cells.items()
    }
    tables = ordered(tables, rules, masses)
    tables.intercept = 0.0
    return tables


def _curve(data: TrainingSet, window: float) -> DelayCurve | None:
    return delay_of(data.of(np.flatnonzero(data.at_arrival & np.isfinite(data.bought_after))), window)


def delay_of(buyers: TrainingSet, window: float) -> DelayCurve | None:
    """Return how long buyers take from when they were spoken to; None with too few of them."""
    waited = buyers.waited
    return delay_by_channel(buyers.bought_after - waited, buyers.age - waited, window, buyers.channel)


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
    rows = _rows(data, cells, _starts(data.of(earlier), rules))
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
    tables = [card.tables, *(one.tables for one in trees)]
    moved = np.column_stack([one.at(judged.where) for one in tables])
    return _Tried(moved, judged.start, trees, card.strengths)


def _telling(data: TrainingSet, cells: Mapping[str, FieldCells]) -> set[str]:
    """Return the fields that tell the time and not the lead."""
    at_arrival = data.of(np.flatnonzero(data.at_arrival))
    return period_fields(cells, cells_of(at_arrival.columns, cells), at_arrival.created) if len(at_arrival) else set()


def _starts(data: TrainingSet, rules: Abc) -> dict[RuleGrade, float]:
    starts = {grade: log_odds(rate) for grade, rate in grade_rates(data, rules).items()}
    return in_order(starts) if rules.criteria else starts


def _cells(data: TrainingSet, rules: Abc) -> dict[str, FieldCells]:
    """Return the cells that all rungs share; what the rules ask keeps every word and border that they name."""
    beside = beside_answers(rules)
    columns = {name: column for name, column in data.columns.items() if name not in beside}
    words = {name: words_of(criteria) for name, criteria in asked_by_rules(rules).items()}
    return shared_cells(columns, data.weight, words=words, borders=_borders(rules)) if columns else {}


def _borders(rules: Abc) -> dict[str, list[float]]:
    return {name: borders_of(criteria) for name, criteria in asked_by_rules(rules).items()}


def _rows(data: TrainingSet, cells: Mapping[str, FieldCells], starts: Mapping[RuleGrade, float]) -> Rows:
    start = starts_of(data, starts)
    return Rows(cells, cells_of(data.columns, cells), data.outcome, data.weight, start)


def _levelled(rows: Rows) -> Rows:
    """Return rows that start from their own rate: a market that rose or fell must not stop what ranks well."""
    return rows.starting_from(rows.start + level_for(rows.start, rows.outcome, rows.weight))


def _with_guesses(rows: Rows, rules: Abc) -> Floats:
    """Return the outcomes with what the rates were shrunk to among them: the level of few leads is not theirs alone."""
    leads = float(rows.weight.sum())
    guessed, half = _prior(leads, is_said=bool(rules.rates.model_fields_set))
    made: Floats = (leads * rows.outcome + guessed * probability(rows.start) + half) / (leads + guessed + 2 * half)
    return made


def _jump(data: TrainingSet, rows: Rows, log_odds_: Floats) -> float:
    """Return by how much the latest leads' level lies off, each lead taken as it arrived."""
    latest = np.flatnonzero(data.at_arrival & (_age(data) < LATEST))
    return jump_of(log_odds_[latest], rows.outcome[latest]) if len(latest) else 0.0


def _age(data: TrainingSet) -> Floats:
    """Return for each row the share of all leads that came later than its own; from 0 (the latest) to below 1."""
    created = np.sort(data.created[np.unique(data.lead, return_index=True)[1]])
    later = len(created) - np.searchsorted(created, data.created, side="right")
    age: Floats = later / len(created)
    return age


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
