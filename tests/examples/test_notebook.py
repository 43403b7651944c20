"""The analyst's notebook runs from top to bottom on a demo company that was just made, in a kernel of its own."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import pytest

from tests.conftest import DemoMade
from tests.leadloop.command_line import child_environment, company_with_a_pattern
from tests.support.machine import REPOSITORY

with warnings.catch_warnings():
    # Jupyter's libraries warn of their own changes to come.
    warnings.simplefilter("ignore")
    import nbformat
    from nbclient import NotebookClient

NOTEBOOK = REPOSITORY / "examples" / "analyst.ipynb"
MINUTES = 20


def read() -> nbformat.NotebookNode:
    found: nbformat.NotebookNode = nbformat.reads(NOTEBOOK.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    return found


def cells() -> list[nbformat.NotebookNode]:
    return list(read().cells)


def test_the_notebook_is_kept_without_what_it_once_put_out() -> None:
    code = [cell for cell in cells() if cell.cell_type == "code"]
    assert len(code) >= 8
    assert [cell.source for cell in code if cell.outputs or cell.execution_count] == []


def test_the_notebook_takes_nothing_of_leadloop_but_the_bench() -> None:
    lines = [line.strip() for cell in cells() if cell.cell_type == "code" for line in cell.source.splitlines()]
    imports = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imports == {"pathlib", "matplotlib", "pandas", "leadloop"}
    assert "from leadloop.bench import open_company, rates" in lines


def run_beside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[nbformat.NotebookNode]:
    """Run the notebook where ``demo-data`` lies in this folder; return what its cells put out."""
    for name, value in {**child_environment(), "JUPYTER_PLATFORM_DIRS": "1"}.items():
        monkeypatch.setenv(name, value)
    notebook = read()
    client = NotebookClient(
        notebook, timeout=60 * MINUTES, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]


def words(outputs: list[nbformat.NotebookNode]) -> str:
    return "\n".join(str(out.get("data", {}).get("text/plain", out.get("text", ""))) for out in outputs)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_notebook_runs_on_a_demo_company(
    demo_once: DemoMade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(demo_once.folder, tmp_path / "demo-data")
    outputs = run_beside(tmp_path, monkeypatch)
    shown = words(outputs)
    assert "1,500 leads" in shown
    assert "learned from" in shown
    assert sum("image/png" in out.get("data", {}) for out in outputs) == 4
    assert {"abc_grade", "need", "non_target"} <= set(shown.split())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_notebook_runs_on_a_company_with_other_questions_of_which_no_lead_is_settled_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = company_with_a_pattern(tmp_path / "demo-data")
    with (other.folder / "company.yaml").open("a", encoding="utf-8") as file:
        file.write("horizon_days: 3000\n")
    other.done("import", *(other.file(name) for name in ("leads.csv", "calls.csv", "stages.csv")))
    other.home.rename(other.folder / "leadloop-data")
    shown = words(run_beside(tmp_path, monkeypatch))
    assert "learned from" in shown
    assert "nothing to draw yet" in shown
    assert "nothing to go through again" in shown
