"""How often the portrait shows what is not there, and how often it finds what is: of chance, of planted segments, of halves.

    python -m benchmarks.portrait chance  [--times 500] [--of demo x_education]
    python -m benchmarks.portrait planted [--times 100] [--leads 3000 10000] [--rate 0.1] [--rows 1 6]
    python -m benchmarks.portrait halves  [--times 500]
    python -m benchmarks.portrait method  [--times 200]

``chance``: the outcomes of a company's settled leads are dealt out to other leads, and the portrait is drawn anew; the open
leads keep the chances that a model (or the rules) gave them. Counted is in how many portraits anything is shown at all.
``planted``: companies like the demo in which one segment buys more often than all others. It is found where the portrait
tells exactly that segment, and covered where it tells one that shares at least half of its leads (intersection over union).
``halves``: the sales of one month of the demo company are split at random, and the second half compared with the first.
``method``: the same planted segments under other ways to control false discoveries, each at the level that it promises.

The demo company is made, imported and trained in a temporary folder; real sets are read from the data beside the clone with
the company.yaml of ``examples/``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from scipy.stats import hypergeom

from features.facts.company import Company
from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from features.facts.store import FactStore
from features.rows.as_of import Gate
from features.rows.feature_row import FixedRates, RowBuilder
from features.rows.rates_timeline import RatesTimeline
from features.wilsons_interval import wilsons_interval
from leadloop.database import bring_up_to_date
from leadloop.demo.export import export_all
from leadloop.demo.simulation import simulated
from leadloop.demo.world import Scale
from models.artefact import load_artefact
from models.model_registry import MemoryRegistry
from models.model_scorer import ModelScorer
from models.score import RulesScorer, Scorer
from monitoring.portrait.buyers import LEVEL, buyers_portrait
from monitoring.portrait.chance import Strengths, strengths_of
from monitoring.portrait.lead_traits import BOUGHT, Bools, Floats, Traits, traits_of
from monitoring.portrait.segments import Segments, members_of, segments_of
from monitoring.portrait.since_before import differences
from monitoring.portrait.told_apart import told
from training.retrain import retrained

REPOSITORY = Path(__file__).parent.parent
DATA = REPOSITORY.parent / "shared" / "data"
END = date(2026, 3, 1)
REAL = ("x_education", "digital_bank")
DEALS = 199
"""Fewer than in service, which changes the test's power a little and its level not at all."""
COVERS = 0.5


@dataclass(frozen=True, slots=True)
class Planted:
    """A segment of so large a share of leads that buys ``lift`` times as often as all leads do.

    ``kind`` says what its fields do by themselves: there is one alone; of a pair all leads outside buy alike, so that each
    field shows a little of it; or the fields alone show nothing, as those with just one of both buy the less for it.
    """

    share: float
    lift: float
    kind: str = "one field"

    def __str__(self) -> str:
        return f"{self.share:.0%} of leads x {self.lift:g}, {self.kind}"


PAIR, HIDDEN = "a pair, all others alike", "a pair, each field alone shows nothing"
PLANTED = (
    Planted(0.05, 2.5), Planted(0.10, 2.0), Planted(0.20, 1.6), Planted(0.05, 3.0, PAIR), Planted(0.10, 2.5, PAIR),
    Planted(0.20, 1.8, PAIR), Planted(0.05, 3.0, HIDDEN), Planted(0.10, 2.5, HIDDEN),
)  # fmt: skip


def demo_traits(folder: Path, leads: int = 7_000) -> Traits:
    """Return the demo company's leads as known at its end, open ones with the chance that a trained model gives them."""
    export_all(simulated(Scale(6, leads, 7, "no_change"), END), folder)
    company = read_company(folder / "company.yaml")
    moment = datetime(END.year, END.month, END.day, tzinfo=UTC)
    store = told_store(folder, company, [folder / name for name in ("leads.csv", "calls.csv", "stages.csv")], moment)
    trained = retrained(
        store=store, company=company, home=folder, registry=MemoryRegistry(), cut_off=moment, trained_at=moment
    )
    return read_traits(store, company, ModelScorer(load_artefact(trained.folder)), moment)


