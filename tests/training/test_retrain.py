"""From facts to a champion, on a whole simulated company and on invented ones whose truth is known."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import orjson
import pytest

from features.errors import NothingToLearn, UnknownModel
from features.facts.company import Company
from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import LeadFact, Stage
from features.log_odds import log_odds, probability_of
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline
from models.abc_rules import GRADES, guessed_rate
from models.artefact import Artefact, champion_version, load_artefact, model_folder, save_artefact, set_champion
from models.card import load_card
from models.level import unmoved
from models.model_registry import MemoryRegistry
from models.model_scorer import ModelScorer
from models.outcomes_so_far import followed
from models.purchase_model import FieldCells, Part, PurchaseModel
from models.ranking_metrics import MEASURES
from models.refined_grades import GradeBorders
from monitoring.leads_since import leads_since, outcomes_of
from tests.support.machine import REPOSITORY
from tests.training.conftest import NOW, Demo
from tests.training.small_sets import (
    DAY,
    START,
    Chance,
    invented_facts,
    memory_store,
    plain_company,
    retrained_without_pictures,
)
from training.artefact_rows import artefact_probability
from training.choices import RUNGS, chosen
from training.columns import NumberColumn
from training.dataset import label_at, row_moments, training_set
from training.grade_borders import FEWEST_OF_A_GRADE, halves, on_scale_of, when_graded
from training.grade_rates import grade_rates
from training.level_learned import level_carried
from training.promotion import AS_BEFORE, AT_ANY_LOOK
from training.recipe import fitted
from training.retrain import Trained, promote_version, retrained

LAST = START + 240 * DAY


def run(
    facts_chance: Chance,
    home: Path,
    *,
    count: int = 1_200,
    registry: MemoryRegistry | None = None,
    company: Company | None = None,
    cut_off: datetime = LAST,
    promote: bool = True,
    seed: int = 0,
    pictures: bool = False,
) -> Trained:
    """Train on an invented company's leads; pictures are drawn only where they are wanted."""
    learned = retrained if pictures else retrained_without_pictures
    return learned(
        store=invented_store(count, facts_chance), company=company or plain_company(), home=home,
        registry=registry or MemoryRegistry(), cut_off=cut_off, trained_at=LAST, promote=promote, seed=seed,
    )  # fmt: skip


@cache
def invented_store(count: int, chance: Chance) -> FactStore:
    """Return the leads of an invented company as they are stored; a training only reads them."""
    return memory_store(invented_facts(count, chance))


def nothing_predicts(area: float, owner: str, passed: float) -> float:
    return 0.06  # the company's own guess for a lead without a grade


def owners_buy(area: float, owner: str, passed: float) -> float:
    return 0.5 if owner == "yes" else 0.1


def most_buy(area: float, owner: str, passed: float) -> float:
    return 0.7 if owner == "yes" else 0.2


def owners_buy_of_late(area: float, owner: str, passed: float) -> float:
    """Large areas buy a little more all along; owners buy, and others do not, only in the last third."""
    if passed < 0.66:
        return 0.35 if area > 60 else 0.15
    return 0.6 if owner == "yes" else 0.02


@pytest.fixture(scope="module")
def rows(demo: Demo) -> RowBuilder:
    """Give what builds the demo company's rows, as the service would."""
    return RowBuilder(demo.company, RatesTimeline(Gate(demo.company)).learn(demo.store.histories()))


@pytest.fixture(scope="module")
def unpredicted(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Give what was learned where nothing predicts and the guess is right."""
    return run(nothing_predicts, tmp_path_factory.mktemp("unpredicted"), pictures=True)


@pytest.fixture(scope="module")
def far_off(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Give what was learned where nothing predicts and the guess is far off."""
    return run(lambda area, owner, passed: 0.3, tmp_path_factory.mktemp("far-off"))


@pytest.fixture(scope="module")
def followed_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trained, Trained, Path]:
    """Give a champion of 180 days, the one that replaced it at the last, and the data folder; nobody may change it."""
    home, company = tmp_path_factory.mktemp("followed"), plain_company()
    first = run(owners_buy, home, count=3_000, cut_off=START + 180 * DAY, company=company)
    return first, run(owners_buy, home, count=3_000, company=company), home


@pytest.fixture(scope="module")
def unwanted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trained, Path]:
    """Give what was learned where owners buy, and the data folder, when nobody wanted it promoted."""
    home = tmp_path_factory.mktemp("unwanted")
    return run(owners_buy, home, promote=False), home


# The demo company, from its own files to a champion.


