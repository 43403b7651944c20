"""leadloop models list: what was trained, and what serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.counted_words import counted
from leadloop.commands._house import HomeOption, settings_of_house
from leadloop.commands._table import figures_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "list"
NOT_KEPT = "—"
SHOWN = {"candidate.auc": "AUC", "candidate.log_loss": "log-loss", "rules.log_loss": "of the\nrules"}


def command(home: HomeOption = None) -> None:
    """List the models: version, when it was trained, how good it was on later leads, champion and challenger."""
    from rich.console import Console

    from models.mlflow_registry import MlflowRegistry

    settings = settings_of_house(home)
    found = MlflowRegistry(settings).models()
    if not found:
        Console().print("No model was trained yet: the rules serve. `leadloop train` begins.")
        return
    figures = ("version,\ntrained, UTC", "judged on", *SHOWN.values())
    table = figures_table(figures=figures, last="")
    table.title = "Judged on later leads; 95 % intervals"
    for one in found:
        version = f"{one.version}\n[dim]{one.trained_at:%Y-%m-%d %H:%M}[/]{_window(settings.home, one.version)}"
        measures = (_with_interval(one.measures, name) for name in SHOWN)
        table.add_row(version, _judged_on(one.measures), *measures, " ".join(one.aliases))
    Console().print(table)


def _window(home: Path, version: str) -> str:
    """Return a line that tells a model's window where that is not the company's own: its log-loss lies lower for it."""
    from features.errors import ArtefactUnreadable
    from models.artefact import model_folder
    from models.card import load_card

    try:
        card = load_card(model_folder(home, version))
    except ArtefactUnreadable:
        return ""
    return f"\n[dim]within {card.horizon_days} days[/]" if card and card.own_window else ""


def _judged_on(measures: Mapping[str, float]) -> str:
    """Return the number of leads, and below it of sales among them; a dash where training did not keep them."""
    if "judged.leads" not in measures:
        return NOT_KEPT
    return f"{measures['judged.leads']:,.0f}\n[dim]{counted(round(measures['judged.sales']), 'sale')}[/]"


def _with_interval(measures: Mapping[str, float], name: str) -> str:
    """Return a measure, and its interval below it; a dash where there were too few leads."""
    if name not in measures:
        return NOT_KEPT
    low, high = measures.get(f"{name}.low"), measures.get(f"{name}.high")
    interval = "" if low is None or high is None else f"\n[dim]{low:.3f}-{high:.3f}[/]"
    return f"{measures[name]:.4f}{interval}"
