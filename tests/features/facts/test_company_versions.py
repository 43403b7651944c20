"""Every version of the company's words that was used can be read again by its hash."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from features.errors import NotThere
from features.facts.company_file import fingerprint, parse_company
from features.facts.company_versions import CompanyVersions
from features.facts.tables import COMPANIES
from tests.features.rows.windows import COMPANY, company_with
from tests.support.facts import NOON

WORDS = """\
company: Окна
abc:
  - criteria: {need: {field: need, yes: [yes, да]}}
  - since: 2026-03-01
    criteria: {need: {field: need, yes: [yes]}}
fields: {need: {kind: choice}}
export: {separator: "\\t", calls: {results: {no: refused}}}
"""


def test_a_version_comes_back_as_it_was(engine: Engine) -> None:
    versions, company = CompanyVersions(engine), parse_company(WORDS)
    name = versions.remember(company, moment=NOON)
    assert name == fingerprint(company)
    assert versions.company(name) == company
    assert fingerprint(versions.company(name)) == name


def test_a_version_is_kept_once_and_dated_by_its_first_use(engine: Engine) -> None:
    versions = CompanyVersions(engine)
    first = versions.remember(COMPANY, moment=NOON)
    assert versions.remember(COMPANY, moment=NOON + timedelta(days=1)) == first
    other = versions.remember(company_with(horizon_days=30), moment=NOON + timedelta(days=2))
    assert versions.company(other).horizon_days == 30
    with engine.connect() as connection:
        seen = connection.execute(select(COMPANIES.c.hash).order_by(COMPANIES.c.first_seen_us)).scalars().all()
    assert seen == [first, other]


def test_a_version_that_was_never_used_is_named(engine: Engine) -> None:
    with pytest.raises(NotThere, match="0123456789abcdef"):
        CompanyVersions(engine).company("0123456789abcdef")
