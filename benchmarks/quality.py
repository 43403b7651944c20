"""How good the purchase model is on real leads, through the product's own path.

    python -m benchmarks.quality --sets DIR --out DIR [--mode static|learning] [--late N] [--refits N] [SET ...]

Takes any folder of sets (``SET/train.parquet``, ``test.parquet``, ``meta.json`` with the columns by role), writes each as
a company's export, imports it, trains, and scores each test lead as of its arrival; without a SET, of every set in the
folder. Static: trained once, as of the split; no outcome of a test lead is read before all of its set is scored. Learning:
trained anew ``--refits`` times during the test period, each time from what was known by then (``SET/label_stream.parquet``
says when), the level following in between; it is judged after the first tenth of the test leads. Prints the table, a line a
set, and writes ``SET.csv`` (lead_id, probability) to ``--out``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.real_sets import RealSet, SetUnreadable, company_of, imported, real_set, replayed_files, static_files
from features.errors import NothingToLearn
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.log_odds import probability_of
from features.rows.as_of import Gate, KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline
from models.artefact import champion_version, load_artefact, model_folder
from models.measured import Measured
from models.model_registry import MemoryRegistry
from models.model_scorer import ModelScorer
from models.outcomes_so_far import followed
from models.ranking_metrics import Judged, measured
from models.score import RulesScorer, Scorer
from monitoring.leads_since import leads_since, outcomes_of
from training.retrain import retrained

Arrival = tuple[KnownLead, FeatureRow]
AFTER = 0.1
"""This share of the test leads comes before a learning model's level is judged: the first tenth, as the table's head says."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a set: the words of the last decision, and each test lead's probability."""

    words: str
    probability: pd.Series[float]


def answered_once(chosen: RealSet, work: Path) -> Answered:
    """Train once, as of the split, and score every test lead; nothing of a test lead's outcome is passed on."""
    company = company_of(chosen, work)
    store = imported(static_files(chosen, work), company, work)
    words = trained_by(store, company, work, chosen.split)
    rows = RowBuilder(company, RatesTimeline(Gate(company)).learn(store.histories()))
    arrivals = _arrivals(store.histories(), rows, set(chosen.test["lead_id"].astype(str)))
    scorer = champion_of(work)
    found = {known.lead_id: scorer.score(known, row).probability for known, row in arrivals}
    store.engine.dispose()
    return Answered(words, pd.Series(found, dtype=float).reindex(chosen.test["lead_id"].astype(str)))


def answered_while_learning(chosen: RealSet, work: Path, *, refits: int, late: int) -> Answered:
    """Train ``refits`` times during the test period; each lead is scored by the champion of its arrival."""
    company = company_of(chosen, work, replayed=True)
    store = imported(replayed_files(chosen, work, late=late), company, work)
    past = list(store.histories())
    rows = RowBuilder(company, RatesTimeline(Gate(company)).learn(past))
    wanted = set(chosen.test["lead_id"].astype(str))
    arrivals = sorted(_arrivals(past, rows, wanted), key=lambda one: (one[0].moment, one[0].lead_id))
    borders = np.linspace(0, len(arrivals), refits + 1).astype(np.int64)
    found: dict[LeadId, float] = {}
    words = ""
    for begin, end in pairwise(borders.tolist()):
        words = trained_by(store, company, work, arrivals[begin][0].moment)
        found |= _scored_while_following(arrivals[begin:end], past, rows, work)
    store.engine.dispose()
    return Answered(words, pd.Series(found, dtype=float).reindex(chosen.test["lead_id"].astype(str)))


def _scored_while_following(
    arrivals: list[Arrival], past: list[LeadHistory], rows: RowBuilder, work: Path
) -> dict[LeadId, float]:
    """Score leads as they arrive by the champion, whose level follows what was known by each arrival and no more."""
    version = champion_version(work)
    if version is None:
        return {known.lead_id: RulesScorer().score(known, row).probability for known, row in arrivals}
    artefact = load_artefact(model_folder(work, version))
    since = list(leads_since(past, rows, artefact, now=arrivals[-1][0].moment))
    outcomes = outcomes_of(since, artefact)
    cut_off = artefact.data_cut_off.timestamp()
    scorer, found = ModelScorer(artefact), dict[LeadId, float]()
    for moment, came in groupby(arrivals, key=lambda one: one[0].moment):
        level = followed(outcomes, artefact.followed, cut_off, moment.timestamp())
        for known, row in came:
            found[known.lead_id] = probability_of(level.moved(scorer.score(known, row).log_odds))
    return found


def trained_by(store: FactStore, company: Company, work: Path, moment: datetime) -> str:
    """Train as of the moment, and return the words of the decision."""
    try:
        done = retrained(
            store=store, company=company, home=work, registry=MemoryRegistry(), cut_off=moment, trained_at=moment
        )
    except NothingToLearn as error:
        return str(error)
    return " ".join(done.decision.reasons)


