"""Whether probabilities are true, and their intervals, where the truth is known: companies that are simulated.

    python -m benchmarks.known_truth [--seeds 1 2 3] [--leads 8000]

A company whose sales take days to months is learned from while a third of its leads are open. Asked of each open lead as
it came: how likely does it buy? The truth is worked out from what drives the simulation: of people who look the same on
their form, what share is worth calling, how likely they buy if called at once, and what is left of that after the wait
that leads of their hour have. Beside it stands the same recipe trained on how every one of those leads ended.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import erf, log, sqrt
from pathlib import Path

import numpy as np
import numpy.typing as npt

from features.facts.company import Company
from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from features.facts.store import FactStore
from features.facts.values import LeadId, Stage
from features.rows.as_of import Gate, KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import FixedRates, RowBuilder
from features.rows.rates_timeline import RatesTimeline
from leadloop.database import bring_up_to_date
from leadloop.demo.export import export_all
from leadloop.demo.people import CHANCE_OF_THE_LOST, Person, chance_if_target, non_target_share
from leadloop.demo.simulation import Simulated, simulated
from leadloop.demo.world import SALE_DELAY_DAYS, Scale
from models.artefact import load_artefact
from models.model_registry import MemoryRegistry
from models.model_scorer import ModelScorer
from training.cells import cells_of
from training.choices import chosen
from training.columns import ColumnsBuilder
from training.dataset import label_at, training_set
from training.recipe import fitted, probability
from training.retrain import retrained

Floats = npt.NDArray[np.float64]
END = date(2026, 3, 31)
CUT_OFF = datetime.combine(END, time(), UTC)
SEEN = ("leads.csv", "calls.csv", "stages.csv")
"""What the product is told; the truth is not among it."""
WON = "Договор"


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a seed."""

    seed: int
    open_share: float
    mean_over_truth: float
    by_chance: float
    """By how much chance alone moves a rate seen among so many sales: 95 % of such rates lie within this share of the truth."""
    hindsight_over_truth: float
    loss_over_hindsight: float
    covered: float
    width: float


def measured(seed: int, leads: int, folder: Path) -> Found:
    """Return how true a company's scores are."""
    done = simulated(Scale(6, leads, seed, "no_change"), END)
    export_all(done, folder)
    company = read_company(folder / "company.yaml")
    store = _told(folder, company)
    trained = retrained(
        store=store, company=company, home=folder, registry=MemoryRegistry(), cut_off=CUT_OFF, trained_at=CUT_OFF
    )
    artefact = load_artefact(trained.folder)
    scorer = ModelScorer(artefact.at_level(artefact.followed))
    truth = truth_of(done, _spoken_share(store, company, done))
    young = list(_young(store, company))
    scores = [scorer.score(known, row) for known, row in young]
    true = np.array([truth[str(known.lead_id)] for known, _ in young])
    p = np.array([one.probability for one in scores])
    inside = [one.low <= chance <= one.high for one, chance in zip(scores, true, strict=True)]
    hindsight = _hindsight(store, company, done, young)
    every = len(list(store.histories()))
    return Found(
        seed, len(young) / every, float(p.mean() / true.mean()), 1.96 / sqrt(trained.data.sales),
        float(hindsight.mean() / true.mean()), _loss(true, p) / _loss(true, hindsight),
        float(np.mean(inside)), float(np.median([one.high / one.low for one in scores])),
    )  # fmt: skip


def truth_of(done: Simulated, spoken: float) -> dict[str, float]:
    """Return of each lead how likely those buy within the horizon who look like it and came at such an hour."""
    kept: dict[tuple[bool, int], list[float]] = defaultdict(list)
    for one in done.everybody:
        handled = done.truth[one.lead_id].chance_as_handled
        if handled > 0:
            kept[_hour(one)].append(handled / one.chance)
    in_time = 0.5 * (1 + erf((log(done.world.horizon_days) - log(SALE_DELAY_DAYS[0])) / SALE_DELAY_DAYS[1] / sqrt(2)))
    truth = {}
    for one in done.everybody:
        lost = non_target_share(done.world, one.channel, one.created_at.date(), END)
        chance = (1 - lost) * chance_if_target(done.world, one) + lost * CHANCE_OF_THE_LOST
        truth[one.lead_id] = chance * float(np.mean(kept[_hour(one)])) * spoken * in_time
    return truth


