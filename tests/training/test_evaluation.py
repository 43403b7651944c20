"""All contenders are judged on the same later leads, overall and in every group that has enough of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.judgement import Judgement
from tests.training.small_sets import set_of
from training.dataset import TrainingSet
from training.evaluation import evaluated

RNG = np.random.default_rng(0)
TRUTH = RNG.choice([0.05, 0.5], 900)
OUTCOME = (RNG.random(900) < TRUTH).astype(float)


def later_leads() -> TrainingSet:
    return set_of({}, OUTCOME, channel=["vk"] * 500 + ["forum"] * 350 + ["radio"] * 50)


def judged() -> Judgement:
    flat = np.full(900, OUTCOME.mean())
    return evaluated(
        later_leads(), {"candidate": TRUTH, "rules": flat, "base rate": flat, "guesses": np.full(900, 0.9)}
    )


def test_the_first_group_is_everybody_with_every_contender() -> None:
    overall = judged().overall
    assert (overall.name, overall.leads, overall.sales) == ("all", 900, int(OUTCOME.sum()))
    assert overall.measures is not None
    assert set(overall.measures) == {"candidate", "rules", "base rate", "guesses"}
    assert overall.measures["candidate"]["auc"].value > 0.75
    assert overall.measures["rules"]["auc"].value == 0.5


def test_differences_are_the_candidates_log_loss_minus_each_others() -> None:
    evaluation = judged()
    assert set(evaluation.differences) == {"rules", "base rate", "guesses", "rules over guesses"}
    measures = evaluation.overall.measures
    assert measures is not None
    loss = {name: of["log_loss"].value for name, of in measures.items()}
    assert evaluation.differences["rules"].value == pytest.approx(loss["candidate"] - loss["rules"])
    assert evaluation.differences["rules over guesses"].value == pytest.approx(loss["rules"] - loss["guesses"])
    assert evaluation.differences["rules"].high < 0


def test_an_interval_draws_the_judged_leads_whatever_their_places_among_all_that_taught() -> None:
    flat = np.full(900, OUTCOME.mean())
    told = {"candidate": TRUTH, "rules": flat, "base rate": flat, "guesses": flat}
    data = later_leads()
    as_later_ones = replace(data, lead=data.lead * 3 + 2_000)
    assert evaluated(as_later_ones, told).differences == evaluated(data, told).differences


def test_a_group_with_too_few_leads_gives_counts_and_no_figures() -> None:
    groups = {group.name: group for group in judged().groups}
    assert groups["channel radio"].measures is None
    assert groups["channel radio"].leads == 50
    assert groups["channel vk"].measures is not None
    assert (groups["after a call"].leads, groups["after a call"].measures) == (0, None)


def test_arrival_and_after_the_call_are_groups_of_their_own() -> None:
    data = later_leads()
    data.called[450:] = True
    data.at_arrival[450:] = False
    flat = np.full(900, 0.3)
    evaluation = evaluated(data, {"candidate": TRUTH, "rules": flat, "guesses": flat, "base rate": flat})
    groups = {group.name: group.leads for group in evaluation.groups}
    assert (groups["at arrival"], groups["after a call"]) == (450, 450)


def test_leads_of_one_channel_are_no_group_of_their_own() -> None:
    flat = np.full(900, 0.3)
    evaluation = evaluated(set_of({}, OUTCOME), {"candidate": flat, "rules": flat, "guesses": flat, "base rate": flat})
    assert [group.name for group in evaluation.groups] == ["all", "at arrival", "after a call"]
