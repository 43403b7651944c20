"""AUCs and their intervals are those of the textbooks."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from features.drafting.leaks.auc_gain import auc_of, folds_of, gain_of, log_odds_of, together


def test_the_auc_is_the_usual_one_and_its_interval_that_of_resampling() -> None:
    lot = np.random.default_rng(1)
    won = lot.random(800) < 0.3
    score = np.round(lot.normal(size=800) + won, 1)
    estimate = auc_of(score, won)
    assert estimate.value == pytest.approx(roc_auc_score(won, score))
    drawn = [lot.integers(0, 800, 800) for _ in range(400)]
    spread = np.std([roc_auc_score(won[one], score[one]) for one in drawn])
    assert estimate.deviation == pytest.approx(float(spread), rel=0.15)


def test_the_gain_of_nothing_is_nought() -> None:
    won = np.arange(200) % 3 == 0
    score = np.random.default_rng(2).normal(size=200)
    gain = gain_of(score, score, won)
    assert (gain.value, gain.deviation) == (0.0, 0.0)
    assert not gain.is_surely_above(0.0)


def test_together_is_a_logistic_regression_on_the_other_folds() -> None:
    lot = np.random.default_rng(3)
    won = lot.random(2_000) < 0.4
    table = lot.normal(size=(2_000, 3)) + won[:, None] * np.array([0.2, 0.5, 0.0])
    folds = folds_of(2_000)
    made = together(list(table.T), won, folds)
    scaled = (table - table.mean(axis=0)) / table.std(axis=0)
    theirs = LogisticRegression(C=1.0).fit(scaled[folds != 0], won[folds != 0])
    assert made[folds == 0] == pytest.approx(scaled[folds == 0] @ theirs.coef_[0], abs=1e-3)


def test_a_word_that_stands_once_moves_no_odds() -> None:
    codes, won = np.arange(500), np.arange(500) % 2 == 0
    assert np.abs(log_odds_of(codes, won, folds_of(500))).max() == pytest.approx(0.0)
