"""What is seen of a model before its leads have ended: honest about the young, loud when the market turns."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from features.errors import ModelOutgrown
from features.facts.values import Lead, LeadFact, Stage
from models.artefact import Artefact, champion_version, load_artefact, model_folder
from models.model_registry import MemoryRegistry
from models.model_scorer import ModelScorer
from models.outcomes_so_far import CLOSINGS_TELL
from models.since_report import SINCE, SinceReport, begin_level_anew, load_since, save_since
from monitoring.model_watch import looked_at
from serving.desk.champion import Champion
from tests.support.facts import call, lead, source, stage
from tests.training.small_sets import DAY, START, memory_store, plain_company, retrained_without_pictures

COMPANY = plain_company(horizon=30, calls=False, fields={"role": {"kind": "choice"}})
LEARNED = START + 200 * DAY
A_DAY = 6
"""Leads a day."""


def market(days: int, *, turns: float = 1.0, told_after: float = 0.0, learned: datetime = LEARNED) -> list[LeadFact]:
    """Return leads of which owners buy in two of five cases and tenants in one of ten, each on its fifth day.

    From the day on which the model learned, ``turns`` times as often. Every day something is told of the first lead, so it
    is known up to when outcomes were told; sales are told some days after they were made.
    """
    facts: list[LeadFact] = [stage("0", "meeting", START + day * DAY) for day in range(1, days + 1)]
    for number in range(days * A_DAY):
        at = START + number * DAY / A_DAY
        owner = number % 2 == 0
        rate = (0.4 if owner else 0.1) * (turns if at > learned else 1.0)
        facts.append(lead(str(number), at, role="owner" if owner else "tenant"))
        if (number // 2 * 7 % 20) / 20 < rate:
            facts.append(stage(str(number), "won", at + 5 * DAY, at + (5 + told_after) * DAY))
    return facts


def trained(home: Path, facts: Sequence[LeadFact]) -> Artefact:
    """Return the model that learned from the first two hundred days."""
    done = retrained_without_pictures(
        store=memory_store(facts),
        company=COMPANY,
        home=home,
        registry=MemoryRegistry(),
        cut_off=LEARNED,
        trained_at=LEARNED,
    )
    return load_artefact(done.folder)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder with the model that learned from the market; nobody may change it."""
    home = tmp_path_factory.mktemp("learned")
    trained(home, market(200))
    return home


@pytest.fixture(scope="module")
def artefact(learned: Path) -> Artefact:
    return load_artefact(model_folder(learned, champion_version(learned) or ""))


@pytest.fixture
def home(learned: Path, tmp_path: Path) -> Path:
    """Give a copy of the data folder, to change as the test likes; what came after the model learned did not matter to it."""
    shutil.copytree(learned, tmp_path / "home")
    return tmp_path / "home"


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
    assert abs(report.followed().shift) > 0.2


