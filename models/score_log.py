"""Every score that was given, with the row it was made from and how to make that row again."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import BigInteger, Connection, Engine, Row, Select, String, column, func, select, values

from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.quick_rows import add_rows
from features.facts.tables import FORGOTTEN, SCORES
from features.facts.values import LeadId
from features.rows.feature import Value
from features.rows.source_rates import SourceRates
from models.abc_rules import RuleGrade
from models.score import Score

AT_A_TIME = 64
"""So many scores are made ready for the database in one go: while it stores them, whoever answers has the interpreter."""
READ_AT_ONCE = 2_000
READ_BEFORE = timedelta(minutes=10)
"""Longer than a forgetting takes, and than clocks of machines differ."""
ASKED_AT_ONCE = 1_000
COLUMNS = (
    "lead_id", "at_us", "probability", "log_odds", "rules_grade", "refined_grade", "model_version", "number", "rates_number",
    "rates_us", "company_hash", "kind", "row",
)  # fmt: skip


class LoggedScore(NamedTuple):
    """A score as logged.

    ``number`` is the storage number up to which the lead's facts were known, ``rates_number`` and ``rates_midnight``
    say the same of the source rates, ``company_hash`` names the version of ``company.yaml``: with these four the row is
    rebuilt from the facts. ``kind`` is "asked" for a lead that was only asked about, and so can't be rebuilt.
    """

    lead_id: LeadId | None
    at: datetime
    probability: float
    log_odds: float
    rules_grade: str
    refined_grade: str
    model_version: str | None
    number: int
    rates_number: int
    rates_midnight: datetime | None
    company_hash: str
    kind: Literal["stored", "asked"]
    row: Mapping[str, Value]
    id: int | None = None


@dataclass(frozen=True, slots=True)
class FirstScore:
    """The first score that was logged of a stored lead."""

    lead_id: LeadId
    at: datetime
    probability: float
    model_version: str | None


@dataclass(frozen=True, slots=True)
class ServedGrade:
    """What a logged score said of a lead: its refined grade, and by which model (None: the rules alone)."""

    at: datetime
    probability: float
    grade: RuleGrade
    model_version: str | None


def logged(
    score: Score, row: Mapping[str, Value], rates: SourceRates, *, number: int, company_hash: str
) -> LoggedScore:
    """Return what the log keeps of a score; ``number`` is the storage number up to which the lead's facts were known."""
    kind: Literal["stored", "asked"] = "asked" if score.lead_id is None else "stored"
    return LoggedScore(
        score.lead_id, score.moment, score.probability, score.log_odds, score.grading.grade, score.refined_grade,
        score.model_version, number, rates.number, rates.midnight, company_hash, kind, row,
    )  # fmt: skip


class ScoreLog:
    """The scores in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def remember(self, scores: Sequence[LoggedScore]) -> None:
        """Keep scores in one transaction, without those that may be made of what a person's forgetting took out of the facts."""
        if scores:
            with writing(self._engine) as connection:
                remember_scores(connection, _without_forgotten(connection, scores))

    def scores_of(self, lead_id: LeadId) -> list[LoggedScore]:
        """Return a lead's scores, the oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(SCORES).where(SCORES.c.lead_id == lead_id).order_by(SCORES.c.id)).all()
        return [_logged(row) for row in rows]

    def last_before(self, asked: Sequence[tuple[LeadId, datetime]]) -> dict[LeadId, ServedGrade]:
        """Return, of each lead, the grade that was served last before a moment; a lead without one is left out."""
        found: dict[LeadId, ServedGrade] = {}
        with reading(self._engine) as connection:
            for start in range(0, len(asked), ASKED_AT_ONCE):
                some = [(lead_id, microseconds(moment)) for lead_id, moment in asked[start : start + ASKED_AT_ONCE]]
                rows = connection.execute(_last_before(some))
                found |= {LeadId(row.lead_id): _served(row) for row in rows}
        return found

    def last_id(self) -> int:
        """Return the id of the score that was logged last; 0 for an empty log."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.max(SCORES.c.id))).scalar_one() or 0

    def leads_scored_since(self, last_id: int) -> set[LeadId]:
        """Return the stored leads of which a score was logged after that one."""
        newer = select(SCORES.c.lead_id).distinct().where(SCORES.c.id > last_id, SCORES.c.lead_id.is_not(None))
        with reading(self._engine) as connection:
            return {LeadId(one) for one in connection.execute(newer).scalars()}

    def first_scores(self, known: Container[LeadId], last_id: int) -> list[FirstScore]:
        """Return the first score of each stored lead that is not among ``known``, of those logged after ``last_id``."""
        columns = (SCORES.c.lead_id, SCORES.c.at_us, SCORES.c.probability, SCORES.c.model_version)
        chosen = select(*columns).where(SCORES.c.id > last_id, SCORES.c.lead_id.is_not(None)).order_by(SCORES.c.id)
        found: dict[LeadId, FirstScore] = {}
        with reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=READ_AT_ONCE).execute(chosen):
                lead_id = LeadId(row.lead_id)
                if lead_id not in found and lead_id not in known:
                    found[lead_id] = FirstScore(lead_id, instant(row.at_us), row.probability, row.model_version)
        return list(found.values())

    def logged_after(self, last_id: int, most: int) -> tuple[list[LoggedScore], int]:
        """Return the scores that were logged after that one, ``most`` at most, and the id of the last of them."""
        newer = select(SCORES).where(SCORES.c.id > last_id).order_by(SCORES.c.id).limit(most)
        with reading(self._engine) as connection:
            found = [_logged(row) for row in connection.execute(newer)]
        return found, (found[-1].id or last_id) if found else last_id

    def last_up_to(self, last_id: int, leads: Collection[LeadId]) -> dict[LeadId, tuple[float, str]]:
        """Return probability and refined grade of the last score of each lead among those logged up to that one."""
        of_lead = (SCORES.c.id <= last_id) & SCORES.c.lead_id.in_(leads)
        newest = select(func.max(SCORES.c.id)).where(of_lead).group_by(SCORES.c.lead_id)
        told = select(SCORES.c.lead_id, SCORES.c.probability, SCORES.c.refined_grade).where(SCORES.c.id.in_(newest))
        with reading(self._engine) as connection:
            return {LeadId(row[0]): (row[1], row[2]) for row in connection.execute(told)}

    def every(self) -> Iterator[LoggedScore]:
        """Yield every score of a stored lead, the oldest first, with bounded memory."""
        chosen = select(SCORES).where(SCORES.c.lead_id.is_not(None)).order_by(SCORES.c.id)
        with reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=READ_AT_ONCE).execute(chosen):
                yield _logged(row)


