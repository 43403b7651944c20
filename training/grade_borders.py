"""Where a refined A begins, and a refined B, so that they buy at least as often as the rules' A and B do.

They begin half way between the rules' grades (``models/refined_grades.py``), and higher where later leads say so: of these,
as each was when the rules first graded it, those of a refined grade are to buy as often as those of the rules' own, both by
what happened and by what was promised; B counts without A's leads. The best leads' surplus pays for no others.

The rate is not read off steps that are fitted to the outcomes at the border (isotonic regression): in simulations of 150 to
2,500 leads it cut half of rule A's leads off where model and rules say the same, since half of any group buys less often
than its mean, and moved with the luck of a dozen leads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.log_odds import probability_of
from models.abc_rules import GRADES, RuleGrade
from models.calibration import level_for
from models.refined_grades import GradeBorders, borders_between, guessed_borders
from training.dataset import TrainingSet
from training.grade_rates import starts_of
from training.recipe import Candidate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
UNGRADED = GRADES.index("ungraded")
FEWEST_OF_A_GRADE = 30
"""Of fewer leads nobody can say how often they buy."""


@dataclass(frozen=True, slots=True)
class Refined:
    """The borders of a model with tables, and on which rows of the later leads they can be shown.

    ``unseen`` is the probability of each row by what had not seen it, on the scale of the model that serves; None where that
    had no tables.
    """

    borders: GradeBorders
    unseen: Floats | None
    shown: Ints


def refined(candidate: Candidate, later: TrainingSet, judged: Floats | None) -> Refined:
    """Return the borders of the ``candidate``; ``judged`` are the later rows' probabilities by one that had not seen them."""
    promised = candidate.probability(later)
    borders = _between_grades(candidate, later, promised)
    if judged is None:
        return Refined(borders, None, np.arange(len(later)))
    unseen = on_scale_of(judged, promised, later.weight)
    setting, shown = halves(later)
    half = later.of(setting)
    rows, _ = when_graded(half)
    return Refined(raised(borders, unseen[setting][rows], half.outcome[rows], half.grade[rows]), unseen, shown)


def _between_grades(candidate: Candidate, later: TrainingSet, promised: Floats) -> GradeBorders:
    """Return the borders half way between the rules' grades, these at the level of what the candidate promises."""
    if not (later.grade != UNGRADED).any():
        return guessed_borders({grade: probability_of(start) for grade, start in candidate.starts.items()})
    level = level_for(starts_of(later, candidate.starts), promised, later.weight)
    return borders_between(candidate.starts, level)


def raised(borders: GradeBorders, probability: Floats, outcome: Floats, grade: Ints) -> GradeBorders:
    """Return the borders, raised as far as it takes that refined A and B buy as often as the rules' A and B do.

    Where the rules graded fewer than ``FEWEST_OF_A_GRADE`` leads so, or the model would, nobody can say, and the border
    stays; so it does where no higher one will do. Where B would buy too seldom, A begins higher and leaves it better leads.

    Parameters
    ----------
    probability, outcome, grade
        Of each lead once; the grade is the rules', as its place in ``GRADES``.

    >>> chance = np.repeat([0.5, 0.35, 0.25], 40)  # the first forty are the rules' A
    >>> bought = np.concatenate([np.arange(40) < 20, np.arange(40) < 10, np.arange(40) < 10]).astype(float)
    >>> raised(GradeBorders(0.3, 0.1), chance, bought, np.repeat([0, 2, 2], 40))
    GradeBorders(a=0.425, b=0.1)
    """
    leads = _ordered(probability, outcome, grade)
    rules_a, rules_b = (_rules(name, probability, outcome, grade) for name in ("A", "B"))
    lowest_a, lowest_b = leads.above(borders.a), leads.above(min(borders.a, borders.b))
    ends_of_a = leads.kept(0, lowest_a, rules_a) or [lowest_a]
    both = ((a, b) for a in ends_of_a for b in leads.kept(a, lowest_b, rules_b)[:1])
    a, b = next(both, (ends_of_a[0], lowest_b))
    return GradeBorders(leads.border(a, borders.a), leads.border(b, borders.b))


@dataclass(frozen=True, slots=True)
class _Counted:
    """So many leads, so many of which bought, and how many were promised to."""

    leads: float
    sales: float
    promised: float


