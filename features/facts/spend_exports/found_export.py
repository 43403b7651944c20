"""An ad system's export, opened: where its table begins, which lines are titles and totals, what a row says.

Nothing is left out silently: title lines and totals are counted, and totals are held against the rows that they add up.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from itertools import islice
from pathlib import Path

from features.errors import FactRefused, ImportRefused
from features.facts.ad_costs import AdCosts, AdSystem, CostColumn, Vat
from features.facts.cells import DAYS_END, Cells
from features.facts.company import Company
from features.facts.date_cells import guess_date_order, parse_moment
from features.facts.export_columns import SpendColumns
from features.facts.file_letters import NO_LETTER, encoding_of, opened
from features.facts.file_shape import FileShape, Separator, decimal_of, parse_number, row_of
from features.facts.row_readers import Reading, RowFacts
from features.facts.spend_exports.shapes import FoundShape, found_shape
from features.facts.table_rows import Unfit, table_rows
from features.facts.values import Spend

TITLE_LINES = 25
"""So far down the header is looked for."""
SAMPLE_ROWS = 2_000
SEPARATORS: tuple[Separator, ...] = (";", "\t", ",")
NOTHING_WORDS = ("--", "---", "–")
TOTAL = re.compile(r"^(итого|всего|общий итог|total|totals|grand total)\b", re.IGNORECASE)
RANGE = re.compile(r"^\s*(\S+)\s+(?:-|–|—|to|по)\s+(\S+)\s*$")
WHOLE_WEEK, WHOLE_MONTH = ("неделя", "week"), ("месяц", "month")
MICROS = 1_000_000
"""Yandex Direct's API tells money in millionths unless it is asked otherwise."""
IDS: tuple[CostColumn, ...] = ("campaign", "campaign_id", "ad", "ad_id")
Row = dict[str, str]


