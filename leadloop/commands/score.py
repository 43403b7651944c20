"""leadloop score: scores a file of leads in one go."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house

NAME = "score"


def command(
    leads: Annotated[Path, typer.Argument(help="A CSV file of leads, as for `leadloop import`.", exists=True)],
    out: Annotated[Path, typer.Option("--out", help="The CSV file that is written.")] = Path("scores.csv"),
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Score every lead of a file as of its arrival; nothing is stored.

    Writes lead_id, probability, rules_grade, refined_grade and model_version. Rows that do not fit are named and left
    out; without a model the rules serve.
    """
    from rich.console import Console
    from rich.progress import Progress

    from features.errors import FactRefused
    from features.facts.cells import Cells
    from features.facts.file_shape import rows_of, shape_of
    from features.facts.history import LeadHistory
    from features.facts.row_readers import Reading, read_lead
    from features.facts.values import Lead, Source, Stored
    from features.rows.as_of import Gate
    from features.rows.feature_row import RowBuilder
    from features.rows.rates_timeline import RatesTimeline
    from serving.champion import Champion

    house = open_house(home, company)
    console = Console()
    with console.status("Counting how the sources have sold ..."):
        timeline = RatesTimeline(Gate(house.company)).learn(house.store.histories())
    rows, scorer = RowBuilder(house.company, timeline), Champion(house.settings.home).scorer
    shape = shape_of(leads, house.company.export)
    reading = Reading(house.company, now(), house.contacts.secret)
    total, left_out = leads.stat().st_size, 0
    with out.open("w", encoding="utf-8", newline="") as file, Progress(console=console, transient=True) as progress:
        task = progress.add_task(leads.name, total=None if not total else _rows(leads))
        writer = csv.writer(file)
        writer.writerow(("lead_id", "probability", "rules_grade", "refined_grade", "model_version"))
        for number, line, row in rows_of(leads, shape):
            progress.update(task, completed=number)
            try:
                if row is None:
                    raise FactRefused("row", "has another number of cells than the header")
                facts = [
                    f
                    for f in read_lead(Cells(house.company, shape, row), reading).facts
                    if isinstance(f, Lead | Source)
                ]
            except FactRefused as error:
                left_out += 1
                console.print(f"  line {line}: {error.field}: {error.remedy}")
                continue
            history = LeadHistory(facts[0].lead_id, tuple(Stored(0, fact) for fact in facts))
            known = rows.known(history, facts[0].known_at)
            assert known is not None  # the moment is the lead's own arrival
            score = scorer.score(known, rows.row(known))
            figures = (
                f"{score.probability:.6f}",
                score.grading.grade,
                score.refined_grade,
                score.model_version or "rules",
            )
            writer.writerow((score.lead_id, *figures))
    console.print(f"{number - left_out if total else 0:,} leads scored into {out}, {left_out:,} left out.")


def _rows(path: Path) -> int:
    with path.open("rb") as file:
        return max(sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1, 0)
