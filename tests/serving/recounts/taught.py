"""A company whose model was just trained behind the real pages, and by hand the rows that taught it and by which it was judged.

What the tables of the model make of a row is the product's to say; whose row it is, what it weighs beside the lead's others, how
the lead ended and what the rules make of it are counted here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import pytest

from models.judgement import Judgement
from models.model_registry import MemoryRegistry
from tests.serving.recounts.companies import Shown
from tests.support.plain_chances import CRITERIA, GUESSED, chance_of
from tests.support.plain_figures import PlainCompany, PlainLead
from tests.support.plain_measures import Row
from tests.support.plain_taught import PlainRow, PlainSplit, in_order, is_settled, rates_of, rows_of, split_of
from training import retrain
from training.evaluation import evaluated
from training.retrain import Trained

Weighed = list[tuple[PlainRow, float]]
Contenders = dict[str, list[float]]


@dataclass
class Taught:
    """What a training came to, by hand."""

    company: Shown
    plain: PlainCompany
    moment: datetime
    trained: Trained
    settled: list[PlainLead]
    rows: Weighed
    split: PlainSplit
    later: Weighed
    said: Contenders
    """Of each contender the probability of each later row; the candidate's by the product, the others' by the rules' words."""
    final_rates: dict[str, float]
    """How often each grade's leads buy, by all rows."""
    intervals: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    """What was drawn so far: contender and measure -> its interval."""

    @property
    def page(self) -> str:
        return f"/models/{self.trained.version}"

    def judged(self, who: str, keeps: Any = lambda _: True) -> tuple[list[Row], list[int]]:
        """Return what somebody said of the later rows that are kept, and whose they are, the leads numbered from 0."""
        some = [(row, w, p) for (row, w), p in zip(self.later, self.said[who], strict=True) if keeps(row)]
        number: dict[str, int] = {}
        leads = [number.setdefault(row.one.id, len(number)) for row, *_ in some]
        return [(p, sold(row.one), w) for row, w, p in some], leads

    def at_arrival(self, who: str) -> list[tuple[PlainLead, float]]:
        """Return what somebody said of each later lead as it arrived."""
        return [(row.one, p) for (row, _), p in zip(self.later, self.said[who], strict=True) if row.place == "arrival"]


def sold(one: PlainLead) -> float:
    return float(one.told["outcome"] == "bought")


def taught(company: Shown, moment: datetime) -> Taught:
    """Train a company at a moment, let the model serve, and return what there is to count of it by hand."""
    plain, kept = company.at(moment), {}
    service = company.doors.service

    def noted(later: Any, contenders: Any, *, seed: int) -> Judgement:
        kept["p"] = contenders["candidate"].tolist()
        return evaluated(later, contenders, seed=seed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retrain, "evaluated", noted)
        patch.setattr(retrain, "drawn_plots", lambda *_: {})  # pictures for the analyst, which no page shows
        trained = retrain.retrained(
            store=service.desk.store, company=service.company, home=service.settings.home, registry=MemoryRegistry(),
            cut_off=moment, trained_at=moment,
        )  # fmt: skip
    assert trained.promoted
    service.desk.champion.look()
    in_turn = [plain.leads[one.lead_id] for one in service.desk.store.histories() if one.lead_id in plain.leads]
    own = {one.id: rows_of(one, plain, moment) for one in in_turn if is_settled(one)}
    settled = [one for one in in_turn if own.get(one.id)]
    rows = [row for one in settled for row in own[one.id]]
    weighed = list(zip(rows, weights_of(rows, trained.data.weight.tolist()), strict=True))
    split = split_of(settled, plain)
    fit, judge = ({one.id for one in some} for some in (split.fit, split.judge))
    later = [(row, weight) for row, weight in weighed if row.one.id in judge]
    earlier = [(row, weight) for row, weight in weighed if row.one.id in fit]
    bought = sum(weight * sold(row.one) for row, weight in earlier)
    base = (bought + 0.5) / (sum(weight for _, weight in earlier) + 1.0)
    rates = rates_of(earlier, plain.words)
    said = {
        "candidate": kept["p"],
        "rules": [by_rules(plain, row, rates) for row, _ in later],
        "base rate": [base for _ in later],
        "guesses": [by_rules(plain, row, guesses(plain)) for row, _ in later],
    }
    final = rates_of(weighed, plain.words)
    return Taught(company, plain, moment, trained, settled, weighed, split, later, said, final)


def weights_of(rows: list[PlainRow], told: list[float]) -> list[float]:
    """Return what each row weighs: as many leads as its lead stands for, which the product says, shared as the rows stand."""
    assert len(rows) == len(told)
    assert sum(told) == pytest.approx(len({row.one.id for row in rows}))
    stands_for = {row.one.id: weight for row, weight in zip(rows, told, strict=True) if row.place == "arrival"}
    weights = [row.weight * stands_for[row.one.id] for row in rows]
    assert told == pytest.approx(weights)
    return weights


def guesses(plain: PlainCompany) -> dict[str, float]:
    return {**GUESSED, **(plain.words.get("abc") or {}).get("rates", {})}


def by_rules(plain: PlainCompany, row: PlainRow, rates: dict[str, float]) -> float:
    """Return how likely a lead buys by what it said, where the grades buy as often as ``rates`` say."""
    if not plain.words.get("abc"):
        return rates["ungraded"]
    said = row.said
    return _by_rules(tuple(said[name] for name in CRITERIA), tuple(in_order(rates).items()))


@cache
def _by_rules(said: tuple[str | None, ...], rates: tuple[tuple[str, float], ...]) -> float:
    return chance_of(dict(zip(CRITERIA, said, strict=True)), {"abc": {"rates": dict(rates)}})