def remember_scores(connection: Connection, scores: Sequence[LoggedScore]) -> None:
    """Keep scores inside a transaction of the caller's."""
    for start in range(0, len(scores), AT_A_TIME):
        add_rows(connection, SCORES, COLUMNS, [_columns(one) for one in scores[start : start + AT_A_TIME]])


def _without_forgotten(connection: Connection, scores: Sequence[LoggedScore]) -> Sequence[LoggedScore]:
    """Return the scores but those of leads that were forgotten since, or just before: whoever scored may have read them earlier."""
    since = microseconds(min(one.at for one in scores) - READ_BEFORE)
    asked = select(FORGOTTEN.c.lead_id, FORGOTTEN.c.at_us).where(FORGOTTEN.c.at_us >= since)
    forgotten = {row.lead_id: instant(row.at_us) for row in connection.execute(asked)}
    if not forgotten:
        return scores
    return [one for one in scores if one.lead_id not in forgotten or one.at > forgotten[one.lead_id] + READ_BEFORE]


def _last_before(asked: Sequence[tuple[str, int]]) -> Select[Any]:
    """Return what asks in one go for the last score of each lead before its moment."""
    wanted = values(column("lead", String), column("before", BigInteger)).data(asked).cte("wanted")
    before = select(SCORES.c.id).where(SCORES.c.lead_id == wanted.c.lead, SCORES.c.at_us < wanted.c.before)
    last = before.order_by(SCORES.c.at_us.desc(), SCORES.c.id.desc()).limit(1).correlate(wanted).scalar_subquery()
    told = (SCORES.c.lead_id, SCORES.c.at_us, SCORES.c.probability, SCORES.c.refined_grade, SCORES.c.model_version)
    return select(*told).select_from(wanted.join(SCORES, SCORES.c.id == last))


def _served(row: Row[Any]) -> ServedGrade:
    return ServedGrade(instant(row.at_us), row.probability, row.refined_grade, row.model_version)


def _columns(one: LoggedScore) -> tuple[Any, ...]:
    """Return a score as the database takes it."""
    lead_id, at, *same, rates_midnight, company_hash, kind, row, _ = one
    return (
        lead_id,
        microseconds(at),
        *same,
        _midnight_us(rates_midnight),
        company_hash,
        kind,
        orjson.dumps(row).decode(),
    )


@lru_cache(maxsize=64)
def _midnight_us(midnight: datetime | None) -> int | None:
    """Return a midnight as the database takes it; all scores of a day have the same one, told by the clocks of a zone."""
    return None if midnight is None else microseconds(midnight)


def _logged(row: Row[Any]) -> LoggedScore:
    midnight = None if row.rates_us is None else instant(row.rates_us)
    return LoggedScore(
        None if row.lead_id is None else LeadId(row.lead_id), instant(row.at_us), row.probability, row.log_odds,
        row.rules_grade, row.refined_grade, row.model_version, row.number, row.rates_number, midnight,
        row.company_hash, row.kind, orjson.loads(row.row), row.id,
    )  # fmt: skip
