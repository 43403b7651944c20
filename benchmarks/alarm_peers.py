"""What else watches a share, for ``benchmarks.alarms``: each peer is one number, its threshold, and finds its alarms in a stream.

A stream is the leads of a channel in order, true where one is non-target. Every peer goes on after an alarm as its authors say;
the CUSUM begins anew. ``places`` are the leads after which it alarmed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from math import exp, log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from river import drift
from river.drift import binary

from features.settings import telemetry_off

Leads = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.float64]
Places = list[int]
Peer = Callable[[Leads, float], Places]
WEEK = 7
REFERENCE_WEEKS = 4


def cusum(before: Shares, after: Shares) -> Peer:
    """Return Page's cumulative sum that knows, of every lead, both shares (Page 1954, Biometrika 41:100-115)."""
    up, down = np.log(after / before), np.log((1 - after) / (1 - before))

    def places(leads: Leads, threshold: float) -> Places:
        found, level = [], 0.0
        for place, gain in enumerate(np.where(leads, up[: len(leads)], down[: len(leads)]).tolist()):
            level = max(level + gain, 0.0)
            if level > threshold:
                found.append(place)
                level = 0.0
        return found

    return places


def shiryaev_roberts(before: Shares, after: Shares) -> Peer:
    """Return the sum of Shiryaev 1963 and Roberts 1966 that knows, of every lead, both shares; the threshold is its logarithm."""
    up, down = after / before, (1 - after) / (1 - before)

    def places(leads: Leads, threshold: float) -> Places:
        found, level, highest = [], 0.0, exp(threshold)
        for place, ratio in enumerate(np.where(leads, up[: len(leads)], down[: len(leads)]).tolist()):
            level = (level + 1.0) * ratio
            if level > highest:
                found.append(place)
                level = 0.0
        return found

    return places


def adwin(leads: Leads, threshold: float) -> Places:
    """Return ADWIN's alarms (Bifet & Gavalda 2007) by river, with its own settings; rises alone. A larger threshold is rarer."""
    return _adwin(leads, threshold, 32)


def adwin_asked_always(leads: Leads, threshold: float) -> Places:
    """Return them where it is asked after every lead, and not after every 32nd as river's own setting is."""
    return _adwin(leads, threshold, 1)


def _adwin(leads: Leads, threshold: float, clock: int) -> Places:
    detector: Any = drift.ADWIN(delta=float(np.exp(-threshold)), clock=clock)  # type: ignore[no-untyped-call]
    return _by_river(detector, leads, lambda: float(detector.estimation))


def page_hinkley(leads: Leads, threshold: float) -> Places:
    """Return the Page-Hinkley test's alarms by river, upwards alone."""
    return _by_river(drift.PageHinkley(threshold=threshold, mode="up"), leads)


def ddm(leads: Leads, threshold: float) -> Places:
    """Return the alarms of the drift detection method (Gama et al. 2004) by river."""
    return _by_river(binary.DDM(drift_threshold=threshold), leads)


def weekly_z(a_day: int) -> Peer:
    """Return the two-proportion z-test of each week against the four before it, one-sided."""

    def places(leads: Leads, threshold: float) -> Places:
        return [end - 1 for end, now, before in _weeks(leads, a_day) if z_of(now, before) > threshold]

    return places


def weekly_evidently(a_day: int, since: int = 0) -> Peer:
    """Return the weeks in which Evidently's default drift test sees a rise; the threshold is -log of its p-value.

    Its reports take long: it is asked only of weeks that end after lead ``since``.
    """

    def places(leads: Leads, threshold: float) -> Places:
        return [
            end - 1
            for end, now, before in _weeks(leads, a_day)
            if end > since and now.mean() > before.mean() and -log(max(evidently_p(now, before), 1e-300)) > threshold
        ]

    return places


def evidently_p(now: Leads, before: Leads) -> float:
    """Return the p-value of the test that Evidently takes by itself for a column of two levels."""
    telemetry_off()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own imports warn of what it uses itself
        from evidently import DataDefinition, Dataset, Report
        from evidently.metrics import ValueDrift

        definition = DataDefinition(categorical_columns=["non_target"])
        current, reference = (
            Dataset.from_pandas(pd.DataFrame({"non_target": part.astype(int).astype(str)}), data_definition=definition)
            for part in (now, before)
        )
        made = Report([ValueDrift(column="non_target")]).run(current, reference)
    return float(made.dict()["metrics"][0]["value"])


def z_of(now: Leads, before: Leads) -> float:
    """Return the two-proportion z statistic of a rise."""
    pooled = (now.sum() + before.sum()) / (len(now) + len(before))
    spread = sqrt(pooled * (1 - pooled) * (1 / len(now) + 1 / len(before)))
    return float((now.mean() - before.mean()) / spread) if spread else 0.0


def threshold_at(peer: Peer, streams: Sequence[Leads], rate: float, lowest: float, highest: float) -> float:
    """Return the threshold at which a peer alarms ``rate`` times a stream of a year on average."""
    low, high = lowest, highest
    for _ in range(12):
        middle = (low + high) / 2
        alarms = sum(len(peer(leads, middle)) for leads in streams) / len(streams)
        low, high = (middle, high) if alarms > rate else (low, middle)
    return (low + high) / 2


def _weeks(leads: Leads, a_day: int) -> list[tuple[int, Leads, Leads]]:
    size = WEEK * a_day
    ends = range((REFERENCE_WEEKS + 1) * size, len(leads) + 1, size)
    return [(end, leads[end - size : end], leads[end - (REFERENCE_WEEKS + 1) * size : end - size]) for end in ends]


def _by_river(detector: Any, leads: Leads, level: Callable[[], float] | None = None) -> Places:
    found, before = [], 0.0
    for place, is_bad in enumerate(leads.tolist()):
        if level:
            before = level()
        detector.update(is_bad)
        if detector.drift_detected and (level is None or level() > before):
            found.append(place)
    return found