def test_the_demo_company_gets_a_champion_that_beats_the_base_rate_and_the_rules(demo: Demo) -> None:
    assert demo.trained.promoted
    assert [reason.split(":")[0] for reason in demo.trained.decision.reasons[:2]] == [
        "Better than the base rate", "Better than the rules alone",
    ]  # fmt: skip
    assert champion_version(demo.home) == demo.registry.version_of("champion") == demo.trained.version
    assert demo.registry.version_of("challenger") == demo.trained.version


def test_it_ranks_the_leads_as_their_hidden_truth_does(demo: Demo, rows: RowBuilder) -> None:
    scorer = ModelScorer(load_artefact(demo.trained.folder))
    pairs = []
    for history in demo.store.histories():
        known = rows.known(history, history.facts[0].known_at)
        assert known is not None
        pairs.append((scorer.probability(known, rows.row(known)), demo.truth.truth[history.lead_id]))
    mine, truth = np.array([p for p, _ in pairs]), np.array([t.chance_if_called_at_once for _, t in pairs])
    ranks = [np.argsort(np.argsort(one)) for one in (mine, truth)]
    assert np.corrcoef(ranks[0], ranks[1])[0, 1] > 0.4
    assert mine.mean() == pytest.approx(demo.truth.share_bought, rel=0.25)


def test_a_batch_has_the_same_probability_as_the_served_scorer(demo: Demo, rows: RowBuilder) -> None:
    """Every row of the training set is built and scored again one by one, as the service would."""
    artefact = load_artefact(demo.trained.folder)
    scorer, data = ModelScorer(artefact), demo.trained.data
    batch = iter(artefact_probability(artefact, data).tolist())
    candidate = demo.trained.candidate.probability(data)
    compared = 0
    settled = [one for one in demo.store.histories() if label_at(one, rows.gate, NOW) is not None]
    for history in settled:
        for moment in row_moments(history, rows.gate, NOW, 0):
            known = rows.known(history, moment)
            assert known is not None
            assert scorer.probability(known, rows.row(known)) == pytest.approx(next(batch), abs=1e-9)
            compared += 1
    assert compared == len(data)
    assert np.abs(artefact_probability(artefact, data) - candidate).max() < 1e-4  # pairs below 1e-6 are left out


def test_the_artefact_counts_the_leads_behind_its_reasons(demo: Demo) -> None:
    artefact, data = load_artefact(demo.trained.folder), demo.trained.data
    assert artefact.average == pytest.approx(data.sales / data.leads)
    for place, grade in enumerate(GRADES):
        mine = data.grade == place
        bought = set(data.lead[mine & (data.outcome > 0)].tolist())
        assert artefact.graded[grade] == (len(set(data.lead[mine].tolist())), len(bought))
    whole = {one.feature: one.whole for one in artefact.model.cells if one.cuts is not None}
    assert (whole["windows"], whole["area"], whole["minutes_since_last_call"]) == (True, False, False)
    for name, is_whole in whole.items():
        column = data.columns[name]
        assert isinstance(column, NumberColumn)
        values = column.values[np.isfinite(column.values)]
        assert is_whole == bool((values == np.round(values)).all())


def test_refined_a_and_b_bought_at_least_as_often_as_the_rules_did_among_the_later_leads_that_set_the_borders(
    demo: Demo,
) -> None:
    borders, data = load_artefact(demo.trained.folder).borders, demo.trained.data
    later = data.of(demo.trained.split.judge)
    rules = demo.company.abc_at(NOW)
    earlier = data.of(demo.trained.split.fit)
    judged = fitted(earlier, rules, chosen(earlier, rules)).probability(later)
    unseen = on_scale_of(judged, demo.trained.candidate.probability(later), later.weight)
    setting = halves(later)[0]
    rows = setting[when_graded(later.of(setting))[0]]
    by_rules = [GRADES[place] for place in later.grade[rows]]
    refined = [borders.grade(p, rule) for p, rule in zip(unseen[rows], by_rules, strict=True)]
    rates = grade_rates(data, rules)
    for grade in ("A", "B"):
        mine, its = (np.array([one == grade for one in of]) for of in (refined, by_rules))
        rate = later.outcome[rows][its].mean() if its.sum() >= FEWEST_OF_A_GRADE else rates[grade]
        assert later.outcome[rows][mine].mean() >= rate


def test_served_grades_are_as_many_as_those_of_the_model_that_was_judged(demo: Demo) -> None:
    artefact, data, card = load_artefact(demo.trained.folder), demo.trained.data, load_card(demo.trained.folder)
    assert card is not None
    later = data.of(demo.trained.split.judge)
    rows, _ = when_graded(later)
    chances = artefact_probability(artefact, later)[rows].tolist()
    served = [artefact.refined_grade(p, GRADES[place]) for p, place in zip(chances, later.grade[rows], strict=True)]
    for grade, (leads, _) in card.grades.refined.items():
        assert served.count(grade) == pytest.approx(2 * leads, rel=0.35, abs=20)


