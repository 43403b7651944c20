"""The card says in plain words what a model learned from, how good it is, where it is weak, and what it is not for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.facts.company import Abc, Company
from models.card import NotLookedAt
from models.judgement import Judgement
from models.ranking_metrics import MEASURES
from tests.training.small_sets import START, numbers, set_of
from training.choices import RULES_ALONE, Choices
from training.dataset import TrainingSet
from training.evaluation import evaluated
from training.model_card import model_card
from training.promotion import Decision
from training.recipe import fitted
from training.selection import Selection


@pytest.fixture(scope="module")
def leads() -> TrainingSet:
    """Give leads of two channels, one of which buys much more than any model here says."""
    rng = np.random.default_rng(0)
    area = rng.normal(size=600)
    outcome = (rng.random(600) < 1 / (1 + np.exp(1.0 - np.sign(area)))).astype(float)
    outcome[300:600:2] = 1.0
    data = set_of({"area": numbers(*area)}, outcome, channel=["vk"] * 300 + ["forum"] * 300)
    data.counts.update({"bought": 250, "did_not_buy": 350, "open": 1_234, "never_called": 77})
    return data


def judged(data: TrainingSet, probability: float = 0.27) -> Judgement:
    flat = np.full(len(data), probability)
    return evaluated(data, {"candidate": flat, "rules": flat, "base rate": flat, "guesses": flat})


def card(data: TrainingSet, choices: Choices, evaluation: Judgement, company: Company | None = None) -> str:
    return model_card(
        version="20260302-abc123", company=company or Company(company="Окна-Офис"), data=data,
        candidate=fitted(data, Abc(), choices), evaluation=evaluation, decision=Decision(True, True, ("Because it is.",)),
        notes=("The judging slice is short.",), cut_off=START,
    )  # fmt: skip


def test_the_card_names_model_company_counts_cut_off_decision_and_notes(leads: TrainingSet) -> None:
    text = card(leads, Choices((0.5, 0.3, 0.2), (20, 10)), judged(leads))
    for words in (
        "# Model 20260302-abc123 of Окна-Офис", "within 60 days of its request", "600 settled leads", "2025-09-01 06:00 UTC",
        "250 bought, 350 did not buy, 1,234 open, 77 never called", "Never-called leads teach nothing.",
        "* The judging slice is short.", "* Because it is.", "## What it must not be used for",
            "scorecard 0.50, trees of one field 0.30, trees of two fields 0.20",
        "Fields: area",
    ):  # fmt: skip
        assert words in text


def test_without_tables_the_card_says_that_it_is_the_rules_alone(leads: TrainingSet) -> None:
    assert "The rules' grades at the rates that were seen" in card(leads, RULES_ALONE, judged(leads))


def test_without_a_horizon_the_card_promises_none(leads: TrainingSet) -> None:
    company = Company(company="x", horizon_days=None)
    assert "The probability that a lead buys in the end" in card(leads, RULES_ALONE, judged(leads), company)


def test_a_channel_where_the_level_is_wrong_is_named_as_a_weakness(leads: TrainingSet) -> None:
    text = card(leads, RULES_ALONE, judged(leads))
    weak = text[text.index("## Where it is weak") : text.index("## Decision")]
    assert "* channel forum: too low (mean p / rate 0." in weak
    assert "* channel forum: hardly ranks (AUC 0.50, from 0.50)." in weak
    assert "* after a call: not enough data (0 leads, 0 sales)." in weak


def test_every_contender_has_a_line_with_intervals(leads: TrainingSet) -> None:
    lines = card(leads, RULES_ALONE, judged(leads)).splitlines()
    table = [line for line in lines if line.startswith("| ") and "to" in line]
    groups = len(judged(leads).groups)
    told = [line.split(" | ")[0] for line in table]
    assert told[:4] == ["| candidate", "| rules", "| base rate", "| guesses"]
    assert groups > 1
    assert len(told) % 4 == 0
    assert len(told) // 4 + "\n".join(lines).count("\nNot enough data.") == groups


def test_every_measure_of_a_group_stands_in_its_table(leads: TrainingSet) -> None:
    lines = card(leads, RULES_ALONE, judged(leads)).splitlines()
    heading = next(line for line in lines if line.startswith("| | AUC"))
    row = next(line for line in lines if line.startswith("| candidate"))
    assert heading.count("|") == row.count("|") == len(MEASURES) + 2


def test_with_too_few_later_leads_the_card_says_so_instead_of_figures(leads: TrainingSet) -> None:
    few = leads.of(np.arange(50))
    told = card(leads, RULES_ALONE, judged(few))
    assert "### All: 50 leads," in told
    assert "Not enough data." in told.split("### All")[1].split("###")[0]


def test_the_card_shows_the_effective_sample_size_and_what_nobody_looked_at(leads: TrainingSet) -> None:
    selection = Selection(431.6, (NotLookedAt("channel", "forum", 1_234), NotLookedAt("owner", "no", 40)))
    text = card(replace(leads, selection=selection), RULES_ALONE, judged(leads))
    assert "The 600 settled leads tell as much as 432 of equal weight (effective sample size)." in text
    assert "* not looked at: channel forum, 1,234 leads." in text
    assert "* not looked at: owner no, 40 leads." in text


def test_where_nothing_was_weighed_the_card_says_nothing_of_it(leads: TrainingSet) -> None:
    for selection in (None, Selection(None, ())):
        text = card(replace(leads, selection=selection), RULES_ALONE, judged(leads))
        assert "effective sample size" not in text
        assert "not looked at" not in text
