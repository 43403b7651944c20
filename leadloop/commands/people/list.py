"""leadloop people list: who may sign in."""

from __future__ import annotations

from leadloop.commands._house import HomeOption
from leadloop.commands._table import figures_table
from leadloop.commands.people._options import open_people

NAME = "list"


def command(home: HomeOption = None) -> None:
    """List the accounts: login, role, the manager's name, since when, and whether a password was chosen."""
    from rich.console import Console
    from rich.markup import escape

    found = open_people(home).accounts()
    if not found:
        Console().print("Nobody has an account yet; `leadloop people add LOGIN --role admin` makes one.")
        return
    table = figures_table("login", "role", figures=("No.", "made, UTC"), last="state")
    for one in found:
        state = "removed" if one.is_removed else "may sign in" if one.has_password else "has not chosen a password yet"
        role = f"{one.role} ({escape(one.manager)})" if one.manager else one.role
        table.add_row(escape(one.login), role, str(one.id), f"{one.created_at:%Y-%m-%d %H:%M}", state)
    Console().print(table)
