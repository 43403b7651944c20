"""What the leak finder names: on real sets with names and without, and of leaks planted at random strengths.

    python -m benchmarks.leaks --data DIR [--planted 60] [--seed 1] [--open-then 0.4] [SET …]

``DIR`` holds the sets as their publishers give them, one folder a set. The finder knows none of them; what is known to be
written late in each is listed here, to count by. A planted leak is worth what it adds to the AUC of a logistic regression
on the honest columns, judged on leads that it did not learn from. Each set is also searched beside an earlier export of it
(``earlier_export.py``), in which ``--open-then`` of the leads were still open.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import OneHotEncoder

from benchmarks.earlier_export import earlier_cells, open_then, written
from benchmarks.planted_leaks import FROM_THE_START, WAYS
from features.drafting.leaks.finder import find_leaks
from features.drafting.leaks.findings import Finding
from features.drafting.leaks.searched_export import SearchedExport, searched
from features.drafting.leaks.shares import Share
from features.drafting.leaks.surest_of_earlier import with_what_was_written
from features.drafting.leaks.told_column import told
from features.drafting.leaks.written_since import written_since
from features.facts.date_cells import guess_date_order, parse_moment

Cells = dict[str, list[str]]
Strengths = tuple[tuple[float, float], ...]
BANDS: Strengths = ((-1.0, 0.005), (0.005, 0.01), (0.01, 0.02), (0.02, 0.05), (0.05, 1.0))
MOST_LEADS = 10_000
ID = "lead id"


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A set, the column of its outcome and of its moments, and what is known to be written late.

    ``open_word`` stands in the outcome's column while a lead is open.
    """

    name: str
    file: str
    outcome: str
    arrived: str | None
    leaks: frozenset[str]
    late: frozenset[str] = frozenset()
    joined: str | None = None
    open_word: str = "0"


SETS = (
    KnownSet(
        "x_education", "x_education/Leads.csv", "Converted", "Lead Number",
        frozenset({"Tags", "Lead Quality", "Lead Profile", "Asymmetrique Activity Index", "Asymmetrique Profile Index",
                   "Asymmetrique Activity Score", "Asymmetrique Profile Score", "Last Activity", "Last Notable Activity"}),
        frozenset({"What is your current occupation", "What matters most to you in choosing a course", "Specialization",
                   "How did you hear about X Education", "City", "Country"}),
    ),
    KnownSet(
        "olist", "olist/olist_marketing_qualified_leads_dataset.csv", "bought", "first_contact_date",
        frozenset({"seller_id", "sdr_id", "sr_id", "won_date", "business_segment", "lead_type", "lead_behaviour_profile",
                   "has_company", "has_gtin", "average_stock", "business_type", "declared_product_catalog_size",
                   "declared_monthly_revenue"}),
        joined="olist/olist_closed_deals_dataset.csv", open_word="no",
    ),
    KnownSet("bank_calls", "bank_calls/bank-additional-full.csv", "y", None, frozenset({"duration"}), open_word="no"),
    KnownSet("digital_bank", "digital_bank/leads.csv", "Approved", "Lead_Creation_Date",
             frozenset({"Interest_Rate", "EMI", "Contacted", "Var1"})),
    KnownSet("maven", "maven_crm/sales_pipeline.csv", "deal_stage", "engage_date", frozenset({"close_date", "close_value"}),
             open_word="Engaging"),
)  # fmt: skip


def main(data: Path, chosen: Sequence[KnownSet], planted: int, seed: int, open_share: float) -> None:
    with TemporaryDirectory() as work:
        print(
            "| set | names | earlier export | leads | columns | leaks | late fields | named besides | missed | seconds |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|")
        for one in chosen:
            for earlier in (None, open_share):
                for scrambled in (False, True):
                    print(_line(one, data, Path(work), scrambled=scrambled, open_share=earlier), flush=True)
        if planted:
            print("\n| set | " + " | ".join(_band(*band) for band in BANDS) + " | honest columns named |")
            print("|---|" + "---|" * (len(BANDS) + 1))
            everything = []
            for one in chosen:
                plants, innocents = _planted(one, data, Path(work), planted, seed, open_share)
                everything += plants
                print(f"| {one.name} | " + " | ".join(_found(plants)) + f" | {innocents} |", flush=True)
            print("| together | " + " | ".join(_found(everything)) + " | |")
            for beside in (False, True):
                title = f"way of planting{', beside an earlier export' if beside else ''}"
                print(f"\n| {title} | " + " | ".join(_band(*band) for band in BANDS) + " |")
                print("|---|" + "---|" * len(BANDS))
                for way in WAYS:
                    plants = [plant for plant in everything if plant.way == way]
                    print(f"| {way} | " + " | ".join(_found(plants, beside=beside)) + " |")
                print("| together | " + " | ".join(_found(everything, beside=beside)) + " |")


