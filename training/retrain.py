"""One training run from facts to decision: split, choose, judge, decide, refit on all, save, record."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from features.errors import ArtefactUnreadable, NothingToLearn, UnknownModel
from features.facts.company import Abc, Company
from features.facts.company_file import fingerprint
from features.facts.stage_news import stage_news
from features.facts.stages_told import FEWEST_TOLD, no_sale_told
from features.facts.store import FactStore
from features.log_odds import log_odds
from features.outcome_window import counting_within
from models.abc_rules import GRADES, RuleGrade
from models.artefact import Artefact, champion_version, load_artefact, model_folder, save_artefact, set_champion
from models.card import save_card, trained_at
from models.judgement import EVALUATION, Judgement, judgement_json
from models.model_registry import ModelRegistry, Run
from models.outcomes_so_far import CLOSINGS_TELL
from models.purchase_model import FieldCells, Part, PurchaseModel
from models.refined_grades import borders_between
from models.score import LEADS_OF_A_GUESS
from models.since_report import begin_level_anew
from models.unlike import Strangers
from training.card_values import card_of, side_by_side
from training.cells import cells_of
from training.choices import RULES_ALONE, RUNGS, Choices, chosen
from training.columns import NumberColumn
from training.dataset import Progress, TrainingSet, training_set
from training.evaluation import evaluated
from training.grade_borders import refined
from training.grade_rates import grade_rates, starts_of
from training.level_learned import delay_learned, level_learned, ripe_after
from training.model_card import model_card
from training.over_champion import (
    MADE_BY,
    as_of,
    differences_to,
    is_fresher,
    is_made_so,
    no_measure,
    other_window,
    since_it_learned,
    sold_at,
)
from training.plots import drawn_plots
from training.promotion import Decision, decided
from training.recipe import Candidate, fitted, probability
from training.shorter_window import said_of_window
from training.time_split import TimeSplit, share_since, split_by_time

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run came to; ``notes`` is what had to be said of the split and the window."""

    version: str
    data: TrainingSet
    split: TimeSplit
    candidate: Candidate
    evaluation: Judgement
    decision: Decision
    promoted: bool
    folder: Path
    notes: tuple[str, ...] = ()


