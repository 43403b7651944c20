"""What was counted for the day is kept in a file, so that a service that starts again serves at once and counts behind its answers.

Counting how sources had sold, and what sales brought, reads every lead. A file of the same company and the same facts, counted when
nearly as much was stored, says the same but for what came since; the rows of scores name the midnight and the storage number that
they were made with, as always. In any other case all is counted before anybody is served (``first_count.py``).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from features.facts.person_signs import Signs
from features.facts.store import FactStore
from features.rows.source_rates import SourceRates
from features.whole_file import write_whole
from models.expected_amount import OneSum

FILE = "day.json"
FORMAT = 2
"""Another one is not read: all is counted anew."""
MOST_NEW = 0.05
"""Where a larger part of what is stored is new (an import of history), the file is no use."""
OLDEST = timedelta(days=2)
"""Rates of a midnight that is longer ago are not served."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DaysCount:
    """The rates of a midnight, and the sums of sales behind expected amounts."""

    rates: SourceRates
    amounts: Mapping[str, OneSum]

    def is_young(self, moment: datetime) -> bool:
        """Return whether its rates may still be served at ``moment``."""
        return self.rates.midnight is not None and timedelta(0) <= moment - self.rates.midnight <= OLDEST


def counted_of(company_hash: str, engine: Engine) -> str:
    """Return what names the company's words and the database, in a word that tells neither."""
    database = engine.url.render_as_string(hide_password=True)
    return blake2b(f"{company_hash} {database}".encode(), digest_size=16).hexdigest()


def keep_count(counted: DaysCount, home: Path, *, of: str, store: FactStore) -> None:
    """Keep what was counted; ``of`` names the company's words and the database."""
    rates = counted.rates
    if rates.midnight is None:
        return
    said = {
        "format": FORMAT, "of": of, "midnight": rates.midnight.isoformat(), "number": rates.number,
        "fact": store.fact_at(rates.number), "rates": [[list(key), *count] for key, count in rates.counts.items()],
        "amounts": counted.amounts,
    }  # fmt: skip
    try:
        write_whole(home / FILE, json.dumps(said, ensure_ascii=False).encode())
    except OSError as error:
        logger.warning("%s cannot be written (%s): the next start counts all leads.", FILE, type(error).__name__)


def forget_count(home: Path, signs: Signs) -> None:
    """Delete what was kept where it repeats somebody who is forgotten, as a mark may."""
    try:
        is_told = signs.are_in((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        is_told = True  # whatever it holds, the next start counts anew
    if is_told:
        with suppress(OSError):
            (home / FILE).unlink(missing_ok=True)


def kept_count(home: Path, *, of: str, store: FactStore) -> DaysCount | None:
    """Return what was counted last; None where it is of something else, too much has come since, or an import went."""
    try:
        said: dict[str, Any] = json.loads((home / FILE).read_text(encoding="utf-8"))
        if (said["format"], said["of"]) != (FORMAT, of):
            return None
        midnight, number = datetime.fromisoformat(said["midnight"]), int(said["number"])
        counts = {tuple(key): (leads, sales) for key, leads, sales in said["rates"]}
        amounts = {
            name: {key: (count, total) for key, (count, total) in one.items()} for name, one in said["amounts"].items()
        }
        fact = str(said["fact"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    is_near = number <= store.last_number() <= number * (1 + MOST_NEW)
    is_same = is_near and store.fact_at(number) == fact and not store.undone_since(number)
    return DaysCount(SourceRates(counts, midnight, number), amounts) if is_same else None
