"""A logged row is made again from the facts, whatever was imported or written into company.yaml since."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from features.errors import NotThere
from features.facts.company import Company
from features.facts.company_versions import CompanyVersions
from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.rows.as_of import Gate
from features.rows.feature_row import FixedRates, RowBuilder
from features.rows.rates_timeline import RatesTimeline, last_midnight
from features.rows.source_rates import SourceRates
from models.rebuilding import differences
from models.score import RulesScorer
from models.score_log import LoggedScore, ScoreLog, logged
from tests.models.small_models import windows_company
from tests.support.facts import NOON, call, lead, source, stage

DAY = timedelta(days=1)
TODAY = NOON + 100 * DAY


def settled(store: FactStore, count: int, won: int) -> None:
    """Store leads of long ago from VK, some of which bought."""
    for number in range(count):
        name, at = f"old-{number}", NOON + number * timedelta(minutes=1)
        ending = stage(name, "won" if number < won else "lost", at + DAY)
        store.append([lead(name, at), source(name, at, source="vk"), call(name, at), ending])


def score_now(engine: Engine, company: Company, lead_id: str = "7") -> None:
    """Score a stored lead as the desk does, and log it."""
    store, log = FactStore(engine), ScoreLog(engine)
    history = store.history(LeadId(lead_id))
    number = history.read_up_to
    timeline = RatesTimeline(Gate(company)).learn(store.histories(up_to=number))
    rows = RowBuilder(company, FixedRates(timeline.at(TODAY)))
    known = rows.known(history, TODAY)
    assert known is not None
    row = rows.row(known)
    rates = SourceRates({}, last_midnight(TODAY, company.zone), number)
    company_hash = CompanyVersions(engine).remember(company, moment=TODAY)
    log.remember([logged(RulesScorer().score(known, row), row, rates, number=number, company_hash=company_hash)])


def rebuilt(engine: Engine) -> list[tuple[LoggedScore, list[str]]]:
    return list(differences(FactStore(engine), ScoreLog(engine), engine))


def test_a_row_is_the_same_when_nothing_was_imported_since(engine: Engine) -> None:
    store = FactStore(engine)
    settled(store, 20, 4)
    store.append([lead("7", TODAY - DAY, area=40.0, who="owner"), source("7", TODAY - DAY, source="VK")])
    score_now(engine, windows_company())
    ((one, differing),) = rebuilt(engine)
    assert (one.lead_id, differing) == ("7", [])
    assert one.row["area"] == 40.0
    assert one.row["channel_lift"] != 0.0


def test_what_is_imported_later_changes_no_old_row_though_it_happened_before(engine: Engine) -> None:
    store = FactStore(engine)
    settled(store, 20, 4)
    store.append([lead("7", TODAY - DAY, area=40.0), source("7", TODAY - DAY, source="vk")])
    score_now(engine, windows_company())
    store.append([call("7", TODAY - timedelta(hours=20), need="yes"), lead("7", TODAY - DAY, area=99.0)])
    settled(store, 200, 150)
    assert [differing for _, differing in rebuilt(engine)] == [[]]


def test_a_row_is_rebuilt_under_the_companys_words_of_its_own_time(engine: Engine) -> None:
    store = FactStore(engine)
    settled(store, 20, 4)
    store.append([lead("7", TODAY - DAY, area=40.0), source("7", TODAY - DAY, source="vk")])
    before = windows_company()
    score_now(engine, before)
    rules = {"rules": [{"name": "ВКонтакте", "when": {"source": ["vk"]}}]}
    changed = Company.model_validate(
        before.model_dump() | {"time_zone": "Asia/Vladivostok", "channels": rules, "horizon_days": 5}
    )
    score_now(engine, changed)
    scores = rebuilt(engine)
    assert [differing for _, differing in scores] == [[], []]
    assert [one.row["channel"] for one, _ in scores] == ["vk", "ВКонтакте"]


def test_an_import_that_is_taken_back_later_still_stands_in_the_old_row(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead("7", TODAY - DAY, area=40.0)])
    imports = ImportLog(engine)
    wrong = imports.begin(file="c.csv", sha256="0" * 64, kind="calls", started_at=NOON, exported_at=NOON).id
    store.append([call("7", TODAY - timedelta(hours=3))], import_id=wrong)
    score_now(engine, windows_company())
    store.undo(wrong)
    score_now(engine, windows_company())
    scores = rebuilt(engine)
    assert [one.row["calls_made"] for one, _ in scores] == [1.0, 0.0]
    assert [differing for _, differing in scores] == [[], []]


def test_an_import_that_was_taken_back_before_stands_in_no_row_made_since(engine: Engine) -> None:
    store, company = FactStore(engine), windows_company()
    store.append([lead("7"), source("7", source="vk")])
    imports = ImportLog(engine)
    wrong = imports.begin(file="c.csv", sha256="0" * 64, kind="calls", started_at=NOON, exported_at=NOON).id
    store.append([call("7", TODAY - timedelta(hours=3))], import_id=wrong)
    store.undo(wrong)
    score_now(engine, company)
    (scored, differing), *_ = rebuilt(engine)
    assert (scored.row["calls_made"], differing) == (0.0, [])


def test_a_row_that_was_tampered_with_is_named_with_its_features(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([lead("7", TODAY - DAY, area=40.0)])
    score_now(engine, windows_company())
    ((one, _),) = rebuilt(engine)
    log = ScoreLog(engine)
    log.remember([one._replace(row={**one.row, "area": 41.0, "hour": 3.0}, id=None)])
    assert [differing for _, differing in rebuilt(engine)] == [[], ["area", "hour"]]


def test_only_the_lead_that_is_asked_for_and_only_so_many_are_rebuilt(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append([lead("7", TODAY - DAY), lead("8", TODAY - DAY)])
    for name in ("7", "8", "8"):
        score_now(sqlite_engine, windows_company(), name)
    log = ScoreLog(sqlite_engine)
    assert [one.lead_id for one, _ in differences(store, log, sqlite_engine, lead="8")] == ["8", "8"]
    assert len(list(differences(store, log, sqlite_engine, most=2))) == 2


def test_words_that_were_never_kept_are_named(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append([lead("7", TODAY - DAY)])
    score_now(sqlite_engine, windows_company())
    ((one, _),) = rebuilt(sqlite_engine)
    ScoreLog(sqlite_engine).remember([one._replace(company_hash="gone", id=None)])
    with pytest.raises(NotThere, match="gone"):
        rebuilt(sqlite_engine)
