"""What the verbs of people share: their arguments, the accounts, and a link in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from features.settings import Settings
    from serving.gate.people import People

LoginArgument = Annotated[str, typer.Argument(help="The person's login, such as an e-mail address.")]
RoleHelp = "manager, head, marketer, analyst or admin."
MOST_NAMED = 30
ManagerOption = Annotated[
    str | None, typer.Option("--manager", help="For the role manager: the name that company.yaml calls him by.")
]


def open_people(home: Path | None) -> People:
    """Open the accounts of a data folder."""
    from features.settings import settings_from_environment
    from serving.gate.people import People

    return People(open_database(settings_from_environment(home)))


def open_people_for(
    login: str, role: str, manager: str | None, home: Path | None, company: Path | None, *, makes: bool = False
) -> People:
    """Open the accounts to give somebody a role; ``AccessRefused``, and nothing is made, where he cannot have it.

    That is where the login is none, or role and manager do not fit what is known.
    """
    from features.settings import settings_from_environment
    from leadloop.data_folder import holds_database
    from serving.gate.people import People, require_login, require_role

    settings = settings_from_environment(home, company)
    require_login(login)
    require_role(role, manager)
    engine = open_database(settings) if not makes or holds_database(settings) else None
    if manager:
        _require_known_manager(manager, settings, engine)
    return People(engine or open_database(settings, makes=True))


def _require_known_manager(name: str, settings: Settings, engine: Engine | None) -> None:
    """Raise ``AccessRefused`` where nobody names such a manager though managers are named: no lead would be his.

    Managers are named by company.yaml, where it is there, and by what is stored, where anything is, of leads, calls and stages.
    """
    from features.errors import AccessRefused
    from features.facts.company_file import read_company
    from features.facts.contact_signs import shown_name
    from features.facts.store import FactStore

    known = set[str]()
    if settings.company_file.exists():
        words = read_company(settings.company_file)
        known = {one.name for one in words.managers} | set(words.crm.managers.values() if words.crm else ())
    if name in known:
        return
    if engine is not None:
        known |= FactStore(engine).managers()
    if known and name not in known:
        told = sorted({shown_name(one) for one in known})
        others = f" and {len(told) - MOST_NAMED:,} more" if len(told) > MOST_NAMED else ""
        raise AccessRefused(
            f"No manager is called {shown_name(name)}. Those that company.yaml or the stored leads and calls name are: "
            f"{', '.join(told[:MOST_NAMED])}{others}. Take one of them, or add the new one under `managers` in company.yaml first."
        )


def link_words(token: str, address: str = "") -> str:
    """Return a link as people are given it."""
    return f"{address or 'http://127.0.0.1:8000'}/welcome?link={token}"


def say_link(login: str, token: str) -> None:
    """Say a link, with the address that people know leadloop by."""
    from features.settings import settings_from_environment

    typer.echo(f"{login} chooses a password with this link, once, within 24 hours:")
    typer.echo(link_words(token, settings_from_environment().public_url))
