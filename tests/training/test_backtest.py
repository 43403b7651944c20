"""The past replayed: nothing later is seen, nothing open is taken for lost, and what is found is what was there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest

from features.errors import NothingToLearn
from features.facts.company import Abc, Company
from features.facts.values import LeadFact
from models.backtest_report import BASE_RATE, MODEL, RULES, BacktestReport
from tests.support.facts import call, lead, stage
from tests.training.small_sets import DAY, START, invented_facts, memory_store, plain_company
from training import backtest
from training.backtest import Replay, backtest_report, replay_of
from training.choices import RUNGS
from training.dataset import TrainingSet
from training.rung_models import SETTLED_ALONE, Learned, learned

COMPANY = plain_company(horizon=30)
NOW = START + 260 * DAY
HOUR = timedelta(hours=1)
COUNT = 1200


def owners_buy(area: float, owner: str, passed: float) -> float:
    """Return the chance of a company in which owners of large offices buy."""
    return (0.35 if owner == "yes" else 0.05) * (1.3 if area > 60 else 0.7)


FACTS = invented_facts(COUNT, owners_buy)


def replay(
    facts: Sequence[LeadFact] = FACTS, company: Company = COMPANY, read_at: datetime = NOW, every: int = 8
) -> Replay:
    return replay_of(memory_store(facts), company, read_at=read_at, every_weeks=every)


@pytest.fixture(scope="module")
def report() -> BacktestReport:
    """Give the report of the company in which owners buy, learned anew every eight weeks."""
    return backtest_report(replay())


def test_the_model_finds_more_of_the_buyers_first_than_the_rules_and_says_how_many(report: BacktestReport) -> None:
    whole = report.overall
    assert whole.judged is not None
    assert whole.more_than_rules is not None
    assert whole.more_than_rules.low > 0
    assert whole.judged[MODEL].over_base.high < 1
    found = {name: one.found.value for name, one in whole.judged.items()}
    assert found[MODEL] - found[RULES] == pytest.approx(whole.more_than_rules.value)
    assert found[BASE_RATE] == pytest.approx(0.2 * whole.sales)


def test_every_rung_is_judged_alone_on_the_same_leads(report: BacktestReport) -> None:
    assert set(report.contenders) == {MODEL, RULES, BASE_RATE, SETTLED_ALONE, *RUNGS}
    for period in report.periods:
        if period.judged and period.learned_leads:
            assert set(period.judged) == set(report.contenders)


def test_what_was_foretold_came_true_within_what_chance_allows(report: BacktestReport) -> None:
    learned_ = [one for one in report.periods if one.learned_leads]
    sales = sum(one.tally.sales for one in learned_)
    assert abs(sum(one.expected for one in learned_) - sales) < 3 * np.sqrt(sales)


def test_months_and_periods_hold_the_same_leads_and_sales(report: BacktestReport) -> None:
    for name in ("arrived", "settled", "sales", "open", "never_called", "left_out"):
        by_month, by_period = (
            sum(getattr(one.tally, name) for one in those) for those in (report.months, report.periods)
        )
        assert by_month == by_period, name
    expected = sum(one.expected for one in report.periods)
    assert sum(one.expected for one in report.months) == pytest.approx(expected)
    for tally in [*(one.tally for one in report.months), *(one.tally for one in report.periods)]:
        assert tally.arrived == tally.settled + tally.open + tally.never_called + tally.left_out


def test_a_model_left_alone_is_judged_on_later_leads_beside_the_renewed_one(report: BacktestReport) -> None:
    first = report.left_alone[0]
    assert first.over_renewed is not None
    assert first.leads == sum(one.tally.settled for one in report.periods if one.since > first.since)
    assert first.over_renewed.low <= first.over_renewed.value <= first.over_renewed.high


def test_a_market_that_turned_leaves_a_model_behind_that_was_left_alone() -> None:
    def turned(area: float, owner: str, passed: float) -> float:
        return 0.3 if (owner == "yes") == (passed < 0.5) else 0.05

    told = backtest_report(replay(invented_facts(1000, turned)))
    assert told.left_alone[0].over_renewed is not None
    assert told.left_alone[0].over_renewed.low > 1


def test_open_leads_and_those_nobody_reached_are_counted_and_never_lost() -> None:
    last = START + 199 * DAY
    young = [fact for n in range(50) for fact in (lead(f"y{n}", last), call(f"y{n}", last + HOUR))]
    silent = [lead(f"s{n}", START + 100 * DAY) for n in range(70)]
    told = invented_facts(400, owners_buy)
    plain = backtest_report(replay(told, read_at=last + 10 * DAY))
    more = backtest_report(replay([*told, *young, *silent], read_at=last + 10 * DAY))
    for before, after in zip(plain.periods, more.periods, strict=True):
        assert (after.tally.settled, after.tally.sales) == (before.tally.settled, before.tally.sales)
        assert after.expected == pytest.approx(before.expected, rel=0.02)
    assert sum(b.tally.open - a.tally.open for a, b in zip(plain.periods, more.periods, strict=True)) == 50
    assert (
        sum(b.tally.never_called - a.tally.never_called for a, b in zip(plain.periods, more.periods, strict=True)) == 70
    )


def test_a_model_is_chosen_for_as_long_as_the_one_before_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float | None] = []

    def noted(data: TrainingSet, rules: Abc, *, window: float | None, seed: int, ahead: float | None) -> Learned:
        waited.append(ahead)
        return learned(data, rules, window=window, seed=seed, ahead=ahead)

    monkeypatch.setattr(backtest, "learned", noted)
    seen = replay(invented_facts(600, owners_buy), every=8)
    backtest_report(seen)
    assert waited[0] is None
    assert len(waited) > 2
    settled = [seen.book.training_set(one) for one in seen.moments[: len(waited)]]
    for data, before, share in zip(settled[1:], seen.moments, waited[1:], strict=False):
        later = data.created[data.at_arrival] > before.timestamp()
        assert share == pytest.approx(float(later.mean()))


def test_what_became_known_after_a_moment_changes_no_score_of_that_moment() -> None:
    moment = replay().moments[1]
    until_then: list[LeadFact] = [fact for fact in FACTS if fact.known_at <= moment]
    coming: list[LeadFact] = [
        lead("coming", moment + timedelta(seconds=1), area=90.0, owner="yes"),
        call("coming", moment + HOUR),
    ]
    misleading: list[LeadFact] = [
        stage(str(fact.lead_id), "won" if fact.lead_id > "L00400" else "lost", moment + DAY)
        for fact in {fact.lead_id: fact for fact in until_then}.values()
    ]
    said = []
    truth: list[LeadFact] = [fact for fact in FACTS if fact.known_at > moment]
    nothing: list[LeadFact] = []
    for later in (nothing, misleading, truth):
        book = replay([*until_then, *later, *coming, lead("last", NOW - DAY)]).book
        taught = learned(book.training_set(moment), COMPANY.abc_at(moment), window=30)
        arrivals = book.arrivals(moment, moment + timedelta(seconds=2))
        assert len(arrivals) == 1
        said.append({name: p.tolist() for name, p in taught.probabilities(arrivals).items()})
    assert said[0] == said[1] == said[2]


def test_a_period_with_few_settled_leads_is_counted_and_not_judged() -> None:
    told = backtest_report(replay(invented_facts(500, owners_buy), every=4))
    few = [one for one in told.periods if 0 < one.tally.settled < 100]
    assert few
    assert all(one.judged is None for one in few)
    assert told.state == "judged"  # all together are enough


def test_before_anything_is_settled_the_companys_guesses_serve_and_few_leads_are_not_judged() -> None:
    told = backtest_report(replay(invented_facts(30, owners_buy)))
    assert told.state == "too_few"
    learned = [one.learned_leads for one in told.periods]
    assert learned == sorted(learned)
    assert learned[-1] <= 30
    assert all(one.judged is None for one in told.periods)


def test_without_a_horizon_closed_leads_are_judged_and_open_ones_counted() -> None:
    company = plain_company(horizon=None)
    still_open = [
        fact for n in range(20) for fact in (lead(f"o{n}", START + 150 * DAY), call(f"o{n}", START + 151 * DAY))
    ]
    told = backtest_report(replay([*invented_facts(600, owners_buy), *still_open], company))
    assert told.horizon_days is None
    assert told.state == "judged"
    assert sum(one.tally.open for one in told.periods) == 20
    assert sum(one.tally.settled for one in told.periods) > 400


def test_without_a_settled_lead_there_is_nothing_to_replay() -> None:
    with pytest.raises(NothingToLearn, match="nothing to replay"):
        replay([lead("x", START)])
    with pytest.raises(NothingToLearn, match="nothing to replay"):
        replay([])


def test_the_past_may_be_replayed_between_two_days() -> None:
    since, until = START + 100 * DAY, START + 150 * DAY
    part = replay_of(memory_store(FACTS), COMPANY, read_at=NOW, since=since, until=until)
    assert since <= part.moments[0] < since + DAY
    assert part.end == until
    assert part.every_weeks == 1
    told = [since <= moment < until for moment in part.moments]
    assert all(told)


def test_a_period_that_a_shorter_window_taught_says_so_and_is_held_to_the_companys_own() -> None:
    facts = invented_facts(3_200, owners_buy, days=200)
    young = backtest_report(replay(facts, plain_company(horizon=90), read_at=START + 320 * DAY, every=4))
    first = young.periods[0]
    assert (first.shorter_window, young.periods[-1].shorter_window) == (67, None)
    assert first.learned_leads > 300
    assert first.tally.settled == first.tally.arrived
    assert first.judged is not None
    assert first.judged[MODEL].over_base.value < 1
    sooner = {one.since for one in young.periods if one.shorter_window}
    assert young.left_alone
    assert sooner.isdisjoint({one.since for one in young.left_alone})
