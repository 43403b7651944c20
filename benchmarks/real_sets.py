"""Real sets of leads as companies: a company file made from ``meta.json``, and the files that it would have exported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from features.facts.company import Company
from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from features.facts.store import FactStore
from leadloop.database import bring_up_to_date

OUTCOMES = ("outcome", "outcome_at", "outcome_known", "outcome_final", "mature")
DATED_CLOCKS = ("win", "both")
KINDS = {"category": "choice", "number": "number", "flag": "yes_no", "text": "text"}
WON, LOST = "won", "lost"
File = tuple[Path, datetime]
"""A file and the moment at which it was exported."""


@dataclass(frozen=True, slots=True)
class RealSet:
    """A set as it lies on disk; ``test`` is without any outcome."""

    folder: Path
    meta: dict[str, Any]
    train: pd.DataFrame
    test: pd.DataFrame
    split: datetime

    @property
    def is_dated(self) -> bool:
        """Return whether sales have dates."""
        return self.meta["label_clock"].split(":")[0] in DATED_CLOCKS


def real_set(folder: Path) -> RealSet:
    """Return the set in ``folder``."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    test = pd.read_parquet(folder / "test.parquet")
    test = test.drop(columns=[name for name in OUTCOMES if name in test])
    split = pd.Timestamp(meta["split_moment"]).to_pydatetime().replace(tzinfo=UTC)
    return RealSet(folder, meta, pd.read_parquet(folder / "train.parquet"), test, split)


def company_of(chosen: RealSet, work: Path, *, replayed: bool = False) -> Company:
    """Return the set's company, its file written into ``work``."""
    path = work / "company.yaml"
    path.write_text(yaml.safe_dump(company_words(chosen, replayed=replayed), allow_unicode=True), encoding="utf-8")
    return read_company(path)


def company_words(chosen: RealSet, *, replayed: bool = False) -> dict[str, Any]:
    """Return the company file that a set's ``meta.json`` makes: its columns by role, its horizon, no rules.

    Where sales have no dates the leads' own file says how they ended, unless the stream is ``replayed`` by stages.
    """
    columns = chosen.meta["columns"]
    sources: list[str] = columns.get("source", [])
    fields = {name: {"kind": "choice"} for name in sources[1:]}
    fields |= {name: {"kind": kind} for role, kind in KINDS.items() for name in columns.get(role, [])}
    leads: dict[str, Any] = {"id": "lead_id", "created_at": "created_at"}
    if sources:
        leads["marks"] = {"source": sources[0]}
    if not chosen.is_dated and not replayed:
        leads["stage"] = "outcome"
    horizon = chosen.meta["horizon_days"]
    return {
        "company": chosen.meta["name"],
        "language": "en",
        "time_zone": "UTC",
        "horizon_days": horizon if chosen.is_dated and horizon else "none",
        "calls_recorded": False,
        "fields": fields,
        "stages": {"won": [WON], "lost": [LOST]},
        "export": {"leads": leads, "placeholders": []},
    }


def imported(files: list[File], company: Company, work: Path) -> FactStore:
    """Return a store in ``work`` that holds the files, each imported when it was exported."""
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
            started_at=exported_at,
            exported_at=exported_at,
            rejects_folder=work / "rejects",
        )
    return store


def leads_file(chosen: RealSet, frame: pd.DataFrame, name: str, work: Path, *, how_ended: bool = False) -> File:
    """Write leads, and ``how_ended`` where that is known; they were exported when the last of them had come."""
    made = frame.drop(columns=[column for column in OUTCOMES if column in frame])
    for flag in chosen.meta["columns"].get("flag", []):
        made[flag] = made[flag].map({1: "yes", 0: "no"})
    if how_ended:
        made["outcome"] = frame["outcome"].map({1: WON, 0: LOST}) if "outcome" in frame else None
    made.to_csv(work / name, index=False, encoding="utf-8")
    return work / name, pd.to_datetime(frame["created_at"]).max().to_pydatetime().replace(tzinfo=UTC)


def static_files(chosen: RealSet, work: Path) -> list[File]:
    """Write what was known at the split, and the test leads."""
    undated = not chosen.is_dated
    train, _ = leads_file(chosen, chosen.train, "train_leads.csv", work, how_ended=undated)
    test = leads_file(chosen, chosen.test, "test_leads.csv", work, how_ended=undated)
    files = [(train, chosen.split), test]
    if chosen.is_dated:
        known = chosen.train["outcome"].map({1: WON, 0: LOST})
        stages = pd.DataFrame({"lead_id": chosen.train["lead_id"], "at": chosen.train["outcome_at"], "stage": known})
        stages[stages["at"].notna() & stages["stage"].notna()].to_csv(work / "stages.csv", index=False)
        files.append((work / "stages.csv", chosen.split))
    return files


def replayed_files(chosen: RealSet, work: Path, *, late: int) -> list[File]:
    """Write all leads, and each outcome from the moment on at which it was known; the product may read it no earlier.

    A dated sale (or loss) is known on its day; a loss without a date at the horizon's end. Where nothing has dates an
    outcome is known a second after the lead that came ``late`` leads later: an idealised replay.
    """
    every = pd.concat([chosen.train.drop(columns="outcome"), chosen.test])
    leads, last = leads_file(chosen, every, "leads.csv", work)
    stream = pd.read_parquet(chosen.folder / "label_stream.parquet")
    known = stream[stream["outcome"].notna()].sort_values("created_at", kind="stable")
    at = known["outcome_at"] if chosen.is_dated else known["created_at"].shift(-late) + timedelta(seconds=1)
    told = pd.DataFrame({"lead_id": known["lead_id"], "at": at, "stage": known["outcome"].map({1: WON, 0: LOST})})
    told[told["at"].notna()].to_csv(work / "stages.csv", index=False)
    end = max(last, pd.to_datetime(told["at"]).max().to_pydatetime().replace(tzinfo=UTC))
    return [(leads, last), (work / "stages.csv", end)]
