"""How good the purchase model is on real leads, through the product's own path.

    python -m benchmarks.quality --sets DIR --out DIR [SET ...]

Takes any folder of sets (``SET/train.parquet``, ``test.parquet``, ``meta.json`` with the columns by role), writes each as
a company's export, imports it, trains as of the split, and scores each test lead as of its arrival. No outcome of a
test lead is read before all of its set is scored; then the table is made. Writes ``SET.csv`` (lead_id, probability).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from features.errors import NothingToLearn
from features.facts.company import Company
from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from features.facts.store import FactStore
from features.facts.values import Lead, LeadId
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline
from leadloop.database import bring_up_to_date
from models.artefact import champion_version, load_artefact, model_folder
from models.model_registry import MemoryRegistry
from models.model_scorer import ModelScorer
from models.ranking_metrics import Judged, Measured, measured
from models.score import RulesScorer, Scorer
from training.retrain import retrained

OUTCOMES = ("outcome", "outcome_at", "outcome_known", "outcome_final", "mature")
DATED_CLOCKS = ("win", "both")
KINDS = {"category": "choice", "number": "number", "flag": "yes_no", "text": "text"}
WON, LOST = "won", "lost"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a set: the words of the decision, and each test lead's probability."""

    words: str
    probability: pd.Series[float]


def answered(folder: Path, work: Path) -> Answered:
    """Take one set through the product; nothing of a test lead's outcome is passed on."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    train = pd.read_parquet(folder / "train.parquet")
    test = pd.read_parquet(folder / "test.parquet")
    test = test.drop(columns=[name for name in OUTCOMES if name in test])
    split = pd.Timestamp(meta["split_moment"]).to_pydatetime().replace(tzinfo=UTC)
    company_path = work / "company.yaml"
    company_path.write_text(yaml.safe_dump(company_words(meta), allow_unicode=True), encoding="utf-8")
    company = read_company(company_path)
    files = write_exports(meta, train, test, work)
    engine = engine_for(f"sqlite:///{work / 'leadloop.db'}")
    bring_up_to_date(engine)
    store = FactStore(engine)
    for path, exported_at in files:
        import_file(
            path,
            company=company,
            store=store,
            imports=ImportLog(engine),
            secret=b"benchmark",
            started_at=exported_at or split,
            exported_at=exported_at or split,
            rejects_folder=work / "rejects",
        )
    words = _train(store, company, work, split)
    probability = _scored(store, company, work, set(test["lead_id"].astype(str)))
    engine.dispose()
    return Answered(words, probability.reindex(test["lead_id"].astype(str)))


def company_words(meta: dict[str, Any]) -> dict[str, Any]:
    """Return the company file that a set's ``meta.json`` makes: its columns by role, its horizon, no rules."""
    columns = meta["columns"]
    sources: list[str] = columns.get("source", [])
    fields = {name: {"kind": "choice"} for name in sources[1:]}
    fields |= {name: {"kind": kind} for role, kind in KINDS.items() for name in columns.get(role, [])}
    dated = meta["label_clock"].split(":")[0] in DATED_CLOCKS
    leads: dict[str, Any] = {"id": "lead_id", "created_at": "created_at"}
    if sources:
        leads["marks"] = {"source": sources[0]}
    if not dated:
        leads["stage"] = "outcome"
    return {
        "company": meta["name"],
        "language": "en",
        "time_zone": "UTC",
        "horizon_days": meta["horizon_days"] if dated and meta["horizon_days"] else "none",
        "calls_recorded": False,
        "fields": fields,
        "stages": {"won": [WON], "lost": [LOST]},
        "export": {"leads": leads, "placeholders": []},
    }


