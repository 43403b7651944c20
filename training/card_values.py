"""What a training run tells of its model: counted on later leads that the judged candidate had not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from models.abc_rules import GRADES, RuleGrade
from models.card import Card, GradesSideBySide, Promised, Slice
from models.refined_grades import GradeBorders
from training.choices import RUNGS, Choices
from training.dataset import TrainingSet
from training.evaluation import FEWEST_LEADS, FEWEST_SALES
from training.promotion import Decision, OtherWindow
from training.time_split import BY_CREATION_ALONE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TENTHS = 10
UNGRADED = GRADES.index("ungraded")


def card_of(
    *,
    version: str,
    trained_at: datetime,
    cut_off: datetime,
    data: TrainingSet,
    later: TrainingSet,
    notes: Sequence[str],
    choices: Choices,
    decision: Decision,
    champion: str | None,
    other_window: OtherWindow | None,
    promises: Floats,
    grades: GradesSideBySide,
) -> Card:
    """Return the card of a model.

    Parameters
    ----------
    data, later
        All that it learned from, and the later leads that its recipe was judged on.
    choices
        Those of the model that serves, or would.
    other_window
        How it stands to a champion that counts by another window.
    promises
        The probability of each row of ``later`` by what had learned from earlier leads alone.
    """
    young, selection = data.young, data.selection
    return Card(
        version=version,
        trained_at=trained_at,
        cut_off=cut_off,
        horizon_days=data.window,
        own_window=data.own_window,
        learned=slice_of(data),
        drawn_from=data.drawn_from,
        young=(young.leads, young.sales) if young else (0, 0),
        counts=data.counts,
        judged=slice_of(later),
        by_creation=BY_CREATION_ALONE in notes,
        has_tables=choices.has_tables,
        promote=decision.promote,
        reasons=decision.reasons,
        champion=champion,
        other_days=other_window.champion_days if other_window else None,
        is_other_window=other_window is not None,
        champion_company_days=other_window.company_days if other_window else None,
        weights=dict(zip(RUNGS, choices.weights, strict=True)),
        promised=promised(later, promises),
        grades=grades,
        by_gain=decision.by_gain,
        as_before=decision.as_before,
        effective_leads=selection.effective_leads if selection else None,
        not_looked_at=selection.not_looked_at if selection else (),
    )


def slice_of(data: TrainingSet) -> Slice:
    """Return from when to when the leads' requests came, how many they are and how many bought."""
    first, last = (datetime.fromtimestamp(float(end), UTC) for end in (data.created.min(), data.created.max()))
    return Slice(data.leads, data.sales, first, last)


def promised(later: TrainingSet, probability: Floats) -> tuple[Promised, ...]:
    """Return what was promised on arrival and what happened, by tenths of the later leads, the best first.

    Equal promises stay together, so there may be fewer than ten; none where there are too few leads or sales.
    """
    rows = _first_row_each(later, later.at_arrival)
    if len(rows) < FEWEST_LEADS or later.outcome[rows].sum() < FEWEST_SALES:
        return ()
    p, bought = probability[rows], later.outcome[rows]
    ends = np.sort(p)[[min(len(p) * tenth // TENTHS, len(p) - 1) for tenth in range(1, TENTHS)]]
    tenth_of = np.searchsorted(np.unique(ends), p, side="right")
    those = (tenth_of == tenth for tenth in sorted(set(tenth_of.tolist()), reverse=True))
    return tuple(Promised(float(p[one].mean()), int(one.sum()), int(bought[one].sum())) for one in those)


def halves(later: TrainingSet) -> tuple[Ints, Ints]:
    """Return the rows of every second lead in order of time, and those of the others.

    The borders that serve are set on the first half, and the card counts its grades on the second: leads that set a
    border bought often enough above it by choice of the border, and prove nothing.
    """
    leads, first = np.unique(later.lead, return_index=True)
    in_time = leads[np.argsort(later.created[first], kind="stable")]
    is_first = np.isin(later.lead, in_time[::2])
    return np.flatnonzero(is_first), np.flatnonzero(~is_first)


def side_by_side(
    later: TrainingSet, probability: Floats | None, borders: GradeBorders, *, others_set_them: bool = False
) -> GradesSideBySide:
    """Return the later leads by the rules' grade and by the refined one, each as it was when the rules first graded it.

    Without a ``probability`` of each row by what had not seen them nobody can say how the refined grades do.
    ``others_set_them`` is whether the borders were set on other leads than these.
    """
    rows = _first_row_each(later, later.grade != UNGRADED)
    are_graded = bool(len(rows))
    if not are_graded:
        rows = _first_row_each(later, later.at_arrival)
    rules = [GRADES[place] for place in later.grade[rows]]
    chances = [] if probability is None else probability[rows].tolist()
    refined = [borders.grade(chance, rule) for chance, rule in zip(chances, rules, strict=False)]
    bought = later.outcome[rows]
    return GradesSideBySide(
        "first_graded" if are_graded else "arrival",
        _counted(rules, bought),
        _counted(refined, bought),
        later.leads - len(rows),
        others_set_them,
    )


def _first_row_each(data: TrainingSet, those: npt.NDArray[np.bool_]) -> Ints:
    """Return the first of each lead's rows among ``those``; a lead's rows stand in order of time."""
    rows = np.flatnonzero(those)
    return rows[np.unique(data.lead[rows], return_index=True)[1]]


def _counted(grades: Sequence[RuleGrade], bought: Floats) -> Mapping[RuleGrade, tuple[int, int]]:
    of = {grade: [place for place, one in enumerate(grades) if one == grade] for grade in GRADES}
    return {grade: (len(places), int(bought[places].sum())) for grade, places in of.items() if places}
