"""The analyst's measures in a narrow window: a row a measure, a column a contender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from models.measured import Measured

SHOWN = {"auc": "AUC", "log_loss": "log-loss", "ece": "ECE", "lift_10": "lift 10 %", "sales_in_first_30": "sales in first 30 %",
         "slope": "slope", "level": "mean p / rate"}  # fmt: skip


def measures_table(title: str, measures: Mapping[str, Mapping[str, Measured]] | None) -> Table:
    """Return contender -> measure with its interval as a table; None is "not enough data"."""
    from rich import box
    from rich.table import Table

    table = Table("", *(measures or {}), title=title, box=box.SIMPLE_HEAD)
    if measures is None:
        table.add_row("not enough data")
        return table
    for key, name in SHOWN.items():
        table.add_row(name, *(_cell(of[key]) for of in measures.values()))
    return table


def _cell(measured: Measured) -> str:
    if measured.value != measured.value:
        return "[dim]-[/]"
    return f"{measured.value:.3f} [dim]{measured.low:.3f}-{measured.high:.3f}[/]"
