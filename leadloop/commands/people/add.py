"""leadloop people add: an account for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_database
from leadloop.commands.people._options import LoginArgument, ManagerOption, RoleHelp, require_known_manager, say_link

NAME = "add"


def command(
    login: LoginArgument,
    role: Annotated[str, typer.Option("--role", help=RoleHelp)],
    manager: ManagerOption = None,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Make an account and a link with which its person chooses a password.

    A manager's leads are found by the name that --manager gives: one that neither company.yaml nor the stored calls know is
    refused, unless they know none at all.
    """
    from features.settings import settings_from_environment
    from serving.gate.people import People

    settings = settings_from_environment(home, company)
    engine = open_database(settings, makes=True)
    if manager and role == "manager":
        require_known_manager(manager, settings, engine)
    people = People(engine)
    account = people.add(login, role, now(), manager=manager)
    typer.echo(f"{account.login} has an account as {account.role}.")
    say_link(account.login, people.link(account.login, now()))