def fairs_and_partners(days: int) -> list[LeadFact]:
    """Return leads of which every third buys: a partner's within two days, a fair's in one to two weeks.

    As many came of each until the model learned; since then a fair is on, and all leads are its own.
    """
    facts: list[LeadFact] = [stage("0", "meeting", START + day * DAY) for day in range(1, days + 1)]
    for number in range(days * A_DAY):
        at = START + number * DAY / A_DAY
        fair = number % 2 == 0 or at > LEARNED
        facts += [lead(str(number), at, role="owner"), source(str(number), at, source="fair" if fair else "partner")]
        if number // 2 % 3 == 0:
            took = (1 + number // 6 % 7 / 6) * (8 if fair else 1)
            facts.append(stage(str(number), "won", at + took * DAY))
    return facts


def test_a_fair_whose_buyers_take_weeks_is_no_market_that_fell(tmp_path: Path) -> None:
    model = trained(tmp_path, fairs_and_partners(200))
    assert model.delay is not None
    assert model.delay["longer"]["fair"] > 5 * model.delay["longer"]["partner"]
    report = seen(model, fairs_and_partners(220), LEARNED + 20 * DAY)
    assert report.together is not None
    assert report.together.verdict == "as_expected"
    assert abs(report.followed().shift) < 0.15
    plain = replace(model, delay={name: model.delay[name] for name in ("days", "shares")})
    as_all = seen(plain, fairs_and_partners(220), LEARNED + 20 * DAY)
    assert as_all.together is not None
    assert as_all.together.verdict == "fewer"


def test_what_came_later_than_the_moment_is_not_seen(artefact: Artefact) -> None:
    moment = LEARNED + 12 * DAY
    facts = market(222, turns=2.0)
    by_then = [fact for fact in facts if fact.known_at <= moment]
    assert seen(artefact, facts, moment) == seen(artefact, by_then, moment)


def test_sales_that_are_told_a_week_late_are_no_market_that_fell(tmp_path: Path) -> None:
    facts = market(215, told_after=7.0)
    report = seen(trained(tmp_path, market(200, told_after=7.0)), facts, LEARNED + 15 * DAY)
    assert report.together is not None
    assert report.together.bought == pytest.approx(report.together.expected, abs=3)
    assert abs(report.followed().shift) < 0.1


def test_silence_since_the_last_news_of_sales_lowers_nothing(artefact: Artefact) -> None:
    facts = [fact for fact in market(245) if fact.known_at <= LEARNED + 20 * DAY or not isinstance(fact, Stage)]
    then, weeks_later = (seen(artefact, facts, LEARNED + days * DAY) for days in (20, 45))
    assert weeks_later.told_until == then.told_until
    assert weeks_later.followed() == then.followed()
    assert (weeks_later.together, weeks_later.cohorts) == (then.together, then.cohorts)


def test_sales_without_a_call_move_no_level_where_nobody_tells_who_of_such_leads_did_not_buy(tmp_path: Path) -> None:
    company = plain_company(horizon=30, calls=True, fields={"role": {"kind": "choice"}})
    facts = market(230)
    facts += [call(one.lead_id, one.at + DAY / 24) for one in facts if isinstance(one, Lead)]
    for number in range(230 * 2):
        at = START + number * DAY / 2
        facts += [lead(f"alone {number}", at, role="owner")]
        facts += [stage(f"alone {number}", "won", at + 5 * DAY)] if number % 4 == 0 else []
    store = memory_store(facts)
    done = retrained_without_pictures(
        store=store, company=company, home=tmp_path, registry=MemoryRegistry(), cut_off=LEARNED, trained_at=LEARNED
    )
    model = load_artefact(done.folder)
    assert model.about[CLOSINGS_TELL] == ["unreached"]
    assert "were sold to without a recorded call, and taught nothing" in " ".join(done.notes)
    report = looked_at(store, company, model, moment=LEARNED + 30 * DAY)
    assert report.together is not None
    assert report.together.leads == pytest.approx(30 * A_DAY, abs=2)
    assert report.together.verdict == "as_expected"


def test_leads_are_held_against_what_they_were_served_and_not_what_the_tables_alone_say(artefact: Artefact) -> None:
    facts = market(245, turns=2.0)
    report: SinceReport | None = None
    for day in range(1, 46, 4):
        report = seen(artefact, facts, LEARNED + day * DAY, report)
    alone = seen(artefact, facts, LEARNED + 45 * DAY)
    assert report is not None
    assert report.together is not None
    assert alone.together is not None
    assert report.together.expected > 1.2 * alone.together.expected


def test_another_window_than_the_model_learned_with_is_refused_with_the_remedy(artefact: Artefact) -> None:
    company = plain_company(horizon=None, calls=False, fields={"role": {"kind": "choice"}})
    with pytest.raises(ModelOutgrown, match=r"30 days.*none.*leadloop train"):
        looked_at(memory_store(market(201)), company, artefact, moment=LEARNED + DAY)


YOUNG = plain_company(horizon=90, calls=False, fields={"role": {"kind": "choice"}})
SEVENTY_DAYS = START + 70 * DAY


@pytest.fixture(scope="module")
def taught_sooner(tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """Give the model of a company that counts ninety days and had sold for seventy."""
    done = retrained_without_pictures(
        store=memory_store(market(70)), company=YOUNG, home=tmp_path_factory.mktemp("young"), registry=MemoryRegistry(),
        cut_off=SEVENTY_DAYS, trained_at=SEVENTY_DAYS,
    )  # fmt: skip
    return load_artefact(done.folder)


@pytest.mark.parametrize(("turns", "verdict"), [(1.0, "as_expected"), (2.0, "more")])
def test_the_level_of_a_model_that_a_shorter_window_taught_is_followed(
    taught_sooner: Artefact, turns: float, verdict: str
) -> None:
    assert (taught_sooner.horizon_days, taught_sooner.own_days) == (45, 90)
    facts = market(95, turns=turns, learned=SEVENTY_DAYS)
    report = looked_at(memory_store(facts), YOUNG, taught_sooner, moment=SEVENTY_DAYS + 25 * DAY)
    assert report.together is not None
    assert (report.together.leads, report.together.verdict) == (25 * A_DAY - 1, verdict)
    assert (report.followed().shift > 0.2) == (turns > 1)


def test_who_buys_after_the_window_that_taught_a_model_is_no_buyer_to_it(taught_sooner: Artefact) -> None:
    moment = SEVENTY_DAYS + 60 * DAY
    came = [lead(f"late {n}", SEVENTY_DAYS + DAY, role="owner") for n in range(20)]
    seen_at_all, seen_late = (
        looked_at(
            memory_store([*market(130), *came, *(stage(one.lead_id, "won", one.at + days * DAY) for one in came)]),
            YOUNG, taught_sooner, moment=moment,
        ).together
        for days in (44, 46)
    )  # fmt: skip
    assert seen_at_all is not None
    assert seen_late is not None
    assert (seen_late.leads, seen_late.bought) == (seen_at_all.leads, seen_at_all.bought - 20)


def test_a_model_that_a_shorter_window_taught_is_outgrown_where_the_companys_own_changed(
    taught_sooner: Artefact,
) -> None:
    company = plain_company(horizon=45, calls=False, fields={"role": {"kind": "choice"}})
    with pytest.raises(ModelOutgrown, match=r"90 days.*45 days.*leadloop train"):
        looked_at(memory_store(market(71)), company, taught_sooner, moment=SEVENTY_DAYS + DAY)


def test_a_model_that_serves_again_begins_from_the_level_it_learned(home: Path, artefact: Artefact) -> None:
    facts, model = market(222, turns=2.0), artefact
    folder = model_folder(home, model.version)
    report = seen(model, facts, LEARNED + 22 * DAY)
    save_since(report, folder)
    begin_level_anew(model, folder)
    kept = load_since(folder)
    assert kept is not None
    assert kept.followed() == model.followed
    assert kept.looks == report.looks


def test_where_losses_are_closed_soon_and_sales_late_a_steady_market_moves_no_level(tmp_path: Path) -> None:
    """Leads closed before the model learned, but too young to be asked then, count later with those closed late."""
    company = plain_company(horizon=None, calls=False, fields={"role": {"kind": "choice"}})
    facts: list[LeadFact] = []
    for number in range(280 * A_DAY):
        at, buys = START + number * DAY / A_DAY, number * 7 % 20 < 5
        facts.append(lead(str(number), at, role="owner"))
        facts.append(stage(str(number), "won" if buys else "lost", at + (30 if buys else 3) * DAY))
    done = retrained_without_pictures(
        store=memory_store(facts), company=company, home=tmp_path, registry=MemoryRegistry(), cut_off=LEARNED,
        trained_at=LEARNED,
    )  # fmt: skip
    model = load_artefact(done.folder)
    assert model.ripe_after == pytest.approx(30, abs=1)
    for days in (20, 45, 75):
        level = looked_at(memory_store(facts), company, model, moment=LEARNED + days * DAY).followed()
        assert abs(level.believed[0]) < 0.15


def test_without_a_window_a_file_that_told_all_closings_at_once_says_nothing_of_the_level(tmp_path: Path) -> None:
    company = plain_company(horizon=None, calls=False, fields={"role": {"kind": "choice"}})
    leads = [fact for fact in market(200) if fact.known_at <= LEARNED and not isinstance(fact, Stage)]
    ended = [
        stage(fact.lead_id, "won" if int(fact.lead_id) % 5 == 0 else "lost", LEARNED) for fact in leads[: 180 * A_DAY]
    ]
    done = retrained_without_pictures(
        store=memory_store([*leads, *ended]), company=company, home=tmp_path, registry=MemoryRegistry(),
        cut_off=LEARNED + DAY, trained_at=LEARNED + DAY,
    )  # fmt: skip
    model = load_artefact(done.folder)
    assert model.ripe_after is None
    more = [lead(f"new {n}", LEARNED + 2 * DAY, role="owner") for n in range(40)]
    sold = [stage(f"new {n}", "won", LEARNED + 3 * DAY) for n in range(40)]
    report = looked_at(memory_store([*leads, *ended, *more, *sold]), company, model, moment=LEARNED + 4 * DAY)
    assert report.followed() == model.followed


def test_a_lead_with_a_word_that_no_lead_had_is_unlike_those_it_learned_from(artefact: Artefact) -> None:
    facts = [*market(203), lead("new", LEARNED + DAY, role="a co-operative")]
    report = seen(artefact, facts, LEARNED + 2 * DAY)
    assert report.together is not None
    assert report.together.unlike == 1
    assert report.unlike_learned < 0.05


def test_the_history_keeps_each_days_last_look(artefact: Artefact) -> None:
    report, facts = None, market(222)
    for hours in (5, 8, 36):
        report = seen(artefact, facts, LEARNED + timedelta(hours=hours), report)
    assert report is not None
    assert [one.at for one in report.looks] == [LEARNED + timedelta(hours=8), LEARNED + timedelta(hours=36)]


def test_what_serves_follows_the_level_without_a_restart(home: Path, artefact: Artefact) -> None:
    facts, model = market(222, turns=2.0), artefact
    champion = Champion(home)
    assert champion.scorer.version == model.version
    report = seen(model, facts, LEARNED + 22 * DAY)
    save_since(report, model_folder(home, model.version))
    champion.look()
    assert isinstance(champion.scorer, ModelScorer)
    served, expected = champion.scorer.artefact, model.at_level(report.followed())
    assert (served.starts, served.level) == (expected.starts, expected.level)
    assert served.level != model.level
    assert load_since(model_folder(home, model.version)) == report


def test_a_damaged_look_is_said_and_the_model_goes_on_at_the_level_it_learned(
    home: Path, artefact: Artefact, caplog: pytest.LogCaptureFixture
) -> None:
    model = artefact
    (model_folder(home, model.version) / SINCE).write_text("{", encoding="utf-8")
    champion = Champion(home)
    assert isinstance(champion.scorer, ModelScorer)
    assert champion.scorer.artefact.level == model.at_level(model.followed).level
    assert "leadloop follow" in caplog.text
