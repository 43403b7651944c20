"""What one score costs beside reading the lead from JSON: the lead's row, and the score with its reasons and interval.

    python -m benchmarks.one_score [--rounds 40] [--folder DEMO]

The demo company is simulated, imported and learned from, as ``leadloop demo`` does; with ``--folder`` one that was made
so is used again. Its leads stand as the CRM sends them to ``POST /v1/score``: answers, marks, contact. Each lead goes its
whole way, step after step, as in a server, and each step is timed alone; then the next lead goes. A figure is the median of
all leads and rounds, so that a noisy machine is as noisy to each. On its way a lead meets cold caches at every step; the
last line gives both steps again and again on one lead, the quickest of many short runs (as ``timeit`` does), the median of
leads. Read the ratios. The mark: beyond building the row, a score costs at most 2.5 times ``json.loads`` of its lead.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from features.facts.company import Company
from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.values import Lead, LeadId, Source, Stored
from features.rows.as_of import Gate, KnownLead
from features.rows.feature import Value
from features.rows.feature_row import FixedRates, RowBuilder
from features.rows.rates_timeline import RatesTimeline
from models.artefact import champion_version, load_artefact, model_folder
from models.model_scorer import ModelScorer
from serving.intake.sent_lead import LeadBody, facts_of

STEPS = (
    "json.loads of the lead", "facts from the body", "row from the facts", "score with reasons and interval", "probability alone",
    "row after the calls", "score after the calls, with reasons and interval",
)  # fmt: skip
LEADS = 1_000
"""About so many of the demo company's leads go, evenly over its time."""
SECRET = b"a key of no company"
TURNS, REPEATS = 100, 25
clock = time.perf_counter


@dataclass(frozen=True, slots=True)
class Sent:
    """A lead as the CRM sends it, when that is, and all that was ever known of it."""

    text: str
    at: datetime
    whole: LeadHistory
    last: datetime


def body_of(lead: Lead, source: Source | None, number: int) -> str:
    """Return a lead as the CRM sends it, with a contact as long as a real one."""
    contact = {"name": "Анна Петрова", "phone": f"+7 900 {number:07d}", "email": f"petrova{number}@example.com"}
    said: dict[str, Any] = {"created_at": lead.at.isoformat(), "answers": dict(lead.answers)}
    return json.dumps({**said, "marks": dict(source.marks) if source else {}, "contact": contact}, ensure_ascii=False)


def sent_leads(histories: Sequence[LeadHistory]) -> list[Sent]:
    """Return leads of the demo company, each as it was sent when it came."""
    some = histories[:: max(1, len(histories) // LEADS)]
    return [_sent(number, history) for number, history in enumerate(some)]


def _sent(number: int, history: LeadHistory) -> Sent:
    facts = [stored.fact for stored in history.stored]
    lead = next(fact for fact in facts if isinstance(fact, Lead))
    text = body_of(lead, next((fact for fact in facts if isinstance(fact, Source)), None), number)
    return Sent(text, lead.known_at, history, max(fact.known_at for fact in facts))


def times_of(lead: Sent, company: Company, rows: RowBuilder, scorer: ModelScorer) -> list[float]:
    """Return the seconds of each of ``STEPS`` for one lead."""
    body = LeadBody.model_validate_json(lead.text)
    began = clock()
    json.loads(lead.text)
    read = clock()
    asked, source, _ = facts_of(LeadId(""), body, company, known_at=lead.at, secret=SECRET)
    history = LeadHistory(LeadId(""), (Stored(0, asked), Stored(0, source)))
    told = clock()
    known, row = _known_and_row(rows, history, lead.at)
    built = clock()
    scorer.score(known, row)
    scored = clock()
    scorer.probability(known, row)
    ranked = clock()
    known, row = _known_and_row(rows, lead.whole, lead.last)
    built_again = clock()
    scorer.score(known, row)
    scored_again = clock()
    return [
        read - began, told - read, built - told, scored - built, ranked - scored, built_again - ranked, scored_again - built_again
    ]  # fmt: skip


def warm_times_of(lead: Sent, rows: RowBuilder, scorer: ModelScorer) -> tuple[float, float]:
    """Return the quickest seconds of ``json.loads`` and of a score with reasons and interval, in turns, on one lead."""
    known, row = _known_and_row(rows, lead.whole, lead.at)
    turns = [(_a_run(lambda: json.loads(lead.text)), _a_run(lambda: scorer.score(known, row))) for _ in range(TURNS)]
    return min(one for one, _ in turns), min(one for _, one in turns)


def _a_run(step: Callable[[], object]) -> float:
    began = clock()
    for _ in range(REPEATS):
        step()
    return (clock() - began) / REPEATS


def _known_and_row(rows: RowBuilder, history: LeadHistory, moment: datetime) -> tuple[KnownLead, dict[str, Value]]:
    known = rows.known(history, moment)
    assert known is not None  # nothing is asked before the lead came
    return known, rows.row(known)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--folder", type=Path, help="a demo company made by `leadloop demo --no-serve --folder ...`")
    said = parser.parse_args()
    with ExitStack() as stack:
        folder = said.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if said.folder is None:
            made = [sys.executable, "-m", "leadloop", "demo", "--no-serve", "--folder", str(folder)]
            subprocess.run(made, stdout=subprocess.DEVNULL, check=True)
        company, home = read_company(folder / "company.yaml"), folder / "leadloop-data"
        scorer = ModelScorer(load_artefact(model_folder(home, champion_version(home) or "")))
        histories = list(FactStore(engine_for(f"sqlite:///{home / 'leadloop.db'}")).histories())
        leads, gate = sent_leads(histories), Gate(company)
        rates = RatesTimeline(gate).learn(histories).at(max(one.last for one in leads))
        rows = RowBuilder(company, FixedRates(rates))
        del histories
        gc.freeze()  # what was made ready is not to be looked through again and again
        taken = [[times_of(one, company, rows, scorer) for one in leads] for _ in range(said.rounds)]
        warm = [warm_times_of(one, rows, scorer) for one in leads[:: max(1, len(leads) // 20)]]
    print(_table(taken, scorer))
    parsed, scored = (statistics.median(one[step] for one in warm) * 1e6 for step in (0, 1))
    print(f"\nAgain and again: json.loads {parsed:.1f}, score {scored:.1f} microseconds, {scored / parsed:.2f} times")


def _table(taken: Sequence[Sequence[Sequence[float]]], scorer: ModelScorer) -> str:
    pairs = sum(len(part.features) == 2 for part in scorer.artefact.model.parts)
    fields = len(scorer.artefact.model.cells)
    lines = [
        f"{len(taken[0]):,} leads, {len(taken)} rounds; {fields} fields, {pairs} tables of two fields", "",
        "| step | microseconds | in the first round | times json.loads |", "|---|---|---|---|",
    ]  # fmt: skip
    unit = _median(taken, 0)
    for step, name in enumerate(STEPS):
        middle = _median(taken, step)
        lines.append(f"| {name} | {middle:.1f} | {_median(taken[:1], step):.1f} | {middle / unit:.2f} |")
    return "\n".join(lines)


def _median(taken: Sequence[Sequence[Sequence[float]]], step: int) -> float:
    return statistics.median(times[step] for one_round in taken for times in one_round) * 1e6


if __name__ == "__main__":
    main()
