"""Until leads have lived through the company's window, those who bought soon teach already; then the company's own takes over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from features.errors import NothingToLearn
from features.facts.company import Company
from features.facts.store import FactStore
from features.facts.values import LeadFact
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from models.artefact import champion_version, load_artefact
from models.card import load_card
from models.model_registry import MemoryRegistry
from models.own_window import OwnWindow
from serving.desk.days_rates import DaysRates
from tests.support.facts import call, lead, source, stage
from tests.training.small_sets import (
    DAY,
    START,
    invented_facts,
    memory_store,
    plain_company,
    retrained_without_pictures,
)
from training.columns import LevelColumn
from training.dataset import TrainingSet, training_set
from training.promotion import AS_BEFORE
from training.retrain import Trained
from training.shorter_window import ENOUGH_SALES

COMPANY = plain_company(90)
A_MINUTE = timedelta(minutes=1)


def buyers_after(
    delay: Callable[[np.random.Generator], float], *, leads: int = 700, days: int = 70, rate: float = 0.3
) -> list[LeadFact]:
    """Return leads spread evenly over ``days``, called at once; some buy after a delay, the others stay open."""
    rng = np.random.default_rng(0)
    facts: list[LeadFact] = []
    for number in range(leads):
        name, at = f"L{number:04d}", START + timedelta(days=days * number / leads)
        facts += [lead(name, at), call(name, at + A_MINUTE)]
        if rng.random() < rate:
            facts.append(stage(name, "won", at + timedelta(days=delay(rng))))
    return facts


def soon(rng: np.random.Generator) -> float:
    return float(rng.exponential(8.0))


def taught(facts: list[LeadFact], horizon: int | None = 90, *, at: datetime = START + 70 * DAY) -> TrainingSet:
    """Return what there was to learn from at a moment."""
    return training_set(memory_store(facts), plain_company(horizon), cut_off=at)


@pytest.mark.parametrize(("own", "shorter"), [(90, 45), (80, 40), (365, 45), (91, 45)])
def test_the_longest_part_of_the_window_that_a_quarter_of_the_leads_lived_through_teaches(
    own: int, shorter: int
) -> None:
    data = taught(buyers_after(soon), own)
    assert data.window == shorter
    assert data.own_window is not None
    assert data.own_window.days == own
    old_enough = data.leads / (data.leads + (data.young.leads if data.young else 0))
    assert 0.25 <= old_enough < 0.5


def test_the_window_changes_rarely_while_the_company_grows_older() -> None:
    facts = buyers_after(soon, leads=1_000, days=100)
    assert [taught(facts, 180, at=START + days * DAY).window for days in (62, 70, 80, 88, 92, 99)] == [45] * 4 + [
        67
    ] * 2


def test_a_purchase_after_the_shorter_window_is_none_for_what_is_learned() -> None:
    facts = buyers_after(soon)
    late: list[LeadFact] = [lead("late", START), call("late", START + A_MINUTE), stage("late", "won", START + 50 * DAY)]
    before, after = taught(facts), taught([*facts, *late])
    assert (after.window, after.leads, after.sales) == (45, before.leads + 1, before.sales)


def test_it_is_said_from_when_on_the_companys_own_window_can_teach_and_so_it_does() -> None:
    facts = buyers_after(soon)
    own = taught(facts).own_window
    assert own is not None
    before, after = (taught(facts, at=own.teaches_from + hours * timedelta(hours=1)) for hours in (-1, 1))
    assert (before.window, before.own_window is not None) == (67, True)
    assert (after.window, after.own_window, after.sales) == (90, None, ENOUGH_SALES)


@pytest.mark.parametrize("mean", [30.0, 300.0])
def test_buyers_who_take_as_long_as_the_window_are_waited_for(mean: float) -> None:
    with pytest.raises(NothingToLearn, match=r"older than 90 days.*Until then the rules serve"):
        taught(buyers_after(lambda rng: float(rng.exponential(mean))))


def test_a_few_who_buy_at_once_do_not_speak_for_the_many_who_take_long() -> None:
    """Of those who bought within eleven days nearly all had by half of them; but those are not half of all who buy."""
    with pytest.raises(NothingToLearn):
        taught(buyers_after(lambda rng: 1.0 if rng.random() < 0.15 else float(rng.exponential(60))))


def soon_or_later(rng: np.random.Generator) -> float:
    """Return the delay of buyers of whom three in five buy soon, and two after five to nine weeks."""
    return soon(rng) if rng.random() < 0.6 else float(rng.uniform(36, 66))


def test_a_window_that_told_enough_goes_on_where_the_next_longer_one_does_not() -> None:
    """On day 90 a quarter has lived through 67 days; within those two buyers of five are seen to come late."""
    facts = buyers_after(soon_or_later, leads=2_900, days=97)
    found = [taught(facts, at=START + days * DAY) for days in (70, 85, 91, 92)]
    assert [(data.window, data.own_window is not None, data.teaches) for data in found] == [(45, True, True)] * 4


def test_a_handful_of_leads_by_the_companys_own_window_is_said_not_to_teach() -> None:
    data = taught(buyers_after(lambda rng: float(rng.uniform(30, 88)), leads=1_900, days=95), at=START + 92 * DAY)
    assert (data.window, data.own_window, data.teaches) == (90, None, False)
    assert 0 < data.sales < ENOUGH_SALES
    assert not data.of(np.arange(2)).teaches


def test_sales_too_few_to_tell_how_long_buyers_take_teach_nothing_sooner() -> None:
    with pytest.raises(NothingToLearn):
        taught(buyers_after(soon, rate=0.02))


def test_a_company_without_a_window_and_one_that_has_lived_through_its_own_have_no_shorter_one() -> None:
    for horizon in (30, None):
        data = taught([*buyers_after(soon), stage("L0000", "lost", START + DAY)], horizon)
        assert (data.window, data.own_window) == (horizon, None)


def test_with_sales_enough_the_companys_own_window_teaches_though_most_leads_are_young() -> None:
    data = taught(buyers_after(soon, leads=3_000, days=95), at=START + 95 * DAY)
    assert data.young is not None
    assert data.leads < data.young.leads / 10
    assert data.sales >= ENOUGH_SALES
    assert (data.window, data.own_window) == (90, None)


def test_what_was_known_later_does_not_choose_the_window() -> None:
    facts, at = buyers_after(soon, leads=1_000, days=100), START + 70 * DAY
    then = taught([fact for fact in facts if fact.known_at <= at], at=at)
    now = taught(facts, at=at)
    assert (now.window, now.own_window, now.leads, now.sales) == (then.window, then.own_window, then.leads, then.sales)


def test_a_row_is_the_companys_own_whatever_window_teaches_and_what_is_learned_of_it_is_what_is_served() -> None:
    """How its sources sold is counted by the company's own window alone; of that, hardly begun, a shorter one learns nothing."""
    facts: list[LeadFact] = []
    for day in range(105):
        for of_day in range(2 if day < 20 else 20):
            name, at = f"{day:03d}-{of_day:02d}", START + day * DAY + of_day * A_MINUTE
            channel = "vk" if of_day % 2 else "forum"
            facts += [lead(name, at, area=float(day)), source(name, at, source=channel), call(name, at + A_MINUTE)]
            if (of_day + day) % (3 if channel == "vk" else 8) == 0:
                facts.append(stage(name, "won", at + 5 * DAY))
    store, came = memory_store(facts), START + 104 * DAY + A_MINUTE
    data = training_set(store, COMPANY, cut_off=START + 105 * DAY)
    assert (data.window, data.young is not None) == (45, True)
    assert data.young is not None
    rates = DaysRates(store, Gate(COMPANY))
    rates.count(came)
    rows = RowBuilder(COMPANY, rates)
    known = rows.known(next(one for one in store.histories() if one.lead_id == "104-01"), came)
    assert known is not None
    served = rows.row(known)
    (place,) = np.flatnonzero(data.young.at_arrival & (data.young.created == came.timestamp()))
    for name, column in data.young.columns.items():
        if isinstance(column, LevelColumn):
            code = column.codes[place]
            assert served[name] == (None if code < 0 else column.levels[code]), name
        else:
            value = served[name]
            assert column.values[place] == pytest.approx(np.nan if value is None else value, nan_ok=True), name
    assert isinstance(served["channel_lift"], float)
    assert served["channel_lift"] > 0.02
    assert set(served) - set(data.young.columns) == {"channel_lift", "ad_lift", "offer_lift"}
    assert set(training_set(store, COMPANY, cut_off=START + 105 * DAY, window=90).columns) == set(served)