def retrained(
    *,
    store: FactStore,
    company: Company,
    home: Path,
    registry: ModelRegistry,
    cut_off: datetime,
    trained_at: datetime,
    promote: bool = True,
    seed: int = 0,
    progress: Progress | None = None,
) -> Trained:
    """Train on what was settled at ``cut_off``; promote the winner where it deserves it and ``promote`` allows it.

    Where outcomes are told up to an earlier day only, that day is the cut-off: nobody knows what was sold since.
    """
    number, rules = store.last_number(), company.abc_at(cut_off)
    told = store.stage_counts(known_by=cut_off)
    untold = no_sale_told(told, company)
    if untold and (not company.stages.get("won") or sum(told.values()) >= FEWEST_TOLD):
        raise NothingToLearn(untold)
    news = stage_news(store, company, cut_off)
    cut_off, late = news.told_until, news.in_words()
    try:
        data = training_set(store, company, cut_off=cut_off, up_to=number, seed=seed, progress=progress)
        split = split_by_time(data)
    except NothingToLearn as nothing:
        raise NothingToLearn(" ".join([str(nothing), *late])) from None
    if untold:
        raise NothingToLearn(untold)
    counted = counting_within(company, data.window)
    notes = (*late, *split.notes, *data.untold.in_words(), *said_of_window(data.window, data.own_window))
    choices = chosen(data.of(split.fit), rules, seed=seed)
    judged_candidate = fitted(data.of(split.fit), rules, choices, seed=seed)
    later = data.of(split.judge)
    judged_probability = judged_candidate.probability(later)
    contenders = _contenders(data.of(split.fit), later, rules, judged_probability)
    evaluation = evaluated(later, contenders, seed=seed)
    serving, hash_ = _champion(home), fingerprint(company)
    champion = serving and serving.at_level(serving.followed)  # what it followed since has seen who bought
    passed_over = None
    if champion:
        made_at = _trained_at(home, champion.version)
        passed_over = no_measure(champion, data, company, cut_off=cut_off, store=store, made_at=made_at)
    other = other_window(champion, data, company.horizon_days) if champion and not passed_over else None
    is_measure = champion is not None and not passed_over and not other
    since = since_it_learned(champion, data, split) if champion and is_measure else None
    same_make = champion is not None and is_measure and champion.data_cut_off <= cut_off and is_made_so(champion, hash_)
    as_before = champion is not None and same_make and is_fresher(champion, data)
    if champion and since:
        then = None
        if not as_before:
            then = (
                judged_candidate if since.knew_nothing else as_of(champion, store, company, number, seed, data.window)
            )
        over_champion = differences_to(champion, then, since, data, rules, seed)
        evaluation = replace(evaluation, differences={**evaluation.differences, **over_champion})
    ahead = share_since(data, champion.data_cut_off.timestamp()) if champion else None
    every = chosen(data, rules, window=data.window, seed=seed, ahead=ahead)
    decision = decided(
        evaluation,
        tables=every.has_tables,
        gain=every.gain,
        champion_serves=champion is not None,
        as_before=as_before,
        guessed=bool(rules.rates.model_fields_set),
        other_window=other,
        passed_over=passed_over,
    )
    final = every if decision.finds_something else RULES_ALONE
    candidate = fitted(data, rules, final, window=data.window, seed=seed)
    unseen = judged_probability if choices.has_tables else None
    grades = refined(candidate, later, unseen) if candidate.tables.cells else None
    borders = grades.borders if grades else borders_between(candidate.starts, candidate.level)
    version = _version(cut_off, data, hash_, seed)
    tables = purchase_model(candidate, data)
    about = {
        "made_by": MADE_BY,
        "choices": asdict(final),
        "leads": data.leads,
        "sales": data.sales,
        "sold_at": sold_at(company),
        CLOSINGS_TELL: sorted(data.untold.closings_tell),
        "unlike": share_unlike(tables, data, candidate.tables.cells),
    }
    delay, ripe = delay_learned(data, counted), ripe_after(data, counted)
    if serving and same_make and serving.version == version:
        level = serving.followed  # the same leads once more: it stands where it stood
    else:
        before = serving if same_make else None
        level = level_learned(candidate, data, counted, delay, ripe, cut_off.timestamp(), before=before)
    artefact = Artefact(
        version,
        cut_off,
        hash_,
        candidate.starts,
        candidate.level,
        tables,
        borders,
        about,
        graded(data),
        data.sales / data.leads,
        doubts(candidate, data),
        level,
        data.window,
        None if delay is None else delay.to_json(),
        ripe,
        data.own_window.days if data.own_window else None,
    )
    folder = model_folder(home, version)
    card = model_card(
        version=version, company=counted, data=data, candidate=candidate, evaluation=evaluation, decision=decision,
        notes=notes, cut_off=cut_off,
    )  # fmt: skip
    save_artefact(artefact, folder, text=candidate.text, card=card)
    (folder / EVALUATION).write_bytes(judgement_json(evaluation))
    values = card_of(
        version=version, trained_at=trained_at, cut_off=cut_off, data=data, later=later, notes=notes,
        choices=final, decision=decision, champion=champion.version if champion else None, other_window=other,
        promises=judged_probability if final.has_tables else contenders["rules"],
        grades=side_by_side(later, grades),
    )  # fmt: skip
    save_card(values, folder)
    plots = drawn_plots(folder / "plots", later, contenders)
    registry.record(
        Run(
            version,
            trained_at,
            _parameters(data, split, final, number, cut_off, hash_),
            _measures(evaluation),
            folder,
            plots,
        )
    )
    registry.point("challenger", version)
    promoted = promote and decision.promote
    if promoted:
        promote_version(version, home, registry)
    return Trained(version, data, split, candidate, evaluation, decision, promoted, folder, notes)