def real_traits(name: str, folder: Path) -> Traits:
    """Return the leads of a real set as its files tell them, once they are shaped as ``examples/`` says."""
    example = REPOSITORY / "examples" / name
    subprocess.run([sys.executable, example / "prepare.py", DATA / name, folder], check=True, stdout=subprocess.DEVNULL)
    company = read_company(example / "company.yaml")
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    files = [folder / one for one in ("leads.csv", "stages.csv") if (folder / one).exists()]
    store = told_store(folder, company, files, moment)
    return read_traits(store, company, RulesScorer(), moment)


def told_store(folder: Path, company: Company, files: Sequence[Path], moment: datetime) -> FactStore:
    """Return a store in ``folder`` that was told some files."""
    engine = engine_for(f"sqlite:///{folder / 'leadloop.db'}")
    bring_up_to_date(engine)
    store = FactStore(engine)
    for path in files:
        import_file(
            path, company=company, store=store, imports=ImportLog(engine), secret=b"benchmark", started_at=moment,
            exported_at=moment, rejects_folder=folder / "rejects",
        )  # fmt: skip
    return store


def read_traits(store: FactStore, company: Company, scorer: Scorer, moment: datetime) -> Traits:
    """Return what a portrait knows at a moment."""
    rates = RatesTimeline(Gate(company)).learn(store.histories()) if scorer.version else FixedRates()
    return traits_of(store.histories(), RowBuilder(company, rates), scorer, moment=moment)


