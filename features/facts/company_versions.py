"""Every version of the company's words that a score was made with, by its hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, insert, select

from features.errors import NotThere
from features.facts.codec import microseconds
from features.facts.company import Company
from features.facts.company_file import fingerprint
from features.facts.database import reading, writing
from features.facts.tables import COMPANIES


class CompanyVersions:
    """The versions in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def remember(self, company: Company, *, moment: datetime) -> str:
        """Keep the company's words, first seen at ``moment`` where they are new; return their hash."""
        name = fingerprint(company)
        words = company.model_dump_json()
        with writing(self._engine) as connection:
            if connection.execute(select(COMPANIES.c.hash).where(COMPANIES.c.hash == name)).first() is None:
                row = {"hash": name, "words": words, "first_seen_us": microseconds(moment)}
                connection.execute(insert(COMPANIES).values(row))
        return name

    def company(self, name: str) -> Company:
        """Return the words of a hash; ``NotThere`` where they were never kept."""
        with reading(self._engine) as connection:
            words = connection.execute(select(COMPANIES.c.words).where(COMPANIES.c.hash == name)).scalar()
        if words is None:
            raise NotThere(f"No company.yaml of hash {name} was used with this data folder.")
        return Company.model_validate_json(words)
