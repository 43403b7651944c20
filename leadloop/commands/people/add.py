"""leadloop people add: an account for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now
from leadloop.commands.people._options import LoginArgument, ManagerOption, RoleHelp, open_people_for, say_link

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
    people = open_people_for(login, role, manager, home, company, makes=True)
    account = people.add(login, role, now(), manager=manager)
    typer.echo(f"{account.login} has an account as {account.role}.")
    say_link(account.login, people.link(account.login, now()))
