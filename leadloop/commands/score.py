"""leadloop score: scores a file of leads in one go."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted
from features.whole_file import whole_text
from leadloop.commands._house import CompanyOption, HomeOption, House, now, open_house
from leadloop.commands._output import refuse_what_is_read
from leadloop.commands._progress import Done, bar_over, rows_in

if TYPE_CHECKING:
    from rich.console import Console

    from features.facts.cells import Cells
    from features.facts.row_readers import Reading
    from features.rows.feature_row import RowBuilder
    from models.score import Score, Scorer

NAME = "score"
ROWS_A_STEP = 100
COLUMNS = ("lead_id", "probability", "rules_grade", "refined_grade", "model_version")


@dataclass(slots=True)
class _LeftOut:
    """A row that does not fit: its line, the column and what would be right."""

    line: int
    column: str
    remedy: str


def command(
    leads: Annotated[
        Path, typer.Argument(help="A CSV file of leads, as for `leadloop import`.", exists=True, dir_okay=False)
    ],
    out: Annotated[Path, typer.Option("--out", help="The CSV file that is written.")] = Path("scores.csv"),
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Score every lead of a file as of its arrival, by the model of a data folder; nothing is stored.

    Writes lead_id, probability, rules_grade, refined_grade and model_version. Rows that do not fit are named and left
    out; without a model the rules serve.
    """
    from rich.console import Console

    from features.facts.row_readers import Reading
    from serving.desk.champion import Champion

    house, console = open_house(home, company), Console()
    refuse_what_is_read(out, leads, house.settings.company_file)
    _refuse_other_files(leads, house)
    rows = _row_builder(house, console)
    reading = Reading(house.company, now(), house.contacts.secret)
    with bar_over(leads.name, rows_in(leads), console) as done:
        found = _scores(leads, reading, rows, Champion(house.settings.home).scorer, done)
        scored, left_out = _write(found, out, console)
    console.print(f"{counted(scored, 'lead')} scored into {out}, {left_out:,} left out.", markup=False)


def _refuse_other_files(path: Path, house: House) -> None:
    """Refuse a file that lacks the columns of a leads export, before every one of its rows is refused."""
    from features.errors import ImportRefused
    from features.facts.export_kind import missing_columns
    from features.facts.file_shape import header_of, shape_of

    missing = missing_columns(
        header_of(path, shape_of(path, house.company.export)), "leads", house.company, needed=True
    )
    if missing:
        raise ImportRefused(f"{path.name} is no leads file of this company: {'; '.join(missing)}.")


def _row_builder(house: House, console: Console) -> RowBuilder:
    from features.rows.as_of import Gate
    from features.rows.feature_row import RowBuilder
    from features.rows.rates_timeline import RatesTimeline

    with console.status("Counting how the sources have sold ..."):
        timeline = RatesTimeline(Gate(house.company)).learn(house.store.histories())
    return RowBuilder(house.company, timeline)


def _scores(path: Path, reading: Reading, rows: RowBuilder, scorer: Scorer, done: Done) -> Iterator[Score | _LeftOut]:
    from features.errors import FactRefused
    from features.facts.cells import Cells
    from features.facts.file_shape import rows_of, shape_of
    from features.facts.table_rows import Unfit

    shape = shape_of(path, reading.company.export)
    for number, line, row in rows_of(path, shape):
        try:
            if isinstance(row, Unfit):
                raise FactRefused("row", row.remedy)
            yield _scored(Cells(reading.company, shape, row), reading, rows, scorer)
        except FactRefused as error:
            yield _LeftOut(line, error.field, error.remedy)
        if number % ROWS_A_STEP == 0:
            done(number)


def _scored(cells: Cells, reading: Reading, rows: RowBuilder, scorer: Scorer) -> Score:
    """Return the score as of the arrival: what the form and the source say, and nothing that came later."""
    from features.facts.history import LeadHistory
    from features.facts.row_readers import read_lead
    from features.facts.values import Lead, Source, Stored

    facts = [one for one in read_lead(cells, reading).facts if isinstance(one, Lead | Source)]
    history = LeadHistory(facts[0].lead_id, tuple(Stored(0, fact) for fact in facts))
    known = rows.known(history, facts[0].known_at)
    assert known is not None  # the moment is the lead's own arrival
    return scorer.score(known, rows.row(known))


def _write(found: Iterator[Score | _LeftOut], out: Path, console: Console) -> tuple[int, int]:
    """Write the scores, name what was left out; return how many of each."""
    scored = left_out = 0
    with whole_text(out) as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for one in found:
            if isinstance(one, _LeftOut):
                left_out += 1
                console.print(f"  line {one.line}: {one.column}: {one.remedy}", markup=False)
            else:
                scored += 1
                writer.writerow(_cells(one))
    return scored, left_out


def _cells(score: Score) -> tuple[str | None, ...]:
    version = score.model_version or "rules"
    return score.lead_id, f"{score.probability:.6f}", score.grading.grade, score.refined_grade, version
