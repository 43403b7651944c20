"""leadloop backup: everything in one file, while the service goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now

NAME = "backup"


def command(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it: NAME.tar, or NAME.tar.gz to pack it.")],
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Leave out person.key; keep it elsewhere, a restore needs it.")
    ] = False,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Write database, models, reports, keys and company.yaml to one file, as of one moment, while the service goes on.

    Every fact acknowledged before it begins is in it. The file holds names, phone numbers and e-mail addresses: only its owner
    may read it. Of PostgreSQL it is made by pg_dump, which must be on this machine; MLflow's record is in it where it lies in
    the data folder.
    """
    from features.settings import settings_from_environment
    from leadloop.backup import make_backup

    settings = settings_from_environment(home, company)
    if not to.parent.is_dir():
        raise typer.BadParameter(f"The folder {to.parent} does not exist; make it first.")
    made = make_backup(settings, to, moment=now(), with_keys=not without_keys)
    size = to.stat().st_size / 1_000_000
    typer.echo(f"{to}: {size:,.1f} MB, {len(made.files):,} files, facts up to number {made.number:,}.")
    if made.with_keys and any(name.endswith("person.key") for name in made.files):
        typer.echo("It holds person.key, by which persons are recognised: keep it as safe as the database itself.")
    elif without_keys:
        typer.echo("It holds no keys: without person.key or LEADLOOP_SECRET a restored copy recognises nobody again.")
