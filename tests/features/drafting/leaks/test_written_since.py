"""What was written in after a lead came is seen by an older export of the same leads."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.features.drafting.leaks.exports_apart import (
    OPEN_THEN,
    by_column,
    emptied_then,
    export_of,
    named,
    two_exports,
)
from tests.features.drafting.leaks.leads import Cells

BY_LOT = st.integers(0, 2**32).map(Random)


def written_in() -> tuple[Cells, Cells]:
    """Return two exports: city was filled in for winners, area for a tenth of all, building overwritten for winners."""
    newer, older = two_exports()
    emptied_then(older, "city", 0.8, newer, only="Won")
    emptied_then(older, "area", 0.1, newer)
    newer["building"] = [
        "flat" if stage == "Won" and place % 4 == 0 and place < 1_000 else cell
        for place, (cell, stage) in enumerate(zip(newer["building"], newer["stage"], strict=True))
    ]
    older["building"][:600] = newer["building"][:600]
    return newer, older


def figures(newer: Cells, *older: Cells) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Return of each column what it knows, and what the older exports say of it."""
    with TemporaryDirectory() as folder:
        found = by_column(export_of(Path(folder), newer, *older))
    return {
        name: (one.knows, one.since, tuple(why for why in one.why if "since" in why)) for name, one in found.items()
    }


def shuffled(export: Cells, lots: Random) -> Cells:
    """Return an export with its rows and its columns in another order."""
    rows = list(range(len(export["id"])))
    lots.shuffle(rows)
    names = list(export)
    lots.shuffle(names)
    return {name: [export[name][row] for row in rows] for name in names}


def test_what_is_filled_in_for_winners_is_a_leak_and_for_everybody_late(tmp_path: Path) -> None:
    newer, older = written_in()
    assert named(export_of(tmp_path, newer)) == {}
    assert named(export_of(tmp_path, newer, older)) == {"city": "leak", "area": "late", "building": "leak"}


def test_the_evidence_stands_with_counts_and_intervals(tmp_path: Path) -> None:
    newer, older = written_in()
    found = by_column(export_of(tmp_path, newer, older))
    won = newer["stage"][OPEN_THEN].count("Won")
    filled = older["city"].count("")
    assert f"empty in older.csv, filled since for {filled} of {won} (" in found["city"].why[0]
    assert f"leads that won and 0 of {400 - won} (0 %, 0 to 1) others" in found["city"].why[0]
    assert found["building"].why[0].startswith("changed since older.csv for ")
    assert found["area"].why[0].startswith("written in since older.csv for ")
    assert "of 400 (" in found["area"].why[0]
    assert "leads still open then: " in found["area"].why[0]
    assert found["minutes"].since == "written in since older.csv for 0 of 400 (0 %, 0 to 1) leads still open then"


def test_what_is_filled_in_when_a_lead_ends_is_a_leak_though_as_many_lose(tmp_path: Path) -> None:
    newer, older = two_exports()
    newer["city"] = ["" if stage in ("In work", "New") and place % 3 else cell
                     for place, (cell, stage) in enumerate(zip(newer["city"], newer["stage"], strict=True))]  # fmt: skip
    older["city"] = newer["city"][:1_000]
    older["city"][OPEN_THEN] = ["" if place % 3 else cell for place, cell in enumerate(older["city"][OPEN_THEN])]
    why = by_column(export_of(tmp_path, newer, older))["city"].why
    assert "leads that ended and " in why[0]
    assert why[0].endswith(" still open")


def test_what_is_emptied_where_nobody_bought_is_a_leak(tmp_path: Path) -> None:
    newer, older = two_exports()
    newer["city"] = [
        "" if stage == "Lost" and place % 5 == 0 and 600 <= place < 1_000 else cell
        for place, (cell, stage) in enumerate(zip(newer["city"], newer["stage"], strict=True))
    ]
    found = by_column(export_of(tmp_path, newer, older))["city"]
    assert found.knows == "leak"
    assert found.why[0].startswith("filled in older.csv, emptied since for 0 of ")


def test_an_identical_older_export_names_nothing_more(tmp_path: Path) -> None:
    newer, _ = written_in()
    newer["paid"] = ["5" if stage == "Won" else "" for stage in newer["stage"]]
    before = by_column(export_of(tmp_path, newer))
    after = by_column(export_of(tmp_path, newer, newer))
    assert {name: (one.knows, one.why) for name, one in after.items()} == {
        name: (one.knows, one.why) for name, one in before.items()
    }


def test_a_little_mended_by_hand_is_no_sign(tmp_path: Path) -> None:
    newer, older = two_exports()
    older["city"][600:604] = ["Omks"] * 4
    assert named(export_of(tmp_path, newer, older)) == {}


def test_the_stage_itself_changes_and_is_the_outcome(tmp_path: Path) -> None:
    newer, older = two_exports()
    export = export_of(tmp_path, newer, older)
    assert "stage" not in by_column(export)
    assert export.aside["stage"] == "the outcome"


