"""A row of each kind of export becomes facts: leads with their source and contact, calls, stages, spend, plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from datetime import time as clock_time

from features.errors import FactRefused
from features.facts.cells import Cells, Complaint
from features.facts.company import Company
from features.facts.contacts import Contact, ContactOfLead, traces_of
from features.facts.export_columns import CallColumns
from features.facts.told_currency import currency_told
from features.facts.values import Answer, Call, Fact, Lead, LeadId, ManagerGrade, Plan, Source, Spend, Stage

LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What a row says."""

    facts: tuple[Fact, ...]
    contact: ContactOfLead | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader needs besides the row: when the export was made, the key that hides persons, and the costs so far.

    ``costs`` holds, by day and marks, the different rows of the file that were read: an export may tell an ad a row where
    company.yaml maps no more than the source.
    """

    company: Company
    exported_at: datetime
    secret: bytes = field(repr=False)
    costs: dict[tuple[object, ...], dict[tuple[str, ...], int]] = field(default_factory=dict, repr=False)

    def part(self, day: date, marks: Mapping[str, str], row: Mapping[str, str]) -> int:
        """Return which of the different rows with this day and these marks a row is, from 0."""
        rows = self.costs.setdefault((day, *sorted(marks.items())), {})
        return rows.setdefault(tuple(row.values()), len(rows))


def read_lead(cells: Cells, reading: Reading) -> RowFacts:
    """Return a lead, its source, its contact, and its status where the export has one.

    Raises
    ------
    FactRefused
        Where a cell that the row cannot do without is empty or does not fit; so for every reader. Optional cells are left out
        and complained of (``Cells.complaints``).
    """
    columns = reading.company.export.leads
    lead_id = _lead_id(cells, columns.id)
    at = cells.moment(columns.created_at, day_ends=False)
    known_at, back_dated = _known(cells, columns.recorded_at, at)
    contact = Contact(cells.text(columns.name), cells.text(columns.phone), cells.text(columns.email))
    traces = traces_of(contact, secret=reading.secret, region=reading.company.phone_region)
    answers = _answers(cells, {name: f.column or name for name, f in reading.company.fields.items()})
    lead = Lead(
        lead_id, at, known_at, answers, traces.person_keys, traces.quality, cells.text(columns.manager), back_dated
    )
    facts: list[Fact] = [lead]
    marks = _marks(cells, columns.marks)
    if marks:
        facts.append(Source(lead_id, at, known_at, marks, back_dated))
    status = cells.text(columns.stage)
    if status:
        facts.append(_status(cells, reading, lead_id, status))
    return RowFacts(tuple(facts), ContactOfLead(lead_id, contact))


def read_call(cells: Cells, reading: Reading) -> RowFacts:
    """Return a call with its answers."""
    columns = reading.company.export.calls
    at = cells.moment(columns.at, day_ends=True)
    known_at, back_dated = _known(cells, columns.recorded_at, at)
    result = columns.result_of(cells.needed(columns.result))
    if result is None:
        raise FactRefused(
            columns.result, "is a word that company.yaml does not know; add it under export.calls.results"
        )
    asked = {name: f.call_column for name, f in reading.company.fields.items() if f.call_column}
    call = Call(
        _lead_id(cells, columns.lead_id),
        at,
        known_at,
        result,
        call_id=cells.text(columns.id),
        manager=cells.text(columns.manager),
        seconds=cells.seconds(columns.seconds),
        answers=_answers(cells, asked),
        attracts=cells.text(columns.attracts),
        ideal_product=cells.text(columns.ideal_product),
        comment=cells.text(columns.comment),
        call_back_at=cells.optional_moment(columns.call_back_at),
        back_dated=back_dated,
        grade=_own_grade(cells, columns),
    )
    return RowFacts((call,))


def read_stage(cells: Cells, reading: Reading) -> RowFacts:
    """Return a stage of the pipeline."""
    columns = reading.company.export.stages
    at = cells.moment(columns.at, day_ends=True)
    known_at, back_dated = _known(cells, columns.recorded_at, at)
    stage = Stage(
        _lead_id(cells, columns.lead_id),
        at,
        known_at,
        cells.needed(columns.stage),
        cells.amount(columns.amount, columns.currency),
        cells.text(columns.reason),
        cells.text(columns.manager),
        back_dated,
        stage_id=cells.text(columns.id),
    )
    return RowFacts((stage,))


def read_spend(cells: Cells, reading: Reading) -> RowFacts:
    """Return what was paid on a day; a cost of nothing is a cost."""
    columns = reading.company.export.spend
    at = cells.moment(columns.day, day_ends=True)
    cost = cells.number(columns.cost, is_money=True)
    if cost is None:
        raise FactRefused(columns.cost, "is empty; write 0 where nothing was spent")
    currency = cells.text(columns.currency) or currency_told(cells.text(columns.cost), reading.company.currency)
    day, marks = at.astimezone(reading.company.zone).date(), _marks(cells, columns.marks)
    spend = Spend(
        day=day,
        at=at,
        known_at=min(at, reading.exported_at),
        cost=cost,
        currency=currency.upper(),
        marks=marks,
        impressions=_count(cells, columns.impressions),
        clicks=_count(cells, columns.clicks),
        back_dated=True,
        part=reading.part(day, marks, cells.row),
    )
    return RowFacts((spend,))


def read_plan(cells: Cells, reading: Reading) -> RowFacts:
    """Return what is to be reached in a month; the plan is known from the month's first day."""
    columns = reading.company.export.plan
    month = _month(cells, columns.month, reading.company)
    value = cells.number(columns.value)
    if value is None:
        raise FactRefused(columns.value, "is empty; a plan needs a number")
    at = datetime.combine(month.date(), clock_time(), reading.company.zone).astimezone(UTC)
    measure = cells.needed(columns.measure)
    return RowFacts((Plan(month.date(), at, at, measure, value, cells.text(columns.manager), back_dated=True),))


