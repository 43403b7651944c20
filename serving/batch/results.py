"""The results of a batch, kept aside until all rows are read, then sent: most clients listen only once they have sent all."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from serving.batch.schemas import RowOut

IN_MEMORY = 1_000_000
"""Bytes of results that are kept in memory; what is more goes to a file that nobody else sees."""
SENT_AT_ONCE = 65_536
JSON, NDJSON = "application/json", "application/x-ndjson"


class Results:
    """What became of the rows, in their order."""

    def __init__(self, media_type: str) -> None:
        self.media_type = media_type
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when it was sent
        self._count = 0

    def add(self, one: RowOut) -> None:
        """Keep the result of the next row."""
        text = one.model_dump_json(exclude_unset=True).encode()
        if self.media_type == NDJSON:
            self._file.write(text + b"\n")
        else:
            self._file.write((b"[" if not self._count else b",\n") + text)
        self._count += 1

    def close(self) -> None:
        """Forget them: they will not be sent."""
        self._file.close()

    def sent(self) -> Iterator[bytes]:
        """Yield the results piece by piece."""
        if self.media_type == JSON:
            self._file.write(b"]" if self._count else b"[]")
        self._file.seek(0)
        with self._file:
            while piece := self._file.read(SENT_AT_ONCE):
                yield piece
