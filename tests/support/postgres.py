"""A real PostgreSQL server of the tests' own, in a folder of its own, reached by a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server in a folder of its own, which can be stopped and started."""

    programs: Path
    folder: Path
    user: str | None
    durable: bool = False

    @property
    def url(self) -> str:
        """Return the URL of its database."""
        return f"postgresql+psycopg://leadloop@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync={'on' if self.durable else 'off'}"
        self._control("-o", options, "-l", self.folder / "log", "-w", "start")

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self._control("-m", "immediate", "-w", "stop")

    def _control(self, *words: object) -> None:
        _run(self.user, self.programs / "pg_ctl", "-D", self.folder / "data", *words)


@contextmanager
def restartable_postgres(programs: Path, *, durable: bool = False) -> Iterator[PostgresServer]:
    """Give a fresh server that runs; it ends with the block, and must run then.

    Unless it is ``durable`` it waits for no disk, which only the machine's own end would show.
    """
    folder = Path(tempfile.mkdtemp(prefix="leadloop-pg-"))
    run_as = _user()
    if run_as:
        shutil.chown(folder, run_as)
    _run(run_as, programs / "initdb", "-D", folder / "data", "-U", "leadloop", "-A", "trust", "-E", "UTF8", "--no-sync")
    server = PostgresServer(programs, folder, run_as, durable)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server(programs: Path, *, durable: bool = False) -> Iterator[str]:
    """Give the URL of a fresh server's database; the server ends with the block."""
    with restartable_postgres(programs, durable=durable) as server:
        yield server.url


def _user() -> str | None:
    """Return whom to run as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)


def _run(user: str | None, *command: object) -> None:
    words = [str(word) for word in command]
    subprocess.run(words, user=user, cwd="/", check=True, capture_output=True)
