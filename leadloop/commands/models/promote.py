"""leadloop models promote: lets a model serve."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption, settings_of_house

NAME = "promote"


def command(
    version: Annotated[str, typer.Argument(help="The version, or `challenger` for the one trained last.")],
    home: HomeOption = None,
) -> None:
    """Let a model serve by hand, whatever its figures were; running servers follow within seconds.

    `leadloop models rollback` takes it back.
    """
    from leadloop.commands.models._versions import version_meant
    from models.mlflow_registry import MlflowRegistry
    from training.retrain import promote_version

    settings = settings_of_house(home)
    registry = MlflowRegistry(settings)
    meant = version_meant(version, settings.home, registry)
    promote_version(meant, settings.home, registry)
    typer.echo(f"Model {meant} serves now.")