@cache
def invented() -> FactStore:
    """Return the leads of a company in which half of the owners buy and a tenth of the others, within twenty days."""
    return memory_store(invented_facts(3_000, lambda area, owner, passed: 0.5 if owner == "yes" else 0.1, days=140))


def trained(home: Path, days: int, *, store: FactStore | None = None, company: Company = COMPANY) -> Trained:
    """Train as of some day of the company's life."""
    cut_off = START + days * DAY
    return retrained_without_pictures(
        store=store or invented(), company=company, home=home, registry=MemoryRegistry(), cut_off=cut_off, trained_at=cut_off
    )  # fmt: skip


def test_training_learns_who_buys_before_any_lead_is_settled_and_says_by_which_window(tmp_path: Path) -> None:
    done = trained(tmp_path, 70)
    assert done.promoted
    artefact, card = load_artefact(done.folder), load_card(done.folder)
    assert (artefact.horizon_days, artefact.own_days, artefact.company_days) == (45, 90, 90)
    assert card is not None
    assert (card.horizon_days, card.own_window) == (45, done.data.own_window)
    assert isinstance(card.own_window, OwnWindow)
    assert START + 90 * DAY < card.own_window.teaches_from < START + 100 * DAY
    said = "Too few leads have lived through the company's 90 days yet: it learned who buys within 45 days"
    assert said in " ".join(done.notes)
    text = (done.folder / "card.md").read_text(encoding="utf-8")
    assert said in text
    assert "buys within 45 days of its request" in text
    assert "UTC, counted within 45 days: " in text
    data = done.data
    assert data.young is not None
    arrived = data.young.of(np.flatnonzero(data.young.at_arrival))
    chance, owner = done.candidate.probability(arrived), arrived.columns["owner"]
    assert isinstance(owner, LevelColumn)
    yes = owner.codes == owner.levels.index("yes")
    assert chance[yes].mean() == pytest.approx(0.5, abs=0.08)
    assert chance[~yes].mean() == pytest.approx(0.1, abs=0.05)


