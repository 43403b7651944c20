"""The simulated company: on which day its spoiled channel is named by the answers of the form, and on which by the calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from features.facts.store import FactStore
from leadloop.database import bring_up_to_date
from leadloop.demo.export import export_all
from leadloop.demo.simulation import simulated
from leadloop.demo.world import Scale, World
from monitoring.alarms.watch import watch
from monitoring.lead_book import LeadBook

DEMO_END = date(2026, 3, 31)


def demo(seeds: Sequence[int], folder: Path) -> None:
    """Print on which day after its spoiling the demo company's channel was named, by the form's answers and by the calls."""
    print("\n| company | by the form's answers | by the calls |\n|---|---|---|")
    for variant in ("spoiled_answers", "default"):
        waits: dict[str, list[int]] = {"arrival": [], "call": []}
        for seed in seeds:
            scale = Scale(months=6, seed=seed, variant=variant)
            done = simulated(scale, DEMO_END)
            files = export_all(done, folder / f"{variant}-{seed}")
            named = _named_first(files, done.world)
            for clock, days in waits.items():
                days += [named[clock]] if clock in named else []
        cells = [
            f"{np.mean(days):.1f} days ({min(days)} to {max(days)}; {len(days)} of {len(seeds)})"
            if days
            else "not named"
            for days in waits.values()
        ]
        print(f"| {variant} | " + " | ".join(cells) + " |", flush=True)


def _named_first(files: Sequence[Path], world: World) -> dict[str, int]:
    """Return by clock the days from the spoiling to the day on which the spoiled channel was named."""
    company = read_company(files[0].parent / "company.yaml")
    engine = engine_for(f"sqlite:///{files[0].parent / 'leadloop.db'}")
    bring_up_to_date(engine)
    store, exported = FactStore(engine), datetime.combine(DEMO_END, datetime.min.time(), UTC)
    for file in files[:3]:
        import_file(
            file, company=company, store=store, imports=ImportLog(engine), secret=b"demo", started_at=exported,
            exported_at=exported, rejects_folder=file.parent,
        )  # fmt: skip
    told = watch(LeadBook(store, company).summaries(exported), company=company, moment=exported)
    spoiled_on = DEMO_END - timedelta(days=world.spoiled_days_before_end)
    named: dict[str, int] = {}
    for one in [*told.alarms, *(over.alarm for over in told.ended)]:
        if (
            one.watched.channel == world.spoiled_channel
            and one.raised_on >= spoiled_on
            and one.watched.level == "channel"
        ):
            days = (one.raised_on - spoiled_on).days + 1
            named[one.watched.clock] = min(named.get(one.watched.clock, days), days)
    return named