def write_exports(
    meta: dict[str, Any], train: pd.DataFrame, test: pd.DataFrame, work: Path
) -> list[tuple[Path, datetime | None]]:
    """Write the set as a company's own files; with each the day of its export (None: the split)."""
    dated = meta["label_clock"].split(":")[0] in DATED_CLOCKS
    flags = meta["columns"].get("flag", [])
    known = train["outcome"].map({1: WON, 0: LOST}).where(train["outcome"].notna())
    earlier = _exported(train, flags)
    later = _exported(test, flags)
    if not dated:
        earlier["outcome"] = known
        later["outcome"] = None
    paths: list[tuple[Path, datetime | None]] = []
    for name, frame in (("train_leads.csv", earlier), ("test_leads.csv", later)):
        frame.to_csv(work / name, index=False, encoding="utf-8")
        last = pd.to_datetime(frame["created_at"]).max().to_pydatetime().replace(tzinfo=UTC)
        paths.append((work / name, None if frame is earlier else last))
    if dated:
        stages = pd.DataFrame({"lead_id": train["lead_id"], "at": train["outcome_at"], "stage": known})
        stages[stages["at"].notna() & stages["stage"].notna()].to_csv(work / "stages.csv", index=False)
        paths.append((work / "stages.csv", None))
    return paths


def _exported(frame: pd.DataFrame, flags: list[str]) -> pd.DataFrame:
    made = frame.drop(columns=[name for name in OUTCOMES if name in frame]).copy()
    for name in flags:
        made[name] = made[name].map({1: "yes", 0: "no"})
    return made


def _train(store: FactStore, company: Company, work: Path, split: datetime) -> str:
    try:
        done = retrained(
            store=store, company=company, home=work, registry=MemoryRegistry(), cut_off=split, trained_at=split
        )
    except NothingToLearn as error:
        return str(error)
    return " ".join(done.decision.reasons)


def _scored(store: FactStore, company: Company, work: Path, wanted: set[str]) -> pd.Series[float]:
    version = champion_version(work)
    scorer: Scorer = ModelScorer(load_artefact(model_folder(work, version))) if version else RulesScorer()
    timeline = RatesTimeline(Gate(company)).learn(store.histories())
    rows = RowBuilder(company, timeline)
    found: dict[LeadId, float] = {}
    for history in store.histories():
        if history.lead_id in wanted:
            arrival = min(one.fact.known_at for one in history.stored if isinstance(one.fact, Lead))
            known = rows.known(history, arrival)
            assert known is not None
            found[history.lead_id] = scorer.score(known, rows.row(known)).probability
    return pd.Series(found, dtype=float)


def table_row(folder: Path, answer: Answered) -> str:
    """Return one line of the table, from the outcomes that are read only now."""
    test = pd.read_parquet(folder / "test.parquet")
    outcome = test["outcome"].to_numpy(dtype=float)
    judged = Judged(outcome, np.ones(len(test)), np.arange(len(test)))
    m = measured(np.asarray(answer.probability, dtype=np.float64), judged)
    auc, loss, slope, level = (_figure(m[name]) for name in ("auc", "log_loss", "slope", "level"))
    base = _base_rate_loss(folder, outcome)
    head = f"| {folder.name} | {len(test):,} / {int(outcome.sum()):,} "
    return f"{head}| {auc} | {loss} | {base:.4f} | {slope} | {level} | {answer.words} |"


def _figure(one: Measured) -> str:
    return "-" if one.value != one.value else f"{one.value:.4f} ({one.low:.4f} to {one.high:.4f})"


def _base_rate_loss(folder: Path, outcome: npt.NDArray[np.float64]) -> float:
    """Return the log-loss of the rate of the outcomes that were known at the split."""
    rate = float(pd.read_parquet(folder / "train.parquet", columns=["outcome"])["outcome"].mean())
    return float(-(outcome * np.log(rate) + (1 - outcome) * np.log(1 - rate)).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("names", nargs="*", metavar="SET")
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    names = said.names or sorted(path.parent.name for path in said.sets.glob("*/meta.json"))
    print(
        "| set | test leads / sales | AUC | log-loss | base rate's | slope | mean p / rate | decision |\n"
        + "|---" * 8
        + "|"
    )
    for name in names:
        with tempfile.TemporaryDirectory() as work:
            answer = answered(said.sets / name, Path(work))
        answer.probability.rename("probability").rename_axis("lead_id").to_csv(said.out / f"{name}.csv")
        print(table_row(said.sets / name, answer), flush=True)


if __name__ == "__main__":
    main()
