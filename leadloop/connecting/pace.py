"""How fast a CRM may be asked: so many at once, so many a second after that, by all processes of a house together.

The worker and `leadloop connect --once` beside it would each keep to the CRM's limit and exceed it together. How full the bucket is
therefore stands in a file of the data folder, which each process holds for the moment in which it takes its turn; nobody waits
while he holds it. The file may be deleted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

LONGEST_TEXT = 100
LONGEST_SECONDS = 60.0
"""Nobody waits longer than this for his turn, whatever the file says."""


@dataclass(slots=True)
class Level:
    """How full the bucket was at a moment; None: nobody has asked yet."""

    full: float = 0.0
    at: float | None = None


class Bucket(Protocol):
    """Where the level stands."""

    def held(self) -> AbstractContextManager[Level]:
        """Give the level to one at a time; what is changed of it stays."""
        ...


class OwnBucket:
    """A level that this process alone knows."""

    def __init__(self) -> None:
        self._level = Level()

    def held(self) -> AbstractContextManager[Level]:
        """Give the level."""
        return nullcontext(self._level)


class SharedBucket:
    """A level in a file, for every process that knows the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def held(self) -> Iterator[Level]:
        """Give the level; other processes, and threads, wait until it is given back."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(file)
            level = _level_in(os.pread(file, LONGEST_TEXT, 0))
            yield level
            text = f"{level.full!r} {level.at!r}".encode()
            os.ftruncate(file, 0)
            os.pwrite(file, text, 0)
        finally:
            os.close(file)


def _lock(file: int) -> None:
    """Wait until no other process holds the file; it is let go when the file is closed, however the process ends."""
    try:
        import fcntl
    except ImportError:  # Windows: each process keeps its own pace there
        return
    fcntl.flock(file, fcntl.LOCK_EX)


def _level_in(text: bytes) -> Level:
    try:
        full, at = map(float, text.split())
    except ValueError:  # new, or damaged
        return Level()
    return Level(full, at) if full >= 0.0 else Level()


@dataclass(slots=True)
class Pace:
    """A leaky bucket, as Bitrix24 describes its own: ``burst`` requests at once, then ``rate`` a second.

    >>> waited, moment = [], [0.0]
    >>> pace = Pace(rate=2.0, burst=3, clock=lambda: moment[0], sleep=waited.append)
    >>> for _ in range(5):
    ...     pace.wait()
    >>> waited
    [0.5, 1.0]
    """

    rate: float
    burst: int
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    bucket: Bucket = field(default_factory=OwnBucket)

    def wait(self) -> None:
        """Return when the next request may be sent."""
        with self.bucket.held() as level:
            needed = self._needed(level)
            level.full += 1.0
        if needed > 0:
            self.sleep(needed)

    def needed(self) -> float:
        """Return for how many seconds the next request would have to wait."""
        with self.bucket.held() as level:
            return self._needed(level)

    def _needed(self, level: Level) -> float:
        now = self.clock()
        if level.at is not None:
            gone = max(now - level.at, 0.0) * self.rate  # a clock that was put back drains nothing
            level.full = min(max(level.full - gone, 0.0), self.burst + LONGEST_SECONDS * self.rate)
        level.at = now
        return max((level.full + 1.0 - self.burst) / self.rate, 0.0)
