"""Where an answer may not say what was learned of it, what comes with it says it, and every kind of lead keeps its rate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from features.facts.company import Abc, Criterion
from models.purchase_model import FieldCells
from training.cells import Rows
from training.ordered_scorecard import in_order
from training.scorecard import fit_scorecard

RULES = Abc(criteria={"need": Criterion(field="need", yes=("yes",), no=("no",))})
NEED = FieldCells("need", levels=("yes", "no"))
CALLED = FieldCells("called", levels=("no", "yes"))
ROLE = FieldCells("role", levels=tuple("abcd"))
YES, NO, UNKNOWN = 0, 1, NEED.missing


def leads(buy: dict[int, float], count: int = 6_000) -> Rows:
    """Return leads of which half were called and then said yes or no; ``buy`` is the share of buyers by answer."""
    rng = np.random.default_rng(4)
    called = rng.random(count) < 0.5
    need = np.where(called, np.where(rng.random(count) < 0.8, YES, NO), UNKNOWN)
    chance = np.array([buy[answer] for answer in (YES, NO, UNKNOWN, UNKNOWN)])[np.minimum(need, 2)]
    where = {"need": need, "called": called.astype(np.int64), "role": rng.integers(0, 4, count)}
    cells = {"need": NEED, "called": CALLED, "role": ROLE}
    outcome = (rng.random(count) < chance).astype(float)
    return Rows(cells, where, outcome, np.ones(count), np.full(count, -2.0))


def test_every_yes_stands_above_unknown_and_every_kind_of_lead_keeps_the_rate_that_was_seen() -> None:
    rows = leads({YES: 0.10, NO: 0.05, UNKNOWN: 0.20})  # said by all who were called, and so it goes with fewer sales
    card = fit_scorecard(rows)
    assert card.tables.singles["need"][YES] < card.tables.singles["need"][UNKNOWN]
    tables = in_order(card, rows, RULES)
    need = tables.singles["need"]
    assert need[NO] <= need[UNKNOWN] <= need[YES]
    promised = expit(rows.start + tables.at(rows.where))
    for called in (0, 1):
        some = rows.where["called"] == called
        assert promised[some].mean() == pytest.approx(rows.outcome[some].mean(), rel=0.03)


def test_a_scorecard_that_is_in_order_stays_as_it_was_fitted() -> None:
    rows = leads({YES: 0.30, NO: 0.05, UNKNOWN: 0.15})
    card = fit_scorecard(rows)
    assert in_order(card, rows, RULES) is card.tables
    assert in_order(card, rows, Abc()) is card.tables


def test_where_the_rules_ask_all_there_is_the_level_is_what_was_seen() -> None:
    rows = leads({YES: 0.10, NO: 0.05, UNKNOWN: 0.20}).without(["called", "role"]).starting_from(np.full(6_000, -4.0))
    tables = in_order(fit_scorecard(rows), rows, RULES)
    promised = expit(rows.start + tables.at(rows.where))
    assert promised.mean() == pytest.approx(rows.outcome.mean(), rel=1e-6)
