"""leadloop people role: another role for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption
from leadloop.commands.people._options import LoginArgument, ManagerOption, RoleHelp, open_people_for

NAME = "role"


def command(
    login: LoginArgument,
    role: Annotated[str, typer.Argument(help=RoleHelp)],
    manager: ManagerOption = None,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Give a person another role; whoever is signed in has it within seconds.

    A manager's name is looked up as in `leadloop people add`.
    """
    open_people_for(login, role, manager, home, company).give_role(login, role, manager=manager)
    typer.echo(f"{login} is {role} now.")
