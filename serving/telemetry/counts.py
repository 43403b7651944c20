"""What this process has counted since it started: requests and how long they took, scores by grade, how many were stored together.

Counting must cost a scored lead next to nothing, so these are plain lists: the library that tells Prometheus of them
(``metrics/exposition.py``) is loaded when somebody asks. Several workers lay their counts together in a folder, a file each, which
stays when a worker ends: what was counted never goes down.
"""

from __future__ import annotations

import json
import os
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from features.whole_file import write_whole

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the buckets of how long requests take."""
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 500)
"""Upper ends of the buckets of how many requests one transaction stores."""
Sums = list[float]
"""How many fell into each bucket, how many were beyond, and the sum of all."""
Counted = Mapping[str, Mapping[str, Any]]
LAID_TOGETHER_EVERY = 1.0
"""Seconds after which the other workers of a house see what one has counted."""


class Counts:
    """The counts of this process."""

    def __init__(self, folder: Path | None = None) -> None:
        self._requests: dict[tuple[str, str, int], Sums] = {}
        self._scores: dict[tuple[str, str], int] = {}
        self._groups: Sums = [0.0] * (len(SIZES) + 2)
        self._lock = threading.Lock()
        self._mine = folder / f"{os.getpid()}.json" if folder else None
        self._laid = ""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request; only the event loop's own thread may."""
        sums = self._requests.get((method, route, status))
        if sums is None:
            sums = self._requests[method, route, status] = [0.0] * (len(SECONDS) + 2)
        sums[bisect_left(SECONDS, seconds)] += 1
        sums[-1] += seconds

    def scores(self, grades: Iterable[tuple[str, str | None]]) -> None:
        """Count scores that left the house, each by its grade and its model's version (None: the rules)."""
        with self._lock:
            for grade, version in grades:
                key = grade, "rules" if version is None else "model"
                self._scores[key] = self._scores.get(key, 0) + 1

    def group(self, size: int) -> None:
        """Count a transaction that stored so many requests."""
        with self._lock:
            self._groups[bisect_left(SIZES, size)] += 1
            self._groups[-1] += size

    def counted(self) -> Counted:
        """Return all that was counted, as JSON can hold it.

        >>> counts = Counts()
        >>> counts.scores([("A", "v1"), ("A", "v1"), ("B", None)])
        >>> counts.counted()["scores"]
        {'A model': 2, 'B rules': 1}
        """
        with self._lock:
            scores = {" ".join(key): count for key, count in self._scores.items()}
            groups = list(self._groups)
        requests = {
            f"{method} {status} {route}": list(sums) for (method, route, status), sums in self._requests.copy().items()
        }
        return {"requests": requests, "scores": scores, "groups": {"": groups}}

    def lay(self) -> None:
        """Lay the counts where the other workers see them; does nothing in a house of one, or where nothing is new."""
        if self._mine is None:
            return
        text = json.dumps(self.counted())
        if text == self._laid:
            return
        write_whole(self._mine, text.encode())
        self._laid = text

    def of_the_house(self) -> Counted:
        """Return what all workers of the house have counted, those that ended among them."""
        return added([self.counted(), *self._others()])

    def _others(self) -> Iterator[Counted]:
        if self._mine is None:
            return
        for path in sorted(self._mine.parent.glob("*.json")):
            if path != self._mine:
                yield json.loads(path.read_text(encoding="utf-8"))


def added(several: Iterable[Counted]) -> Counted:
    """Return the sum of what several have counted.

    >>> added([{"scores": {"A model": 2}}, {"scores": {"A model": 1, "B rules": 1}, "groups": {"": [1.0, 2.0]}}])
    {'scores': {'A model': 3, 'B rules': 1}, 'groups': {'': [1.0, 2.0]}}
    """
    total: dict[str, dict[str, Any]] = {}
    for one in several:
        for kind, found in one.items():
            kept = total.setdefault(kind, {})
            for key, count in found.items():
                if key not in kept:
                    kept[key] = count
                elif isinstance(count, list):
                    kept[key] = [a + b for a, b in zip(kept[key], count, strict=True)]
                else:
                    kept[key] += count
    return total
