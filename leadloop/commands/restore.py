"""leadloop restore: a backup becomes a data folder again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now

if TYPE_CHECKING:
    from features.settings import Settings
    from leadloop.carried_access import Carried
    from leadloop.lost_contacts import Sealed

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
    The data keys of contacts (contact-keys.db) that are there now go on, and whoever was forgotten since is forgotten again. Keys
    and people that were revoked or removed since stay so, and everybody signs in anew.
    """
    from features.settings import settings_from_environment
    from leadloop.restore import restore_backup

    settings = settings_from_environment(home, company)
    restored = restore_backup(source, settings, moment=now(), replace=replace)
    made = restored.manifest
    typer.echo(
        f"{settings.home} is as it was at {made.made_at:%Y-%m-%d %H:%M} UTC, facts up to number {made.number:,}."
    )
    if not (settings.home / "person.key").exists():
        typer.echo("The backup holds no person.key: put it there, or set LEADLOOP_SECRET, before you serve.")
    _tell_what_opens(restored.sealed, settings)
    _tell_who_comes_in(restored.access)
    for before in sorted(settings.home.parent.glob(f"{settings.home.name}.before-*/contact-keys.db")):
        typer.echo(
            f"{before} still opens whoever is forgotten from now on: delete it when you need that folder no more."
        )
    typer.echo("`leadloop rebuild` makes the logged scores again; `leadloop serve` goes on.")


def _tell_what_opens(sealed: Sealed, settings: Settings) -> None:
    """Say whether every contact and note can be read; on stderr, and what to do, where not."""
    if sealed.is_whole:
        if sealed.contacts or sealed.texts:
            typer.echo(f"All of it can be read: {sealed.contacts:,} contacts, {sealed.texts:,} notes and free texts.")
        return
    typer.echo(
        f"NOT ALL OF IT CAN BE READ: {sealed.lost_contacts:,} of {sealed.contacts:,} contacts and {sealed.lost_texts:,} of "
        f"{sealed.texts:,} notes and free texts are shut. {_what_lacks(settings)} Do not serve yet: bring the contact-keys.db "
        "that was copied after this backup, and the contact.key that goes with it, and restore once more with --replace. What "
        "is shut then was forgotten since the backup, or is lost.",
        err=True,
    )


def _tell_who_comes_in(access: Carried) -> None:
    if access.shut:
        typer.echo(f"Shut since the backup, and so it stays: {', '.join(access.shut)}.")
    if access.not_in_backup:
        typer.echo(f"Not in the backup, so make it again: {', '.join(access.not_in_backup)}.")
    if access.comes_in_again:
        typer.echo(
            f"As in the backup, these come in again: {', '.join(access.comes_in_again)}. Shut out whoever was shut out since, "
            "with `leadloop keys revoke` and `leadloop people remove`, before you serve."
        )


def _what_lacks(settings: Settings) -> str:
    from features.settings import holds_contact_master

    keys = settings.home / "contact-keys.db"
    if settings.keys_url == f"sqlite:///{keys}" and not keys.exists():
        return f"There is no {keys}."
    if not holds_contact_master(settings.home):
        return f"There is no {settings.home / 'contact.key'}, and no LEADLOOP_CONTACT_KEY."
    return "The data keys that are there do not open them: they were copied before this backup, or are another house's."
