"""A channel's drift report, made by a process of its own in seconds and kept as a file until there is news."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from features.settings import Settings

LONGEST_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Report:
    """The file if it is ready; else None, with the reason where it could not be made."""

    path: Path | None
    why: str = ""


class DriftReports:
    """Starts ``leadloop drift`` for a channel where its report is missing or old; one at a time."""

    def __init__(self, settings: Settings, stand: Callable[[], str]) -> None:
        self._settings, self._stand = settings, stand
        self._running: dict[Path, subprocess.Popen[str]] = {}
        self._lock = threading.Lock()

    def report(self, channel: str) -> Report:
        """Return the report of what is known now, or that it is being made."""
        path = self._path(channel)
        if path.exists():
            return Report(path)
        with self._lock:
            process = self._running.get(path)
            if process is None:
                if not any(one.poll() is None for one in self._running.values()):
                    self._running[path] = self._start(channel, path)
                return Report(None)
            if process.poll() is None:
                return Report(None)
            del self._running[path]
        if path.exists():
            return Report(path)
        return Report(None, _last_line(process))

    def _start(self, channel: str, path: Path) -> subprocess.Popen[str]:
        path.parent.mkdir(parents=True, exist_ok=True)
        place = ["--home", str(self._settings.home), "--company", str(self._settings.company_file)]
        command = [sys.executable, "-m", "leadloop", "drift", channel, "--out", str(path), *place]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def _path(self, channel: str) -> Path:
        name = re.sub(r"\W+", "-", channel)[:40]
        state = blake2b(f"{channel}\n{self._stand()}".encode(), digest_size=6).hexdigest()
        return self._settings.home / "reports" / "drift" / f"{name}-{state}.html"


def _last_line(process: subprocess.Popen[str]) -> str:
    said = process.stderr.read() if process.stderr else ""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " ".join(lines[-3:])[:500] if lines else f"exit code {process.returncode}"
