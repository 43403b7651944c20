"""Real companies as their leads came: a look a day, and every alarm on the day on which it was first raised.

    python -m benchmarks.alarm_replay DATA [olist] [digital_bank]

DATA holds the sets as they were published. Facts are stored on the day on which the company knew them, so that each look knows
what was known then and nothing else; the examples' own company files say what the columns mean. ``docs/alarms.md`` tells what
was raised and why it is right or wrong.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from pathlib import Path

from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from features.facts.store import FactStore
from features.facts.values import LeadFact
from leadloop.database import bring_up_to_date
from models.score_log import ScoreLog
from monitoring.alarms.alarm import Alarm
from monitoring.alarms.watch import Watch
from monitoring.alarms.watcher import Watcher
from monitoring.lead_book import LeadBook

EXAMPLES = Path(__file__).parents[1] / "examples"
SETS = ("olist", "digital_bank")
EXPORTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""After everything that the files tell."""
AFTERWARDS = timedelta(days=75)
"""How long after the last lead the looks go on."""


def replay(name: str, data: Path) -> None:
    """Print what is raised about a set, day by day."""
    with tempfile.TemporaryDirectory(prefix="leadloop-replay-") as folder:
        place = Path(folder)
        subprocess.run([sys.executable, str(EXAMPLES / name / "prepare.py"), str(data / name), folder], check=True)
        company = read_company(EXAMPLES / name / "company.yaml")
        facts = _facts(place, EXAMPLES / name / "company.yaml")
        engine = engine_for(f"sqlite:///{place / 'replayed.db'}")
        bring_up_to_date(engine)
        store, watcher = FactStore(engine), Watcher(company, ScoreLog(engine))
        book = LeadBook(store, company)
        last = max(one.at for one in facts if type(one).__name__ == "Lead") + AFTERWARDS
        seen: dict[tuple[str, str], Alarm] = {}
        told: Watch | None = None
        for day, known in groupby(facts, key=lambda fact: fact.known_at.astimezone(company.zone).date()):
            store.append(list(known))
            moment = datetime.combine(day, time(23, 59, 59), company.zone).astimezone(UTC)
            if moment > last:
                break
            told = watcher.watch(book.summaries(moment), moment, ())
            for alarm in told.alarms:
                if not any(key == alarm.watched.key and alarm.since <= one.latest for (key, _), one in seen.items()):
                    seen[alarm.watched.key, str(day)] = alarm
                    print(f"{day}  {_words(alarm)}", flush=True)
        if told:
            _print_end(told, len(seen), facts)


def _facts(folder: Path, company_file: Path) -> list[LeadFact]:
    """Return the facts of the prepared files in the order in which they were known."""
    company = read_company(company_file)
    engine = engine_for(f"sqlite:///{folder / 'imported.db'}")
    bring_up_to_date(engine)
    store = FactStore(engine)
    for file in ("leads.csv", "stages.csv"):
        import_file(
            folder / file,
            company=company,
            store=store,
            imports=ImportLog(engine),
            secret=b"replay",
            started_at=EXPORTED_AT,
            exported_at=EXPORTED_AT,
            rejects_folder=folder,
        )
    facts = [stored.fact for history in store.histories() for stored in history.stored]
    return sorted(facts, key=lambda fact: fact.known_at)


def _words(alarm: Alarm) -> str:
    what = alarm.watched
    low, high = alarm.size_interval
    answer = f" = {alarm.answer!r}" if what.measure.startswith("answer:") else ""
    return (
        f"{what.clock} {what.level} {what.channel} {what.name} {what.measure}{answer}: {alarm.before.count} of {alarm.before.of} "
        f"({alarm.before.value or 0:.1%}) -> {alarm.after.count} of {alarm.after.of} ({alarm.after.value or 0:.1%}) since "
        f"{alarm.since} ({alarm.earliest} to {alarm.latest}), size {low:+.1%} to {high:+.1%}"
    )


def _print_end(told: Watch, raised: int, facts: list[LeadFact]) -> None:
    begun = min(fact.known_at for fact in facts)
    print(f"{raised} alarms in {(told.moment - begun).days} days, {told.budget.streams} streams in the end")
    for over in told.ended:
        print(
            f"over on {over.over_on} ({over.why}): {over.alarm.watched.key} {over.alarm.answer} raised {over.alarm.raised_on}"
        )
    for one in told.quiet:
        if one.watched.level == "channel" and not one.watched.measure.startswith("answer:"):
            noticeable = "too little data" if one.noticeable is None else f"would have noticed {one.noticeable:.1%}"
            print(f"quiet: {one.watched.key} {one.share.count} of {one.share.of}; latest {one.latest.of}: {noticeable}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("sets", nargs="*", default=list(SETS))
    said = parser.parse_args()
    for name in said.sets:
        print(f"== {name}", flush=True)
        replay(name, said.data)


if __name__ == "__main__":
    main()
