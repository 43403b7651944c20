"""What changed in a channel's leads against those the champion learned from, by Evidently.

The one file that imports Evidently. It runs in a process of its own (``leadloop drift``), on a sample: a raw report on a
million rows takes over a minute and gigabytes. The page loads nothing from elsewhere.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pandas as pd

from features.settings import telemetry_off

telemetry_off()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Evidently's own imports warn of what it uses itself
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

MOST_ROWS = 4_000
FEWEST_ROWS = 50
FOREIGN = re.compile(r"""<(?:script|link)[^>]+(?:src|href)=["']https?://[^>]*>(?:</script>)?""")


def drift_report(reference: pd.DataFrame, current: pd.DataFrame, out: Path, *, seed: int = 0) -> None:
    """Write the report as one HTML file.

    Parameters
    ----------
    reference, current
        Arrival rows: one column a feature (numbers as floats, levels as strings), the leads learned from and the
        channel's own; larger ones are sampled to ``MOST_ROWS``.
    """
    before, after = _sampled(reference, seed), _sampled(current, seed)
    shared = [name for name in before if before[name].notna().any() and after[name].notna().any()]
    numbers = [name for name in shared if pd.api.types.is_numeric_dtype(before[name])]
    levels = [name for name in shared if name not in numbers]
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=levels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tests on constant or tiny columns warn; the report says so itself
        made = Report([DataDriftPreset()]).run(
            Dataset.from_pandas(after[shared], data_definition=definition),
            Dataset.from_pandas(before[shared], data_definition=definition),
        )
    page = FOREIGN.sub("", made.get_html_str(as_iframe=False))
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_suffix(".part")
    unfinished.write_text(page, encoding="utf-8")
    unfinished.replace(out)


def _sampled(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    return rows.sample(MOST_ROWS, random_state=seed) if len(rows) > MOST_ROWS else rows