def _line(one: KnownSet, data: Path, work: Path, *, scrambled: bool, open_share: float | None) -> str:
    """Return what is named of a set, as a line of the table; beside an earlier export where ``open_share`` is given."""
    names, export = _export(one, data, work, scrambled=scrambled, open_share=open_share)
    begun = time.perf_counter()
    knows = {names[one.column]: one.knows for one in export.findings() if names[one.column] != ID}
    seconds = time.perf_counter() - begun
    named = {column for column, what in knows.items() if what != "honest"}
    besides = ", ".join(f"{column} ({knows[column]})" for column in sorted(named - one.leaks - one.late)) or "-"
    missed = ", ".join(sorted((one.leaks | one.late) - named)) or "-"
    found = f"{len(named & one.leaks)} of {len(one.leaks)}"
    late = f"{len(named & one.late)} of {len(one.late)}" if one.late else "-"
    what = "scrambled" if scrambled else "true"
    beside = f"{sum(_open_in(export)):,} of them not ended" if export.earlier else "none"
    rows = f"{export.leads.rows:,}"
    return f"| {one.name} | {what} | {beside} | {rows} | {len(knows)} | {found} | {late} | {besides} | {missed} | {seconds:.1f} |"


def _open_in(export: SearchedExport) -> list[bool]:
    (earlier,) = export.earlier
    assert earlier.had_ended is not None
    flags: list[bool] = (earlier.found & ~earlier.had_ended).tolist()
    return flags


def _export(
    one: KnownSet, data: Path, work: Path, *, scrambled: bool, open_share: float | None = None
) -> tuple[dict[str, str], SearchedExport]:
    """Return shown name -> true name, and the set as an export, all its columns renamed where ``scrambled``."""
    columns = _joined(_columns(data / one.file), data / one.joined) if one.joined else _columns(data / one.file)
    lots = np.random.default_rng(7).permutation(len(columns)) if scrambled else range(len(columns))
    shown = {name: f"k{lot:03d}q" if scrambled else name for name, lot in zip(columns, lots, strict=True)}
    earlier = []
    if open_share is not None:
        columns, shown = _with_ids(columns), {**shown, ID: "k999q" if scrambled else ID}
        then = _earlier(one, columns, open_share)
        earlier = [written(work / "earlier.csv", {shown[name]: cells for name, cells in then.items()})]
    path = written(work / f"{one.name}.csv", {shown[name]: cells for name, cells in columns.items()})
    arrived = shown[one.arrived] if one.arrived else None
    export = searched(path, outcome=shown[one.outcome], arrived=arrived, earlier=earlier)
    return {name: true for true, name in shown.items()}, export


def _earlier(one: KnownSet, columns: Cells, open_share: float) -> Cells:
    """Return the earlier export of a set."""
    order = _places(columns[one.arrived]) if one.arrived else [float(place) for place in range(len(columns[ID]))]
    ids = {name for name, cells in columns.items() if len(set(cells)) == len(cells)}
    kept = {ID, *ids, *([one.arrived] if one.arrived else [])}
    outcome = one.outcome, one.open_word
    there, is_open = open_then(order, open_share)
    return earlier_cells(columns, there, is_open, outcome=outcome, late=one.leaks | one.late, kept=kept)


def _places(cells: Sequence[str]) -> list[float]:
    """Return a number a lead, larger for later ones; a lead without a moment came last."""
    order, zone = guess_date_order(cells), ZoneInfo("UTC")
    read = {
        cell: float(cell) if cell.isdecimal() else parse_moment(cell, order, zone)[0].timestamp() if cell else inf
        for cell in set(cells)
    }
    return [read[cell] for cell in cells]


def _with_ids(columns: Cells) -> Cells:
    """Return a set with an id of each lead, which no column of the set needs to have: no order can be read off it."""
    count = len(next(iter(columns.values())))
    return {ID: [f"r{lot}" for lot in np.random.default_rng(3).permutation(10 * count)[:count]], **columns}


def _columns(path: Path) -> Cells:
    with path.open(encoding="utf-8-sig", newline="") as file:
        separator = ";" if ";" in file.readline() else ","
        file.seek(0)
        rows = list(csv.reader(file, delimiter=separator))
    return {name: [row[place] for row in rows[1:]] for place, name in enumerate(rows[0])}


def _joined(leads: Cells, deals: Path) -> Cells:
    """Return the leads with their deal beside them, as a CRM exports them, and whether there is one."""
    more = _columns(deals)
    key = next(name for name in more if name in leads)
    places = {word: place for place, word in enumerate(more[key])}
    found = [places.get(word) for word in leads[key]]
    beside = {
        name: ["" if place is None else cells[place] for place in found] for name, cells in more.items() if name != key
    }
    return leads | beside | {"bought": ["no" if place is None else "yes" for place in found]}


@dataclass(frozen=True, slots=True)
class Plant:
    """A planted leak: how it was made, what it is worth, and whether it was named, alone and beside an earlier export."""

    way: str
    worth: float
    is_named: bool
    is_named_beside: bool