def test_the_card_counts_the_grades_on_the_later_leads_that_had_no_part_in_the_borders(demo: Demo) -> None:
    card, later = load_card(demo.trained.folder), demo.trained.data.of(demo.trained.split.judge)
    assert card is not None
    assert card.grades.others_set_borders
    counted = sum(leads for leads, _ in card.grades.refined.values()) + card.grades.left_out
    assert counted == later.of(halves(later)[1]).leads == later.leads // 2


def test_where_the_rules_alone_serve_a_refined_grade_is_the_rules_own(far_off: Trained) -> None:
    artefact = load_artefact(far_off.folder)
    for grade in ("A", "B", "C", "non_target"):
        assert artefact.refined_grade(probability_of(artefact.starts[grade]), grade) == grade


def test_where_most_leads_buy_more_often_than_the_guess_a_refined_a_is_still_one_of_the_best(tmp_path: Path) -> None:
    done = run(most_buy, tmp_path)
    card, artefact = load_card(done.folder), load_artefact(done.folder)
    assert card is not None
    assert (card.has_tables, card.grades.moment) == (True, "arrival")
    average = done.data.sales / done.data.leads
    assert artefact.borders.a == pytest.approx(average, abs=0.02)  # the guess for an A is 30 %
    leads, sales = card.grades.refined["A"]
    assert leads < 0.6 * sum(count for count, _ in card.grades.refined.values())
    assert sales / leads > 1.4 * average


def test_the_artefact_holds_no_pickle_and_is_text_for_people(demo: Demo) -> None:
    files = {path.name: path for path in demo.trained.folder.rglob("*") if path.is_file()}
    texts = {"model.json", "lightgbm.txt", "card.md", "card.json", "evaluation.json"}
    assert set(files) == texts | {"calibration.png", "gain.png"}
    orjson.loads(files["model.json"].read_bytes())
    assert files["lightgbm.txt"].read_text(encoding="utf-8").startswith("tree")
    assert demo.trained.version in files["card.md"].read_text(encoding="utf-8")
    assert all(files[name].read_bytes().startswith(b"\x89PNG") for name in ("calibration.png", "gain.png"))


def test_the_card_tells_what_it_learned_from_and_on_which_later_leads_it_was_judged(demo: Demo) -> None:
    card, data = load_card(demo.trained.folder), demo.trained.data
    assert card is not None
    assert data.selection is not None
    assert (card.effective_leads, card.not_looked_at) == (data.selection.effective_leads, data.selection.not_looked_at)
    later = data.of(demo.trained.split.judge)
    assert (card.version, card.trained_at, card.cut_off) == (demo.trained.version, NOW, NOW)
    assert (card.learned.leads, card.learned.sales) == (data.leads, data.sales)
    assert (card.judged.leads, card.judged.sales) == (later.leads, later.sales)
    assert card.learned.first < card.judged.first < card.judged.last == card.learned.last
    assert card.promote
    assert card.champion is None
    assert card.reasons == demo.trained.decision.reasons
    assert sum(one.leads for one in card.promised) == later.leads
    graded = sum(leads for leads, _ in card.grades.rules.values())
    assert graded == sum(leads for leads, _ in card.grades.refined.values()) == later.leads // 2 - card.grades.left_out
    assert card.grades.rules["non_target"] == card.grades.refined["non_target"]


def test_where_the_rules_alone_serve_the_refined_grades_of_the_card_are_the_rules_own(unpredicted: Trained) -> None:
    card = load_card(unpredicted.folder)
    assert card is not None
    assert not card.has_tables
    assert not card.grades.others_set_borders
    assert card.grades.refined == card.grades.rules
    assert card.weights == dict.fromkeys(RUNGS, 0.0)
    assert len(card.promised) == 1


def test_every_measure_of_every_group_is_kept_with_its_interval(demo: Demo) -> None:
    told = orjson.loads((demo.trained.folder / "evaluation.json").read_bytes())
    groups = {one["group"]: one for one in told["groups"]}
    assert {"all", "at arrival", "after a call"} <= set(groups)
    assert any(name.startswith("channel ") for name in groups)
    measures = groups["at arrival"]["measures"]["candidate"]
    assert set(measures) == set(MEASURES)
    value, low, high = measures["brier"]
    assert low <= value <= high
    assert set(told["log_loss_differences"]) >= {"rules", "base rate"}


