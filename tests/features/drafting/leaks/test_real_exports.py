"""An honest column of real leads, overwritten after the sale, is found beside an earlier export and not without one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.earlier_export import earlier_cells, open_then, written
from features.drafting.leaks.searched_export import searched
from features.drafting.sampled_file import sampled
from tests.support.machine import REAL_DATA

HONEST = (
    "Lead Origin",
    "Lead Source",
    "Do Not Email",
    "TotalVisits",
    "Total Time Spent on Website",
    "Page Views Per Visit",
)


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the real data sets are not here")
def test_an_overwritten_column_is_found_beside_an_earlier_export_alone(tmp_path: Path) -> None:
    read = sampled(REAL_DATA / "x_education" / "Leads.csv").columns
    before = {name: read[name] for name in ("Prospect ID", "Lead Number", "Converted", *HONEST)}
    is_won = np.array(before["Converted"]) == "1"
    overwritten = is_won & (np.random.default_rng(4).random(len(is_won)) < 0.15)
    now = before | {"Lead Source": np.where(overwritten, "Google", before["Lead Source"]).tolist()}
    is_there, is_open = open_then([float(cell) for cell in before["Lead Number"]], 0.4)
    then = now | {"Lead Source": np.where(is_open, before["Lead Source"], now["Lead Source"]).tolist()}
    kept = {"Prospect ID", "Lead Number", "Lead Source"}
    older = earlier_cells(then, is_there, is_open, outcome=("Converted", "0"), late=(), kept=kept)
    files = written(tmp_path / "leads.csv", now), written(tmp_path / "older.csv", older)
    alone, beside = searched(files[0]).findings(), searched(files[0], earlier=[files[1]]).findings()
    assert [one.column for one in alone if one.knows != "honest"] == []
    assert [(one.column, one.knows) for one in beside if one.knows != "honest"] == [("Lead Source", "leak")]
