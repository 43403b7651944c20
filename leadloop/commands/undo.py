"""leadloop undo: takes a wrong import back."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption, open_database

NAME = "undo"
LARGEST = 2**31 - 1
"""The largest number that a database gives an import."""


def _number(text: str) -> int:
    """Return the number of an import; a file's name is none, as a file may have come in more than once."""
    if not text.isdecimal() or int(text) > LARGEST:
        raise typer.BadParameter(
            f"{text!r} is no number of an import; `leadloop imports` lists them with their numbers."
        )
    return int(text)


def command(
    import_id: Annotated[
        int,
        typer.Argument(metavar="IMPORT", help="The import's number; `leadloop imports` lists them.", parser=_number),
    ],
    home: HomeOption = None,
) -> None:
    """Take a wrong import back.

    Its facts are no longer seen from now on; scores that were made with them can still be rebuilt. The contacts that
    it brought are deleted, and those that the leads had before hold again. The same file can be imported again.
    """
    from features.facts.store import FactStore
    from features.settings import settings_from_environment

    gone = FactStore(open_database(settings_from_environment(home))).undo(import_id)
    if gone:
        typer.echo(f"Import {import_id} is taken back: {gone:,} facts are no longer seen.")
    else:
        typer.echo(f"Import {import_id} holds nothing that is still seen; nothing changed.")