def test_the_record_holds_parameters_and_the_measures_of_every_contender(demo: Demo) -> None:
    (registered,) = demo.registry.models()
    assert {"candidate.auc", "rules.log_loss", "base_rate.brier", "log_loss_minus.rules"} <= set(registered.measures)
    assert registered.measures["candidate.auc.low"] < registered.measures["candidate.auc"]
    assert registered.measures["candidate.auc"] > registered.measures["rules.auc"]
    assert all(isinstance(value, float) for value in registered.measures.values())


def test_counts_behind_every_entry_are_leads_and_not_rows(demo: Demo) -> None:
    model = load_artefact(demo.trained.folder).model
    arrivals = next(part for part in model.parts if part.features == ("role",))
    assert sum(arrivals.leads) == demo.trained.data.leads
    assert sum(arrivals.sales) == demo.trained.data.sales


def test_training_again_on_the_same_facts_finds_nothing_new_to_compare_and_the_same_tables(
    demo: Demo, tmp_path: Path
) -> None:
    again = retrained(
        store=demo.store, company=demo.company, home=tmp_path, registry=MemoryRegistry(), cut_off=NOW, trained_at=NOW
    )
    assert again.version == demo.trained.version
    assert (again.folder / "model.json").read_bytes() == (demo.trained.folder / "model.json").read_bytes()


def test_serving_imports_nothing_that_trains() -> None:
    heavy = ["pandas", "lightgbm", "mlflow", "sklearn", "evidently", "matplotlib", "training"]
    code = f"import sys, serving.app; print(sorted(set({heavy!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Invented companies, whose truth is known.


def test_where_nothing_predicts_it_says_so_and_the_rules_go_on_serving(unpredicted: Trained) -> None:
    done = unpredicted
    assert done.decision.reasons[0].startswith("Nothing beyond the rules predicted on later leads")
    assert done.decision.reasons[0].endswith("the rules go on serving.")
    assert (done.promoted, done.decision.finds_something) == (True, False)
    assert champion_version(done.folder.parent.parent) == done.version  # the rules, at the rates that its leads showed
    assert load_artefact(done.folder).model.parts == ()


def test_where_nothing_predicts_but_the_guess_is_far_off_the_rules_serve_at_the_rate_that_was_seen(
    far_off: Trained,
) -> None:
    assert (far_off.promoted, far_off.decision.finds_something) == (True, False)
    artefact = load_artefact(far_off.folder)
    assert artefact.model.parts == ()
    assert 1 / (1 + math.exp(-artefact.starts["ungraded"])) == pytest.approx(0.3, abs=0.04)


def test_what_truly_drives_sales_is_found_with_its_size(tmp_path: Path) -> None:
    facts = invented_facts(1_200, owners_buy, seed=1)
    done = retrained(
        store=memory_store(facts), company=plain_company(), home=tmp_path, registry=MemoryRegistry(), cut_off=LAST,
        trained_at=LAST,
    )  # fmt: skip
    assert done.promoted
    artefact = load_artefact(done.folder)
    z = {answer: artefact.model.moved({"owner": answer, "area": 55.0}) for answer in ("yes", "no")}
    assert z["yes"] - z["no"] == pytest.approx(log_odds(0.5) - log_odds(0.1), abs=0.5)


def hindsight(cut_off: datetime) -> Artefact:
    """Return a champion that knows what owners do of late, which no candidate of the earlier leads can know."""
    owner = FieldCells("owner", levels=("yes", "no"))
    tables = PurchaseModel([owner], [Part(("owner",), (log_odds(0.6), log_odds(0.02), 0.0, 0.0), (9,) * 4, (1,) * 4)])
    starts = dict.fromkeys(GRADES, 0.0)
    return Artefact(
        "20260101-before",
        cut_off,
        "x",
        starts,
        0.0,
        tables,
        GradeBorders(0.5, 0.2),
        {},
        dict.fromkeys(GRADES, (9, 1)),
        0.1,
        dict.fromkeys(GRADES, 0.01),
        unmoved(-2.0),
        30,
        {"days": [60.0], "shares": [1.0]},
        0.0,
    )


def serve(artefact: Artefact, home: Path) -> None:
    save_artefact(artefact, model_folder(home, artefact.version), text="", card="")
    set_champion(home, artefact.version)


def test_a_worse_candidate_does_not_replace_the_champion(tmp_path: Path) -> None:
    serve(hindsight(START), tmp_path)
    registry = MemoryRegistry()
    done = run(owners_buy_of_late, tmp_path, registry=registry)
    assert not done.promoted
    assert "the champion goes on serving" in " ".join(done.decision.reasons)
    assert champion_version(tmp_path) == "20260101-before"
    assert registry.version_of("challenger") == done.version
    assert registry.version_of("champion") is None


