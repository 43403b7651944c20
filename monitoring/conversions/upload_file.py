"""Conversions as a file that somebody uploads: either it is there and noted, or neither.

The file is written under another name first, noted, and then given its own. Where the machine went down in between, the next
run finds the finished file of the last batch and gives it its name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection

from features.facts.conversion_settings import System
from monitoring.conversions.conversion import Conversion
from monitoring.conversions.conversion_desk import ConversionDesk, Handed
from monitoring.conversions.ledger import Batch, Ledger

UNFINISHED = ".part"


def write_upload(desk: ConversionDesk, system: System, path: Path, moment: datetime) -> Handed:
    """Write what is ready into ``path`` and note it; with nothing ready no file is made and what lies there stays.

    Raises
    ------
    NothingToTell
        Where ``company.yaml`` does not name the system.
    OSError
        Where the file cannot be written; nothing is noted then.
    """
    place = path.resolve()
    part = _part_of(place)

    def written(_: Connection, content: bytes, __: Sequence[Conversion]) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    handed = desk.hand_out(system, moment, way="file", label=str(place), before_commit=written)
    if handed.batch_id is not None:
        part.replace(place)
    return handed


def finish_last(ledger: Ledger, system: System) -> Batch | None:
    """Give the last file of a system its name where that was cut short; return its batch, or None where nothing was."""
    last = next(iter(ledger.batches(system, way="file", most=1)), None)
    if last is None:
        return None
    place = Path(last.name)
    part = _part_of(place)
    if not part.is_file() or sha256(part.read_bytes()).hexdigest() != last.sha256:
        return None
    part.replace(place)
    return last


def _part_of(place: Path) -> Path:
    return place.with_name(place.name + UNFINISHED)
