"""Real sets of leads as companies: a company file made from ``meta.json``, and the files that it would have exported."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
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
ENDED: dict[object, str] = {1: WON, 0: LOST}
ANSWERED: dict[object, str] = {1: "yes", 0: "no"}
PLAIN = re.compile(r"^[a-z][a-z0-9_]*$")
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
        """Return whether sales have dates: ``meta.json`` says so, and if any was known at the split one has."""
        known = self.train[self.train["outcome"].fillna(0).astype(float) > 0]
        if len(known) and known["outcome_at"].isna().all():
            return False
        return str(self.meta.get("label_clock", "none")).split(":")[0] in DATED_CLOCKS

    @property
    def names(self) -> dict[str, str]:
        """Return what each column is called in the company's file and exports: itself where company.yaml takes that name.

        >>> RealSet(Path(), {"columns": {"category": ["city", "Город"]}}, *[pd.DataFrame()] * 2, datetime.now(UTC)).names
        {'city': 'city', 'Город': 'column_2'}
        """
        every = list(dict.fromkeys(name for columns in self.meta["columns"].values() for name in columns))
        numbered = {name: f"column_{place}" for place, name in enumerate(every, start=1)}
        return {name: name if PLAIN.match(name) else numbered[name] for name in every}


def real_set(folder: Path) -> RealSet:
    """Return the set in ``folder``; all its moments are read as UTC.

    Raises
    ------
    SetUnreadable
        Where leads have no ids, or none of them a moment at which it came.
    """
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    train, test = (_leads(folder / name) for name in ("train.parquet", "test.parquet"))
    test = test.drop(columns=[name for name in OUTCOMES if name in test])
    return RealSet(
        folder, meta, train, test, _utc(pd.Timestamp(meta["split_moment"])).to_pydatetime().replace(tzinfo=UTC)
    )


class SetUnreadable(Exception):
    """A set is not of the form that ``real_set`` reads."""


def _leads(path: Path) -> pd.DataFrame:
    """Return a file of leads, a row a lead, its moments without a zone."""
    leads = pd.read_parquet(path)
    for column in ("lead_id", "created_at"):
        if column not in leads or (len(leads) and leads[column].isna().all()):
            raise SetUnreadable(
                f"{path} tells no {column}; every lead needs one, a made-up order in time if there is no other."
            )
    for column in ("created_at", "outcome_at"):
        told = leads[column] if column in leads else pd.Series(pd.NaT, index=leads.index)
        leads[column] = pd.to_datetime(told).map(_utc).astype("datetime64[us]")
    return leads.drop_duplicates("lead_id")


def _utc(moment: pd.Timestamp) -> pd.Timestamp:
    return moment if moment.tzinfo is None else moment.tz_convert("UTC").tz_localize(None)


def company_of(chosen: RealSet, work: Path, *, replayed: bool = False) -> Company:
    """Return the set's company, its file written into ``work``."""
    path = work / "company.yaml"
    path.write_text(yaml.safe_dump(company_words(chosen, replayed=replayed), allow_unicode=True), encoding="utf-8")
    return read_company(path)


def company_words(chosen: RealSet, *, replayed: bool = False) -> dict[str, Any]:
    """Return the company file that a set's ``meta.json`` makes: its columns by role, its horizon, no rules.

    Where sales have no dates the leads' own file says how they ended, unless the stream is ``replayed`` by stages.
    """
    columns, called = chosen.meta["columns"], chosen.names
    sources: list[str] = columns.get("source", [])
    fields = {called[name]: {"kind": "choice"} for name in sources[1:]}
    fields |= {called[name]: {"kind": kind} for role, kind in KINDS.items() for name in columns.get(role, [])}
    leads: dict[str, Any] = {"id": "lead_id", "created_at": "created_at"}
    if sources:
        leads["marks"] = {"source": called[sources[0]]}
    if not chosen.is_dated and not replayed:
        leads["stage"] = "outcome"
    horizon = chosen.meta.get("horizon_days")
    return {
        "company": chosen.meta.get("name", chosen.folder.name),
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


def _said(column: pd.Series[Any], words: Mapping[object, str]) -> pd.Series[Any]:
    """Return a column in words, whether it holds numbers or truth values; what is said in words already stays."""
    return pd.Series([words.get(value, value) for value in column], index=column.index, dtype=object)


def leads_file(chosen: RealSet, frame: pd.DataFrame, name: str, work: Path, *, how_ended: bool = False) -> File:
    """Write leads, and ``how_ended`` where that is known; they were exported when the last of them had come."""
    made = frame.drop(columns=[column for column in OUTCOMES if column in frame])
    for flag in chosen.meta["columns"].get("flag", []):
        if flag in made:
            made[flag] = _said(made[flag], ANSWERED)
    made = made.rename(columns=chosen.names)
    if how_ended:
        made["outcome"] = _said(frame["outcome"], ENDED) if "outcome" in frame else None
    made.to_csv(work / name, index=False, encoding="utf-8")
    return work / name, pd.to_datetime(frame["created_at"]).max().to_pydatetime().replace(tzinfo=UTC)


def static_files(chosen: RealSet, work: Path) -> list[File]:
    """Write what was known at the split, and the test leads."""
    undated = not chosen.is_dated
    train, _ = leads_file(chosen, chosen.train, "train_leads.csv", work, how_ended=undated)
    test = leads_file(chosen, chosen.test, "test_leads.csv", work, how_ended=undated)
    files = [(train, chosen.split), test]
    if chosen.is_dated:
        known = _said(chosen.train["outcome"], ENDED)
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
    stream = _leads(chosen.folder / "label_stream.parquet")
    known = stream[stream["outcome"].notna()].sort_values("created_at", kind="stable")
    at = known["outcome_at"] if chosen.is_dated else known["created_at"].shift(-late) + timedelta(seconds=1)
    told = pd.DataFrame({"lead_id": known["lead_id"], "at": at, "stage": _said(known["outcome"], ENDED)})
    told[told["at"].notna()].to_csv(work / "stages.csv", index=False)
    end = max(last, pd.to_datetime(told["at"]).max().to_pydatetime().replace(tzinfo=UTC))
    return [(leads, last), (work / "stages.csv", end)]
