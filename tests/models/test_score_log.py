"""Every score is kept with its row, to the last digit, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, event, insert

from features.facts.codec import microseconds
from features.facts.database import writing
from features.facts.tables import FORGOTTEN
from features.facts.values import LeadId
from features.rows.feature_row import FixedRates, RowBuilder
from features.rows.source_rates import NO_RATES, SourceRates
from models.model_scorer import ModelScorer
from models.score_log import ASKED_AT_ONCE, LoggedScore, ScoreLog, logged
from tests.models.small_models import windows_artefact, windows_company
from tests.support.facts import NOON, history, lead

MIDNIGHT = datetime(2026, 3, 1, 21, tzinfo=UTC)


def a_score(lead_id: str = "7", at: datetime = NOON) -> LoggedScore:
    rows = RowBuilder(windows_company(), FixedRates())
    known = rows.known(history(lead(lead_id, at, area=1 / 3, who="owner")), at)
    assert known is not None
    row = rows.row(known)
    score = ModelScorer(windows_artefact()).score(known, row)
    rates = SourceRates({}, MIDNIGHT, 4)
    return logged(score, row, rates, number=5, company_hash="0123456789abcdef")


def test_a_score_comes_back_as_it_was_given(engine: Engine) -> None:
    log, given = ScoreLog(engine), a_score()
    log.remember([given])
    (found,) = log.scores_of(LeadId("7"))
    assert found.id is not None
    assert found._replace(id=None) == given
    assert found.row["area"] == 1 / 3
    assert found.row["last_call_result"] is None


def test_before_any_rates_were_counted_there_is_no_midnight(engine: Engine) -> None:
    log = ScoreLog(engine)
    log.remember([a_score()._replace(rates_midnight=None, model_version=None)])
    (found,) = log.scores_of(LeadId("7"))
    assert (found.rates_midnight, found.model_version) == (None, None)


def test_a_leads_scores_come_in_the_order_in_which_they_were_given(engine: Engine) -> None:
    log = ScoreLog(engine)
    moments = [NOON + timedelta(hours=hours) for hours in (5, 1, 3)]
    log.remember([a_score(at=moments[0]), a_score("8", NOON)])
    log.remember([a_score(at=moments[1]), a_score(at=moments[2])])
    assert [one.at for one in log.scores_of(LeadId("7"))] == moments
    assert [one.lead_id for one in log.every()] == ["7", "8", "7", "7"]


def test_a_lead_that_was_only_asked_about_is_kept_apart_and_belongs_to_nobody(engine: Engine) -> None:
    rows = RowBuilder(windows_company(), FixedRates())
    known = rows.known(history(lead("")), NOON)
    assert known is not None
    row = rows.row(known)
    score = ModelScorer(windows_artefact()).score(known, row)
    asked = logged(score, row, NO_RATES, number=0, company_hash="x")
    log = ScoreLog(engine)
    log.remember([asked, a_score()])
    assert (asked.kind, asked.lead_id) == ("asked", None)
    assert [one.kind for one in log.every()] == ["stored"]


def test_nothing_to_remember_is_no_mistake(engine: Engine) -> None:
    ScoreLog(engine).remember([])
    assert list(ScoreLog(engine).every()) == []
    assert ScoreLog(engine).scores_of(LeadId("nobody")) == []


def test_the_last_scores_before_their_moments_come_in_one_query_for_all_leads(engine: Engine) -> None:
    log, hour = ScoreLog(engine), timedelta(hours=1)
    graded = [(NOON, "C"), (NOON + 2 * hour, "A"), (NOON + hour, "B"), (NOON + hour, "non_target")]
    log.remember(
        [a_score(name)._replace(at=at, refined_grade=grade) for at, grade in graded for name in ("7", "8", "9")]
    )
    queries: list[str] = []

    def noted(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        queries.append(statement)

    event.listen(engine, "before_cursor_execute", noted)
    found = log.last_before(
        [(LeadId("7"), NOON + 2 * hour), (LeadId("8"), NOON + hour), (LeadId("9"), NOON), (LeadId("none"), NOON)]
    )
    event.remove(engine, "before_cursor_execute", noted)
    assert {name: (one.at, one.grade) for name, one in found.items()} == {
        "7": (NOON + hour, "non_target"),
        "8": (NOON, "C"),
    }
    assert sum("scores" in one for one in queries) == 1


def test_more_leads_than_go_into_one_query_are_all_answered(engine: Engine) -> None:
    log, names = ScoreLog(engine), [LeadId(str(n)) for n in range(ASKED_AT_ONCE + 1)]
    log.remember([a_score(names[0]), a_score(names[-1])])
    assert set(log.last_before([(name, NOON + timedelta(hours=1)) for name in names])) == {names[0], names[-1]}
    assert log.last_before([]) == {}


def test_who_was_scored_since_is_known_by_the_logs_ids(engine: Engine) -> None:
    log = ScoreLog(engine)
    assert (log.last_id(), log.leads_scored_since(0)) == (0, set())
    log.remember([a_score("7")])
    first = log.last_id()
    log.remember([a_score("8"), a_score()._replace(lead_id=None)])
    assert (log.leads_scored_since(first), log.leads_scored_since(log.last_id())) == ({LeadId("8")}, set())


def test_a_leads_first_score_is_read_once_whatever_it_is_given_later(engine: Engine) -> None:
    log = ScoreLog(engine)
    log.remember(
        [
            a_score(),
            a_score("8")._replace(probability=0.5),
            a_score(at=NOON + timedelta(hours=2))._replace(probability=0.9),
        ]
    )
    (seven, eight) = log.first_scores((), 0)
    assert (seven.lead_id, seven.at, seven.probability) == ("7", NOON, a_score().probability)
    assert (eight.lead_id, eight.probability) == ("8", 0.5)
    last = log.last_id()
    log.remember([a_score(), a_score("9")])
    assert [one.lead_id for one in log.first_scores({LeadId("7"), LeadId("8")}, last)] == ["9"]


def test_a_score_that_was_made_of_a_lead_before_it_was_forgotten_is_not_logged_after(engine: Engine) -> None:
    log, later = ScoreLog(engine), NOON + timedelta(hours=1)
    with writing(engine) as connection:
        connection.execute(insert(FORGOTTEN).values(lead_id="7", token="a1", at_us=microseconds(NOON)))
    log.remember([a_score("7", NOON - timedelta(seconds=2)), a_score("8"), a_score("7", NOON + timedelta(seconds=30))])
    log.remember([a_score("7", later), a_score("7", later)])
    assert [(one.lead_id, one.at) for one in log.every()] == [("8", NOON), ("7", later), ("7", later)]
