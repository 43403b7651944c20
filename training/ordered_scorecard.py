"""A scorecard whose answers keep their meaning, and whose other fields were fitted beside them as they then stand.

A yes that goes with leads that buy less, as only those who were spoken to are asked, is not let speak against them
(``answer_order.py``). What it stood for is left to the fields that come with it. Were the level alone set anew, leads that
were spoken to would be promised too much, and all others too little.
"""

from __future__ import annotations

import numpy as np

from features.facts.company import Abc
from models.calibration import level_for
from training.answer_order import asked_by_rules, ordered
from training.cells import Rows, masses_of
from training.scorecard import Scorecard, fit_scorecard
from training.tables import Tables

IN_ORDER = 1e-4
"""Entries that the order moves by no more log-odds were in order: the search for the nearest ones stops about there."""


def in_order(card: Scorecard, rows: Rows, rules: Abc) -> Tables:
    """Return the tables of a scorecard of these ``rows``, with the answers that the rules ask in order."""
    asked = {name: rows.cells[name] for name in asked_by_rules(rules) if name in rows.cells}
    kept = ordered(card.tables, rules, masses_of(rows.where, rows.weight, asked)).singles
    if all(np.allclose(kept[name], card.tables.singles[name], rtol=0.0, atol=IN_ORDER) for name in asked):
        return card.tables
    answers = Tables(asked, 0.0, {name: kept[name] for name in asked})
    beside = rows.without(asked).starting_from(rows.start + answers.at(rows.where))
    if not beside.cells:
        answers.intercept = level_for(beside.start, rows.outcome, rows.weight)
        return answers
    others = fit_scorecard(beside, card.strengths).tables
    return Tables(dict(rows.cells), others.intercept, answers.singles | others.singles)
