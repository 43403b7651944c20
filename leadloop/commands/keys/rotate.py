"""leadloop keys rotate: another key in the place of one."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption, now, open_database

NAME = "rotate"


def command(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id; `leadloop keys list` lists them.")],
    revoke: Annotated[
        bool, typer.Option("--revoke/--keep", help="Revoke the one before at once, or let it open until it is revoked.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Make a key with the same name, scopes and rate, and show it this once; the one before opens until it is revoked."""
    from features.settings import settings_from_environment
    from serving.gate.api_keys import ApiKeys

    keys = ApiKeys(open_database(settings_from_environment(home)))
    made, key = keys.rotate(key_id, now())
    if revoke:
        keys.revoke(key_id, now())
    before = "is revoked" if revoke else f"opens until `leadloop keys revoke {key_id}`"
    typer.echo(f"Key {made.id} of {made.name} takes the place of {key_id}, which {before}. It is shown this once:")
    typer.echo(key)