def _hour(one: Person) -> tuple[bool, int]:
    return one.created_at.weekday() >= 5, one.created_at.hour


def _told(folder: Path, company: Company) -> FactStore:
    engine = engine_for(f"sqlite:///{folder / 'leadloop.db'}")
    bring_up_to_date(engine)
    store = FactStore(engine)
    for name in SEEN:
        import_file(
            folder / name, company=company, store=store, imports=ImportLog(engine), secret=b"benchmark",
            started_at=CUT_OFF, exported_at=CUT_OFF, rejects_folder=folder / "rejects",
        )  # fmt: skip
    return store


def _spoken_share(store: FactStore, company: Company, done: Simulated) -> float:
    """Return the share of worked leads that were spoken to: labels are of worked leads."""
    gate = Gate(company)
    worked = [one.lead_id for one in store.histories() if label_at(one, gate, CUT_OFF) is not None]
    return float(np.mean([done.truth[str(one)].chance_as_handled > 0 for one in worked]))


def _young(store: FactStore, company: Company) -> Iterator[tuple[KnownLead, FeatureRow]]:
    """Yield every lead whose window is open, as it was known when it came."""
    rows = RowBuilder(company, RatesTimeline(Gate(company)).learn(store.histories()))
    for history in store.histories():
        arrival = history.arrived_at
        if company.horizon_days and (CUT_OFF - arrival).days < company.horizon_days:
            known = rows.known(history, arrival)
            assert known is not None
            yield known, rows.row(known)


def _hindsight(
    store: FactStore, company: Company, done: Simulated, young: list[tuple[KnownLead, FeatureRow]]
) -> Floats:
    """Return what the same recipe says of the open leads when it has learned how each of them ended."""
    later = [one for one in done.truth.values() if one.bought_at and one.bought_at > CUT_OFF]
    store.append([Stage(LeadId(one.lead_id), one.bought_at, one.bought_at, WON) for one in later if one.bought_at])
    ended = CUT_OFF + timedelta(days=120)
    data, rules = training_set(store, company, cut_off=ended), company.abc_at(ended)
    candidate = fitted(data, rules, chosen(data, rules))
    builder = ColumnsBuilder(RowBuilder(company, FixedRates()).features)
    for _, row in young:
        builder.add(row)
    moved = candidate.tables.at(cells_of(builder.columns(), candidate.tables.cells))
    return probability(candidate.starts["ungraded"] + candidate.level + moved)


def _loss(truth: Floats, p: Floats) -> float:
    return float(-(truth * np.log(p) + (1 - truth) * np.log1p(-p)).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=range(1, 11))
    parser.add_argument("--leads", type=int, default=8000)
    said = parser.parse_args()
    heads = ("seed", "open", "mean p / truth", "by chance", "with endings known", "log-loss / with endings known",
             "80 % intervals that hold it", "high / low")  # fmt: skip
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    ratios = []
    for seed in said.seeds:
        with tempfile.TemporaryDirectory() as folder:
            found = measured(seed, said.leads, Path(folder))
        ratios.append(found.mean_over_truth)
        print(
            f"| {found.seed} | {found.open_share:.0%} | {found.mean_over_truth:.3f} | {1 - found.by_chance:.2f} to "
            f"{1 + found.by_chance:.2f} | {found.hindsight_over_truth:.3f} | {found.loss_over_hindsight:.4f} "
            f"| {found.covered:.1%} | {found.width:.2f} |",
            flush=True,
        )
    print(f"mean p / truth over all: {np.mean(ratios):.3f}, standard error {np.std(ratios) / sqrt(len(ratios)):.3f}")


if __name__ == "__main__":
    main()
