"""The figures of Evidently's drift report equal the tests that it names, by scipy or by the formula, on the leads themselves."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from math import isnan, log, sqrt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scipy.stats import chi2, ks_2samp, norm, wasserstein_distance

from features.rows.as_of import Gate
from features.rows.feature_row import FixedRates, RowBuilder
from monitoring.arrival_rows import MOST_ROWS, channel_rows, learned_rows
from monitoring.drift import Heading, drift_report
from monitoring.drift_summary import load_summary, summary_path
from tests.serving.recounts.companies import Shown
from tests.support.plain_taught import is_settled

LARGE, FEW_VALUES = 1_000, 5
"""Up to so many leads learned from Evidently asks for a p-value, of more for a distance; of so few values it counts each."""
DAYS = {"demo": 45, "olist": 60, "hexlet": 45}


def test_the_figures_of_evidentlys_report_equal_its_tests_on_the_leads_themselves(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    statistics: Counter[str] = Counter()
    for name, days in DAYS.items():
        try:
            company: Shown = request.getfixturevalue(name)
        except pytest.skip.Exception:  # without the real data sets the simulated company is counted all the same
            continue
        statistics += check_report(company, days, tmp_path / f"{name}.html", of_all=name == "olist")
    assert {"K-S p_value", "chi-square p_value"} <= statistics.keys()


def check_report(company: Shown, days: int, path: Path, *, of_all: bool) -> Counter[str]:
    """Check the report of the channel that brought most leads, against its own or those of all; return which statistics it took."""
    moment = company.moments()[-1]
    plain = company.at(moment)
    border = moment - timedelta(days=days)
    (channel, _), *_ = Counter(one.names["channel"] or "" for one in plain.leads.values()).most_common()
    service = company.doors.service
    builder = RowBuilder(service.company, FixedRates())
    assert isinstance(builder.gate, Gate)
    store = service.desk.store
    whose = None if of_all else channel
    before = learned_rows(store, builder, cut_off=moment, before=border, most=MOST_ROWS, channel=whose)
    after = channel_rows(store, builder, channel=channel, since=border, most=MOST_ROWS)
    mine = [one for one in plain.leads.values() if one.names["channel"] == channel]
    assert min(len(before), len(after)) > 20
    drift_report(before, after, path, heading=Heading("", "", ""))
    summary = load_summary(summary_path(path))
    assert summary
    learned = [one for one in plain.leads.values() if of_all or one.names["channel"] == channel]
    assert summary.before == sum(one.at < border and is_settled(one) for one in learned)
    assert summary.after == sum(one.at >= border for one in mine)
    shared = [name for name in before if before[name].notna().any() and after[name].notna().any()]
    assert sorted(one.column for one in summary.columns) == sorted(map(str, shared))
    drifted = 0
    for one in summary.columns:
        statistic, value, threshold = by_hand(before[one.column], after[one.column])
        assert (one.statistic, one.threshold) == (statistic, threshold), one.column
        assert one.value == pytest.approx(value, abs=1e-9), one.column
        assert one.drifted == (value < threshold if "p_value" in statistic else value >= threshold)
        drifted += one.drifted
    assert summary.drifted == drifted
    assert summary.share == pytest.approx(drifted / len(shared))
    (shown,) = set(re.findall(r"\((\d+) out of (\d+)\)", path.read_text(encoding="utf-8")))
    assert shown == (str(drifted), str(len(shared)))
    return Counter(one.statistic for one in summary.columns)


def by_hand(before: Any, after: Any) -> tuple[str, float, float]:
    """Return the statistic that Evidently's documentation names for a column, its value, and from where on it is drift."""
    is_number = pd.api.types.is_numeric_dtype(before)
    was, now = ([one for one in side.tolist() if one is not None and one == one] for side in (before, after))
    values = len({*was, *now})
    if len(was) <= LARGE:
        if is_number and values > FEW_VALUES:
            return "K-S p_value", float(ks_2samp(was, now).pvalue), 0.05
        if values > 2:
            return "chi-square p_value", chi_square(was, now), 0.05
        return "Z-test p_value", two_shares(was, now), 0.05
    if is_number and values > FEW_VALUES:
        middle = sum(was) / len(was)
        spread = sqrt(sum((one - middle) ** 2 for one in was) / len(was))
        return "Wasserstein distance (normed)", wasserstein_distance(was, now) / max(spread, 0.001), 0.1
    return "Jensen-Shannon distance", jensen_shannon(was, now), 0.1


def chi_square(was: list[Any], now: list[Any]) -> float:
    """Return how likely counts so far from the earlier shares are by chance (Pearson 1900)."""
    expected, seen, apart = Counter(was), Counter(now), 0.0
    for value in {*was, *now}:
        mean = expected[value] * len(now) / len(was)
        if not mean:
            return 0.0
        apart += (seen[value] - mean) ** 2 / mean
    return float(chi2.sf(apart, len({*was, *now}) - 1))


def two_shares(was: list[Any], now: list[Any]) -> float:
    """Return how likely two shares differ so much by chance, by their common one."""
    values = sorted({*was, *now})
    if len(values) == 1:
        return 1.0
    one, other = (sum(value != values[0] for value in side) / len(side) for side in (was, now))
    both = (one * len(was) + other * len(now)) / (len(was) + len(now))
    z = (one - other) / sqrt(both * (1 - both) * (1 / len(was) + 1 / len(now)))
    return float(2 * norm.sf(abs(z)))


def jensen_shannon(was: list[Any], now: list[Any]) -> float:
    """Return the root of the mean information that a value gives on which side it is of (Lin 1991), in nats."""
    counts = [(Counter(was)[value] / len(was), Counter(now)[value] / len(now)) for value in {*was, *now}]
    told = 0.0
    for p, q in counts:
        told += sum(one * log(one / ((p + q) / 2)) / 2 for one in (p, q) if one)
    assert not isnan(told)
    return sqrt(max(told, 0.0))