def chance(traits: Traits, times: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return in how many portraits of dealt-out outcomes anything stands out, and how many segments each looked at."""
    settled, shown, looked_at = np.flatnonzero(traits.is_settled), 0, 0
    for seed in range(times):
        state, weight = traits.state.copy(), traits.weight.copy()
        state[settled] = rng.permutation(state[settled])
        weight[settled] = (state[settled] == BOUGHT).astype(np.float64)
        drawn = buyers_portrait(replace(traits, state=state, weight=weight), known_by="arrival", seed=seed, deals=DEALS)
        shown, looked_at = shown + bool(drawn.stood_out), drawn.looked_at
    return shown, looked_at


def company_with(planted: Planted, leads: int, rate: float, rng: np.random.Generator) -> tuple[Traits, Bools, Bools]:
    """Return leads with eleven fields of which all or all but two say nothing, the planted segment, and who bought."""
    levels = {f"field {k}": rng.choice(list("abcd"[: 2 + k % 3]), leads).tolist() for k in range(5)}
    levels["channel"] = rng.choice(list("dvafpo"), leads, p=[0.30, 0.20, 0.15, 0.12, 0.08, 0.15]).tolist()
    levels["campaign"] = rng.choice([f"campaign {k}" for k in range(12)], leads).tolist()
    numbers: dict[str, Floats] = {
        "area": np.round(np.exp(rng.normal(4.0, 0.6, leads))).astype(np.float64),
        "windows": rng.integers(1, 13, leads).astype(np.float64),
    }
    high, rest = rate * planted.lift, rate * (1 - planted.share * planted.lift) / (1 - planted.share)
    part = float(np.sqrt(planted.share))
    if planted.kind not in (PAIR, HIDDEN):
        inside = rng.random(leads) < planted.share
        owner, renovates = inside, rng.random(leads) < 0.35
        chances = np.where(inside, high, rest)
    else:
        owner, renovates = rng.random(leads) < part, rng.random(leads) < part
        inside = owner & renovates
        chances = np.where(inside, high, rest)
    if planted.kind == HIDDEN:
        one_alone = max((rate - part * high) / (1 - part), 0.0)  # so that owners as a whole buy like everybody
        neither = (rate - planted.share * high - 2 * part * (1 - part) * one_alone) / (1 - part) ** 2
        chances = np.where(inside, high, np.where(owner | renovates, one_alone, neither))
    levels["role"] = np.where(owner, "owner", rng.choice(["tenant", "builder"], leads)).tolist()
    levels["renovation"] = np.where(renovates, "yes", "no").tolist()
    bought = rng.random(leads) < chances
    nothing = np.zeros(leads)
    return Traits(levels, numbers, {}, bought.astype(np.int64), bought.astype(np.float64), nothing), inside, bought


def overlap(a: Bools, b: Bools) -> float:
    """Return how many leads two segments share, of all in either."""
    return float((a & b).sum() / max(int((a | b).sum()), 1))


def planted_row(planted: Planted, leads: int, rate: float, times: int) -> tuple[int, int, float]:
    """Return in how many portraits the segment was found, in how many it was covered, and what else was told in the mean."""
    found = covered = besides = 0
    for seed in range(times):
        traits, truth, _ = company_with(planted, leads, rate, np.random.default_rng([seed, leads]))
        drawn = buyers_portrait(traits, known_by="arrival", seed=seed, deals=DEALS)
        overlaps = [overlap(members_of(traits, one.conditions), truth) for one in drawn.segments]
        found += max(overlaps, default=0.0) > 0.99
        covered += max(overlaps, default=0.0) >= COVERS
        besides += sum(one < COVERS for one in overlaps)
    return found, covered, besides / times


def halves(traits: Traits, times: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return how often two random halves of a month's sales are called different, and how many sales the month had."""
    sold = traits.of(traits.state == BOUGHT)
    last = float(np.nanmax(sold.settled_at))
    month = sold.of((sold.settled_at <= last) & (sold.settled_at > last - timedelta(days=30).total_seconds()))
    different = 0
    for seed in range(times):
        is_new = rng.permutation(len(month)) < len(month) // 2
        _, told_of = differences(month, is_new, (), seed, deals=999)
        different += any(one.is_sure for one in told_of)
    return different, len(month)


def by_yekutieli(segments: Segments, bought: Bools, _: np.random.Generator) -> Strengths:
    """Return exact p-values as Benjamini & Yekutieli 2001 (Annals of Statistics 29:1165-1188) adjust them."""
    return _stepped_up(segments, bought, float((1.0 / np.arange(1, len(segments) + 1)).sum()))


def by_hochberg(segments: Segments, bought: Bools, _: np.random.Generator) -> Strengths:
    """Return exact p-values as Benjamini & Hochberg 1995 (JRSS B 57:289-300) adjust them."""
    return _stepped_up(segments, bought, 1.0)


def _stepped_up(segments: Segments, bought: Bools, factor: float) -> Strengths:
    seen = segments.counts(bought[:, None].astype(np.float32))[:, 0]
    law = hypergeom(len(bought), segments.sizes, int(bought.sum()))
    p: Floats = np.minimum(2.0 * np.minimum(law.cdf(seen), law.sf(seen - 1)), 1.0)
    order = np.argsort(-p)
    count = len(p)
    adjusted = np.empty(count)
    ranks = np.arange(count, 0, -1)
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * count * factor / ranks), 1.0)
    return Strengths((seen - law.mean()) / np.maximum(law.std(), 1e-9), adjusted)


def as_one_family(segments: Segments, bought: Bools, rng: np.random.Generator) -> Strengths:
    """Return the dealt-out p-values with singles and pairs in one family."""
    flat = replace(segments, parts=np.arange(len(segments))[:, None], inside=segments.rows(np.arange(len(segments))))
    return strengths_of(flat, bought, rng=rng, deals=DEALS)


def served(segments: Segments, bought: Bools, rng: np.random.Generator) -> Strengths:
    """Return what serves: dealt-out p-values, singles and pairs with half of the error each."""
    return strengths_of(segments, bought, rng=rng, deals=DEALS)


