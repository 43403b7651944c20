"""leadloop restore: a backup becomes a data folder again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now

NAME = "restore"


def command(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `leadloop backup` wrote.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Also where something is: a data folder is kept under another name first."),
    ] = False,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Make data folder, database and company.yaml from a backup, checked file by file before anything is touched.

    The new folder stands beside until it is whole and up to date, and is put in place by one rename; stop the service first.
    A company.yaml that is there and says otherwise stays, unless --replace says so: that of the backup is written beside it.
    The data keys of contacts (contact-keys.db) that are there now go on, and whoever was forgotten since is forgotten again.
    """
    from features.settings import settings_from_environment
    from leadloop.restore import restore_backup

    settings = settings_from_environment(home, company)
    made = restore_backup(source, settings, moment=now(), replace=replace)
    typer.echo(
        f"{settings.home} is as it was at {made.made_at:%Y-%m-%d %H:%M} UTC, facts up to number {made.number:,}."
    )
    if not (settings.home / "person.key").exists():
        typer.echo("The backup holds no person.key: put it there, or set LEADLOOP_SECRET, before you serve.")
    if settings.keys_url.startswith("sqlite") and not (settings.home / "contact-keys.db").exists():
        typer.echo(
            "No contact-keys.db is there: put your copy there before you serve, or no contact can be read again."
        )
    for before in sorted(settings.home.parent.glob(f"{settings.home.name}.before-*/contact-keys.db")):
        typer.echo(
            f"{before} still opens whoever is forgotten from now on: delete it when you need that folder no more."
        )
    typer.echo("`leadloop rebuild` makes the logged scores again; `leadloop serve` goes on.")