def test_another_encoding_separator_and_way_of_writing_changes_nothing(tmp_path: Path) -> None:
    newer, older = written_in()
    newer["asked"] = [f"2026-03-{1 + place % 28:02d} 10:00" for place in range(len(newer["id"]))]
    older["asked"] = [f"{1 + place % 28:02d}.03.2026" for place in range(len(older["id"]))]
    older["minutes"] = [cell.replace(".", ",") for cell in older["minutes"]]
    export = export_of(tmp_path, newer, older, separator=";", encoding="utf-16")
    assert named(export) == {"city": "leak", "area": "late", "building": "leak"}


def test_a_word_that_the_list_of_the_crm_renamed_is_no_change(tmp_path: Path) -> None:
    newer, older = two_exports()
    older["city"] = ["OMSK (old)" if cell == "Omsk" else cell for cell in older["city"]]
    assert named(export_of(tmp_path, newer, older)) == {}


def test_where_all_of_a_column_is_written_otherwise_only_gaps_count(tmp_path: Path) -> None:
    newer, older = two_exports()
    older["minutes"] = [f"{float(cell) + 0.04:.2f}" for cell in older["minutes"]]
    export = export_of(tmp_path, newer, older)
    assert named(export) == {}
    assert by_column(export)["minutes"].since.endswith("written otherwise there, so only gaps were compared")
    emptied_then(older, "minutes", 0.5, newer, only="Won")
    assert by_column(export_of(tmp_path, newer, older))["minutes"].why[0].startswith("empty in older.csv, filled since")


def test_what_was_written_into_ended_leads_as_well_is_said(tmp_path: Path) -> None:
    newer, older = two_exports()
    older["city"] = ["" if place % 2 else cell for place, cell in enumerate(older["city"])]
    found = by_column(export_of(tmp_path, newer, older))["city"]
    assert found.knows == "late"
    assert "and for 300 of 600 (50 %, 46 to 54) that had ended before" in found.why[0]


def test_a_gap_and_a_word_for_not_chosen_are_the_same(tmp_path: Path) -> None:
    newer, older = two_exports()
    newer["city"] = ["Select" if place % 2 else cell for place, cell in enumerate(newer["city"])]
    older["city"] = ["" if place % 2 else cell for place, cell in enumerate(older["city"])]
    assert "0 of 400" in by_column(export_of(tmp_path, newer, older))["city"].since


def test_without_an_outcome_a_column_is_late_and_never_a_leak(tmp_path: Path) -> None:
    newer, older = written_in()
    for export in (newer, older):
        del export["stage"]
    found = by_column(export_of(tmp_path, newer, older))
    assert (found["city"].knows, found["minutes"].knows) == ("late", "honest")
    assert "leads found in both" in found["city"].why[0]


def test_an_older_export_without_the_stage_still_shows_what_was_written_in(tmp_path: Path) -> None:
    newer, older = written_in()
    del older["stage"]
    found = by_column(export_of(tmp_path, newer, older))
    assert found["city"].knows == "leak"
    assert "0 of 1,000" in found["minutes"].since


def test_a_mere_no_may_mean_not_yet(tmp_path: Path) -> None:
    newer, older = written_in()
    for export in (newer, older):
        export["converted"] = ["1" if stage == "Won" else "0" for stage in export.pop("stage")]
    found = by_column(export_of(tmp_path, newer, older))
    assert found["city"].knows == "leak"
    assert found["minutes"].since.endswith("leads that had not bought by then")


def test_the_surest_of_several_older_exports_speaks_whatever_their_order(tmp_path: Path) -> None:
    newer, older = written_in()
    oldest = {name: cells[:800] for name, cells in older.items()}
    oldest["stage"] = [*oldest["stage"][:500], *["In work"] * 300]
    oldest["minutes"] = [
        "" if place >= 500 and place % 4 == 0 else cell for place, cell in enumerate(oldest["minutes"])
    ]
    found = figures(newer, older, oldest)
    assert found == figures(newer, oldest, older)
    assert {name: knows for name, (knows, _, _) in found.items() if knows != "honest"} == {
        "city": "leak", "area": "late", "building": "leak", "minutes": "late",
    }  # fmt: skip
    assert found["minutes"][2][0].startswith("written in since oldest.csv for 75 of 300 (")


@settings(max_examples=12, deadline=None)
@given(lots=BY_LOT)
def test_the_order_of_rows_and_columns_changes_nothing(lots: Random) -> None:
    newer, older = written_in()
    straight = figures(newer, older)
    assert figures(shuffled(newer, lots), shuffled(older, lots)) == straight


@settings(max_examples=6, deadline=None)
@given(lots=BY_LOT)
def test_scrambled_names_change_nothing_where_both_exports_are_scrambled_alike(lots: Random) -> None:
    newer, older = written_in()
    names = list(newer)
    scrambled = [f"k{place:03d}q" for place in range(len(names))]
    lots.shuffle(scrambled)
    shown = dict(zip(names, scrambled, strict=True)) | {"stage": "stage"}
    found = figures(*({shown[name]: cells for name, cells in one.items()} for one in (newer, older)))
    straight = figures(newer, older)
    assert {name: found[shown[name]] for name in straight} == straight