def test_the_rules_alone_do_not_replace_a_champion_that_is_better(tmp_path: Path) -> None:
    serve(hindsight(START), tmp_path)
    blind = plain_company(fields={"owner": {"kind": "yes_no"}})
    done = run(lambda area, owner, passed: (0.25 if passed < 0.66 else owners_buy_of_late(area, owner, passed)), tmp_path,
               company=blind)  # fmt: skip
    assert done.evaluation.differences["rules over champion"].low > 0
    assert not done.promoted
    assert champion_version(tmp_path) == "20260101-before"


def test_a_candidate_is_compared_only_on_leads_settled_after_the_champion_learned(tmp_path: Path) -> None:
    serve(hindsight(LAST), tmp_path)
    done = run(owners_buy, tmp_path, count=400)
    assert "champion" not in done.evaluation.differences
    assert done.decision.reasons[-1].startswith("It cannot be compared with the champion yet")
    assert champion_version(tmp_path) == "20260101-before"


def test_where_sales_are_few_a_tenth_more_of_them_makes_a_candidate_of_the_same_recipe_fresher(tmp_path: Path) -> None:
    first, next_day, later = (
        run(owners_buy, tmp_path, count=120, cut_off=START + day * DAY) for day in (150, 151, 170)
    )
    assert (first.data.sales, next_day.data.sales, later.data.sales) == (16, 17, 18)
    assert next_day.decision.reasons[-1].startswith("It cannot be compared with the champion yet")
    assert later.decision.reasons[-1] == AS_BEFORE
    assert (first.promoted, next_day.promoted, later.promoted) == (True, False, True)


def test_a_fresher_candidate_replaces_the_champion_which_can_be_rolled_back_to(tmp_path: Path) -> None:
    registry = MemoryRegistry()
    first = run(owners_buy, tmp_path, registry=registry, cut_off=START + 150 * DAY)
    second = run(owners_buy, tmp_path, registry=registry)
    assert (first.promoted, second.promoted) == (True, True)
    assert second.decision.reasons[-1] == AS_BEFORE
    assert (
        "rules over champion" in second.evaluation.differences
    )  # should nothing predict any more, the rules may take over
    assert "champion" not in second.evaluation.differences
    assert (registry.version_of("champion"), registry.version_of("previous")) == (second.version, first.version)
    promote_version(first.version, tmp_path, registry)
    assert champion_version(tmp_path) == first.version
    assert (registry.version_of("champion"), registry.version_of("previous")) == (first.version, second.version)


def test_a_champion_that_saw_a_market_turn_does_not_keep_out_one_of_the_same_recipe_that_saw_more_of_it(
    tmp_path: Path,
) -> None:
    """What was fitted on the leads before the judged ones knows nothing of the turn, and would lose to the champion."""

    def turned(area: float, owner: str, passed: float) -> float:
        at_first, of_late = {"yes": (0.3, 0.6), "no": (0.15, 0.02)}[owner]
        return of_late if passed > 0.6 else at_first

    first = run(turned, tmp_path, count=3_000, cut_off=START + 180 * DAY)
    second = run(turned, tmp_path, count=3_000)
    assert (first.decision.as_before, second.decision.as_before) == (False, True)
    assert champion_version(tmp_path) == second.version != first.version


def test_a_fresher_champion_goes_on_with_what_the_one_before_found_of_the_market(
    followed_once: tuple[Trained, Trained, Path],
) -> None:
    """Its own leads it foretells too well; what came after the one before learned says how it is with new ones."""
    first, second, _ = followed_once
    before, after = (load_artefact(one.folder) for one in (first, second))
    found = level_carried(before, second.data, plain_company(), LAST.timestamp())
    assert found is not None
    assert second.decision.as_before
    assert after.followed.gain == found.gain != before.followed.gain
    assert after.followed.beliefs == found.beliefs
    assert [strength for _, strength in after.followed.means] == [strength for _, strength in found.means]


def test_a_champion_that_is_trained_once_more_on_the_same_leads_keeps_its_level(
    followed_once: tuple[Trained, Trained, Path], tmp_path: Path
) -> None:
    """It is written anew under its own name; what the champions before it found of the market must outlive that."""
    second, home = followed_once[1], tmp_path / "home"
    shutil.copytree(followed_once[2], home)
    level = load_artefact(model_folder(home, second.version)).followed
    again = run(owners_buy, home, count=3_000)
    assert again.version == second.version == champion_version(home)
    assert level.gain != 0.0
    assert load_artefact(again.folder).followed == level


