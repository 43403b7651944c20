"""leadloop people remove: a person signs in no more."""

from __future__ import annotations

import typer

from leadloop.commands._house import HomeOption, now
from leadloop.commands.people._options import LoginArgument, open_people

NAME = "remove"


def command(login: LoginArgument, home: HomeOption = None) -> None:
    """Let a person sign in no more; his sessions end within seconds."""
    open_people(home).remove(login, now())
    typer.echo(f"{login} signs in no more.")