def _planted(
    one: KnownSet, data: Path, work: Path, count: int, seed: int, open_share: float
) -> tuple[list[Plant], str]:
    """Return the leaks planted in a set's honest columns, and which of these were named with none planted."""
    _, export = _export(one, data, work, scrambled=False)
    export, won = _settled_sample(export, seed)
    columns = {name: cells for name, cells in export.columns.items() if name not in one.leaks | one.late}
    alone = replace(export, columns=columns).findings()
    innocents = ", ".join(f"{finding.column} ({finding.knows})" for finding in alone if finding.knows != "honest")
    ended, order = export.ended, export.order.moments if export.order else None
    lot = np.random.default_rng(seed)
    without = _auc(columns, won, export)
    plants = []
    for number in range(count):
        way = list(WAYS)[number % len(WAYS)]
        model = columns[sorted(columns)[int(lot.integers(len(columns)))]]
        cells = WAYS[way](won, model, float(lot.uniform(0, 1)) ** 2, lot)
        more = columns | {"planted": cells}
        found = find_leaks(
            more, ended, order=order, placeholders=export.placeholders, decimal=export.leads.shape.decimal
        )
        (planted,) = (finding for finding in found if finding.column == "planted")
        before = model if WAYS[way] in FROM_THE_START else [""] * len(model)
        beside = _beside_an_earlier_export(planted, cells, before, export, one, work, open_share)
        worth = _auc(more, won, export) - without
        plants.append(Plant(way, worth, planted.knows != "honest", beside.knows != "honest"))
    return plants, innocents or "-"


def _beside_an_earlier_export(
    finding: Finding,
    cells: list[str],
    before: list[str],
    export: SearchedExport,
    one: KnownSet,
    work: Path,
    open_share: float,
) -> Finding:
    """Return the finding of a planted column with what an earlier export shows, in which its open leads have ``before``."""
    ended = export.ended
    assert ended is not None
    order = export.order.moments if export.order else [float(place) for place in range(len(cells))]
    there, is_open = open_then(order, open_share)
    words = Counter(export.leads.columns[one.outcome])
    won_word = next(word for word in words if export.outcomes.kinds.get(word) == "won")
    lost_word = next(word for word in words if export.outcomes.kinds.get(word) in ("lost", "non_target"))
    ends = [won_word if bought else lost_word for bought in ended.won.tolist()]
    now = _with_ids({one.outcome: ends, "planted": cells})
    then = now | {"planted": np.where(is_open, before, cells).tolist()}
    late, kept = {"nothing"}, {ID, "planted"}
    older = earlier_cells(then, there, is_open, outcome=(one.outcome, one.open_word), late=late, kept=kept)
    files = written(work / "now.csv", now), written(work / "then.csv", older)
    apart = searched(files[0], outcome=one.outcome, earlier=[files[1]])
    since = written_since("planted", cells, apart.leads.shape, apart.earlier[0], apart.ended, export.placeholders)
    return with_what_was_written(finding, [since])


def _settled_sample(export: SearchedExport, seed: int) -> tuple[SearchedExport, NDArray[np.bool_]]:
    """Return the export with at most ``MOST_LEADS`` of its ended leads, and who of them bought."""
    ended = export.ended
    assert ended is not None
    places = np.flatnonzero(ended.settled)
    if len(places) > MOST_LEADS:
        places = np.sort(np.random.default_rng(seed).choice(places, MOST_LEADS, replace=False))
    columns = {name: [cells[place] for place in places] for name, cells in export.columns.items()}
    order = export.order
    if order is not None:
        order = replace(order, moments=[order.moments[place] for place in places])
    won = ended.won[places]
    outcomes = replace(export.outcomes, won=won.tolist(), is_open=None)
    return replace(export, columns=columns, outcomes=outcomes, order=order), won


def _auc(columns: Mapping[str, list[str]], won: NDArray[np.bool_], export: SearchedExport) -> float:
    """Return the AUC of a logistic regression on the columns' levels, each fifth of the leads by the others."""
    codes = [
        told(name, cells, export.placeholders, export.leads.shape.decimal).codes for name, cells in columns.items()
    ]
    table = OneHotEncoder(handle_unknown="ignore").fit_transform(np.column_stack(codes))
    model = LogisticRegression(C=0.3, max_iter=300)
    return float(roc_auc_score(won, cross_val_predict(model, table, won, cv=5, method="decision_function")))


def _band(low: float, high: float) -> str:
    return f"worth {low} to {high}" if low > 0 and high < 1 else f"under {high}" if high < 1 else f"{low} and more"


def _found(plants: Sequence[Plant], *, beside: bool = False) -> list[str]:
    shares = []
    for low, high in BANDS:
        among = [plant for plant in plants if low <= plant.worth < high]
        named = sum(plant.is_named_beside if beside else plant.is_named for plant in among)
        shares.append(str(Share(named, len(among))) if among else "none planted")
    return shares


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What the leak finder names.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of the sets")
    parser.add_argument("--planted", type=int, default=60, help="leaks planted in each set; 0 for none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--open-then", type=float, default=0.4, help="share of the leads open in the earlier export")
    parser.add_argument("sets", nargs="*", metavar="SET", choices=[*(one.name for one in SETS), []])
    asked = parser.parse_args()
    named = [one for one in SETS if one.name in asked.sets or not asked.sets]
    main(asked.data, named, asked.planted, asked.seed, asked.open_then)
