"""leadloop people role: another role for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption
from leadloop.commands.people._options import LoginArgument, ManagerOption, RoleHelp, open_people

NAME = "role"


def command(
    login: LoginArgument,
    role: Annotated[str, typer.Argument(help=RoleHelp)],
    manager: ManagerOption = None,
    home: HomeOption = None,
) -> None:
    """Give a person another role; whoever is signed in has it within seconds."""
    open_people(home).give_role(login, role, manager=manager)
    typer.echo(f"{login} is {role} now.")
