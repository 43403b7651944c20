"""Which columns of a company's exports nothing reads, said once: when a later export has more of them than those before.

What the first export of a kind has besides is no news: `leadloop init` said what it left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from features.facts.contact_signs import shown_name
from features.whole_file import write_whole

FILE = "seen-columns.json"
MOST_NAMED = 8
PLACES = {
    "leads": "an answer of the form under `fields` (with `column:` where it is called otherwise), the rest under `export.leads`",
    "calls": "an answer under `fields` (`call_column:`), the rest under `export.calls`",
}
"""Where in company.yaml a column is named; of other kinds under ``export`` of the kind."""


class SeenColumns:
    """The columns that exports had so far, by kind; kept in the data folder."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def news(self, kind: str, header: Iterable[str], unread: Iterable[str], *, keep: bool = True) -> str | None:
        """Return in words which of the ``unread`` columns no export of the kind had before, and ``keep`` all that it has."""
        seen = self._read()
        before, columns = seen.get(kind), {name for name in header if name}
        if keep and not columns <= set(before or ()):
            write_whole(self._path, orjson.dumps(seen | {kind: sorted(columns | set(before or ()))}))
        new = [] if before is None else sorted(set(unread) - set(before) - {""})
        return _in_words(kind, new) if new else None

    def _read(self) -> dict[str, list[str]]:
        """Return what is kept; a file that cannot be read is as none, for it only saves saying a thing again."""
        try:
            told = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return {}
        return told if isinstance(told, dict) else {}


def _in_words(kind: str, new: list[str]) -> str:
    named = ", ".join(repr(shown_name(name)) for name in new[:MOST_NAMED])
    others = f" and {len(new) - MOST_NAMED} more" if len(new) > MOST_NAMED else ""
    place = PLACES.get(kind, f"under `export.{kind}`")
    columns, them = ("A column is", "it") if len(new) == 1 else ("Columns are", "them")
    return (
        f"{columns} new in this export, and nothing reads {them}: {named}{others}. To have {them} read, say so in company.yaml: "
        f"{place}; then import the file again. This is said once."
    )
