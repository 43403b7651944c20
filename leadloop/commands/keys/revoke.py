"""leadloop keys revoke: a key opens nothing any more."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption, now, open_database

NAME = "revoke"


def command(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id; `leadloop keys list` lists them.")],
    home: HomeOption = None,
) -> None:
    """Let a key open nothing any more: a running server knows within two seconds."""
    from features.settings import settings_from_environment
    from serving.gate.api_keys import ApiKeys

    ApiKeys(open_database(settings_from_environment(home))).revoke(key_id, now())
    typer.echo(f"Key {key_id} is revoked.")