METHODS: dict[str, Callable[[Segments, Bools, np.random.Generator], Strengths]] = {
    "dealt out, half of the error each": served,
    "dealt out, one family": as_one_family,
    "Benjamini-Yekutieli": by_yekutieli,
    "Benjamini-Hochberg": by_hochberg,
}


def methods(times: int, leads: int, rate: float) -> Iterator[str]:
    """Yield how often each way shows anything of nothing, and covers what is planted."""
    for name, test in METHODS.items():
        cells = []
        for planted in (Planted(0.05, 1.0), *PLANTED[:3], PLANTED[4], PLANTED[7]):
            hits = 0
            for seed in range(times):
                rng = np.random.default_rng([seed, leads])
                traits, truth, bought = company_with(planted, leads, rate, rng)
                segments = segments_of(traits, rate=float(bought.mean()))
                found = test(segments, bought, rng)
                if planted.lift == 1.0:
                    hits += bool((found.p_value <= LEVEL).any())
                    continue
                chosen = told(segments, found, bought, level=LEVEL, rng=rng)
                hits += any(overlap(segments.members(one), truth) >= COVERS for one in chosen)
            cells.append(f"{hits / times:.0%}")
        yield f"| {name} | " + " | ".join(cells) + " |"


def said_share(count: int, of: int) -> str:
    """Return a share with its interval."""
    low, high = wilsons_interval(count, of)
    return f"{count / of:.1%} ({low:.1%}-{high:.1%}), {count} of {of}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("chance", "planted", "halves", "method"))
    parser.add_argument("--times", type=int, default=None)
    parser.add_argument("--of", nargs="+", default=["demo", "x_education"], choices=["demo", *REAL])
    parser.add_argument("--leads", type=int, nargs="+", default=[3_000, 10_000])
    parser.add_argument("--rate", type=float, default=0.1, help="the share of all leads that buys")
    parser.add_argument("--rows", type=int, nargs="+", default=range(1, len(PLANTED) + 1), help="of planted, from 1")
    said = parser.parse_args()
    rng = np.random.default_rng(1)
    if said.what == "chance":
        times = said.times or 500
        print(
            "| leads of | settled | sales | segments looked at | portraits that show anything |\n|---|---|---|---|---|"
        )
        for name in said.of:
            with tempfile.TemporaryDirectory() as folder:
                traits = demo_traits(Path(folder)) if name == "demo" else real_traits(name, Path(folder))
            shown, looked_at = chance(traits, times, rng)
            sales, settled = int((traits.state == BOUGHT).sum()), int(traits.is_settled.sum())
            print(f"| {name} | {settled:,} | {sales:,} | {looked_at:,} | {said_share(shown, times)} |", flush=True)
    elif said.what == "planted":
        times = said.times or 100
        print(
            "| planted | leads | found | found or covered | told besides, mean | s a portrait |\n|---|---|---|---|---|---|"
        )
        for leads in said.leads:
            for planted in [PLANTED[row - 1] for row in said.rows]:
                begun = time.perf_counter()
                found, covered, besides = planted_row(planted, leads, said.rate, times)
                took = (time.perf_counter() - begun) / times
                print(
                    f"| {planted} | {leads:,} | {found / times:.0%} | {said_share(covered, times)} | {besides:.2f} | {took:.1f} |",
                    flush=True,
                )
    elif said.what == "halves":
        times = said.times or 500
        with tempfile.TemporaryDirectory() as folder:
            traits = demo_traits(Path(folder))
        different, sales = halves(traits, times, rng)
        print(f"Random halves of a month of {sales} sales are called different: {said_share(different, times)}")
    else:
        heads = ["way", "nothing planted: shows anything", *map(str, (*PLANTED[:3], PLANTED[4], PLANTED[7]))]
        print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
        for line in methods(said.times or 200, said.leads[0], said.rate):
            print(line, flush=True)


if __name__ == "__main__":
    main()
