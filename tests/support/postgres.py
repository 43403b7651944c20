"""A real PostgreSQL server of the tests' own, in a folder of its own, reached by a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNPRIVILEGED = ("postgres", "nobody")


@contextmanager
def postgres_server(programs: Path) -> Iterator[str]:
    """Give the URL of a fresh server's database; the server ends with the block."""
    folder = Path(tempfile.mkdtemp(prefix="leadloop-pg-"))
    run_as = _user()
    if run_as:
        shutil.chown(folder, run_as)
    data = folder / "data"
    _run(run_as, programs / "initdb", "-D", data, "-U", "leadloop", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    _run(run_as, programs / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield f"postgresql+psycopg://leadloop@/postgres?host={folder}"
    finally:
        _run(run_as, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """Return whom to run as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)


def _run(user: str | None, *command: object) -> None:
    words = [str(word) for word in command]
    subprocess.run(words, user=user, cwd="/", check=True, capture_output=True)
