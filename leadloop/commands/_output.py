"""Where a command writes: never over a file that it reads."""

from __future__ import annotations

from pathlib import Path

import typer


def file_of(database_url: str) -> list[Path]:
    """Return the file of a database; none where it is not in a file.

    >>> file_of("sqlite:////keys/contact-keys.db"), file_of("postgresql+psycopg://db/leads")
    ([PosixPath('/keys/contact-keys.db')], [])
    """
    path = database_url.removeprefix("sqlite:///")
    return [Path(path)] if path and path != database_url else []


def refuse_what_is_read(out: Path, *read: Path) -> None:
    """Raise where ``out`` is one of the files that are read, by whatever name or link."""
    for path in read:
        if out.exists() and path.exists() and out.samefile(path):
            raise typer.BadParameter(f"{out} is {path.name} itself, which this command reads; name another file.")
