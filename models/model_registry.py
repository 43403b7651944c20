"""Which models there are, which one serves, and which served before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from features.errors import UnknownModel

Alias = Literal["champion", "challenger", "previous"]


@dataclass(frozen=True, slots=True)
class Run:
    """What a training run tells the registry: parameters, measures, and files for people."""

    version: str
    trained_at: datetime
    parameters: Mapping[str, str]
    measures: Mapping[str, float]
    artefact: Path
    plots: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registered:
    """A model as the registry lists it."""

    version: str
    trained_at: datetime
    measures: Mapping[str, float]
    aliases: tuple[Alias, ...]


class ModelRegistry(Protocol):
    """A record of models; MLflow keeps it for good, memory for tests."""

    def record(self, run: Run) -> None:
        """Keep a run and its model; a version that is kept already is kept anew."""

    def models(self) -> list[Registered]:
        """Return every model, the newest first."""

    def point(self, alias: Alias, version: str | None) -> None:
        """Let an alias name a version, or nothing; ``UnknownModel`` where the version is not kept."""

    def version_of(self, alias: Alias) -> str | None:
        """Return the version that an alias names."""


class MemoryRegistry:
    """Keeps the record while the process lives.

    >>> from datetime import UTC
    >>> registry = MemoryRegistry()
    >>> registry.record(Run("v1", datetime(2026, 3, 2, tzinfo=UTC), {}, {"auc": 0.8}, Path(".")))
    >>> registry.point("champion", "v1")
    >>> registry.models()[0].aliases
    ('champion',)
    """

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._aliases: dict[Alias, str] = {}

    def record(self, run: Run) -> None:
        """Keep a run."""
        self._runs[run.version] = run

    def models(self) -> list[Registered]:
        """Return every model, the newest first."""
        newest = sorted(self._runs.values(), key=lambda run: run.trained_at, reverse=True)
        return [Registered(run.version, run.trained_at, run.measures, self._names(run.version)) for run in newest]

    def point(self, alias: Alias, version: str | None) -> None:
        """Let an alias name a version, or nothing."""
        if version is None:
            self._aliases.pop(alias, None)
        elif version not in self._runs:
            raise UnknownModel(version)
        else:
            self._aliases[alias] = version

    def version_of(self, alias: Alias) -> str | None:
        """Return the version that an alias names."""
        return self._aliases.get(alias)

    def _names(self, version: str) -> tuple[Alias, ...]:
        return tuple(sorted(alias for alias, named in self._aliases.items() if named == version))