def test_a_fresher_model_knows_of_the_market_what_the_champion_found_though_too_few_bought_to_compare_them(
    tmp_path: Path,
) -> None:
    """Nobody can say yet whether it is better; who lets it serve all the same does not begin the level anew."""
    company, cut_off = plain_company(), START + 180 * DAY
    run(owners_buy, tmp_path, count=3_000, cut_off=START + 120 * DAY, company=company)
    champion = load_artefact(run(owners_buy, tmp_path, count=3_000, cut_off=cut_off, company=company).folder)
    later = run(owners_buy, tmp_path, count=3_000, cut_off=cut_off + DAY, company=company)
    found = level_carried(champion, later.data, company, (cut_off + DAY).timestamp())
    level = load_artefact(later.folder).followed
    assert found is not None
    assert (later.promoted, later.decision.as_before) == (False, False)
    assert (level.beliefs, level.gain) == (found.beliefs, found.gain)
    assert level.gain not in (0.0, champion.followed.gain)


def test_a_model_of_an_earlier_day_than_the_champions_knows_nothing_of_what_that_found_of_the_market(
    followed_once: tuple[Trained, Trained, Path], tmp_path: Path
) -> None:
    shutil.copytree(followed_once[2], tmp_path / "served")
    beside_it, alone = (
        run(owners_buy, tmp_path / home, count=3_000, cut_off=START + 150 * DAY) for home in ("served", "alone")
    )
    assert load_artefact(beside_it.folder).followed == load_artefact(alone.folder).followed


def test_what_a_model_gains_by_following_the_leads_that_it_learned_from_does_not_speak_for_following(
    tmp_path: Path,
) -> None:
    """Half of them came after the market had turned, so to follow it would have paid well; but the model knew them all."""

    def turned(area: float, owner: str, passed: float) -> float:
        at_first, of_late = {"yes": (0.3, 0.6), "no": (0.15, 0.02)}[owner]
        return of_late if passed > 0.5 else at_first

    level = load_artefact(run(turned, tmp_path, count=3_000).folder).followed
    assert abs(level.believed[1]) > 0.1
    assert (level.gain, level.paid) == (0.0, 0.5)


def test_a_first_models_level_stays_where_following_its_own_leads_did_not_pay(unwanted: tuple[Trained, Path]) -> None:
    level = load_artefact(unwanted[0].folder).followed
    assert (level.shift, level.strength) == (0.0, 1.0)


def test_what_training_finds_of_the_market_is_what_the_watch_finds(tmp_path: Path) -> None:
    company, cut_off = plain_company(), START + 180 * DAY
    before = load_artefact(run(owners_buy, tmp_path, count=1_200, cut_off=cut_off, company=company).folder)
    store = invented_store(1_200, owners_buy)
    data = training_set(store, company, cut_off=LAST)
    rows = RowBuilder(company, RatesTimeline(Gate(company)).learn(store.histories()))
    outcomes = outcomes_of(list(leads_since(store.histories(), rows, before, now=LAST)), before)
    watched = followed(outcomes, before.followed, cut_off.timestamp(), LAST.timestamp())
    found = level_carried(before, data, company, LAST.timestamp())
    assert found is not None
    assert found.believed == pytest.approx(watched.believed, abs=1e-6)
    assert found.gain == pytest.approx(watched.gain, abs=1e-6)


def test_a_candidate_of_other_words_of_the_company_is_compared_with_the_champion(tmp_path: Path) -> None:
    first = run(owners_buy, tmp_path, cut_off=START + 150 * DAY)
    other = plain_company(fields={"owner": {"kind": "yes_no"}})
    second = run(owners_buy, tmp_path, company=other)
    assert (first.promoted, second.promoted, second.decision.as_before) == (True, True, False)
    assert {"champion", AT_ANY_LOOK} <= set(second.evaluation.differences)
    assert second.decision.reasons[-1].startswith("Not worse than the champion, and fresher")


def test_a_champion_is_judged_as_it_serves_under_the_companys_words_of_today() -> None:
    """A field that the company no longer asks is missing in the batch, as it is for the service."""
    artefact = hindsight(START)
    missing = Part(("owner",), (2.0, -2.0, 0.5, -1.25), (9,) * 4, (1,) * 4)
    artefact = replace(artefact, model=PurchaseModel(artefact.model.cells, [missing]))
    company = plain_company(fields={"area": {"kind": "number"}})
    data = training_set(memory_store(invented_facts(1_200, nothing_predicts)), company, cut_off=LAST)
    served = 1 / (1 + math.exp(-artefact.model.moved({"area": 50.0})))
    assert artefact.model.moved({"area": 50.0}) == -1.25
    assert artefact_probability(artefact, data) == pytest.approx(served)


def test_a_damaged_champion_does_not_keep_a_new_one_from_being_trained(tmp_path: Path) -> None:
    serve(hindsight(START), tmp_path)
    (model_folder(tmp_path, "20260101-before") / "model.json").write_bytes(b"{")
    done = run(owners_buy, tmp_path, count=400)
    assert done.promoted
    assert champion_version(tmp_path) == done.version


