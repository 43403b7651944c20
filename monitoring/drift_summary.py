"""What Evidently's drift report came to, in a few figures, so that pages show them beside our own without importing it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from features.whole_file import write_whole

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """A column's distance by Evidently's own choice of statistic, and its verdict at Evidently's own threshold."""

    column: str
    statistic: str
    value: float
    threshold: float
    drifted: bool


@dataclass(frozen=True, slots=True)
class DriftSummary:
    """The report in figures: of how many leads on both sides, and column by column, the drifted first."""

    before: int
    after: int
    columns: tuple[ColumnDrift, ...]

    @property
    def drifted(self) -> int:
        """Return how many columns drifted."""
        return sum(one.drifted for one in self.columns)

    @property
    def share(self) -> float:
        """Return the share of columns that drifted; 0 where none could be compared."""
        return self.drifted / len(self.columns) if self.columns else 0.0


_SUMMARY = TypeAdapter(DriftSummary)


def summary_path(report: Path) -> Path:
    """Return where the figures of a report lie: beside it."""
    return report.with_suffix(".json")


def save_summary(summary: DriftSummary, report: Path) -> None:
    """Write the figures beside the report; whoever reads meanwhile sees the old ones or the new."""
    write_whole(summary_path(report), _SUMMARY.dump_json(summary, indent=1))


def load_summary(path: Path) -> DriftSummary | None:
    """Return the figures in a file; None where there are none, or they cannot be read."""
    try:
        return _SUMMARY.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        logger.warning("The figures of a drift report cannot be read (%s); make the report again.", path.name)
        return None