def _rules(name: RuleGrade, probability: Floats, outcome: Floats, grade: Ints) -> _Counted | None:
    """Return the leads of the rules' grade; None where they are too few to say how often they buy."""
    mine = grade == GRADES.index(name)
    counted = _Counted(float(mine.sum()), float(outcome[mine].sum()), float(probability[mine].sum()))
    return counted if counted.leads >= FEWEST_OF_A_GRADE else None


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Leads from the best down, cut at each place between two chances; at place n ``chances[n]`` is the first one below."""

    chances: Floats
    leads: Floats
    sales: Floats
    promised: Floats

    def above(self, border: float) -> int:
        """Return the place of a border."""
        return int((self.chances[:-1] >= border).sum())

    def kept(self, top: int, lowest: int, rules: _Counted | None) -> list[int]:
        """Return the places, the lowest first, down to which leads below ``top`` buy as often as those of ``rules``.

        ``lowest`` alone where nobody can say.
        """
        if rules is None or lowest <= top or self.leads[lowest] - self.leads[top] < FEWEST_OF_A_GRADE:
            return [max(top, lowest)]
        places = np.arange(lowest, top, -1)
        leads = self.leads[places] - self.leads[top]
        is_kept = leads >= FEWEST_OF_A_GRADE
        for mine, its in ((self.sales, rules.sales), (self.promised, rules.promised)):
            is_kept &= mine[places] - mine[top] >= its / rules.leads * leads * (1.0 - 1e-9)
        kept: list[int] = places[is_kept].tolist()
        return kept

    def border(self, place: int, begun: float) -> float:
        """Return the probability of a place: where the border began if that is it, else half way to the next lead."""
        if self.chances[place] < begun and (not place or begun <= self.chances[place - 1]):
            return begun
        return float(self.chances[place - 1] + self.chances[place]) / 2


def _ordered(probability: Floats, outcome: Floats, grade: Ints) -> _Ordered:
    """Return the leads that a refined grade may be given to."""
    those = grade != GRADES.index("non_target")
    chances, place = np.unique(-probability[those], return_inverse=True)
    sums = (np.ones(those.sum()), outcome[those], probability[those])
    counted = [np.append(0.0, np.cumsum(np.bincount(place, one, minlength=len(chances)))) for one in sums]
    return _Ordered(np.append(-chances, -1.0), *counted)


def on_scale_of(probability: Floats, other: Floats, weight: Floats) -> Floats:
    """Return the probabilities as the other model would say them: each lead keeps its place in their order.

    A model that was judged learned from fewer leads than the one that serves, and is timider and of another time's level.

    >>> on_scale_of(np.array([0.2, 0.4, 0.4, 0.6]), np.array([0.1, 0.1, 0.3, 0.5]), np.ones(4)).round(3).tolist()
    [0.1, 0.2, 0.2, 0.5]
    """
    place = np.unique(probability, return_inverse=True)[1]
    mass = np.bincount(place, weight)
    order = np.argsort(other, kind="stable")
    heavy = weight[order]
    said: Floats = np.interp(np.cumsum(mass) - mass / 2, np.cumsum(heavy) - heavy / 2, other[order])
    return said[place]


def when_graded(later: TrainingSet) -> tuple[Ints, bool]:
    """Return of each lead the row at which the rules first graded it, and whether they graded any; if not, as it arrived."""
    rows = first_row_each(later, later.grade != UNGRADED)
    return (rows, True) if len(rows) else (first_row_each(later, later.at_arrival), False)


def first_row_each(data: TrainingSet, those: npt.NDArray[np.bool_]) -> Ints:
    """Return the first of each lead's rows among ``those``; a lead's rows stand in order of time."""
    rows = np.flatnonzero(those)
    return rows[np.unique(data.lead[rows], return_index=True)[1]]


def halves(later: TrainingSet) -> tuple[Ints, Ints]:
    """Return the rows of every second lead in order of time, and those of the others.

    The borders that serve are set on the first half, and the card counts its grades on the second: leads that set a
    border bought often enough above it by choice of the border, and prove nothing.
    """
    leads, first = np.unique(later.lead, return_index=True)
    in_time = leads[np.argsort(later.created[first], kind="stable")]
    is_first = np.isin(later.lead, in_time[::2])
    return np.flatnonzero(is_first), np.flatnonzero(~is_first)
