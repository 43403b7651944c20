"""What the verbs of people share: their arguments, the accounts, and a link in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from serving.gate.people import People

LoginArgument = Annotated[str, typer.Argument(help="The person's login, such as an e-mail address.")]
RoleHelp = "manager, head, marketer, analyst or admin."
ManagerOption = Annotated[
    str | None, typer.Option("--manager", help="For the role manager: the name that company.yaml calls him by.")
]


def open_people(home: Path | None) -> People:
    """Open the accounts of a data folder."""
    from features.settings import settings_from_environment
    from serving.gate.people import People

    return People(open_database(settings_from_environment(home)))


def link_words(token: str, address: str = "") -> str:
    """Return a link as people are given it."""
    return f"{address or 'http://127.0.0.1:8000'}/welcome?link={token}"


def say_link(login: str, token: str) -> None:
    """Say a link, with the address that people know leadloop by."""
    from features.settings import settings_from_environment

    typer.echo(f"{login} chooses a password with this link, once, within 24 hours:")
    typer.echo(link_words(token, settings_from_environment().public_url))
