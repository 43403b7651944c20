"""Who works the leads, and how many calls each makes on a full day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from features.drafting.personal_columns import may_be_shown
from features.drafting.recognised import Recognised


def managers_of(known: Recognised, roles: Mapping[str, Mapping[str, str]]) -> dict[str, int | None]:
    """Return manager -> calls on a full day (nine days of ten have no more), None where no calls tell."""
    capacity = _calls_on_a_full_day(known, roles)
    names: dict[str, int | None] = {}
    for kind in ("calls", "leads", "stages"):
        if kind in known.files and "manager" in roles[kind]:
            for name in sorted(set(known.files[kind].filled(roles[kind]["manager"]))):
                if may_be_shown(name):
                    names.setdefault(name, capacity.get(name))
    return names


def _calls_on_a_full_day(known: Recognised, roles: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    if "calls" not in known.files or not {"manager", "at"} <= set(roles["calls"]):
        return {}
    calls, columns = known.files["calls"], roles["calls"]
    days = Counter(
        (name, at.split(" ")[0].split("T")[0])
        for name, at in zip(calls.columns[columns["manager"]], calls.columns[columns["at"]], strict=True)
    )
    by_name: dict[str, list[int]] = {}
    for (name, _), count in days.items():
        by_name.setdefault(name, []).append(count)
    return {name: max(round(float(np.quantile(counts, 0.9))), 1) for name, counts in by_name.items()}
