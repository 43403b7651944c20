"""The product as the demo company's queue: facts in by its own readers, weekly retraining, daily looks at the channels.

What the simulated floor learns each hour is written as the rows of the company's own export, read by the importer's
readers and appended to a real store; the order comes from the board that serves ``/queue``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from features.errors import NothingToLearn
from features.facts.cells import Cells
from features.facts.company import Company
from features.facts.database import engine_for
from features.facts.file_shape import FileShape
from features.facts.row_readers import READERS, Reading
from features.facts.store import FactStore
from features.facts.values import Fact
from features.rows.as_of import Gate
from leadloop.database import bring_up_to_date
from leadloop.demo.export import (
    CALL_COLUMNS,
    LEAD_COLUMNS,
    STAGE_COLUMNS,
    call_rows,
    company_words,
    lead_rows,
    stage_rows,
)
from leadloop.demo.people import ZONE, Person
from leadloop.demo.simulation import MadeCall, MadeStage, Waiting
from leadloop.demo.world import Scale
from models.expected_amount import ExpectedAmounts
from models.model_registry import MemoryRegistry
from models.score_log import ScoreLog
from monitoring.alarms.watcher import Watcher, of_whole_channels
from monitoring.lead_book import LeadBook
from serving.desk.champion import Champion
from serving.desk.days_rates import DaysRates
from serving.desk.desk import Desk
from serving.desk.score_writer import ScoreWriter
from serving.open_leads.board import Board, OpenLead
from serving.open_leads.queue_order import Place
from training.retrain import retrained

SHAPE = FileShape("utf-8", ";", "dmy", ",")
RETRAINED_ON = 0
"""Monday, before the first hour."""


class ProductQueue:
    """``CallQueue`` answered by the product; ``alarms`` is channel -> the day on which it was first named."""

    def __init__(self, scale: Scale, everybody: Sequence[Person], home: Path) -> None:
        self.company = Company.model_validate(company_words(scale.world))
        engine = engine_for(f"sqlite:///{home / 'leadloop.db'}")
        bring_up_to_date(engine)
        self.store, self.home, self.registry = FactStore(engine), home, MemoryRegistry()
        self.moment = everybody[0].created_at.astimezone(UTC)
        self.champion = Champion(home)
        self._writer = ScoreWriter(ScoreLog(engine))
        self.desk = Desk(
            company=self.company,
            company_hash="benchmark",
            store=self.store,
            champion=self.champion,
            rates=DaysRates(self.store, Gate(self.company)),
            amounts=ExpectedAmounts(self.company),
            writer=self._writer,
            now=lambda: self.moment,
        )
        self._board, self._book = Board(self.desk), LeadBook(self.store, self.company)
        self._watcher = Watcher(self.company, ScoreLog(engine))
        rows = lead_rows(everybody, scale.world, np.random.default_rng(scale.seed + 3))
        self._lead_cells = {row[0]: row for row in rows}
        self._day: date | None = None
        self.alarms: dict[str, date] = {}
        self.first_model_on: date | None = None

    def learn(self, people_came: Sequence[Person], calls: Sequence[MadeCall], stages: Sequence[MadeStage]) -> None:
        """Append what became known as facts."""
        facts: list[Fact] = []
        cells = [self._lead_cells[one.lead_id] for one in people_came]
        for kind, columns, rows in (
            ("leads", LEAD_COLUMNS, cells),
            ("calls", CALL_COLUMNS, call_rows(calls)),
            ("stages", STAGE_COLUMNS, stage_rows(stages)),
        ):
            facts += self._read(kind, columns, rows)
        if facts:
            self.store.append(facts)

    def order(self, waiting: Sequence[Waiting], now: datetime) -> Iterable[str]:
        """Return the product's queue of this hour."""
        return [str(place.candidate.lead.known.lead_id) for place in self.places(now)]

    def places(self, now: datetime) -> list[Place[OpenLead]]:
        """Return the product's queue of this hour, each lead with its place."""
        self.moment = now.astimezone(UTC)
        day = now.astimezone(ZONE).date()
        if day != self._day:
            self._day = day
            self.begin_day(day)
        return self._board.look(self.moment).places

    def close(self) -> None:
        """Let go of the store."""
        self._writer.close()
        self.store.engine.dispose()

    def _read(self, kind: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[Fact]:
        reading = Reading(self.company, self.moment, b"benchmark")
        for row in rows:
            cells = Cells(self.company, SHAPE, dict(zip(columns, row, strict=True)))
            yield from READERS[kind](cells, reading).facts

    def begin_day(self, day: date) -> None:
        """Count the rates, look at the channels, and on Mondays learn anew."""
        self.desk.rates.count(self.moment)
        summaries = self._book.summaries(self.moment)
        for alarm in self._watcher.watch(summaries, self.moment, (), only=of_whole_channels).alarms:
            self.alarms.setdefault(alarm.watched.channel, day)
        sales = ((one.channel, one.offer, one.amount) for one in summaries if one.won_at and one.amount)
        self.desk.amounts = ExpectedAmounts(self.company).learn(sales)
        if day.weekday() == RETRAINED_ON:
            self._retrain(day)

    def _retrain(self, day: date) -> None:
        try:
            done = retrained(
                store=self.store,
                company=self.company,
                home=self.home,
                registry=self.registry,
                cut_off=self.moment,
                trained_at=self.moment,
            )
        except NothingToLearn:
            return
        self.champion.look()
        if done.promoted and self.first_model_on is None:
            self.first_model_on = day
