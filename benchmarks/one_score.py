"""What one score costs beside reading the lead from JSON: the lead's row, and the score with its reasons and interval.

    python -m benchmarks.one_score [--rounds 40] [--folder DEMO] [--profile]

The demo company is simulated, imported and learned from, as ``leadloop demo`` does; with ``--folder`` one that was made
so is used again. Its leads stand as the CRM sends them to ``POST /v1/score``: answers, marks, contact. In every round each
step goes over all of them in turn, so that a noisy machine is as noisy to each; the figure is the median of the rounds.
Read the ratios. The mark: beyond building the row, a score costs at most 2.5 times ``json.loads`` of its lead.
"""

from __future__ import annotations

import argparse
import cProfile
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
from serving.sent_lead import LeadBody, facts_of

MARK = 2.5
LEADS = 1_000
"""About so many of the demo company's leads, evenly over its time; a lead that is scored has just been read, so few that
the machine's caches hold them all are the honest case."""
SECRET = b"a key of no company"
Step = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A lead at every step of its way: as sent, as facts, as known and as a row; and known after its calls."""

    sent: str
    body: LeadBody
    history: LeadHistory
    known: KnownLead
    row: dict[str, Value]
    called: KnownLead
    called_row: dict[str, Value]


def body_of(lead: Lead, source: Source | None, number: int) -> str:
    """Return a lead as the CRM sends it, with a contact as long as a real one."""
    contact = {"name": "Анна Петрова", "phone": f"+7 900 {number:07d}", "email": f"petrova{number}@example.com"}
    said: dict[str, Any] = {"created_at": lead.at.isoformat(), "answers": dict(lead.answers)}
    return json.dumps({**said, "marks": dict(source.marks) if source else {}, "contact": contact}, ensure_ascii=False)


def prepared(folder: Path, company: Company) -> tuple[list[Prepared], RowBuilder]:
    """Return leads of the demo company, and the builder of rows as a server holds it for a day."""
    histories = list(FactStore(engine_for(f"sqlite:///{folder / 'leadloop-data' / 'leadloop.db'}")).histories())
    gate = Gate(company)
    last = max(stored.fact.known_at for history in histories for stored in history.stored)
    rows = RowBuilder(company, FixedRates(RatesTimeline(gate).learn(histories).at(last)))
    some = histories[:: max(1, len(histories) // LEADS)]
    return [_prepared(number, history, company, rows) for number, history in enumerate(some)], rows


def _prepared(number: int, history: LeadHistory, company: Company, rows: RowBuilder) -> Prepared:
    facts = [stored.fact for stored in history.stored]
    lead = next(fact for fact in facts if isinstance(fact, Lead))
    sent = body_of(lead, next((fact for fact in facts if isinstance(fact, Source)), None), number)
    body = LeadBody.model_validate_json(sent)
    asked = asked_history(body, company, lead)
    known, called = rows.known(asked, lead.known_at), rows.known(history, max(fact.known_at for fact in facts))
    assert known is not None
    assert called is not None
    return Prepared(sent, body, asked, known, rows.row(known), called, rows.row(called))


def asked_history(body: LeadBody, company: Company, lead: Lead) -> LeadHistory:
    """Return the facts of a lead that is only asked about, as ``POST /v1/score`` makes them."""
    asked, source, _ = facts_of(LeadId(""), body, company, known_at=lead.known_at, secret=SECRET)
    return LeadHistory(LeadId(""), (Stored(0, asked), Stored(0, source)))


def steps_of(leads: Sequence[Prepared], company: Company, rows: RowBuilder, scorer: ModelScorer) -> dict[str, Step]:
    """Return each step of a lead's way, by the lead's number."""

    def known_and_row(one: Prepared) -> object:
        known = rows.known(one.history, one.known.moment)
        assert known is not None
        return rows.row(known)

    return {
        "json.loads of the lead": lambda n: json.loads(leads[n].sent),
        "facts from the body": lambda n: asked_history(leads[n].body, company, leads[n].known.lead),
        "row from the facts": lambda n: known_and_row(leads[n]),
        "score at arrival, reasons and interval": lambda n: scorer.score(leads[n].known, leads[n].row),
        "score after the calls, reasons and interval": lambda n: scorer.score(leads[n].called, leads[n].called_row),
        "probability alone": lambda n: scorer.probability(leads[n].known, leads[n].row),
    }


def microseconds(step: Step, leads: int) -> float:
    """Return what a step takes for one lead, over all of them in turn."""
    started = time.perf_counter()
    for n in range(leads):
        step(n)
    return (time.perf_counter() - started) / leads * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--folder", type=Path, help="a demo company made by `leadloop demo --no-serve --folder ...`")
    parser.add_argument("--profile", action="store_true", help="show where a score's time goes, and stop")
    said = parser.parse_args()
    with ExitStack() as stack:
        folder = said.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if said.folder is None:
            made = [sys.executable, "-m", "leadloop", "demo", "--no-serve", "--folder", str(folder)]
            subprocess.run(made, stdout=subprocess.DEVNULL, check=True)
        company, home = read_company(folder / "company.yaml"), folder / "leadloop-data"
        scorer = ModelScorer(load_artefact(model_folder(home, champion_version(home) or "")))
        leads, rows = prepared(folder, company)
        gc.freeze()  # what was made ready is not to be looked through again and again, as in a server it would not be
        steps = steps_of(leads, company, rows, scorer)
        if said.profile:
            with cProfile.Profile() as profile:
                for one in leads:
                    scorer.score(one.known, one.row)
            profile.print_stats("tottime")
            return
        taken: dict[str, list[float]] = {name: [] for name in steps}
        for _ in range(said.rounds):
            for name, step in steps.items():
                taken[name].append(microseconds(step, len(leads)))
    print(_table(taken, len(leads), scorer))


def _table(taken: dict[str, list[float]], leads: int, scorer: ModelScorer) -> str:
    model = scorer.artefact.model
    pairs = sum(len(part.features) == 2 for part in model.parts)
    unit = statistics.median(taken["json.loads of the lead"])
    lines = [f"{leads:,} leads, {len(model.cells)} fields in the model, {pairs} tables of two; the mark for a score: {MARK}", ""]
    lines += ["| step | microseconds | quickest round | first round | times json.loads |", "|---|---|---|---|---|"]
    for name, rounds in taken.items():
        middle = statistics.median(rounds)
        lines.append(f"| {name} | {middle:.1f} | {min(rounds):.1f} | {rounds[0]:.1f} | {middle / unit:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
