"""What a training run tells of its model: counted on later leads that the judged candidate had not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from models.abc_rules import GRADES, RuleGrade
from models.card import Card, GradesSideBySide, Promised, Slice
from training.choices import RUNGS, Choices
from training.dataset import TrainingSet
from training.evaluation import FEWEST_LEADS, FEWEST_SALES
from training.grade_borders import Refined, first_row_each, when_graded
from training.promotion import Decision, OtherWindow
from training.time_split import BY_CREATION_ALONE

Floats = npt.NDArray[np.float64]
TENTHS = 10


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
    rows = first_row_each(later, later.at_arrival)
    if len(rows) < FEWEST_LEADS or later.outcome[rows].sum() < FEWEST_SALES:
        return ()
    p, bought = probability[rows], later.outcome[rows]
    ends = np.sort(p)[[min(len(p) * tenth // TENTHS, len(p) - 1) for tenth in range(1, TENTHS)]]
    tenth_of = np.searchsorted(np.unique(ends), p, side="right")
    those = (tenth_of == tenth for tenth in sorted(set(tenth_of.tolist()), reverse=True))
    return tuple(Promised(float(p[one].mean()), int(one.sum()), int(bought[one].sum())) for one in those)


def side_by_side(later: TrainingSet, refined: Refined | None) -> GradesSideBySide:
    """Return the later leads by the rules' grade and by the refined one, each as it was when the rules first graded it.

    Without ``refined`` the model says nothing beyond the rules, and a refined grade is the rules' own. Where nothing that had
    not seen the leads had tables nobody can say how the refined grades do.
    """
    shown = later if refined is None else later.of(refined.shown)
    rows, are_graded = when_graded(shown)
    rules = [GRADES[place] for place in shown.grade[rows]]
    grades = rules
    if refined is not None:
        chances = [] if refined.unseen is None else refined.unseen[refined.shown][rows].tolist()
        grades = [refined.borders.grade(chance, rule) for chance, rule in zip(chances, rules, strict=False)]
    bought = shown.outcome[rows]
    return GradesSideBySide(
        "first_graded" if are_graded else "arrival",
        _counted(rules, bought),
        _counted(grades, bought),
        shown.leads - len(rows),
        len(shown) < len(later),
    )


def _counted(grades: Sequence[RuleGrade], bought: Floats) -> Mapping[RuleGrade, tuple[int, int]]:
    of = {grade: [place for place, one in enumerate(grades) if one == grade] for grade in GRADES}
    return {grade: (len(places), int(bought[places].sum())) for grade, places in of.items() if places}
