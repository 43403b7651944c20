"""leadloop keys create: a key for a program."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption, now, open_database

NAME = "create"


def command(
    name: Annotated[str, typer.Argument(help="Which program it is for: crm, site, analyst.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            help="What it may do: score, write (facts), read, admin; one at least. May be given several times.",
            show_default=False,
        ),
    ] = None,
    rate: Annotated[
        float, typer.Option(min=0, help="Requests a second that are answered; 0: as many as come.")
    ] = 200.0,
    home: HomeOption = None,
) -> None:
    """Make a key and show it: this once and never again, as only its hash is kept."""
    from features.settings import settings_from_environment
    from serving.gate.api_keys import ApiKeys, require_scopes
    from serving.gate.roles import SCOPE_WORDS

    if not scope:
        told = "\n".join(f"  --scope {one}: {words}" for one, words in SCOPE_WORDS.items())
        raise typer.BadParameter(f"A key opens what its scopes name; give one --scope or several:\n{told}")
    require_scopes(scope)  # before a data folder is made
    keys = ApiKeys(open_database(settings_from_environment(home), makes=True))
    made, key = keys.create(name, scope, now(), rate=rate)
    typer.echo(
        f"Key {made.id} of {made.name} may {', '.join(made.scopes)}. It is shown this once; send it as X-API-Key:"
    )
    typer.echo(key)