def test_a_model_is_not_promoted_where_that_was_not_wanted(unwanted: tuple[Trained, Path]) -> None:
    done, home = unwanted
    assert (done.decision.promote, done.promoted, champion_version(home)) == (True, False, None)


def test_a_candidate_of_other_words_of_the_company_never_overwrites_the_champion(
    unwanted: tuple[Trained, Path], tmp_path: Path
) -> None:
    first, home = unwanted[0], tmp_path / "home"
    shutil.copytree(unwanted[1], home)
    set_champion(home, first.version)
    before = (model_folder(home, first.version) / "model.json").read_bytes()
    rules = {"rates": {"ungraded": 0.5}}
    second = run(owners_buy, home, company=plain_company(abc=rules), promote=False)
    assert second.version != first.version
    assert (model_folder(home, first.version) / "model.json").read_bytes() == before


def test_where_nothing_is_settled_training_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    registry = MemoryRegistry()
    with pytest.raises(NothingToLearn, match="Until then the rules serve"):
        run(owners_buy, tmp_path, registry=registry, count=20, cut_off=START + 5 * DAY)
    assert registry.models() == []
    assert champion_version(tmp_path) is None


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        ({}, r"company\.yaml names no stage of a sale.*Stored: lost \(\d+ stage changes\), won \(\d+ stage changes\)"),
        (
            {"won": ["sold"], "lost": ["lost"]},
            r"stages\.won of company\.yaml: sold.*Stored: lost \(\d+.*the rules serve",
        ),
    ],
)
def test_where_nobody_can_tell_who_bought_nothing_is_learned_and_the_stored_stages_are_named(
    tmp_path: Path, stages: dict[str, list[str]], told: str
) -> None:
    registry = MemoryRegistry()
    with pytest.raises(NothingToLearn, match=told):
        run(owners_buy, tmp_path, count=400, registry=registry, company=plain_company(stages=stages))
    assert (registry.models(), champion_version(tmp_path)) == ([], None)


@pytest.mark.parametrize("stages", [{}, {"won": ["won"], "lost": ["lost"]}])
def test_leads_without_any_stage_teach_nothing_and_are_not_lost(tmp_path: Path, stages: dict[str, list[str]]) -> None:
    leads = [fact for fact in invented_facts(400, owners_buy) if not isinstance(fact, Stage)]
    with pytest.raises(
        NothingToLearn, match=r"an open lead is no lost one.*No stage is stored at all: import the file"
    ):
        retrained_without_pictures(
            store=memory_store(leads), company=plain_company(stages=stages), home=tmp_path, registry=MemoryRegistry(),
            cut_off=LAST, trained_at=LAST,
        )  # fmt: skip


def changed(champion: Trained, **about: object) -> None:
    """Write a champion anew that learned from something else."""
    artefact = load_artefact(champion.folder)
    save_artefact(replace(artefact, about={**artefact.about, **about}), champion.folder, text="", card="")


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"sales": 0}, "The champion learned from no sale: it is no measure, and this one takes its place."),
        (
            {"sold_at": ["paid"]},
            "The champion learned while company.yaml named other stages of a sale: what it promises is another",
        ),
        (
            {"sales": 40},
            "count by what is known today, and it had learned of 40: it is no measure",
        ),
    ],
)
def test_a_champion_that_learned_of_other_sales_than_are_known_today_holds_nobody_back(
    tmp_path: Path, about: dict[str, object], told: str
) -> None:
    first = run(owners_buy, tmp_path, count=400, cut_off=START + 200 * DAY)
    next_day = START + 201 * DAY
    held_back = run(owners_buy, tmp_path, count=400, cut_off=next_day, promote=False)
    assert held_back.decision.reasons[-1].startswith("It cannot be compared with the champion yet")
    changed(first, **about)
    done = run(owners_buy, tmp_path, count=400, cut_off=next_day)
    assert told in done.decision.reasons[-1]
    assert done.promoted
    assert not {"champion", "rules over champion"} & set(done.evaluation.differences)


def stages_until(moment: datetime) -> list[LeadFact]:
    """Return an invented company's leads and calls, and the stages that a file brought which ends at a moment."""
    facts = invented_facts(1_200, owners_buy)
    return [fact for fact in facts if not isinstance(fact, Stage) or fact.known_at <= moment]


def learned_from(store: FactStore, home: Path, cut_off: datetime, trained_at: datetime = LAST) -> Trained:
    return retrained_without_pictures(
        store=store,
        company=plain_company(),
        home=home,
        registry=MemoryRegistry(),
        cut_off=cut_off,
        trained_at=trained_at,
    )


