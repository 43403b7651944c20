"""A candidate beside the champion: fresher where it is made as that one was, or else compared with it on the leads since.

A candidate that is judged has learned from earlier leads alone, and would lose to a champion that saw more of a market
that moves. So another recipe is trained as of the day when the champion learned: what each makes of the same knowledge.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version as version_of

import numpy as np
import numpy.typing as npt

from features.errors import NothingToLearn
from features.facts.company import Abc, Company
from features.facts.store import FactStore
from features.log_odds import log_odds
from models.any_look import log_loss_difference_at_any_look
from models.artefact import Artefact
from models.calibration import level_for
from models.measured import Measured
from models.outcomes_so_far import DAY
from models.ranking_metrics import Judged, log_loss_difference
from training.artefact_rows import artefact_log_odds
from training.choices import chosen
from training.dataset import TrainingSet, training_set
from training.grade_rates import grade_rates, starts_of
from training.promotion import AT_ANY_LOOK, OtherWindow
from training.recipe import Candidate, fitted, probability
from training.time_split import TimeSplit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FEWEST_SALES_TO_COMPARE = 10
MORE_TO_BE_FRESHER = 0.1
"""A candidate made as the champion was is fresher with so many more sales, or with as many as are compared, if those are fewer."""
MADE_BY = version_of("leadloop")
"""The recipe: two candidates of one version of the software and one company file differ by their leads alone."""


def is_made_so(champion: Artefact, company_hash: str) -> bool:
    """Return whether the champion is of this recipe and of these words of the company."""
    return (champion.company_hash, champion.about.get("made_by")) == (company_hash, MADE_BY)


def no_measure(
    champion: Artefact,
    data: TrainingSet,
    company: Company,
    *,
    cut_off: datetime,
    store: FactStore,
    made_at: datetime | None,
) -> str | None:
    """Return why the champion is no measure for a candidate, which is judged as a first model then; None where it is one.

    One that learned from no sale, or of sales that are others by what is known today, promises something else than any model of
    today's facts does, and weeks would pass until enough sales were settled to show it. ``made_at`` is when it was trained
    (None: that is not known), ``cut_off`` up to when the candidate learns.
    """
    sales = champion.about.get("sales")
    if sales == 0:
        return "The champion learned from no sale: it is no measure, and this one takes its place."
    if champion.about.get("sold_at", sold_at(company)) != sold_at(company):
        return (
            "The champion learned while company.yaml named other stages of a sale: what it promises is another thing, and this "
            "one takes its place."
        )
    if sales is None or cut_off < champion.data_cut_off:
        return None
    now, late = _sales_as_of(champion, data), _sales_told_late(champion, company, store, made_at)
    if late > MORE_TO_BE_FRESHER * sales:
        return (
            f"Files that were imported since the champion learned tell of sales that were made before ({late:,}, and it knew of "
            f"{sales:,} that were settled): it is no measure, and this one takes its place."
        )
    if now is None or abs(now - sales) <= MORE_TO_BE_FRESHER * sales:
        return None
    return (
        f"Of the sales until the champion learned {now:,} count by what is known today, and it had learned of {sales:,}: it is no "
        "measure, and this one takes its place."
    )


def sold_at(company: Company) -> list[str]:
    """Return the stages that mean a sale, as a model keeps them to tell later what it took for one."""
    return sorted(name.strip().casefold() for name in company.stages.get("won", ()))


def _sales_as_of(champion: Artefact, data: TrainingSet) -> int | None:
    """Return how many sales were settled when the champion learned, by what is known today; None where that cannot be told.

    A sale that was told later than that is none of them. Where leads are drawn from very many, others are drawn each time.
    """
    if champion.horizon_days != data.window or data.drawn_from > data.leads:
        return None
    cut_off = champion.data_cut_off.timestamp()
    settled = data.created < cut_off - (data.window or 0) * DAY
    told = data.created + data.bought_after * DAY <= cut_off
    return len(np.unique(data.lead[(data.outcome > 0) & settled & told]))


def _sales_told_late(champion: Artefact, company: Company, store: FactStore, made_at: datetime | None) -> int:
    """Return how many sales files brought since it was trained that would have been known to it, had they come in time."""
    if made_at is None:
        return 0
    told = store.stage_counts(known_by=champion.data_cut_off, imported_since=made_at)
    return sum(count for name, count in told.items() if company.kind_of_stage(name) == "won")


def is_fresher(champion: Artefact, data: TrainingSet) -> bool:
    """Return whether enough sales were told since the champion learned for one made as it was to take its place.

    Nothing has to be compared then, so a company of few sales need not wait for as many as a comparison takes.
    """
    came = (data.known_from > champion.data_cut_off.timestamp()) & (data.outcome > 0)
    more = len(np.unique(data.lead[came]))
    tenth = MORE_TO_BE_FRESHER * float(champion.about.get("sales", 0))
    return more >= min(max(tenth, 1.0), FEWEST_SALES_TO_COMPARE)


@dataclass(frozen=True, slots=True)
class Since:
    """Rows by which a candidate is told from a champion: of leads that it could ``know``, and of later ones that ``judge``.

    ``knew_nothing`` is whether nothing was settled when it learned: then the earlier leads teach, and the later ones judge.
    """

    know: Ints
    judge: Ints
    knew_nothing: bool


def since_it_learned(champion: Artefact, data: TrainingSet, split: TimeSplit) -> Since | None:
    """Return what was settled before and after the champion learned; None of too few sales."""
    was_known = data.known_from <= champion.data_cut_off.timestamp()
    know, judge = (
        (np.flatnonzero(was_known), np.flatnonzero(~was_known)) if was_known.any() else (split.fit, split.judge)
    )
    sales = len(np.unique(data.lead[judge[data.outcome[judge] > 0]]))
    return Since(know, judge, not was_known.any()) if sales >= FEWEST_SALES_TO_COMPARE else None


def other_window(champion: Artefact, data: TrainingSet, own: int | None) -> OtherWindow | None:
    """Return how a candidate stands to a champion that counts by another window; None where the two are compared as always.

    ``own`` is the company's window today. Where only that was changed in ``company.yaml`` since, both are held against labels
    of today's; a window that is shorter than the company's, because the company is young, makes other promises. So does one of as
    many days that was the company's own: of that the champion learned how sources sold, and these rows do not tell it.
    """
    is_own, was_own = data.window == own, champion.own_days is None
    if champion.horizon_days == data.window and (is_own or not was_own):
        return None
    its, mine = champion.horizon_days or 0, data.window or 0
    is_longer = not was_own and mine > its
    if is_own and not is_longer:
        return None
    takes_over = data.teaches and (is_longer or champion.company_days != own)
    return OtherWindow(
        champion.horizon_days,
        data.window,
        takes_over,
        bool(champion.model.parts),
        data.teaches,
        champion.company_days,
        own,
    )


def differences_to(
    champion: Artefact, candidate: Candidate | None, since: Since, data: TrainingSet, rules: Abc, seed: int
) -> dict[str, Measured]:
    """Return candidate's and rules' log-loss minus the champion's on leads that were settled after it learned.

    The candidate (None: none is compared) and the rules' rates are as of the day when the champion learned: they know of
    these leads what it knew, that some had already bought. All are judged at the level of these leads, as a level follows
    between trainings.
    """
    later, rates = data.of(since.judge), grade_rates(data.of(since.know), rules)
    judged = Judged(later.outcome, later.weight, later.lead).of(np.arange(len(later)))

    def levelled(found: Floats) -> Floats:
        return probability(found + level_for(found, later.outcome, later.weight))

    its = levelled(artefact_log_odds(champion, later))
    at_rates = levelled(starts_of(later, {grade: log_odds(rate) for grade, rate in rates.items()}))
    over_rules = {"rules over champion": log_loss_difference(at_rates, its, judged, seed=seed)}
    if candidate is None:
        return over_rules
    mine = levelled(candidate.log_odds(later))
    return over_rules | {
        "champion": log_loss_difference(mine, its, judged, seed=seed),
        AT_ANY_LOOK: log_loss_difference_at_any_look(mine, its, judged),
    }


def as_of(
    champion: Artefact, store: FactStore, company: Company, number: int, seed: int, window: int | None
) -> Candidate | None:
    """Return what this recipe would have made, by a window, of what was known when the champion learned; None of nothing."""
    try:
        data = training_set(store, company, cut_off=champion.data_cut_off, up_to=number, seed=seed, window=window)
    except NothingToLearn:
        return None
    rules = company.abc_at(champion.data_cut_off)
    choices = chosen(data, rules, window=window, seed=seed)
    return fitted(data, rules, choices, window=window, seed=seed)
