"""What the product's queue sells on the demo company, against first-come and against an oracle.

    python -m benchmarks.queue_uplift [--seeds 10] [--months 6] [--variant default] [--end 2026-10-01]

The same people, managers and minutes under four queues: first-come (with the floor's own habits), freshest first, the
product (it starts with no history, retrains every Monday, and its channels are looked at every day), and an oracle that
knows every lead's true chance. Sales are counted by the month in which the request was left, bought within the
horizon, the months whose window closed or not alike; "with a model" are the requests since the first model served.
The world was fixed before any of this was measured: ``leadloop/demo/world.py``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.product_queue import ProductQueue
from leadloop.demo.people import ZONE, Person, people
from leadloop.demo.simulation import MadeCall, MadeStage, Oracle, Simulated, Waiting, simulated
from leadloop.demo.world import VARIANTS, Scale


class FreshestFirst:
    """What a floor does that has heard of speed to lead and nothing else."""

    def learn(self, people_came: Sequence[Person], calls: Sequence[MadeCall], stages: Sequence[MadeStage]) -> None:
        """Learn nothing."""

    def order(self, waiting: Sequence[Waiting], now: datetime) -> Iterable[str]:
        """Return promised call-backs, then the latest request."""
        latest = sorted(waiting, key=lambda one: (one.call_back_at is None, -one.created_at.timestamp()))
        return [one.lead_id for one in latest]


@dataclass(frozen=True, slots=True)
class SeedResult:
    """One seed: conversion of all requests and of those since the first model, by queue, and the alarms."""

    seed: int
    conversion: dict[str, float]
    with_model: dict[str, float]
    sum_won: dict[str, float]
    first_model_on: str | None
    spoiled_on: str | None
    alarms: dict[str, str]
    named_after_days: int | None

    @property
    def false_alarms(self) -> list[str]:
        """Return the channels that were named without having changed, or before they did."""
        spoiled = VARIANTS["default"].spoiled_channel
        return [
            channel for channel, day in self.alarms.items()
            if channel != spoiled or self.spoiled_on is None or day < self.spoiled_on
        ]  # fmt: skip


def measured(scale: Scale, end: date) -> SeedResult:
    """Run one seed under every queue."""
    came = people(scale, end)
    with tempfile.TemporaryDirectory() as home:
        product = ProductQueue(scale, came, Path(home))
        runs = {
            "product": simulated(scale, end, product, came),
            "first-come": simulated(scale, end, None, came),
            "freshest first": simulated(scale, end, FreshestFirst(), came),
            "oracle": simulated(scale, end, Oracle(scale, came), came),
        }
        product.close()
    since = product.first_model_on or end
    spoiled = scale.world.spoiled_channel
    spoiled_on = end - timedelta(days=scale.world.spoiled_days_before_end) if spoiled else None
    named = product.alarms.get(spoiled or "")
    return SeedResult(
        scale.seed,
        {name: conversion(run, came[0].created_at.date()) for name, run in runs.items()},
        {name: conversion(run, since) for name, run in runs.items()},
        {name: sum(stage.amount or 0.0 for stage in run.stages) for name, run in runs.items()},
        product.first_model_on.isoformat() if product.first_model_on else None,
        spoiled_on.isoformat() if spoiled_on else None,
        {channel: day.isoformat() for channel, day in product.alarms.items()},
        (named - spoiled_on).days if named and spoiled_on else None,
    )


def conversion(run: Simulated, since: date) -> float:
    """Return the share of requests left since a day that bought within the horizon, whenever that was."""
    horizon = timedelta(days=run.world.horizon_days)
    start = datetime(since.year, since.month, since.day, tzinfo=ZONE)
    created = {one.lead_id: one.created_at for one in run.everybody if one.created_at >= start}
    bought = [
        lead for lead, at in created.items()
        if (signed := run.truth[lead].bought_at) is not None and signed <= at + horizon
    ]  # fmt: skip
    return len(bought) / len(created) if created else float("nan")


def told(results: Sequence[SeedResult], variant: str) -> str:
    """Return the tables."""
    lines = [
        f"Variant {variant}, {len(results)} seeds; mean (lowest to highest).", "",
        "| queue | bought, all months | against first-come | since the first model | against first-come | revenue, likewise |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name in ("first-come", "freshest first", "product", "oracle"):
        whole = [r.conversion[name] for r in results]
        late = [r.with_model[name] for r in results]
        ratios = [r.conversion[name] / r.conversion["first-come"] for r in results]
        late_ratios = [r.with_model[name] / r.with_model["first-come"] for r in results]
        money = [r.sum_won[name] / r.sum_won["first-come"] for r in results]
        cells = [_share(whole), _spread(ratios), _share(late), _spread(late_ratios), _spread(money)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    named = [r.named_after_days for r in results]
    false = sum(bool(r.false_alarms) for r in results)
    lines += ["", f"Spoiled channel named after days: {named}; seeds with a false alarm: {false} of {len(results)}."]
    return "\n".join(lines)


def _share(values: Sequence[float]) -> str:
    return f"{np.nanmean(values):.2%} ({np.nanmin(values):.2%} to {np.nanmax(values):.2%})"


def _spread(values: Sequence[float]) -> str:
    return f"{np.nanmean(values):.2f} ({np.nanmin(values):.2f} to {np.nanmax(values):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--months", type=int, default=6)
    parser.add_argument("--variant", choices=sorted(VARIANTS), default="default")
    parser.add_argument("--end", type=date.fromisoformat, default=date(2026, 10, 1))
    parser.add_argument("--out", type=Path, help="also write one line of JSON a seed here")
    said = parser.parse_args()
    results = []
    for seed in range(said.first_seed, said.first_seed + said.seeds):
        results.append(measured(Scale(said.months, None, seed, said.variant), said.end))
        if said.out:
            with said.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(results[-1]), ensure_ascii=False) + "\n")
        print(results[-1], flush=True)
    print(told(results, said.variant))


if __name__ == "__main__":
    main()
