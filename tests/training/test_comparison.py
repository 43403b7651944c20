"""Two models are judged on the same leads, and only on those that neither of them could have learned from."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from features.facts.store import FactStore
from models.artefact import Artefact, load_artefact
from models.model_registry import MemoryRegistry
from models.ranking_metrics import MEASURES
from tests.training.small_sets import (
    DAY,
    START,
    invented_facts,
    memory_store,
    plain_company,
    retrained_without_pictures,
)
from training.artefact_rows import artefact_probability
from training.comparison import Comparison, compared
from training.dataset import training_set

COMPANY = plain_company()
LAST = START + 240 * DAY


@cache
def store() -> FactStore:
    """Return the leads as they are stored, when a test first asks."""
    return memory_store(invented_facts(1_500, lambda area, owner, passed: 0.5 if owner == "yes" else 0.1))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Artefact, Artefact]:
    """Give a model of the first four months and one that learned twenty days longer."""
    made = []
    for days in (120, 140):
        home, cut_off = tmp_path_factory.mktemp("home"), START + days * DAY
        done = retrained_without_pictures(
            store=store(), company=COMPANY, home=home, registry=MemoryRegistry(), cut_off=cut_off, trained_at=LAST
        )
        made.append(load_artefact(done.folder))
    return made[0], made[1]


@pytest.fixture(scope="module")
def told(two: tuple[Artefact, Artefact]) -> Comparison:
    """Give what became of the two by the last day."""
    return compared(*two, store=store(), company=COMPANY, at=LAST)


def test_both_are_judged_on_the_leads_that_came_and_were_settled_after_the_later_of_the_two_learned(
    two: tuple[Artefact, Artefact], told: Comparison
) -> None:
    data = training_set(store(), COMPANY, cut_off=LAST)
    since = START + 140 * DAY
    new = data.of(np.flatnonzero(data.created > since.timestamp()))
    assert told.since == since
    assert (told.leads, told.sales) == (new.leads, new.sales)
    assert told.came is not None
    assert told.came[0] > since
    assert told.measures is not None
    assert set(told.measures) == {two[0].version, two[1].version}
    for artefact in two:
        measures = told.measures[artefact.version]
        assert set(measures) == set(MEASURES)
        p = artefact_probability(artefact.at_level(artefact.followed), new)
        assert measures["brier"].value == pytest.approx(new.weight @ (p - new.outcome) ** 2 / new.weight.sum())


def test_leads_that_were_young_when_they_learned_are_left_out_and_counted(told: Comparison) -> None:
    since, young = START + 140 * DAY, training_set(store(), COMPANY, cut_off=START + 140 * DAY).young
    assert young is not None
    assert told.seen_young >= young.leads > 100
    assert told.seen_young - young.leads <= 1  # one came just then, and nobody had called it yet
    data = training_set(store(), COMPANY, cut_off=LAST)
    settled_since = data.of(np.flatnonzero(data.known_from > since.timestamp()))
    assert told.leads + told.seen_young == settled_since.leads


def test_the_order_of_the_two_turns_the_difference_round(two: tuple[Artefact, Artefact], told: Comparison) -> None:
    one, other = two
    there = told.difference
    back = compared(other, one, store=store(), company=COMPANY, at=LAST).difference
    assert there is not None
    assert back is not None
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))


def test_where_few_leads_were_settled_since_no_figure_is_given(two: tuple[Artefact, Artefact]) -> None:
    soon = compared(*two, store=store(), company=COMPANY, at=START + 178 * DAY)
    assert 0 < soon.leads < 100
    assert (soon.measures, soon.difference) == (None, None)
    at_once = compared(*two, store=store(), company=COMPANY, at=START + 140 * DAY)
    assert (at_once.leads, at_once.came, at_once.measures) == (0, None, None)
    too_young = compared(*two, store=store(), company=COMPANY, at=START + 160 * DAY)
    assert (too_young.leads, too_young.came, too_young.measures) == (0, None, None)
    assert too_young.seen_young > 0


def test_a_store_in_which_too_little_is_settled_compares_nothing(
    two: tuple[Artefact, Artefact], tmp_path: Path
) -> None:
    told = compared(*two, store=memory_store(), company=COMPANY, at=LAST)
    assert (told.leads, told.sales, told.measures) == (0, 0, None)


def test_two_models_of_one_shorter_window_are_judged_by_it_and_others_by_the_companys_own(
    two: tuple[Artefact, Artefact], told: Comparison
) -> None:
    assert told.window == 30
    sooner = tuple(replace(one, horizon_days=15, own_days=30) for one in two)
    at = START + 195 * DAY
    by_theirs = compared(*sooner, store=store(), company=COMPANY, at=at)
    of_both = compared(sooner[0], two[1], store=store(), company=COMPANY, at=at)
    assert (by_theirs.window, of_both.window) == (15, 30)
    of_fifteen = replace(two[1], horizon_days=15, own_days=None)
    for pair in ((sooner[0], of_fifteen), (of_fifteen, sooner[0])):
        assert compared(*pair, store=store(), company=COMPANY, at=at).window == 30
    assert by_theirs.leads > of_both.leads
    assert by_theirs.sales / by_theirs.leads < of_both.sales / of_both.leads
