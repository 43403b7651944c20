"""leadloop promote: lets a model serve."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption

NAME = "promote"


def command(
    version: Annotated[str, typer.Argument(help="The model's version; `leadloop models` lists them.")],
    home: HomeOption = None,
) -> None:
    """Let a model serve by hand, whatever its figures were; running servers follow within seconds."""
    from features.settings import settings_from_environment
    from models.mlflow_registry import MlflowRegistry
    from training.retrain import promote_version

    settings = settings_from_environment(home)
    promote_version(version, settings.home, MlflowRegistry(settings))
    typer.echo(f"Model {version} serves now.")
