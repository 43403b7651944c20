"""Alarms and trend are looked over anew when facts came, unless one look takes long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

from sqlalchemy import Engine

from features.facts.store import FactStore
from models.score_log import ScoreLog
from monitoring.alarms.watcher import Watcher
from monitoring.lead_book import LeadBook
from serving.reports.looked_over import Looks
from tests.monitoring.leads import COMPANY
from tests.support.facts import NOON, call, lead, source


def looks(engine: Engine, seconds: Iterator[float]) -> tuple[FactStore, Looks, LeadBook]:
    store = FactStore(engine)
    store.append([lead("7"), source("7", source="vk"), call("7")])
    book = LeadBook(store, COMPANY)
    return store, Looks(book, Watcher(COMPANY, ScoreLog(engine)), lambda _: [], lambda: next(seconds)), book


def test_a_look_holds_while_nothing_came_and_is_taken_anew_when_something_did(sqlite_engine: Engine) -> None:
    store, looked, book = looks(sqlite_engine, (n * 0.001 for n in count()))
    moment = NOON + timedelta(days=2)
    first = looked.at(moment)
    assert looked.at(moment) is first
    assert looked.at(moment + timedelta(minutes=11)) is not first
    again = looked.at(moment + timedelta(minutes=12))
    store.append([lead("8"), source("8", source="vk"), call("8")])
    book.summaries(moment)
    assert looked.at(moment + timedelta(minutes=13)) is not again


def test_a_look_that_took_long_rests_although_something_came(sqlite_engine: Engine) -> None:
    store, looked, book = looks(sqlite_engine, iter([0.0, 1.0, 1.0, 50.0, 102.0, 102.1, 102.1, 102.1]))
    moment = NOON + timedelta(days=2)
    first = looked.at(moment)
    store.append([lead("8"), source("8", source="vk"), call("8")])
    book.summaries(moment)
    assert looked.at(moment) is first
    assert looked.at(moment) is not first
