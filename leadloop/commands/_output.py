"""Where a command writes: never over a file that it reads."""

from __future__ import annotations

from pathlib import Path

import typer


def refuse_what_is_read(out: Path, *read: Path) -> None:
    """Raise where ``out`` is one of the files that are read, by whatever name or link."""
    for path in read:
        if out.exists() and path.exists() and out.samefile(path):
            raise typer.BadParameter(f"{out} is {path.name} itself, which this command reads; name another file.")