def test_a_model_of_the_same_shorter_window_is_made_as_the_one_before_and_fresher(tmp_path: Path) -> None:
    first, second = trained(tmp_path, 70), trained(tmp_path, 85)
    assert [load_artefact(one.folder).horizon_days for one in (first, second)] == [45, 45]
    assert (second.promoted, second.decision.reasons[-1]) == (True, AS_BEFORE)


def test_a_model_of_the_companys_own_window_takes_over_once_it_can_be_learned(tmp_path: Path) -> None:
    trained(tmp_path, 70)
    own = trained(tmp_path, 110)
    artefact, card = load_artefact(own.folder), load_card(own.folder)
    assert (artefact.horizon_days, artefact.own_days) == (90, None)
    assert own.promoted
    assert own.decision.reasons[-2:] == (
        "The champion says who buys within 45 days, this one within 90 days: they cannot be compared.",
        "This one takes its place.",
    )
    assert "champion" not in own.evaluation.differences
    assert card is not None
    assert (card.own_window, card.other_days) == (None, 45)


def test_a_longer_window_that_a_handful_has_lived_through_takes_the_place_of_no_champion(tmp_path: Path) -> None:
    """As after it came out that buyers take long: by 45 days nothing tells enough any more, by 90 there are a few leads."""
    before = trained(tmp_path, 70)
    facts: list[LeadFact] = []
    for number in range(1_900):
        at, owner = START + timedelta(days=number / 20), "yes" if number % 2 else "no"
        facts += [lead(f"S{number}", at, owner=owner), call(f"S{number}", at + A_MINUTE)]
        if owner == "yes" and number % 4 == 1:
            facts.append(stage(f"S{number}", "won", at + timedelta(days=30 + 13 * number % 58)))
    facts.append(stage("S0", "visit", START + 95 * DAY - A_MINUTE))  # so that what the others did not do is known
    few = trained(tmp_path, 95, store=memory_store(facts))
    assert (few.data.window, few.data.teaches) == (90, False)
    assert 0 < few.data.sales < ENOUGH_SALES
    assert few.decision.finds_something
    assert (before.promoted, few.promoted) == (True, False)
    said = "Too few leads have lived through 90 days yet for those to teach: the champion goes on serving."
    assert few.decision.reasons[-1] == said
    assert champion_version(tmp_path) == before.version


def test_a_model_of_as_many_days_that_were_the_companys_own_is_not_held_against_rows_that_lack_its_sources(
    tmp_path: Path,
) -> None:
    trained(tmp_path, 70, company=plain_company(45))
    champion = load_artefact(tmp_path / "models" / str(champion_version(tmp_path)))
    assert (champion.horizon_days, champion.own_days) == (45, None)
    young = trained(tmp_path, 80)
    assert (young.data.window, young.promoted) == (45, True)
    assert "champion" not in young.evaluation.differences
    assert young.decision.reasons[-2:] == (
        "The company counted purchases within 45 days when the champion learned, and within 90 days now: they cannot be compared.",
        "This one takes its place.",
    )
    card = load_card(young.folder)
    assert card is not None
    assert (card.is_other_window, card.other_days, card.champion_company_days) == (True, 45, 45)


def test_a_model_of_a_shorter_window_never_takes_the_place_of_one_of_the_companys_own(tmp_path: Path) -> None:
    """As after an import was taken back: what is left is too young for the window by which the champion learned."""
    own, sooner = trained(tmp_path, 110), trained(tmp_path, 70)
    assert (own.promoted, sooner.promoted, sooner.decision.promote) == (True, False, False)
    assert sooner.decision.reasons[-1] == "The champion, which counts by the longer window, goes on serving."
    assert champion_version(tmp_path) == own.version


def test_facts_known_after_the_cut_off_change_nothing_of_a_model_that_a_shorter_window_taught(tmp_path: Path) -> None:
    cut_off = START + 70 * DAY
    known = [one.fact for history in invented().histories() for one in history.stored if one.fact.known_at <= cut_off]
    done = [trained(tmp_path / "all", 70), trained(tmp_path / "known", 70, store=memory_store(known))]
    models = [(one.folder / "model.json").read_bytes() for one in done]
    assert models[0] == models[1]
