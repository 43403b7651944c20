"""leadloop models rollback: the model before serves again."""

from __future__ import annotations

import typer

from leadloop.commands._house import HomeOption, settings_of_house

NAME = "rollback"


def command(home: HomeOption = None) -> None:
    """Let the model that served before serve again; where there was none, the rules."""
    from models.artefact import champion_version, set_champion
    from models.mlflow_registry import MlflowRegistry
    from training.retrain import promote_version

    settings = settings_of_house(home)
    registry = MlflowRegistry(settings)
    before, current = registry.version_of("previous"), champion_version(settings.home)
    if before and before != current:
        promote_version(before, settings.home, registry)
        typer.echo(f"Model {before} serves again.")
    elif current:
        set_champion(settings.home, None)
        registry.point("champion", None)
        typer.echo("The rules serve again: no model served before.")
    else:
        typer.echo("The rules serve already; there is nothing to roll back.")
