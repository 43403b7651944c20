"""A channel's drift report, made by a process of its own in seconds and kept as a file until there is news."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from features.settings import Settings
from monitoring.drift_summary import DriftSummary, load_summary

LONGEST_SECONDS = 120.0
"""A report that takes longer is given up."""


@dataclass(frozen=True, slots=True)
class Report:
    """The file if it is ready; else None, with the reason where it could not be made."""

    path: Path | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Making:
    """A report under way, and where its process tells what went wrong."""

    process: subprocess.Popen[bytes]
    told: Path
    give_up_at: float

    def is_under_way(self) -> bool:
        if self.process.poll() is None and time.monotonic() > self.give_up_at:
            self.process.kill()
            self.process.wait()
        return self.process.poll() is None

    def last_words(self) -> str:
        lines = [line.strip() for line in self.told.read_text(encoding="utf-8", errors="replace").splitlines()]
        return " ".join([line for line in lines if line][-3:])[:500] or f"exit code {self.process.returncode}"


class DriftReports:
    """Starts ``leadloop drift`` for a channel where its report is missing or old; one at a time."""

    def __init__(self, settings: Settings, stand: Callable[[], str]) -> None:
        self._settings, self._stand = settings, stand
        self._running: dict[Path, _Making] = {}
        self._lock = threading.Lock()

    def report(self, channel: str) -> Report:
        """Return the report of what is known now, or that it is being made."""
        path = self._path(channel)
        with self._lock:
            making = self._running.get(path)
            if making and making.is_under_way():
                return Report(None)
            self._running.pop(path, None)
            if path.exists():
                return Report(path)
            if making:
                return Report(None, making.last_words())
            if not any(one.is_under_way() for one in self._running.values()):
                self._running[path] = self._start(channel, path)
            return Report(None)

    def summary(self, channel: str) -> DriftSummary | None:
        """Return the figures of the channel's latest report, also of one that is old by now; None where there is none."""
        with self._lock:
            latest = _latest_figures(self._path(channel))
        return load_summary(latest) if latest else None

    def _start(self, channel: str, path: Path) -> _Making:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = _latest_figures(path)  # the figures stay until there are newer ones
        for old in path.parent.glob(f"{path.stem.rpartition('-')[0]}-*"):
            if old != kept:
                old.unlink(missing_ok=True)  # one report a channel is kept
        place = ["--home", str(self._settings.home), "--company", str(self._settings.company_file)]
        command = [sys.executable, "-m", "leadloop", "drift", "--out", str(path), *place, "--", channel]
        told = path.with_suffix(".log")
        with told.open("wb") as file:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=file)
        return _Making(process, told, time.monotonic() + LONGEST_SECONDS)

    def _path(self, channel: str) -> Path:
        words = re.sub(r"\W+", "-", channel)[:40]
        name, state = (blake2b(one.encode(), digest_size=4).hexdigest() for one in (channel, self._stand()))
        return self._settings.home / "reports" / "drift" / f"{words}-{name}-{state}.html"


def _latest_figures(path: Path) -> Path | None:
    """Return the newest figures of the channel that a report at ``path`` would be of."""
    made = path.parent.glob(f"{path.stem.rpartition('-')[0]}-*.json")
    return max(made, key=lambda one: one.stat().st_mtime, default=None)
