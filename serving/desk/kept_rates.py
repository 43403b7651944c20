"""How the sources had sold is kept day by day, so that a service that starts again, or begins a day, counts only what is new.

The file is a shortcut: it may be deleted, and where it is of other code, other words, another database or anybody was forgotten
since, all leads are read.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import orjson

from features.facts.store import FactStore
from features.rows.as_of import Gate
from features.rows.rates_timeline import RatesTimeline
from features.whole_file import write_whole
from monitoring.kept_lines import FOLDER, code

FILE = "rates.json"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptRates:
    """Where the timeline of a company (``of``) is kept."""

    home: Path
    of: str
    store: FactStore

    def keep(self, timeline: RatesTimeline, number: int, forgetting: tuple[int, int]) -> None:
        """Keep a timeline as counted up to a storage number, when so many were forgotten (``FactStore.last_change``)."""
        folder = self.home / FOLDER
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(folder / FILE, orjson.dumps([*self._standing(number, forgetting), number, timeline.steps()]))
        except OSError as error:
            logger.warning("%s cannot be written (%s): the next start reads all leads.", FILE, type(error).__name__)

    def read(self, gate: Gate) -> tuple[RatesTimeline, int] | None:
        """Return the timeline and the number up to which it counted; None where there is none to go on from."""
        try:
            *standing, number, steps = orjson.loads((self.home / FOLDER / FILE).read_bytes())
            last = self.store.last_change()
            if standing != self._standing(int(number), last.forgetting) or int(number) > last.number:
                return None
            return RatesTimeline(gate).go_on_from(steps), int(number)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            logger.warning("%s cannot be read (%s): all leads are read anew.", FILE, type(error).__name__)
            return None

    def _standing(self, number: int, forgetting: tuple[int, int]) -> list[object]:
        return [self.of, code(), self.store.fact_at(number), *forgetting]
