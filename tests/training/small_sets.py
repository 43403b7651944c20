"""Small training sets whose every row is written down, and companies whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from features.facts.company import Abc, Company, Criterion, GradeRates
from features.facts.store import FactStore
from features.facts.tables import METADATA
from features.facts.values import LeadFact
from models.abc_rules import GRADES, RuleGrade
from tests.support.facts import call, lead, stage
from training import retrain
from training.columns import Column, LevelColumn, NumberColumn
from training.dataset import TrainingSet
from training.qualifications import Qualifications
from training.retrain import Trained

Floats = npt.NDArray[np.float64]
START = datetime(2025, 9, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)
GUESSED = Abc(rates=GradeRates(A=0.30, B=0.12, C=0.03, non_target=0.002, ungraded=0.06))
"""Rules of a company that guessed how often each grade buys."""


def memory_store(facts: Sequence[LeadFact] = ()) -> FactStore:
    """Return a store in memory that holds ``facts``."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    METADATA.create_all(engine)
    store = FactStore(engine)
    store.append(facts)
    return store


def plain_company(horizon: int | None = 30, calls: bool = True, **more: object) -> Company:
    """Return a company with one number and one yes/no answer of the form, and no ABC criteria."""
    fields = {"area": {"kind": "number"}, "owner": {"kind": "yes_no"}}
    stages = {"won": ["won"], "lost": ["lost"], "non_target": ["spam"], "meeting": ["meeting"], "ignore": ["test"]}
    said = {"company": "Окна", "fields": fields, "stages": stages, "horizon_days": horizon, "calls_recorded": calls}
    return Company.model_validate({**said, **more})


def numbers(*values: float | None) -> NumberColumn:
    """Return a column of numbers; None is missing."""
    return NumberColumn(np.array([float("nan") if v is None else v for v in values], dtype=np.float32))


def levels(*values: str | None) -> LevelColumn:
    """Return a column of levels; None is missing."""
    known = list(dict.fromkeys(v for v in values if v is not None))
    return LevelColumn(np.array([-1 if v is None else known.index(v) for v in values], dtype=np.int32), tuple(known))


def set_of(
    columns: dict[str, Column],
    outcome: Floats,
    *,
    weight: Floats | None = None,
    lead_of: npt.NDArray[np.int64] | None = None,
    created_day: Floats | None = None,
    known_day: Floats | None = None,
    grade: Sequence[RuleGrade] | None = None,
    channel: Sequence[str] | None = None,
) -> TrainingSet:
    """Return a set of rows; where nothing is said, each row is a lead of its own, one a day, settled 30 days later."""
    count = len(outcome)
    created = np.arange(count, dtype=np.float64) if created_day is None else created_day
    known = created + 30 if known_day is None else known_day
    origin = START.timestamp()
    place = np.array([GRADES.index(g) for g in grade or ["ungraded"] * count], dtype=np.int64)
    return TrainingSet(
        columns, outcome, np.ones(count) if weight is None else weight,
        np.arange(count, dtype=np.int64) if lead_of is None else lead_of, origin + created * 86400, origin + known * 86400,
        place, place, np.array(channel or ["vk"] * count, dtype=object), np.ones(count, dtype=bool),
        np.zeros(count, dtype=bool), np.zeros(count, dtype=bool),
        np.zeros(count), np.where(outcome > 0, 10.0, np.nan), 400.0 - created, np.zeros(count), {}, count,
        a_qualification_for_each_grade(),
    )  # fmt: skip


def buyers_by_area(seed: int, effect: float, count: int = 3000) -> TrainingSet:
    """Return leads of which a fifth buys, more of them where the area is large."""
    rng = np.random.default_rng(seed)
    area, noise = rng.normal(size=count), rng.normal(size=count)
    outcome = (rng.random(count) < 1 / (1 + np.exp(1.4 - effect * np.sign(area)))).astype(float)
    columns: dict[str, Column] = {"area": numbers(*area), "noise": numbers(*noise)}
    return set_of(columns, outcome, created_day=np.linspace(0, 300, count))


def seen_so_far(effect: float, effect_of_late: float) -> TrainingSet:
    """Return leads of 120 days, half of them young, who buy within twenty days or so; of the young the area says something else."""
    rng = np.random.default_rng(1)
    area, age = rng.normal(size=3000), np.linspace(120, 0, 3000)
    z = -2.0 + np.where(age > 60, effect, effect_of_late) * np.sign(area)
    after = np.where(rng.random(3000) < 1 / (1 + np.exp(-z)), rng.exponential(12, 3000) % 60, np.nan)
    outcome = (after <= age).astype(float)
    data = replace(
        set_of({"area": numbers(*area)}, outcome, created_day=120 - age),
        age=age, bought_after=np.where(outcome > 0, after, np.nan),
    )  # fmt: skip
    return replace(data.of(np.flatnonzero(age > 60)), young=data.of(np.flatnonzero(age <= 60)))


def a_qualification_for_each_grade() -> Qualifications:
    """Return leads of every grade whose questions were all answered, and one of whom nothing is known."""
    names = ("need", "budget", "urgency")
    rules = Abc(criteria={name: Criterion(field=name, yes=("yes",), no=("no",)) for name in names})
    said = (("yes", "yes", "yes"), ("yes", "yes", "no"), ("yes", "no", "no"), ("no", "no", "no"), ())
    qualifications = Qualifications()
    for answers in said:
        qualifications.place(dict(zip(names, answers, strict=False)), rules)
    return qualifications


def retrained_without_pictures(**asked: Any) -> Trained:
    """Return what a training came to, without its pictures, which tell a person what the measures tell; they take half a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retrain, "drawn_plots", lambda *_: {})
        return retrain.retrained(**asked)


Chance = Callable[[float, str, float], float]
"""From area, owner and the share of the time that has passed to the probability of buying."""


def invented_facts(count: int, chance: Chance, *, days: int = 200, seed: int = 0) -> list[LeadFact]:
    """Return leads spread evenly over ``days``, each called an hour later and lost, or won a few days after."""
    rng = np.random.default_rng(seed)
    facts: list[LeadFact] = []
    for number in range(count):
        name, passed = f"L{number:05d}", number / count
        at = START + timedelta(seconds=int(passed * days * 86400))
        area, owner = float(np.round(rng.lognormal(4, 0.6), 1)), "yes" if rng.random() < 0.4 else "no"
        won_after = timedelta(days=float(rng.uniform(1, 20)))
        bought = rng.random() < chance(area, owner, passed)
        ending = stage(name, "won" if bought else "lost", at + won_after)
        facts += [lead(name, at, area=area, owner=owner), call(name, at + timedelta(hours=1)), ending]
    return facts
