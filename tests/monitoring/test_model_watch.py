"""What is seen of a model before its leads have ended: honest about the young, loud when the market turns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from features.facts.values import LeadFact
from models.artefact import Artefact, load_artefact, model_folder
from models.model_registry import MemoryRegistry
from models.model_scorer import ModelScorer
from models.since_report import SINCE, SinceReport, load_since, save_since
from monitoring.model_watch import looked_at
from serving.champion import Champion
from tests.support.facts import lead, stage
from tests.training.small_sets import DAY, START, memory_store, plain_company
from training.retrain import retrained

COMPANY = plain_company(horizon=30, calls=False, fields={"role": {"kind": "choice"}})
LEARNED = START + 200 * DAY
A_DAY = 6
"""Leads a day."""


def market(days: int, *, turns: float = 1.0) -> list[LeadFact]:
    """Return leads of which owners buy in two of five cases and tenants in one of ten, each on its fifth day.

    From the day on which the model learned, ``turns`` times as often.
    """
    facts: list[LeadFact] = []
    for number in range(days * A_DAY):
        at = START + number * DAY / A_DAY
        owner = number % 2 == 0
        rate = (0.4 if owner else 0.1) * (turns if at > LEARNED else 1.0)
        facts.append(lead(str(number), at, role="owner" if owner else "tenant"))
        if (number // 2 * 7 % 20) / 20 < rate:
            facts.append(stage(str(number), "won", at + 5 * DAY))
    return facts


def trained(home: Path, facts: Sequence[LeadFact]) -> Artefact:
    """Return the model that learned from the first two hundred days."""
    done = retrained(
        store=memory_store(facts),
        company=COMPANY,
        home=home,
        registry=MemoryRegistry(),
        cut_off=LEARNED,
        trained_at=LEARNED,
    )
    return load_artefact(done.folder)


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    return trained(tmp_path_factory.mktemp("learned"), market(200))


def seen(
    artefact: Artefact, facts: Sequence[LeadFact], moment: datetime, before: SinceReport | None = None
) -> SinceReport:
    return looked_at(memory_store(facts), COMPANY, artefact, moment=moment, before=before)


def test_where_nothing_changes_young_leads_are_as_expected_and_the_level_holds(artefact: Artefact) -> None:
    report = seen(artefact, market(245), LEARNED + 45 * DAY)
    assert report.together is not None
    assert report.together.leads == pytest.approx(45 * A_DAY, abs=2)
    assert report.together.verdict == "as_expected"
    assert report.together.expected == pytest.approx(report.together.bought, rel=0.15)
    assert abs(report.followed().shift) < 0.15
    assert report.held[0] == report.held[1] > 3


def test_leads_of_the_last_days_that_could_not_have_bought_yet_are_not_counted_as_lost(artefact: Artefact) -> None:
    report = seen(artefact, market(204), LEARNED + 4 * DAY)
    assert report.together is not None
    assert report.together.bought == 0
    assert report.together.expected < 0.5
    assert report.together.verdict == "not_enough"
    assert abs(report.followed().shift) < 0.05


@pytest.mark.parametrize(("turns", "verdict"), [(0.3, "fewer"), (2.0, "more")])
def test_a_market_that_turned_is_named_before_the_window_of_its_first_leads_has_closed(
    artefact: Artefact, turns: float, verdict: str
) -> None:
    report = seen(artefact, market(230, turns=turns), LEARNED + 30 * DAY)
    assert report.together is not None
    assert report.together.verdict == verdict
    assert (report.followed().shift > 0) == (turns > 1)
    assert abs(report.followed().shift) > 0.3


def test_what_came_later_than_the_moment_is_not_seen(artefact: Artefact) -> None:
    moment = LEARNED + 12 * DAY
    facts = market(222, turns=2.0)
    by_then = [fact for fact in facts if fact.known_at <= moment]
    assert seen(artefact, facts, moment) == seen(artefact, by_then, moment)


def test_a_lead_with_a_word_that_no_lead_had_is_unlike_those_it_learned_from(artefact: Artefact) -> None:
    facts = [*market(200), lead("new", LEARNED + DAY, role="a co-operative")]
    report = seen(artefact, facts, LEARNED + 2 * DAY)
    assert report.together is not None
    assert (report.together.leads, report.together.unlike) == (1, 1)
    assert report.unlike_learned < 0.05


def test_the_history_keeps_each_days_last_look(artefact: Artefact) -> None:
    report, facts = None, market(222)
    for hours in (5, 8, 36):
        report = seen(artefact, facts, LEARNED + timedelta(hours=hours), report)
    assert report is not None
    assert [one.at for one in report.looks] == [LEARNED + timedelta(hours=8), LEARNED + timedelta(hours=36)]


def test_what_serves_follows_the_level_without_a_restart(tmp_path: Path) -> None:
    facts = market(222, turns=2.0)
    model = trained(tmp_path, facts)
    champion = Champion(tmp_path)
    assert champion.scorer.version == model.version
    report = seen(model, facts, LEARNED + 22 * DAY)
    save_since(report, model_folder(tmp_path, model.version))
    champion.look()
    assert isinstance(champion.scorer, ModelScorer)
    served, expected = champion.scorer.artefact, model.at_level(report.followed())
    assert (served.starts, served.level) == (expected.starts, expected.level)
    assert served.level != model.level
    assert load_since(model_folder(tmp_path, model.version)) == report


def test_a_damaged_look_is_said_and_the_model_goes_on_at_the_level_it_learned(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = trained(tmp_path, market(200))
    (model_folder(tmp_path, model.version) / SINCE).write_text("{", encoding="utf-8")
    champion = Champion(tmp_path)
    assert isinstance(champion.scorer, ModelScorer)
    assert champion.scorer.artefact.level == model.at_level(model.followed).level
    assert "leadloop follow" in caplog.text
