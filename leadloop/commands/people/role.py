"""leadloop people role: another role for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, open_database
from leadloop.commands.people._options import LoginArgument, ManagerOption, RoleHelp, require_known_manager

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
    from features.settings import settings_from_environment
    from serving.gate.people import People

    settings = settings_from_environment(home, company)
    engine = open_database(settings)
    if manager and role == "manager":
        require_known_manager(manager, settings, engine)
    People(engine).give_role(login, role, manager=manager)
    typer.echo(f"{login} is {role} now.")
