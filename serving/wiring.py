"""Puts the service together: the one place below the front door that reads a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from features.facts.catalogue import Catalogue
from features.facts.company import Company
from features.facts.company_file import read_company
from features.facts.company_versions import CompanyVersions
from features.facts.contacts import ContactBook
from features.facts.keyring import give_keyring, keyring_in
from features.facts.sealed_texts import free_texts
from features.facts.store import FactStore
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from features.settings import Settings, person_secret
from models.expected_amount import ExpectedAmounts
from models.score_log import ScoreLog
from models.shadow_log import ShadowLog
from monitoring.kept_lines import KeptLines
from monitoring.lead_book import LeadBook, LeadSummary
from monitoring.spend_book import SpendBook
from serving.days_count import DaysCount, counted_of
from serving.desk.champion import Champion
from serving.desk.days_rates import DaysRates
from serving.desk.desk import Desk
from serving.desk.kept_rates import KeptRates
from serving.desk.score_writer import ScoreWriter
from serving.desk.shadow import Shadow
from serving.desk.trial import Trial
from serving.figures import Figures
from serving.first_count import FirstCount
from serving.gate.api_keys import ApiKeys
from serving.gate.audit import AuditLog
from serving.gate.people import People
from serving.intake.unknown_fields import UnknownFields
from serving.open_leads.board import Board
from serving.telemetry.counts import Counts


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that the doors are given."""

    settings: Settings
    company: Company
    contacts: ContactBook
    desk: Desk
    board: Board
    book: LeadBook
    figures: Figures
    log: ScoreLog
    writer: ScoreWriter
    unknown_fields: UnknownFields
    keys: ApiKeys
    people: People
    audit: AuditLog
    counts: Counts

    def begin_day(self, moment: datetime) -> None:
        """Count how the sources had sold by the last midnight, and what sales brought; rows hold that for the day."""
        self.desk.rates.count(moment)
        sales = (one.sale for one in self.book.sold(moment) if one.sale)
        self.desk.amounts = amounts = ExpectedAmounts(self.company).learn(sales)
        self._first_count.keep(DaysCount(self.desk.rates.held, amounts.sums()))

    def go_on(self, moment: datetime) -> None:
        """Go on from what was counted before this process began, or count first where that is no use."""
        first = self._first_count
        counted = first.found(moment) or first.counted(moment)
        self.desk.rates.take(counted.rates)
        self.desk.amounts = ExpectedAmounts(self.company).go_on_from(counted.amounts)

    @property
    def _first_count(self) -> FirstCount:
        of = counted_of(self.desk.company_hash, self.desk.store.engine)
        return FirstCount(self.desk.store, self.book, self.settings.home, of)


def clock() -> datetime:
    """Return the moment now, in UTC."""
    return datetime.now(UTC)


def service_of(settings: Settings, engine: Engine) -> Service:
    """Return the service for a data folder whose database ``engine`` is up to date."""
    company = read_company(settings.company_file)
    give_keyring(engine, keyring_in(settings.home, settings.keys_url)).texts = free_texts(company)
    store = FactStore(engine)
    log = ScoreLog(engine)
    counts = Counts(settings.metrics_dir)
    writer = ScoreWriter(log, counts)
    gate = Gate(company)
    company_hash = CompanyVersions(engine).remember(company, moment=clock())
    rates = DaysRates(store, gate, KeptRates(settings.home, counted_of(company_hash, engine), store))
    trial = Trial(RowBuilder(company, rates), clock, settings.slowest_score)
    desk = Desk(
        company=company,
        company_hash=company_hash,
        store=store,
        champion=Champion(settings.home, trial),
        rates=rates,
        amounts=ExpectedAmounts(company),
        writer=writer,
        now=clock,
        catalogue=Catalogue(engine, company.zone),
        shadow=Shadow(settings.home, ShadowLog(engine), trial),
    )
    secret = person_secret(settings.home)
    contacts = ContactBook(engine, secret)
    book = LeadBook(store, company, KeptLines(settings.home, "leads", LeadSummary))
    board = Board(desk, secret, book.may_be_open)
    service = Service(
        settings,
        company,
        contacts,
        desk,
        board,
        book,
        Figures(book, SpendBook(store, company), board),
        log,
        writer,
        UnknownFields(),
        ApiKeys(engine, settings.api_key),
        People(engine, key=settings.api_key, is_demo=settings.open_to == "demo"),
        AuditLog(engine),
        counts,
    )
    service.go_on(clock())
    return service
