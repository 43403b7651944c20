"""leadloop backup: everything in one file, while the service goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, settings_of_house
from leadloop.commands._moments import in_utc
from leadloop.commands._output import file_of, refuse_what_is_read

NAME = "backup"
IRREPLACEABLE = ("leadloop.db", "contact-keys.db", "person.key", "contact.key")
"""What of the data folder a backup must never be written over."""


def command(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it: NAME.tar, or NAME.tar.gz to pack it.")],
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Leave out person.key and contact.key; keep them elsewhere.")
    ] = False,
    with_contact_keys: Annotated[
        bool,
        typer.Option(
            "--with-contact-keys", help="Also the data keys of contacts: forgetting does not reach this file."
        ),
    ] = False,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Write database, models, reports, keys and company.yaml to one file, as of one moment, while the service goes on.

    Every fact acknowledged before it begins is in it. Names, phone numbers and e-mail addresses lie sealed in it, and the data
    keys that open them (contact-keys.db) are left out, so that whoever is forgotten is forgotten there too; copy them apart
    afterwards (`leadloop keys copy-contacts`), and keep no old copies. Only its owner may read the file. Of PostgreSQL it is
    made by pg_dump, which must be on this machine; MLflow's record is in it where it lies in the data folder.
    """
    from leadloop.backup import make_backup

    settings = settings_of_house(home, company)
    if not to.parent.is_dir():
        raise typer.BadParameter(f"The folder {to.parent} does not exist; make it first.")
    if to.is_dir():
        raise typer.BadParameter(f"{to} is a folder; name a file in it, such as {to / 'leadloop.tar.gz'}.")
    kept = (settings.home / name for name in IRREPLACEABLE)
    refuse_what_is_read(to, settings.company_file, *kept, *file_of(settings.keys_url), *file_of(settings.database_url))
    before = to.stat() if to.exists() else None
    made = make_backup(settings, to, moment=now(), with_keys=not without_keys, with_contact_keys=with_contact_keys)
    size = to.stat().st_size / 1_000_000
    typer.echo(f"{to}: {size:,.1f} MB, {len(made.files):,} files, facts up to number {made.number:,}.")
    if before is not None:
        made_at = datetime.fromtimestamp(before.st_mtime, UTC)
        size_then = before.st_size / 1_000_000
        typer.echo(
            f"It stands in place of the file of that name that was there: of {in_utc(made_at)} UTC, {size_then:,.1f} MB."
        )
    if made.with_keys and any(name.endswith("person.key") for name in made.files):
        typer.echo("It holds person.key, by which persons are recognised: keep it as safe as the database itself.")
    if made.with_keys and not with_contact_keys and any(name.endswith("contact.key") for name in made.files):
        typer.echo("It holds contact.key, which opens contacts together with contact-keys.db: keep the two apart.")
    if with_contact_keys:
        typer.echo("It holds contact-keys.db: whoever is forgotten later can still be read in it; delete it then.")
    else:
        typer.echo(
            "It holds no contact-keys.db, without which no contact of it can be read: now copy that apart too, with "
            "`leadloop keys copy-contacts FILE`."
        )
    if without_keys:
        typer.echo("It holds no keys: without person.key or LEADLOOP_SECRET a restored copy recognises nobody again.")
