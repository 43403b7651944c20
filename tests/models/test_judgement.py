"""The judgement that training wrote is read back with every interval; what chance may have done is called neither."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.errors import ArtefactUnreadable
from models.judgement import EVALUATION, Judgement, judgement_json, load_judgement
from models.measured import Measured
from tests.training.small_sets import set_of
from training.evaluation import evaluated

RNG = np.random.default_rng(0)
TRUTH = RNG.choice([0.05, 0.5], 600)
OUTCOME = (RNG.random(600) < TRUTH).astype(float)


def written(folder: Path) -> Judgement:
    flat = np.full(600, OUTCOME.mean())
    data = set_of({}, OUTCOME, channel=["vk"] * 560 + ["radio"] * 40)
    told = evaluated(data, {"candidate": TRUTH, "rules": flat, "base rate": flat, "guesses": np.full(600, 0.9)})
    (folder / EVALUATION).write_bytes(judgement_json(told))
    judgement = load_judgement(folder)
    assert judgement is not None
    return judgement


def test_every_group_is_there_with_its_measures_or_without_enough_data(tmp_path: Path) -> None:
    judgement = written(tmp_path)
    groups = {one.name: one for one in judgement.groups}
    assert (judgement.overall.name, judgement.overall.leads, judgement.overall.sales) == ("all", 600, OUTCOME.sum())
    assert groups["channel radio"].measures is None
    assert judgement.overall.measures is not None
    auc = judgement.overall.measures["candidate"]["auc"]
    assert 0.7 < auc.low < auc.value < auc.high < 1.0
    slope = judgement.overall.measures["rules"]["slope"]
    assert slope.value != slope.value  # what the leads cannot say


def test_surely_better_is_what_chance_cannot_have_done(tmp_path: Path) -> None:
    assert written(tmp_path).surely_better_than("rules") is True
    differences = {"rules": Measured(0.01, 0.002, 0.02), "champion": Measured(-0.001, -0.01, 0.01)}
    judgement = Judgement((), differences)
    assert judgement.surely_better_than("rules") is False
    assert judgement.surely_better_than("champion") is None
    assert judgement.surely_better_than("nobody") is None


def test_where_there_is_no_file_there_is_no_judgement(tmp_path: Path) -> None:
    assert load_judgement(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"groups": [], "log_loss_differences": {}}', '{"groups": [1]}'])
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / EVALUATION).write_text(text, encoding="utf-8")
    with pytest.raises(ArtefactUnreadable, match=r"evaluation\.json"):
        load_judgement(tmp_path)
