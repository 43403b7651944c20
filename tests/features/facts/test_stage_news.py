"""Silence is a late file only where news would have come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.stage_news import latest_stage, stage_news
from features.facts.store import FactStore
from features.facts.values import Lead, LeadFact
from tests.support.facts import NOON, lead, stage

DAY = timedelta(days=1)
COMPANY = Company(company="Окна", horizon_days=60)


def told(days: int, *, leads_a_day: int, news_every: int, told_until: int) -> list[LeadFact]:
    """Return leads of so many days, of whom every so-manieth has a stage an hour later, until a day."""
    facts: list[LeadFact] = []
    for number in range(days * leads_a_day):
        at = NOON + number * DAY / leads_a_day
        facts.append(lead(str(number), at))
        if number % news_every == 0 and at < NOON + told_until * DAY:
            facts.append(stage(str(number), "lost", at + timedelta(hours=1)))
    return facts


def until(engine: Engine, facts: Sequence[LeadFact], moment: datetime, company: Company = COMPANY) -> datetime:
    store = FactStore(engine)
    store.append(facts)
    return stage_news(store, company, moment).told_until


@pytest.mark.parametrize("late", [2, 14, 30])
def test_where_many_stages_were_told_and_then_none_outcomes_are_known_up_to_the_last(engine: Engine, late: int) -> None:
    store, moment = FactStore(engine), NOON + 100 * DAY
    store.append(told(100, leads_a_day=10, news_every=2, told_until=100 - late))
    news, last = stage_news(store, COMPANY, moment), latest_stage(store, moment)
    assert last is not None
    assert abs(last - (moment - late * DAY)) < DAY
    assert news.told_until == last
    assert news.leads == pytest.approx(10 * late, abs=3)
    assert bool(news.in_words()) == (late > 3)


def test_a_quiet_week_of_a_company_with_few_stages_is_no_late_file(engine: Engine) -> None:
    facts = told(100, leads_a_day=2, news_every=20, told_until=90)
    assert until(engine, facts, NOON + 100 * DAY) == NOON + 100 * DAY


def test_a_night_without_news_is_no_late_file(engine: Engine) -> None:
    moment = NOON + 99 * DAY
    facts = [
        fact
        for fact in told(100, leads_a_day=48, news_every=1, told_until=100)
        if isinstance(fact, Lead) or fact.known_at < moment - timedelta(hours=12)
    ]
    assert until(engine, facts, moment) == moment


def test_where_no_lead_came_any_more_nothing_is_missing(engine: Engine) -> None:
    facts = told(100, leads_a_day=10, news_every=1, told_until=100)
    assert until(engine, facts, NOON + 300 * DAY) == NOON + 300 * DAY


def test_without_a_window_and_without_any_stage_silence_says_nothing(engine: Engine) -> None:
    moment, facts = NOON + 100 * DAY, told(100, leads_a_day=10, news_every=2, told_until=50)
    assert until(engine, [fact for fact in facts if isinstance(fact, Lead)], moment) == moment
    assert until(engine, facts, moment, Company(company="Окна", horizon_days=None)) == moment


def test_a_stage_that_was_told_later_than_the_moment_is_not_known(engine: Engine) -> None:
    facts = [*told(100, leads_a_day=10, news_every=2, told_until=60), stage("1", "won", NOON + 100 * DAY)]
    assert until(engine, facts, NOON + 90 * DAY) < NOON + 61 * DAY