def promote_version(version: str, home: Path, registry: ModelRegistry) -> None:
    """Let a version serve; the one before can be rolled back to, unless the registry was begun anew since."""
    artefact = load_artefact(model_folder(home, version))
    before = champion_version(home)
    registry.point("champion", version)
    begin_level_anew(artefact, model_folder(home, version))
    set_champion(home, version)
    if before and before != version:
        with suppress(UnknownModel):
            registry.point("previous", before)


def purchase_model(candidate: Candidate, data: TrainingSet) -> PurchaseModel:
    """Return the candidate's tables as the model that serves, with the counts behind each entry."""
    tables = candidate.tables
    if not tables.cells:
        return PurchaseModel([], [])
    where = cells_of(data.columns, tables.cells)
    parts = []
    for name, values in tables.singles.items():
        parts.append(_part((name,), values, where[name], data))
    for (first, second), grid in tables.pairs.items():
        flat = where[first] * grid.shape[1] + where[second]
        parts.append(_part((first, second), grid.ravel(), flat, data))
    cells = [replace(one, whole=_is_whole(data, one)) for one in tables.cells.values()]
    return PurchaseModel(cells, parts, {name: values.tolist() for name, values in candidate.uncertainty.cells.items()})


def share_unlike(model: PurchaseModel, data: TrainingSet, cells: Mapping[str, FieldCells]) -> float:
    """Return the share of the training leads that stood, as they arrived, where hardly any did."""
    arrived = data.of(np.flatnonzero(data.at_arrival))
    where = cells_of(arrived.columns, cells) if cells else {}
    unlike = np.zeros(len(arrived), dtype=bool)
    for name, few in Strangers(model).few.items():
        unlike |= np.array(few)[where[name]]
    return float(unlike.mean())


def doubts(candidate: Candidate, data: TrainingSet) -> dict[RuleGrade, float]:
    """Return the variance of the log-odds that every lead of a grade has.

    That of the tables' level, or of the grade's own rate, which so many leads have told, where that is less sure.
    """
    told = graded(data)
    rates = {grade: float(probability(np.array(start))) for grade, start in candidate.starts.items()}
    own = {grade: 1.0 / ((told[grade][0] + LEADS_OF_A_GUESS) * rate * (1.0 - rate)) for grade, rate in rates.items()}
    return {grade: max(candidate.uncertainty.level, variance) for grade, variance in own.items()}


def graded(data: TrainingSet) -> dict[RuleGrade, tuple[int, int]]:
    """Return the number of different leads of each grade, and of sales among them."""
    leads, sales = _leads_and_sales(data.grade, len(GRADES), data)
    return {grade: (leads[place], sales[place]) for place, grade in enumerate(GRADES)}


def _is_whole(data: TrainingSet, cells: FieldCells) -> bool:
    """Return whether a feature has only whole numbers, as far as is known."""
    column = data.columns[cells.feature]
    if not isinstance(column, NumberColumn):
        return False
    values = column.values[np.isfinite(column.values)]
    return bool(np.all(values == np.round(values)))


def _part(features: tuple[str, ...], values: Floats, entry: Ints, data: TrainingSet) -> Part:
    return Part(features, tuple(values.tolist()), *_leads_and_sales(entry, len(values), data))


