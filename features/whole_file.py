"""A file is written whole or not at all: who reads it sees the one before or this one, and several may write it at once."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` in a file's place; of several that write at once the last one's stays.

    Each writes beside the file under a name of its own first: under one name for all, a process would find that another
    has taken away what it had just written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "pointer"
    ...     write_whole(path, b"first")
    ...     write_whole(path, b"second")
    ...     path.read_bytes(), [one.name for one in path.parent.iterdir()]
    (b'second', ['pointer'])
    """
    new = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.new")
    try:
        new.write_bytes(data)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
