"""A file is written whole or not at all: who reads it sees the one before or this one, and several may write it at once."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


def write_whole(path: Path, data: bytes, *, is_secret: bool = False) -> None:
    """Put ``data`` in a file's place; of several that write at once the last one's stays.

    Each writes beside the file under a name of its own first: under one name for all, a process would find that another
    has taken away what it had just written. A secret is for its owner's eyes alone, and on the disk when this returns.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "pointer"
    ...     write_whole(path, b"first")
    ...     write_whole(path, b"second")
    ...     path.read_bytes(), [one.name for one in path.parent.iterdir()]
    (b'second', ['pointer'])
    """
    with _written_beside(path, data, is_secret=is_secret) as new:
        new.replace(path)


def write_once(path: Path, data: bytes) -> None:
    """Make a file of a secret where none with anything in it is; of several that do so at once the first one's stays.

    Whoever needs the secret reads the file afterwards: what lies there may be another's.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "key"
    ...     write_once(path, b"first")
    ...     write_once(path, b"second")
    ...     path.read_bytes(), [one.name for one in path.parent.iterdir()]
    (b'first', ['key'])
    """
    with _written_beside(path, data, is_secret=True) as new:
        if path.exists() and not path.read_bytes().strip():  # begun once, and never filled
            new.replace(path)
            return
        try:
            os.link(new, path)  # unlike a rename it takes nothing's place
        except FileExistsError:
            pass
        except OSError:  # a disk that knows no second name of a file
            new.replace(path)


@contextmanager
def _written_beside(path: Path, data: bytes, *, is_secret: bool) -> Iterator[Path]:
    """Give a new file beside ``path`` that holds ``data``; what the block leaves of it is taken away."""
    new = _beside(path)
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if is_secret else 0o666), "wb") as file:
            file.write(data)
            if is_secret:
                file.flush()
                os.fsync(file.fileno())
        yield new
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def whole_text(path: Path) -> Iterator[TextIO]:
    """Give what is written in UTF-8, and put it in the file's place when the block ends; where the block fails, nothing changes.

    A link goes on leading to the file, which keeps who may read it. What is no file, such as /dev/stdout, is written as it comes.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "scores.csv"
    ...     with whole_text(path) as file:
    ...         _, there_already = file.write("first"), path.exists()
    ...     path.read_text(), there_already
    ('first', False)
    """
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    place = path.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    new = _beside(place)
    try:
        with new.open("w", encoding="utf-8", newline="") as file:
            yield file
        if place.exists():
            shutil.copymode(place, new)
        new.replace(place)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
