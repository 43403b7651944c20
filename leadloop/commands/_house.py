"""What every command opens first: settings, the company's words, an up-to-date database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from features.facts.company import Company
    from features.facts.contacts import ContactBook
    from features.facts.import_log import ImportLog
    from features.facts.store import FactStore
    from features.settings import Settings

if TYPE_CHECKING:
    from monitoring.conversions.steps_book import StepsBook
    from monitoring.lead_book import LeadBook

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Data folder.", show_default="LEADLOOP_HOME or ./leadloop-data")
]
CompanyOption = Annotated[
    Path | None,
    typer.Option("--company", help="The company's words.", show_default="LEADLOOP_COMPANY or ./company.yaml"),
]


@dataclass(frozen=True, slots=True)
class House:
    """The company, its store and its books."""

    settings: Settings
    company: Company
    engine: Engine
    store: FactStore
    contacts: ContactBook
    imports: ImportLog

    def lead_book(self) -> LeadBook:
        """Return the lines of all leads, which goes on from what a service or a worker kept, where that is of use."""
        from monitoring.kept_lines import KeptLines
        from monitoring.lead_book import LeadBook, LeadSummary

        return LeadBook(self.store, self.company, KeptLines(self.settings.home, "leads", LeadSummary))

    def steps_book(self) -> StepsBook:
        """Return how far all leads have come, which goes on from what was kept as ``lead_book`` does."""
        from monitoring.conversions.steps_book import StepsBook, kept_steps

        return StepsBook(self.store, self.company, kept_steps(self.settings.home))

    def name_of(self) -> Callable[[str, str], str]:
        """Return what tells how people write a name that is compared without case, by the dimension that it is of."""
        from features.facts.written_names import WrittenNames
        from features.rows.feature_words import channel_word

        names = WrittenNames(self.engine, self.company)
        names.look()
        return lambda dimension, name: channel_word(name, "en", names.of) if dimension == "channel" else names.of(name)


def open_house(home: Path | None, company: Path | None, *, makes: bool = False, quietly: bool = False) -> House:
    """Open the data folder, its database brought up to date; one that is not there is refused, unless the command ``makes`` it.

    That it was made is told, unless the command does so itself and makes it ``quietly``.
    """
    from features.facts.company_file import read_company
    from features.facts.contacts import ContactBook
    from features.facts.import_log import ImportLog
    from features.facts.keyring import keyring_of
    from features.facts.sealed_texts import free_texts
    from features.facts.store import FactStore
    from features.settings import person_secret, settings_from_environment
    from leadloop.data_folder import require_data_folder, told_where_made

    settings = settings_from_environment(home, company)
    words = read_company(settings.company_file)
    if not makes:
        require_data_folder(settings)
    with told_where_made(settings, quietly=quietly):
        if makes:
            settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = open_database(settings, makes=makes, quietly=True)
        keyring_of(engine).texts = free_texts(words)
        contacts = ContactBook(engine, person_secret(settings.home))
    return House(settings, words, engine, FactStore(engine), contacts, ImportLog(engine))


def house_to_rehearse(home: Path | None, company: Path | None) -> House:
    """Open what is there for a dry run, which makes nothing; where nothing is there, an empty database in memory."""
    import secrets

    from features.facts.company_file import read_company
    from features.facts.contacts import ContactBook
    from features.facts.database import engine_for
    from features.facts.import_log import ImportLog
    from features.facts.keyring import keyring_of
    from features.facts.sealed_texts import free_texts
    from features.facts.store import FactStore
    from features.settings import kept_person_secret, settings_from_environment
    from leadloop.data_folder import holds_database
    from leadloop.database import bring_up_to_date

    settings = settings_from_environment(home, company)
    words = read_company(settings.company_file)
    if holds_database(settings):
        engine = open_database(settings)
    else:
        engine = engine_for("sqlite://")
        bring_up_to_date(engine)
    keyring_of(engine).texts = free_texts(words)
    contacts = ContactBook(engine, kept_person_secret(settings.home) or secrets.token_bytes())
    return House(settings, words, engine, FactStore(engine), contacts, ImportLog(engine))


def settings_of_house(home: Path | None, company: Path | None = None) -> Settings:
    """Return where things lie in a data folder; ``NoDataFolder`` where it is not there."""
    from features.settings import settings_from_environment
    from leadloop.data_folder import require_data_folder

    settings = settings_from_environment(home, company)
    require_data_folder(settings)
    return settings


def open_database(settings: Settings, *, makes: bool = False, quietly: bool = False) -> Engine:
    """Open the database alone, brought up to date; one that is not there is refused, unless the command ``makes`` it.

    Where that made the data folder, it is told, unless ``quietly``.
    """
    from features.facts.database import engine_for
    from features.facts.keyring import give_keyring, keyring_in
    from leadloop.data_folder import require_database_file, require_tables, told_where_made
    from leadloop.database import bring_up_to_date

    if not makes:
        require_database_file(settings)
    with told_where_made(settings, quietly=quietly):
        engine = engine_for(settings.database_url)
        if not makes:
            require_tables(engine)
        give_keyring(engine, keyring_in(settings.home, settings.keys_url))
        bring_up_to_date(engine)
    return engine


def now() -> datetime:
    """Return the moment now, in UTC; commands are the front door, so they may read the clock."""
    return datetime.now(UTC)
