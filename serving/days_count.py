"""What was counted for the day is kept in a file, so that a service that starts again serves at once and counts behind its answers.

Counting how sources had sold, and what sales brought, reads every lead. A file of the same company, counted for today or yesterday
when nearly as much was stored, says the same but for what came since; the rows of scores name the midnight and the storage number
that they were made with, as always. In any other case all is counted before anybody is served.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from features.rows.source_rates import SourceRates
from features.whole_file import write_whole
from models.expected_amount import OneSum

FILE = "day.json"
FORMAT = 1
"""Another one is not read: all is counted anew."""
MOST_NEW = 0.05
"""Where a larger part of what is stored is new (an import of history), the file is no use."""
OLDEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class DaysCount:
    """The rates of a midnight, and the sums of sales behind expected amounts."""

    rates: SourceRates
    amounts: Mapping[str, OneSum]


def keep_count(counted: DaysCount, home: Path, *, of: str) -> None:
    """Keep what was counted; ``of`` names the company's words and the database."""
    rates = counted.rates
    if rates.midnight is None:
        return
    said = {
        "format": FORMAT, "of": of, "midnight": rates.midnight.isoformat(), "number": rates.number,
        "rates": [[list(key), *count] for key, count in rates.counts.items()], "amounts": counted.amounts,
    }  # fmt: skip
    write_whole(home / FILE, json.dumps(said, ensure_ascii=False).encode())


def kept_count(home: Path, *, of: str, last_number: int, moment: datetime) -> DaysCount | None:
    """Return what was counted before; None where it is of something else, too old, or too much has come since."""
    try:
        said: dict[str, Any] = json.loads((home / FILE).read_text(encoding="utf-8"))
        if (said["format"], said["of"]) != (FORMAT, of):
            return None
        midnight, number = datetime.fromisoformat(said["midnight"]), int(said["number"])
        counts = {tuple(key): (leads, sales) for key, leads, sales in said["rates"]}
        amounts = {
            name: {key: (count, total) for key, (count, total) in one.items()} for name, one in said["amounts"].items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_near = number <= last_number <= number * (1 + MOST_NEW)
    is_young = timedelta(0) <= moment - midnight <= OLDEST
    return DaysCount(SourceRates(counts, midnight, number), amounts) if is_near and is_young else None
