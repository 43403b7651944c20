"""Any folder of sets of the form is read as it lies: odd names, truth values, zones and leads told twice lose nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.quality import Answered, table_row
from benchmarks.real_sets import RealSet, SetUnreadable, company_words, imported, real_set, replayed_files, static_files
from features.facts.company import Company
from features.facts.values import Lead, Source, Stage

FIRST = pd.Timestamp("2024-03-01 09:00")
SPLIT = "2024-03-05 00:00:00"
ODD = 'Тип заявки, "новый"'


def a_set(
    folder: Path,
    *,
    columns: dict[str, list[str]],
    meta: dict[str, Any] | None = None,
    told: dict[str, Any] | None = None,
) -> RealSet:
    """Write four leads before the split and two after it, and return the set that is read of them."""
    moments = [FIRST + timedelta(days=day) for day in (0, 1, 2, 3, 4, 5)]
    leads = pd.DataFrame(
        {"lead_id": list("abcdef"), "created_at": moments, "outcome": [1, 0, 1, 0, 1, 0], **(told or {})}
    )
    folder.mkdir(exist_ok=True)
    leads[:4].to_parquet(folder / "train.parquet")
    leads[4:].to_parquet(folder / "test.parquet")
    leads[[name for name in ("lead_id", "created_at", "outcome", "outcome_at") if name in leads]].to_parquet(
        folder / "label_stream.parquet"
    )
    said = {"split_moment": SPLIT, "columns": columns, **(meta or {})}
    (folder / "meta.json").write_text(json.dumps(said), encoding="utf-8")
    return real_set(folder)


def facts_of(chosen: RealSet, work: Path) -> list[Any]:
    """Return all facts that the product stores of a set."""
    work.mkdir()
    store = imported(static_files(chosen, work), Company.model_validate(company_words(chosen)), work)
    return [one.fact for history in store.histories() for one in history.stored]


def test_columns_may_be_called_anything(tmp_path: Path) -> None:
    words = ["new", "old", "new", "old", "new", "old"]
    chosen = a_set(
        tmp_path / "odd",
        columns={"source": ["Источник"], "category": [ODD, "city"]},
        told={"Источник": ["vk"] * 6, ODD: words, "city": ["Perm"] * 6},
    )
    facts = facts_of(chosen, tmp_path / "work")
    asked = {name: "city" if name == "city" else "odd" for name in company_words(chosen)["fields"]}
    answers = [{asked[name]: said for name, said in one.answers.items()} for one in facts if isinstance(one, Lead)]
    assert answers == [{"odd": word, "city": "Perm"} for word in words]
    assert {one.marks["source"] for one in facts if isinstance(one, Source)} == {"vk"}


@pytest.mark.parametrize(
    ("yes", "no"), [(1, 0), (1.0, 0.0), (True, False), ("Yes", "No"), ("да", "нет")], ids=lambda value: repr(value)
)
def test_a_flag_is_read_however_it_is_told(tmp_path: Path, yes: Any, no: Any) -> None:
    chosen = a_set(tmp_path / "flags", columns={"flag": ["urgent"]}, told={"urgent": [yes, no, yes, no, None, no]})
    said = [one.answers.get("urgent") for one in facts_of(chosen, tmp_path / "work") if isinstance(one, Lead)]
    assert said == ["yes", "no", "yes", "no", None, "no"]


def test_truth_values_are_outcomes_too(tmp_path: Path) -> None:
    chosen = a_set(tmp_path / "bool", columns={}, told={"outcome": [True, False, True, False, True, False]})
    stages = {one.lead_id: one.stage for one in facts_of(chosen, tmp_path / "work") if isinstance(one, Stage)}
    assert stages == {"a": "won", "b": "lost", "c": "won", "d": "lost"}


def test_sales_without_a_date_count_as_known_at_the_split_whatever_the_clock_says(tmp_path: Path) -> None:
    clock = {"label_clock": "win", "horizon_days": 30}
    chosen = a_set(tmp_path / "undated", columns={}, meta=clock, told={"outcome_at": [pd.NaT] * 6})
    assert not chosen.is_dated
    dated = a_set(
        tmp_path / "dated", columns={}, meta=clock, told={"outcome_at": [FIRST + timedelta(hours=1)] + [pd.NaT] * 5}
    )
    assert dated.is_dated


def test_a_lead_told_twice_is_one_lead_and_moments_may_have_a_zone(tmp_path: Path) -> None:
    folder = tmp_path / "twice"
    a_set(folder, columns={})
    for name in ("train", "test"):
        leads = pd.read_parquet(folder / f"{name}.parquet")
        leads["created_at"] = leads["created_at"].dt.tz_localize("UTC")
        pd.concat([leads, leads[:1]]).to_parquet(folder / f"{name}.parquet")
    chosen = real_set(folder)
    assert [*chosen.train["lead_id"], *chosen.test["lead_id"]] == list("abcdef")
    assert chosen.train["created_at"].iloc[0] == FIRST
    assert chosen.split == datetime(2024, 3, 5, tzinfo=UTC)
    (tmp_path / "work").mkdir()
    (_, last), _ = replayed_files(chosen, tmp_path / "work", late=0)
    assert last == datetime(2024, 3, 6, 9, tzinfo=UTC)


@pytest.mark.parametrize("column", ["lead_id", "created_at"])
def test_a_set_without_moments_or_ids_says_what_it_needs(tmp_path: Path, column: str) -> None:
    a_set(tmp_path / "bare", columns={})
    leads = pd.read_parquet(tmp_path / "bare" / "train.parquet")
    leads.drop(columns=column).to_parquet(tmp_path / "bare" / "train.parquet")
    with pytest.raises(SetUnreadable, match=rf"train\.parquet tells no {column}; every lead needs one"):
        real_set(tmp_path / "bare")


def test_the_table_leaves_out_leads_told_twice_and_says_where_no_outcome_is_known(tmp_path: Path) -> None:
    folder = tmp_path / "told"
    a_set(folder, columns={})
    answer = Answered("fine", pd.Series({"e": 0.8, "f": 0.2}))
    told_once = table_row(folder, answer)
    test = pd.read_parquet(folder / "test.parquet")
    pd.concat([test, test[:1]]).to_parquet(folder / "test.parquet")
    assert table_row(folder, answer) == told_once
    test.drop(columns="outcome").to_parquet(folder / "test.parquet")
    assert table_row(folder, answer) == "| told | 2 / unknown | - | - | - | - | - | fine |"


def test_the_table_says_where_no_outcome_was_known_before_the_split(tmp_path: Path) -> None:
    folder = tmp_path / "unknown"
    a_set(folder, columns={})
    train = pd.read_parquet(folder / "train.parquet")
    train["outcome"] = pd.array([None] * len(train), dtype="Int8")
    train.to_parquet(folder / "train.parquet")
    said = table_row(folder, Answered("none", pd.Series({"e": 0.8, "f": 0.2})))
    assert "none: 0 of 0 sold before the split" in said
