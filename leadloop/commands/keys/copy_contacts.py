"""leadloop keys copy-contacts: the data keys of contacts in one file, while the service goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadloop.commands._house import HomeOption, settings_of_house
from leadloop.commands._output import file_of, refuse_what_is_read

NAME = "copy-contacts"


def command(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; the copy before is replaced.")],
    home: HomeOption = None,
) -> None:
    """Copy the data keys of contacts to one file, as of one moment, while the service goes on; do so after each backup.

    A backup is read with a copy that was made after it. Keep it apart from the backups, and keep no older one: in that are the
    keys of whoever was forgotten since. The master key (contact.key, or LEADLOOP_CONTACT_KEY) is not in it.
    """
    from leadloop.backup import copy_data_keys

    settings = settings_of_house(home)
    if not to.parent.is_dir():
        raise typer.BadParameter(f"The folder {to.parent} does not exist; make it first.")
    if to.is_dir():
        raise typer.BadParameter(f"{to} is a folder; name a file in it, such as {to / 'contact-keys.db'}.")
    if to.resolve().is_relative_to(settings.home):
        raise typer.BadParameter(
            f"{to} lies in the data folder, so every backup would hold it; name a place elsewhere."
        )
    refuse_what_is_read(to, *file_of(settings.keys_url), *file_of(settings.database_url))
    copy_data_keys(settings, to)
    typer.echo(f"{to}: the data keys of all contacts until now. It opens every backup made before, with contact.key.")