def test_where_the_file_of_stages_ends_weeks_ago_the_model_is_that_of_its_last_day_and_it_says_so(
    tmp_path: Path,
) -> None:
    last, today = START + 170 * DAY, START + 199 * DAY
    late = learned_from(memory_store(stages_until(last)), tmp_path / "late", today)
    artefact = load_artefact(late.folder)
    assert last - DAY < artefact.data_cut_off <= last
    in_time = learned_from(memory_store(stages_until(LAST)), tmp_path / "in-time", artefact.data_cut_off)
    assert late.version == in_time.version
    assert late.notes[0].startswith(f"No stage was told since {artefact.data_cut_off:%Y-%m-%d}, and 1")


def test_what_came_late_is_learned_once_it_came(tmp_path: Path) -> None:
    store, today = memory_store(stages_until(START + 170 * DAY)), START + 199 * DAY
    first = learned_from(store, tmp_path, today)
    store.append(stages_until(LAST))
    second = learned_from(store, tmp_path, today)
    assert (first.promoted, second.promoted, second.decision.reasons[-1]) == (True, True, AS_BEFORE)
    assert load_artefact(second.folder).data_cut_off == today


def test_a_champion_that_had_taken_a_late_file_for_news_that_nobody_bought_holds_nobody_back(tmp_path: Path) -> None:
    store, today = memory_store(stages_until(START + 170 * DAY)), START + 199 * DAY
    first = learned_from(store, tmp_path, today)
    save_artefact(replace(load_artefact(first.folder), data_cut_off=today), first.folder, text="", card="")
    number = ImportLog(store.engine).begin(
        file="stages.csv", sha256="0" * 64, kind="stages", started_at=LAST + DAY, exported_at=LAST + DAY
    ).id  # fmt: skip
    store.append([fact for fact in stages_until(LAST) if isinstance(fact, Stage)], import_id=number)
    done = learned_from(store, tmp_path, today + DAY)
    assert done.promoted
    assert re.search(
        r"Files that were imported since the champion learned tell of sales.*\(\d+, and it knew of \d+",
        done.decision.reasons[-1],
    )


def test_rules_at_the_rates_that_were_seen_take_the_place_of_a_champion_of_no_sale_and_say_why(tmp_path: Path) -> None:
    first = run(nothing_predicts, tmp_path, cut_off=START + 200 * DAY)
    changed(first, sales=0)
    done = run(nothing_predicts, tmp_path, cut_off=START + 201 * DAY)
    assert (done.promoted, done.decision.finds_something) == (True, False)
    assert done.decision.reasons[-1].startswith("The champion learned from no sale")


def test_twenty_leads_are_learned_from_and_said_to_be_few(tmp_path: Path) -> None:
    done = run(owners_buy, tmp_path, count=20, pictures=True)
    few = r"Too few later leads to judge by (1, "
    assert (done.promoted, done.data.leads) == (True, 20)
    assert done.decision.reasons[0].startswith(few)
    rate = 1 / (1 + np.exp(-done.candidate.starts["ungraded"]))
    assert rate == pytest.approx((done.data.sales + 0.5) / 21, abs=0.05)


def test_a_version_that_is_not_there_cannot_be_promoted(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel):
        promote_version("v9", tmp_path, MemoryRegistry())
    assert champion_version(tmp_path) is None


def test_a_history_hardly_longer_than_the_horizon_is_trained_on_and_that_is_said(tmp_path: Path) -> None:
    done = run(owners_buy, tmp_path, count=400, company=plain_company(horizon=200), cut_off=START + 405 * DAY)
    assert done.data.leads == 400
    assert "split by creation alone" in done.split.notes[0]


def test_the_starts_of_the_rules_are_their_guesses_where_no_lead_has_the_grade(unpredicted: Trained) -> None:
    rules = plain_company().abc_at(LAST)
    artefact = load_artefact(unpredicted.folder)
    for grade in ("A", "B", "C", "non_target"):
        assert artefact.starts[grade] == pytest.approx(log_odds(guessed_rate(grade, rules)))


def test_facts_that_came_after_the_cut_off_change_nothing_of_the_model(tmp_path: Path) -> None:
    facts = invented_facts(600, owners_buy)
    cut_off = START + 180 * DAY
    known = [fact for fact in facts if fact.known_at <= cut_off]
    models = []
    for place, told in enumerate((facts, known)):
        done = retrained(
            store=memory_store(told), company=plain_company(), home=tmp_path / str(place), registry=MemoryRegistry(),
            cut_off=cut_off, trained_at=cut_off + timedelta(days=1),
        )  # fmt: skip
        models.append((done.folder / "model.json").read_bytes())
    assert models[0] == models[1]