def champion_of(work: Path) -> Scorer:
    """Return what serves."""
    version = champion_version(work)
    if version is None:
        return RulesScorer()
    artefact = load_artefact(model_folder(work, version))
    return ModelScorer(artefact.at_level(artefact.followed))


def _arrivals(past: Iterable[LeadHistory], rows: RowBuilder, wanted: set[str]) -> Iterator[Arrival]:
    """Yield what was known of each wanted lead as it came, and its row."""
    for history in past:
        if history.lead_id in wanted:
            arrival = history.arrived_at
            known = rows.known(history, arrival)
            assert known is not None
            yield known, rows.row(known)


def table_row(folder: Path, answer: Answered, *, level_after: float = 0.0) -> str:
    """Return one line of the table, from the outcomes that are read only now; leads whose outcome nobody knows are left out."""
    test = pd.read_parquet(folder / "test.parquet").drop_duplicates("lead_id").sort_values("created_at", kind="stable")
    if "outcome" not in test or test["outcome"].isna().all():
        return f"| {folder.name} | {len(test):,} / unknown | - | - | - | - | - | {answer.words} |"
    test = test[test["outcome"].notna()]
    outcome = test["outcome"].to_numpy(dtype=float)
    p = np.asarray(answer.probability.reindex(test["lead_id"].astype(str)), dtype=np.float64)
    m = measured(p, Judged(outcome, np.ones(len(test)), np.arange(len(test))))
    late = np.arange(len(test)) >= level_after * len(test)
    m["level"] = measured(p[late].astype(np.float64), Judged(outcome[late], np.ones(late.sum()), np.flatnonzero(late)))[
        "level"
    ]
    auc, loss, slope, level = (_figure(m[name]) for name in ("auc", "log_loss", "slope", "level"))
    base = _base_rate_loss(folder, outcome)
    head = f"| {folder.name} | {len(test):,} / {int(outcome.sum()):,} "
    return f"{head}| {auc} | {loss} | {base} | {slope} | {level} | {answer.words} |"


def _figure(one: Measured) -> str:
    return "-" if one.value != one.value else f"{one.value:.4f} ({one.low:.4f} to {one.high:.4f})"


def _base_rate_loss(folder: Path, outcome: npt.NDArray[np.float64]) -> str:
    """Return the log-loss of the rate of the outcomes that were known at the split, or why there is none.

    A rate of 0 or 1 would have been sure of every lead: the first that ends otherwise costs it infinitely much.
    """
    known = pd.read_parquet(folder / "train.parquet", columns=["outcome"])["outcome"].dropna().astype(float)
    rate = float(known.mean()) if len(known) else 0.0
    if not 0 < rate < 1:
        return f"none: {int(known.sum()):,} of {len(known):,} sold before the split"
    return f"{float(-(outcome * np.log(rate) + (1 - outcome) * np.log(1 - rate)).mean()):.4f}"


def table_head(*, learns: bool) -> str:
    """Return the two lines above the table's rows."""
    level = "mean p / rate after the first tenth" if learns else "mean p / rate"
    columns = ("set", "test leads / sales", "AUC", "log-loss", "base rate's", "slope", level, "decision")
    return f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|"


def options() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=Path, required=True, metavar="DIR", help="the folder of sets")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where SET.csv is written; made if missing"
    )
    parser.add_argument(
        "--mode", choices=("static", "learning"), default="static", help="trained once (default), or anew"
    )
    late = "learning: so many leads later an outcome without a date is known (default 0)"
    parser.add_argument("--late", type=int, default=0, metavar="N", help=late)
    parser.add_argument("--refits", type=int, default=30, metavar="N", help="learning: so many trainings (default 30)")
    parser.add_argument("names", nargs="*", metavar="SET", help="a folder in --sets; none: all that have a meta.json")
    return parser


def main() -> None:
    said = options().parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    names = said.names or sorted(path.parent.name for path in said.sets.glob("*/meta.json"))
    learns, unreadable = said.mode == "learning", []
    print(table_head(learns=learns))
    for name in names:
        try:
            chosen = real_set(said.sets / name)
        except SetUnreadable as error:
            unreadable.append(str(error))
            continue
        with tempfile.TemporaryDirectory() as work:
            if learns:
                answer = answered_while_learning(chosen, Path(work), refits=said.refits, late=said.late)
            else:
                answer = answered_once(chosen, Path(work))
        answer.probability.rename("probability").rename_axis("lead_id").to_csv(said.out / f"{name}.csv")
        print(table_row(chosen.folder, answer, level_after=AFTER if learns else 0.0), flush=True)
    if unreadable:
        raise SystemExit("\n".join(unreadable))


if __name__ == "__main__":
    main()
