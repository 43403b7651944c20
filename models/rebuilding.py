"""Logged rows made again from the facts: the proof that a score saw only what was known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import Engine

from features.facts.company_versions import CompanyVersions
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.rows.as_of import Gate
from features.rows.feature_row import FixedRates, RowBuilder
from features.rows.rates_timeline import RatesTimeline
from features.rows.source_rates import SourceRates
from models.score_log import LoggedScore, ScoreLog

State = tuple[str, int, datetime | None]


def differences(
    store: FactStore, log: ScoreLog, engine: Engine, *, lead: str | None = None, most: int = 1_000
) -> Iterator[tuple[LoggedScore, list[str]]]:
    """Yield each logged score of a stored lead with the features whose rebuilt value differs (none: the same)."""
    scores = log.scores_of(LeadId(lead)) if lead is not None else log.every()
    versions = CompanyVersions(engine)
    builders: dict[State, RowBuilder] = {}
    for logged in islice((one for one in scores if one.kind == "stored"), most):
        state = (logged.company_hash, logged.rates_number, logged.rates_midnight)
        if state not in builders:
            builders[state] = _builder(store, versions, state)
        yield logged, _differing(logged, store, builders[state])


def _builder(store: FactStore, versions: CompanyVersions, state: State) -> RowBuilder:
    company_hash, number, midnight = state
    company = versions.company(company_hash)
    if midnight is None:
        return RowBuilder(company, FixedRates())
    rates = RatesTimeline(Gate(company)).learn(store.histories(up_to=number)).at(midnight)
    return RowBuilder(company, FixedRates(SourceRates(rates.counts)))


def _differing(logged: LoggedScore, store: FactStore, rows: RowBuilder) -> list[str]:
    assert logged.lead_id is not None
    known = rows.known(store.history(logged.lead_id, up_to=logged.number), logged.at)
    rebuilt = rows.row(known) if known else {}
    return sorted(name for name in {*rebuilt, *logged.row} if rebuilt.get(name) != logged.row.get(name))
