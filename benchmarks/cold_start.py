"""How good the purchase model is from the first leads on: trained on few leads drawn at random, scored on all test leads.

    python -m benchmarks.cold_start --sets DIR [--draws 10] [--leads 20 50 ...] [--mature] [SET ...]

Beside it stands the base rate of the very same few leads, (sales + 1/2) / (leads + 1). A case is surely worse where the 95 %
interval of the paired difference over the test leads lies above 0. Where a set has a window, this base rate counts a lead
that is still open as lost; with ``--mature`` only leads are drawn that were old enough to have ended.

Each draw is a company that has told the product of these leads alone; everything that is learned, how channels have sold
too, is learned from them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from benchmarks.quality import champion_of, trained_by
from benchmarks.real_sets import RealSet, company_of, imported, real_set, static_files
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.tables import METADATA
from features.facts.values import LeadId
from features.rows.as_of import Gate, KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline

Floats = npt.NDArray[np.float64]
LEADS = (20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True)
class Case:
    """One draw: the loss per test lead of the product, and of the base rate of the same few leads; how many had bought."""

    product: Floats
    base: Floats
    sales: int

    @property
    def ratio(self) -> float:
        """Return the product's mean loss over the base rate's."""
        return float(self.product.mean() / self.base.mean())

    @property
    def is_surely_worse(self) -> bool:
        """Return whether the 95 % interval of the difference lies above 0 (a normal one: thousands of test leads)."""
        off = self.product - self.base
        return bool(off.mean() > 1.96 * off.std() / np.sqrt(len(off)) + 1e-12)


def may_be_drawn(chosen: RealSet, *, mature: bool) -> npt.NDArray[np.object_]:
    """Return the leads of train whose outcome was known before the split."""
    train, split = chosen.train, chosen.split.replace(tzinfo=None)
    known = train["outcome"].notna() & ~(train["outcome_at"] >= split)
    if mature:
        known &= train["created_at"] < split - timedelta(days=(chosen.meta["horizon_days"] or 0) + 1)
    return train[known]["lead_id"].astype(str).to_numpy()


def cases(chosen: RealSet, leads: int, draws: int, *, mature: bool = False) -> list[Case]:
    """Return what came of each draw of so many leads."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        company = company_of(chosen, work)
        store = imported(static_files(chosen, work), company, work)
        histories = {one.lead_id: one for one in store.histories()}
        store.engine.dispose()
    known = may_be_drawn(chosen, mature=mature)
    tested = [histories[LeadId(one)] for one in chosen.test["lead_id"].astype(str)]
    outcome = pd.read_parquet(chosen.folder / "test.parquet")["outcome"].to_numpy(dtype=np.float64)
    return [
        _case([histories[one] for one in _drawn(known, leads, seed)], tested, outcome, company, chosen)
        for seed in range(draws)
    ]


def _drawn(known: npt.NDArray[np.object_], leads: int, seed: int) -> list[LeadId]:
    return [LeadId(str(one)) for one in np.random.default_rng(seed).choice(known, leads, replace=False)]


def _case(
    told: Sequence[LeadHistory], tested: Sequence[LeadHistory], outcome: Floats, company: Company, chosen: RealSet
) -> Case:
    store = FactStore(create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}))
    METADATA.create_all(store.engine)
    store.append([one.fact for history in told for one in history.stored])
    with tempfile.TemporaryDirectory() as home:
        trained_by(store, company, Path(home), chosen.split)
        scorer = champion_of(Path(home))
    rows = RowBuilder(company, RatesTimeline(Gate(company)).learn(store.histories()))
    probability = np.array([scorer.probability(*_arrival(rows, one)) for one in tested])
    drawn = {history.lead_id for history in told}
    sales = int(chosen.train.loc[chosen.train["lead_id"].astype(str).isin(drawn), "outcome"].sum())
    base = np.full(len(tested), (sales + 0.5) / (len(told) + 1))
    store.engine.dispose()
    return Case(_loss(probability, outcome), _loss(base, outcome), sales)


def _arrival(rows: RowBuilder, history: LeadHistory) -> tuple[KnownLead, FeatureRow]:
    moment = history.arrived_at
    known = rows.known(history, moment)
    assert known is not None
    return known, rows.row(known)


def _loss(probability: Floats, outcome: Floats) -> Floats:
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    loss: Floats = -(outcome * np.log(p) + (1 - outcome) * np.log1p(-p))
    return loss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--leads", type=int, nargs="+", default=LEADS)
    parser.add_argument("--mature", action="store_true", help="draw only leads that were old enough to have ended")
    parser.add_argument("names", nargs="*", metavar="SET")
    said = parser.parse_args()
    print("| set | leads | sales | loss / base rate's | draws better | surely worse |\n" + "|---" * 6 + "|")
    for name in said.names or sorted(path.parent.name for path in said.sets.glob("*/meta.json")):
        chosen = real_set(said.sets / name)
        for leads in said.leads:
            if leads > len(may_be_drawn(chosen, mature=said.mature)):
                continue
            found = cases(chosen, leads, said.draws, mature=said.mature)
            ratios = np.array([one.ratio for one in found])
            print(
                f"| {name} | {leads:,} | {np.mean([one.sales for one in found]):.1f} | {ratios.mean():.3f} "
                f"({ratios.min():.3f} to {ratios.max():.3f}) | {(ratios < 1).sum()} of {len(found)} "
                f"| {sum(one.is_surely_worse for one in found)} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