READERS: dict[str, Callable[[Cells, Reading], RowFacts]] = {
    "leads": read_lead, "calls": read_call, "stages": read_stage, "spend": read_spend, "plan": read_plan,
}  # fmt: skip


def _lead_id(cells: Cells, column: str) -> LeadId:
    word = cells.needed(column)
    if len(word) > LONGEST_ID:
        raise FactRefused(column, f"is longer than {LONGEST_ID} characters; it should be the CRM's id of the lead")
    return LeadId(word)


def _known(cells: Cells, recorded: str | None, at: datetime) -> tuple[datetime, bool]:
    """Return when a fact was known, and whether that is only the time at which it happened."""
    moment = cells.optional_moment(recorded)
    return (max(moment, at), False) if moment else (at, True)


def _status(cells: Cells, reading: Reading, lead_id: LeadId, status: str) -> Stage:
    columns = reading.company.export.leads
    at = cells.optional_moment(columns.stage_at)
    amount, reason = cells.amount(columns.amount, columns.currency), cells.text(columns.reason)
    manager = cells.text(columns.manager)
    if at:
        return Stage(lead_id, at, at, status, amount, reason, manager, back_dated=True)
    known_at = reading.exported_at
    return Stage(lead_id, known_at, known_at, status, amount, reason, manager, is_status=True)


def _answers(cells: Cells, columns: Mapping[str, str]) -> dict[str, Answer]:
    read = {name: cells.answer(column, cells.company.fields[name]) for name, column in columns.items()}
    return {name: answer for name, answer in read.items() if answer is not None}


def _own_grade(cells: Cells, columns: CallColumns) -> ManagerGrade | None:
    """Return the manager's own grade, or None where there is none or nobody said what the word means."""
    word = cells.text(columns.grade)
    grade = None if word is None else columns.grade_of(word)
    if word is not None and grade is None and columns.grade is not None:
        remedy = "is a word that company.yaml does not know; add it under export.calls.grades"
        cells.complaints.append(Complaint(columns.grade, remedy))
    return grade


def _marks(cells: Cells, columns: Mapping[str, str]) -> dict[str, str]:
    read = {mark: cells.text(column) for mark, column in columns.items()}
    return {mark: word for mark, word in read.items() if word is not None}


def _count(cells: Cells, column: str | None) -> int | None:
    number = cells.optional_number(column)
    return None if number is None else round(number)


def _month(cells: Cells, column: str, company: Company) -> datetime:
    text = cells.needed(column)
    if len(text) == 7 and text[4] in "-./":
        cells.row[column] = f"{text[:4]}-{text[5:]}-01"
    elif len(text) == 7 and text[2] in "-./":
        cells.row[column] = f"{text[3:]}-{text[:2]}-01"
    return cells.moment(column, day_ends=False).astimezone(company.zone).replace(day=1)
