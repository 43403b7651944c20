"""Two pictures go beside a model, drawn without a screen."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.training.small_sets import set_of
from training.plots import drawn_plots


def test_both_pictures_are_written_and_named(tmp_path: Path) -> None:
    outcome = np.array([1.0, 0.0, 0.0, 1.0] * 30)
    contenders = {"candidate": np.linspace(0.1, 0.9, 120), "rules": np.full(120, 0.5)}
    paths = drawn_plots(tmp_path / "plots", set_of({}, outcome), contenders)
    assert set(paths) == {"calibration", "gain"}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths.values())


def test_fewer_leads_than_tenths_are_drawn_as_well(tmp_path: Path) -> None:
    paths = drawn_plots(tmp_path, set_of({}, np.array([1.0, 0.0, 0.0])), {"candidate": np.array([0.5, 0.1, 0.2])})
    assert all(path.stat().st_size > 1_000 for path in paths.values())


def test_later_leads_of_whom_none_bought_are_drawn_without_a_warning(tmp_path: Path) -> None:
    paths = drawn_plots(tmp_path, set_of({}, np.zeros(3)), {"candidate": np.array([0.5, 0.1, 0.2])})
    assert all(path.stat().st_size > 1_000 for path in paths.values())
