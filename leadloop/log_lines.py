"""How lines of the log look: a sentence for people, or a JSON object a line (``LEADLOOP_LOG=json``) for what collects logs.

Either way a line about a request names the request, and an error is told by its kind and its place alone: what it says of itself
may repeat what somebody sent. The standard library's logging does all of it; two formatters are no reason for another dependency.
"""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

import orjson

from serving.telemetry.request_id import REQUEST_ID

PLAIN, JSON = "plain", "json"
EXTRAS = ("duty", "seconds", "status", "route", "method")
"""What a line may carry besides its sentence."""
OURS = Path(__file__).resolve().parents[1]


class PlainLines(logging.Formatter):
    """A line for people: moment, level, who says it, what, and the request."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the places of an error below it."""
        asked = _request_of(record)
        head = f"{_moment(record)} {record.levelname.lower()} {record.name}: {record.getMessage()}"
        return "".join([head, f" [{asked}]" if asked else "", *(f"\n  {one}" for one in _error(record))])


class JsonLines(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object; what is not said is left out."""
        said = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": _request_of(record),
            **{name: getattr(record, name, None) for name in EXTRAS},
            "error": _error(record),
        }
        return orjson.dumps({name: value for name, value in said.items() if value not in (None, "", [])}).decode()


def set_up_logs(kind: str, stream: TextIO | None = None) -> None:
    """Let every logger of this process write lines of a kind; libraries tell of warnings only."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if kind == JSON else PlainLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("leadloop").setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def places(trace: TracebackType | None) -> list[str]:
    """Return file, line and function of every frame of an error, the innermost last: never what stood in them."""
    return [f"{_near(one.filename)}:{one.lineno} in {one.name}" for one in traceback.extract_tb(trace)]


def _near(name: str) -> str:
    path = Path(name)
    return path.relative_to(OURS).as_posix() if path.is_relative_to(OURS) else "/".join(path.parts[-2:])


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _request_of(record: logging.LogRecord) -> str:
    return str(getattr(record, "request_id", "") or REQUEST_ID.get().decode())


def _error(record: logging.LogRecord) -> list[str]:
    if not record.exc_info or record.exc_info[0] is None:
        return []
    kind, _, trace = record.exc_info
    return [kind.__name__, *places(trace)]
