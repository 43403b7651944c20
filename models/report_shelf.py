"""Reports are kept as JSON, each under the moment that it tells of; the last one is what pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from features.errors import ArtefactUnreadable
from features.whole_file import write_whole

NAMED = "%Y%m%dT%H%M%SZ"


class Report(Protocol):
    """What every report tells of itself: the format in which it is written, and the moment that it tells of."""

    @property
    def format(self) -> int:
        """Return the number of its format."""
        ...

    @property
    def moment(self) -> datetime:
        """Return the moment up to which it knows."""
        ...


R = TypeVar("R", bound=Report)


@dataclass(frozen=True)
class ReportShelf(Generic[R]):
    """The reports of one kind: ``reports/<name>/<moment>.json`` in the data folder, written by ``leadloop <name>``.

    Parameters
    ----------
    name
        Of the folder, and of the command that writes such a report.
    format
        The only format that is read.
    reader
        What makes a report of JSON.
    """

    name: str
    format: int
    reader: TypeAdapter[R]

    def write(self, report: R, home: Path) -> Path:
        """Write a report into the data folder, under its moment; return the file."""
        folder = self._folder(home)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{report.moment.astimezone(UTC):{NAMED}}.json"
        write_whole(path, orjson.dumps(report, option=orjson.OPT_INDENT_2))
        return path

    def names(self, home: Path) -> list[str]:
        """Return the names of the kept reports, the latest first."""
        return sorted((path.stem for path in self._folder(home).glob("*.json")), reverse=True)

    def read(self, home: Path, name: str) -> R | None:
        """Return a kept report; None where there is none of that name.

        Raises
        ------
        ArtefactUnreadable
            Where it is damaged, or was written in another format.
        """
        if name not in self.names(home):
            return None
        remedy = f"run `leadloop {self.name}` again."
        try:
            report = self.reader.validate_json((self._folder(home) / f"{name}.json").read_bytes())
        except ValidationError:
            raise ArtefactUnreadable(f"{name}.json is damaged or of another format; {remedy}") from None
        if report.format != self.format:
            raise ArtefactUnreadable(f"{name}.json has another format than {self.format}; {remedy}")
        return report

    def latest(self, home: Path) -> R | None:
        """Return the report that was written last; None where none was. Raises as ``read`` does."""
        return next((self.read(home, name) for name in self.names(home)), None)

    def _folder(self, home: Path) -> Path:
        return home / "reports" / self.name


def moment_of(name: str) -> datetime:
    """Return the moment of a kept report, by its name.

    >>> moment_of("20260302T090000Z").isoformat()
    '2026-03-02T09:00:00+00:00'
    """
    return datetime.strptime(name, NAMED).replace(tzinfo=UTC)
