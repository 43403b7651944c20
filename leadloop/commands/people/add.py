"""leadloop people add: an account for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption, now
from leadloop.commands.people._options import LoginArgument, ManagerOption, RoleHelp, open_people, say_link

NAME = "add"


def command(
    login: LoginArgument,
    role: Annotated[str, typer.Option("--role", help=RoleHelp)],
    manager: ManagerOption = None,
    home: HomeOption = None,
) -> None:
    """Make an account and a link with which its person chooses a password."""
    people = open_people(home)
    account = people.add(login, role, now(), manager=manager)
    typer.echo(f"{account.login} has an account as {account.role}.")
    say_link(account.login, people.link(account.login, now()))
