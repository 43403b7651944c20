"""What changed in a channel's leads against those the champion learned from, by Evidently.

The one file that imports Evidently, with its first report, as that takes seconds. It runs in a process of its own
(``leadloop drift``), on a sample: a raw report on a million rows takes over a minute and gigabytes. The page loads nothing
from elsewhere.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from features.facts.contact_signs import shown_mark, shown_name
from features.settings import telemetry_off
from features.whole_file import write_whole
from monitoring.arrival_rows import MOST_ROWS
from monitoring.drift_summary import ColumnDrift, DriftSummary, save_summary

FOREIGN = re.compile(r"""<(?:script|link)[^>]+(?:src|href)=["']https?://[^>]*>(?:</script>)?""")
NUMBERED = frozenset({"campaign", "ad", "offer"})


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the report: its title, what is compared with what, and a way back."""

    title: str
    text: str
    back: str


def drift_report(
    reference: pd.DataFrame, current: pd.DataFrame, out: Path, *, heading: Heading, language: str = "en", seed: int = 0
) -> DriftSummary:
    """Write the report as one HTML file, its figures as JSON beside it, and return them.

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
    before, after = _without_contacts(before, levels), _without_contacts(after, levels)
    telemetry_off()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # its own imports warn, and tests on constant or tiny columns; the report says so itself
        from evidently import DataDefinition, Dataset, Report
        from evidently.presets import DataDriftPreset

        definition = DataDefinition(numerical_columns=numbers, categorical_columns=levels)
        made = Report([DataDriftPreset()]).run(
            Dataset.from_pandas(after[shared], data_definition=definition),
            Dataset.from_pandas(before[shared], data_definition=definition),
        )
    page = _headed(FOREIGN.sub("", made.get_html_str(as_iframe=False)), heading, language)
    out.parent.mkdir(parents=True, exist_ok=True)
    summary = DriftSummary(len(before), len(after), _columns(made.dict()))
    save_summary(summary, out)
    write_whole(out, page.encode())
    return summary


def _without_contacts(rows: pd.DataFrame, levels: Iterable[Hashable]) -> pd.DataFrame:
    """Return rows whose levels show nobody's phone or e-mail; a number alone is that of an ad or a campaign."""
    shown = {str(name): shown_mark if name in NUMBERED else shown_name for name in levels}
    return rows.assign(**{name: rows[name].map(shows, na_action="ignore") for name, shows in shown.items()})


def _columns(told: dict[str, Any]) -> tuple[ColumnDrift, ...]:
    """Return the columns of Evidently's own answer; a p-value drifts below its threshold, a distance from it on."""
    found = []
    for metric in told["metrics"]:
        config = metric["config"]
        if config["type"].endswith(":ValueDrift"):
            value, border, method = float(metric["value"]), float(config["threshold"]), str(config["method"])
            drifted = value < border if "p_value" in method else value >= border
            found.append(ColumnDrift(str(config["column"]), method, value, border, drifted))
    return tuple(sorted(found, key=lambda one: (not one.drifted, one.column)))


def _headed(page: str, heading: Heading, language: str) -> str:
    """Return Evidently's page with a title of ours, what it compares, and the way back to the channels."""
    title, text, back = (escape(words) for words in (heading.title, heading.text, heading.back))
    above = (
        f'<header style="font: 16px/1.5 system-ui, sans-serif; padding: 16px 24px">'
        f'<a href="/channels">{back}</a><h1 style="font-size: 22px; margin: 8px 0">{title}</h1><p>{text}</p></header>'
    )
    page = re.sub(r"<html[^>]*>", f'<html lang="{language}">', page, count=1)
    page = page.replace("<head>", f"<head><title>{title}</title>", 1)
    return re.sub(r"(<body[^>]*>)", lambda body: body[1] + above, page, count=1)


def _sampled(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    return rows.sample(MOST_ROWS, random_state=seed) if len(rows) > MOST_ROWS else rows