@dataclass(slots=True)
class AdExport:
    """A file of an ad system's costs; ``titles``, ``totals`` and ``summed`` are counted while its rows are read."""

    path: Path
    found: FoundShape
    header: list[str]
    titles: int
    shape: FileShape
    company: Company
    """The company, whose words for costs are this file's."""
    totals: int = 0
    told_totals: list[float] = field(default_factory=list)
    summed: float = 0.0
    unclear_vat: bool = False

    @property
    def system(self) -> str:
        """Return the ad system's name."""
        return self.found.shape.system

    def rows(self) -> Iterator[tuple[int, int, Row | Unfit]]:
        """Yield (row number from 1, line in the file, column -> cell) without totals, or what is wrong with an unfit row."""
        self.totals, self.told_totals, self.summed = 0, [], 0.0
        with opened(self.path, self.shape.encoding) as file:
            for _ in range(self.titles):
                next(file, None)
            number = 0
            for line, told in islice(table_rows(file, self.shape.separator, len(self.header)), 1, None):
                cells = told.cells if isinstance(told, Unfit) else told
                if not isinstance(told, Unfit) and not any(cell.strip() for cell in cells):
                    continue
                row = dict(zip(self.header, cells, strict=False))
                if cells and self._is_total(cells, row):
                    self.totals += 1
                    self._remember_total(row)
                    continue
                number += 1
                yield number, self.titles + line, row_of(self.header, told, self.shape.encoding)

    def read(self, cells: Cells, reading: Reading) -> RowFacts:
        """Return the costs of a row: of its day, or of each day of its period; ``FactRefused`` where it does not fit."""
        first, last = self._days(cells)
        cost = self._cost(cells, first)
        marks = self._marks(cells)
        currency = cells.text(self._column("currency")) or self.found.cost.currency or self.company.currency
        count = (last - first).days + 1
        if count > 1 and not self.company.ad_costs.spread_periods:
            remedy = (
                f"the row covers {count} days; export it by day, or say ad_costs.spread_periods: true in company.yaml to spread "
                "it evenly"
            )
            raise FactRefused(self._column("day") or "", remedy)
        shown = [_spread(_count(cells, self._column(name)), count) for name in ("impressions", "clicks")]
        paid = _spread_money(cost, count)
        facts = []
        for place in range(count):
            day = first + timedelta(days=place)
            at = datetime.combine(day, clock_time(), reading.company.zone).astimezone(UTC) + DAYS_END
            part = reading.part(day, marks, cells.row)
            facts.append(
                Spend(day, at, min(at, reading.exported_at), paid[place], currency.upper(), marks, shown[0][place],
                      shown[1][place], True, part)
            )  # fmt: skip
        return RowFacts(tuple(facts))

    def warnings(self) -> list[str]:
        """Return what whoever imports the file should know, once its rows are read."""
        told = []
        if self.told_totals and not any(
            abs(one - self.summed) <= max(0.01, 0.001 * abs(one)) for one in self.told_totals
        ):
            totals = ", ".join(f"{one:,.2f}" for one in self.told_totals)
            told.append(
                f"the file's totals ({totals}) are not what its rows add up to ({self.summed:,.2f}); look for missing rows"
            )
        if self.unclear_vat:
            told.append(
                "the file does not tell whether its costs are with VAT, so they are taken as they are; say "
                f"ad_costs.systems.{self.system}.vat in company.yaml"
            )
        return told

    def _column(self, name: CostColumn) -> str | None:
        return self.found.columns.get(name)

    def _is_total(self, cells: Sequence[str], row: Row) -> bool:
        first = next((cell.strip() for cell in cells if cell.strip()), "")
        names = [row.get(column, "").strip() for name in IDS if (column := self._column(name))]
        day = row.get(self._column("day") or "", "").strip()
        no_day = not day or day in NOTHING_WORDS or bool(TOTAL.match(day))
        nameless = bool(names) and not any(name.strip("-–— ") for name in names)
        return (bool(TOTAL.match(first)) and (no_day or nameless)) or nameless or len(cells) == 1

    def _remember_total(self, row: Row) -> None:
        try:
            self.told_totals.append(parse_number(row.get(self._column("cost") or "", ""), self.shape.decimal))
        except FactRefused:
            return  # a line that only counts rows tells no sum

    def _days(self, cells: Cells) -> tuple[date, date]:
        column, until = self._column("day") or "", self._column("until")
        text = cells.needed(column)
        span = RANGE.match(text)
        try:
            if span:
                return self._day(span[1]), self._day(span[2])
            first = self._day(text)
            told = cells.text(until)
            last = self._day(told) if told else first
        except FactRefused as error:
            raise FactRefused(column, error.remedy) from None
        word = column.strip().casefold()
        if word in WHOLE_WEEK:
            return first, first + timedelta(days=6)
        if word in WHOLE_MONTH:
            return first.replace(day=1), (first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        if last < first:
            raise FactRefused(until or column, "ends before it begins; look at the order of day and month")
        return first, last

    def _day(self, text: str) -> date:
        moment, _ = parse_moment(text, self.shape.date_order, self.company.zone)
        return moment.astimezone(self.company.zone).date()

    def _cost(self, cells: Cells, day: date) -> float:
        """Return a row's cost as the company keeps it; what the system told no cost of had none."""
        cost = cells.number(self._column("cost")) or 0.0
        self.summed += cost
        told, kept = self._told_vat(), self.company.ad_costs.vat
        if kept is None or told == kept:
            return cost
        if told is None:
            self.unclear_vat = True
            return cost
        rate = self.company.ad_costs.rate_on(day)
        if rate is None:
            raise FactRefused(
                self._column("cost") or "",
                f"is told {told} VAT and kept {kept} it; say ad_costs.vat_rate for {day} in company.yaml",
            )
        return round(cost / (1 + rate) if kept == "without" else cost * (1 + rate), 4)

    def _told_vat(self) -> Vat | None:
        return self.found.cost.vat or self.company.ad_costs.systems.get(self.system, AdSystem()).vat

    def _marks(self, cells: Cells) -> dict[str, str]:
        said = self.company.ad_costs.systems.get(self.system, AdSystem())
        marks = {"source": said.source or self.found.shape.source, "medium": said.medium or self.found.shape.medium}
        told = {name: cells.text(self._column(name)) for name in IDS}
        return marks | {name: word for name, word in told.items() if word is not None}


def ad_export_of(path: Path, company: Company) -> AdExport | None:
    """Return the file as an ad system's export, or None where its first lines hold no such header.

    Raises
    ------
    ImportRefused
        Where no column tells the day, the rows cover
        periods that company.yaml does not let be spread, or money is in millionths.
    """
    encoding = encoding_of(path, company.export.encoding)
    table = _table_in(path, encoding, company.ad_costs)
    if table is None:
        return None
    found, header, titles, separator = table
    return _opened(AdExport(path, found, header, titles, FileShape(encoding, separator, None, "."), company))


def ad_system_of(path: Path) -> str | None:
    """Return the ad system whose own export of costs a file is, or None; nothing of its rows is looked at."""
    table = _table_in(path, encoding_of(path), AdCosts())
    return table[0].shape.system if table else None


def _table_in(path: Path, encoding: str, said: AdCosts) -> tuple[FoundShape, list[str], int, Separator] | None:
    """Return the table's shape and header, how many title lines stand above it, and what stands between its cells."""
    with opened(path, encoding) as file:
        lines = [line.replace(NO_LETTER, "\ufffd") for line in islice(file, TITLE_LINES)]
    for titles, line in enumerate(lines):
        for separator in SEPARATORS:
            header = [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]
            found = found_shape(header, said) if len(header) > 1 else None
            if found:
                return found, header, titles, separator
    return None


def _opened(export: AdExport) -> AdExport:
    """Return the export with what its first rows tell: order of dates, decimal sign, the company's words for it."""
    columns, said = export.found.columns, export.company.export
    if "day" not in columns:
        raise ImportRefused(
            f"{export.path.name} looks like costs of {export.system}, but no column tells the day. Export it with a day in "
            "every row (by day)."
        )
    sample = [row for _, _, row in islice(export.rows(), SAMPLE_ROWS) if not isinstance(row, Unfit)]
    days = [row.get(columns["day"], "") for row in sample]
    moneys = [row.get(columns["cost"], "") for row in sample]
    order = said.date_order or guess_date_order([day for text in days for day in text.replace("–", " ").split()])
    export.shape = FileShape(
        export.shape.encoding,
        export.shape.separator,
        order,
        said.decimal or decimal_of([cell.strip() for cell in moneys]),
    )
    export.company = export.company.model_copy(update={"export": said.model_copy(update={
        "spend": SpendColumns(
            day=columns["day"], cost=columns["cost"], currency=columns.get("currency"), impressions=columns.get("impressions"),
            clicks=columns.get("clicks"), marks={name: columns[name] for name in IDS if name in columns},
        ),
        "placeholders": (*said.placeholders, *NOTHING_WORDS),
    })})  # fmt: skip
    _refuse_periods(export, sample)
    _refuse_micros(export, moneys)
    return export


def _refuse_periods(export: AdExport, sample: Sequence[Row]) -> None:
    """Refuse a file whose rows are of whole weeks or months, before each of its rows is."""
    if export.company.ad_costs.spread_periods or not sample:
        return
    try:
        spans = [export._days(Cells(export.company, export.shape, dict(row))) for row in sample[:50]]
    except FactRefused:
        return
    longest = max((last - first).days + 1 for first, last in spans)
    if all(first < last for first, last in spans):
        raise ImportRefused(
            f"{export.path.name} tells costs by periods of up to {longest} days, not by day. Export it with a day in every row "
            f"(by day), or say ad_costs.spread_periods: true in company.yaml to spread each row evenly over its days."
        )


def _refuse_micros(export: AdExport, moneys: Sequence[str]) -> None:
    if export.found.columns["cost"] != "Cost" or export.system != "yandex_direct":
        return
    numbers = [int(cell) for cell in map(str.strip, moneys) if cell.isdigit()]
    if numbers and len(numbers) == sum(bool(cell.strip().strip("-")) for cell in moneys) and max(numbers) >= MICROS:
        raise ImportRefused(
            f"{export.path.name} seems to tell costs in millionths; ask the report for returnMoneyInMicros: false."
        )


def _count(cells: Cells, column: str | None) -> int | None:
    number = cells.optional_number(column)
    return None if number is None else round(number)


def _spread(count: int | None, days: int) -> list[int | None]:
    """Return a count spread over days, whole and adding up to it.

    >>> _spread(10, 3), _spread(None, 2)
    ([4, 3, 3], [None, None])
    """
    if count is None:
        return [None] * days
    each, left = divmod(count, days)
    return [each + (place < left) for place in range(days)]


def _spread_money(cost: float, days: int) -> list[float]:
    """Return money spread over days in hundredths, adding up to it.

    >>> _spread_money(10.0, 3)
    [3.34, 3.33, 3.33]
    """
    if days == 1:
        return [cost]
    return [(each or 0) / 100 for each in _spread(round(cost * 100), days)]
