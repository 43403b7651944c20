"""leadloop models list: what was trained, and what serves."""

from __future__ import annotations

from leadloop.commands._house import HomeOption
from leadloop.commands._table import figures_table

NAME = "list"


def command(home: HomeOption = None) -> None:
    """List the models: version, when it was trained, how good it was on later leads, champion and challenger."""
    from rich.console import Console

    from features.settings import settings_from_environment
    from models.mlflow_registry import MlflowRegistry

    found = MlflowRegistry(settings_from_environment(home)).models()
    if not found:
        Console().print("No model was trained yet: the rules serve. `leadloop train` begins.")
        return
    table = figures_table(figures=("version", "trained, UTC", "AUC", "log-loss", "of the rules"), last="")
    for one in found:
        cells = [one.measures.get(name) for name in ("candidate.auc", "candidate.log_loss", "rules.log_loss")]
        figures = ["—" if value is None else f"{value:.4f}" for value in cells]
        table.add_row(one.version, f"{one.trained_at:%Y-%m-%d %H:%M}", *figures, ", ".join(one.aliases))
    Console().print(table)