def _leads_and_sales(entry: Ints, entries: int, data: TrainingSet) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the number of different leads, and of sales among them, that stood in each entry."""
    every = int(data.lead.max()) + 1
    stood, lead = np.divmod(np.unique(entry * every + data.lead), every)
    bought = np.zeros(every, dtype=np.int64)
    bought[data.lead[data.outcome > 0]] = 1
    leads = np.bincount(stood, minlength=entries)
    sales = np.bincount(stood, bought[lead], minlength=entries).astype(np.int64)
    return tuple(leads.tolist()), tuple(sales.tolist())


def _contenders(fit: TrainingSet, later: TrainingSet, rules: Abc, candidate: Floats) -> dict[str, Floats]:
    rates = grade_rates(fit, rules)
    base = float((fit.weight @ fit.outcome + 0.5) / (fit.weight.sum() + 1.0))
    return {
        "candidate": candidate,
        "rules": probability(starts_of(later, {grade: log_odds(rate) for grade, rate in rates.items()})),
        "base rate": np.full(len(later), base),
        "guesses": probability(starts_of(later, None)),
    }


def _champion(home: Path) -> Artefact | None:
    """Return the artefact that serves; None while the rules do, or where it is so damaged that it cannot."""
    version = champion_version(home)
    try:
        return load_artefact(model_folder(home, version)) if version else None
    except (ArtefactUnreadable, UnknownModel):
        return None


def _trained_at(home: Path, version: str) -> datetime | None:
    """Return when a model was trained; None where its folder does not say."""
    try:
        return trained_at(model_folder(home, version))
    except (ArtefactUnreadable, UnknownModel):
        return None


def _parameters(
    data: TrainingSet, split: TimeSplit, choices: Choices, number: int, cut_off: datetime, company_hash: str
) -> dict[str, str]:
    return {
        "cut_off": cut_off.isoformat(),
        "storage_number": str(number),
        "company": company_hash,
        "data": _data_hash(data),
        "leads": str(data.leads),
        "sales": str(data.sales),
        "rows": str(len(data)),
        "window": f"{data.window} days" if data.window else "none",
        "judged_from": split.border.isoformat(),
        **{f"weight of {rung}": f"{weight:.4f}" for rung, weight in zip(RUNGS, choices.weights, strict=True)},
        "rounds of trees of one field": str(choices.rounds[0]),
        "rounds of trees of two fields": str(choices.rounds[1]),
        "half-life of the latest leads": f"{choices.following.half_life:.4f}",
        "share of their change": f"{choices.following.share:.4f}",
        "latest leads learned anew": str(choices.following.anew),
    }


def _measures(evaluation: Judgement) -> dict[str, float]:
    """Return every overall measure and difference with the ends of its interval, and on how many leads; the groups' are in
    ``EVALUATION``.
    """
    measures = evaluation.overall.measures or {}
    named = {f"{who}.{name}": m for who, of in measures.items() for name, m in of.items()}
    named |= {f"log_loss_minus.{who}": m for who, m in evaluation.differences.items()}
    judged = {"judged.leads": float(evaluation.overall.leads), "judged.sales": float(evaluation.overall.sales)}
    return judged | {
        f"{name}{end}".replace(" ", "_"): value
        for name, m in named.items()
        for end, value in (("", m.value), (".low", m.low), (".high", m.high))
    }


def _version(cut_off: datetime, data: TrainingSet, company_hash: str, seed: int) -> str:
    """Return a name that another candidate of the same day never gets: it would overwrite what may be serving."""
    made_of = f"{_data_hash(data)} {company_hash} {cut_off.isoformat()} {seed}"
    return f"{cut_off:%Y%m%d}-{hashlib.sha256(made_of.encode()).hexdigest()[:6]}"


def _data_hash(data: TrainingSet) -> str:
    digest = hashlib.sha256()
    _digest(data, digest)
    if data.young is not None:
        _digest(data.young, digest)
    return digest.hexdigest()


def _digest(data: TrainingSet, digest: hashlib._Hash) -> None:
    for values in (data.outcome, data.weight, data.created, data.known_from, starts_of(data, None)):
        digest.update(np.ascontiguousarray(values).tobytes())
    for name, column in data.columns.items():
        digest.update(repr((name, getattr(column, "levels", ()))).encode())
        digest.update(np.ascontiguousarray(getattr(column, "values", getattr(column, "codes", None))).tobytes())
