"""leadloop keys list: which keys there are, and what each may do."""

from __future__ import annotations

from leadloop.commands._house import HomeOption, open_database
from leadloop.commands._table import figures_table

NAME = "list"


def command(home: HomeOption = None) -> None:
    """List the keys: id, name, scopes, requests a second, since when, and whether it was revoked. Never the key itself."""
    from rich.console import Console
    from rich.markup import escape

    from features.settings import settings_from_environment
    from serving.gate.api_keys import ApiKeys

    found = ApiKeys(open_database(settings_from_environment(home))).every()
    if not found:
        Console().print("There is no key yet; `leadloop keys create crm --scope write --scope score` makes one.")
        return
    table = figures_table("name", "scopes", figures=("id", "a second", "made, UTC"), last="state")
    for one in found:
        state = "opens" if one.revoked_at is None else f"revoked {one.revoked_at:%Y-%m-%d %H:%M}"
        rate = f"{one.rate:g}" if one.rate else "any"
        table.add_row(escape(one.name), ", ".join(one.scopes), one.id, rate, f"{one.created_at:%Y-%m-%d %H:%M}", state)
    Console().print(table)
