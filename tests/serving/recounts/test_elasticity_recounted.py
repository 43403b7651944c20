"""What one more rouble brings, and what a test would find, equal a plain script by numpy and scipy over the stored facts.

Poisson regression of weekly sales on log cost and a straight trend, quasi-likelihood and Student's t (McCullagh & Nelder 1989);
channels pulled together by DerSimonian & Laird 1986; the power is scipy's noncentral t.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats
from scipy.optimize import minimize
from sqlalchemy import Engine

from features.facts.values import Fact, Lead, LeadId, Source, Spend, Stage
from tests.serving.doors import Doors, open_doors
from tests.serving.recounts.page import Page, is_written

WEEK, DAY = timedelta(days=7), timedelta(days=1)
WEEKS, RECENT = 30, 13
ZONE = ZoneInfo("Europe/Moscow")
TRUE = {"vk": 0.9, "yandex": 0.3, "avito": 0.6, "flat": 0.5}
"""How much more each source sells for more money; of one the money never changes."""
NAMES = {"ВКонтакте": "vk", "Яндекс": "yandex", "avito": "avito", "flat": "flat"}
Weeks = dict[str, list[tuple[float, float]]]
"""Source -> cost and sales of its weeks, the oldest first."""


def facts_of(now: datetime, seed: int) -> Iterator[Fact]:
    draw, rng = Random(seed), np.random.default_rng(seed)
    today = now.astimezone(ZONE)
    monday = (today - timedelta(days=today.weekday())).replace(hour=9) - WEEKS * WEEK
    for source, elasticity in TRUE.items():
        for n in range(WEEKS):
            at = monday + n * WEEK
            cost = 10_000.0 * (1.0 if source == "flat" else math.exp(draw.uniform(-0.8, 0.8)))
            yield Spend(at.date(), at, at, cost, "RUB", {"source": source})
            for k in range(int(rng.poisson(9 * (cost / 10_000) ** elasticity))):
                lead_id = LeadId(f"{source}-{n}-{k}")
                came = at + timedelta(hours=k)
                yield Lead(lead_id, came, came)
                yield Source(lead_id, came, came, {"source": source})
                yield Stage(lead_id, came + timedelta(hours=2), came + timedelta(hours=2), "Договор", 100_000.0)


def weeks_of(facts: list[Fact], today: date) -> Weeks:
    """Add up cost and sales of every whole week from the facts themselves."""
    cost: dict[tuple[str, date], float] = defaultdict(float)
    sales: dict[tuple[str, date], float] = defaultdict(float)
    source_of = {one.lead_id: one.marks["source"] for one in facts if isinstance(one, Source)}
    for one in facts:
        if isinstance(one, Spend):
            cost[one.marks["source"], one.day - timedelta(days=one.day.weekday())] += one.cost
        elif isinstance(one, Lead):
            day = one.at.astimezone(ZONE).date()
            sales[source_of[one.lead_id], day - timedelta(days=day.weekday())] += 1
    mondays = sorted({monday for _, monday in cost if monday + WEEK <= today})
    return {source: [(cost[source, one], sales[source, one]) for one in mondays] for source in TRUE}


def own_elasticity(weeks: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Return a channel's own elasticity and half of its 95 % interval, by scipy's minimiser."""
    paid = [(place, cost, sold) for place, (cost, sold) in enumerate(weeks) if cost > 0]
    logs, sold = np.log([cost for _, cost, _ in paid]), np.array([one for *_, one in paid])
    if len(paid) < 10 or sold.sum() < 20 or logs.std(ddof=1) < 0.10:
        return None
    places = np.array([place for place, *_ in paid], dtype=float)
    design = np.column_stack([np.ones(len(paid)), logs - logs.mean(), places - places.mean()])

    def loss(b: npt.NDArray[np.float64]) -> float:
        return float((np.exp(design @ b) - sold * (design @ b)).sum())

    def slope(b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(design.T @ (np.exp(design @ b) - sold))

    start = np.array([math.log(sold.mean()), 0.0, 0.0])
    found = minimize(loss, start, jac=slope, method="BFGS", options={"gtol": 1e-9}).x
    fitted = np.exp(design @ found)
    covariance = np.linalg.inv(design.T @ (design * fitted[:, None]))
    scatter = max(float(((sold - fitted) ** 2 / fitted).sum()) / (len(paid) - 3), 1.0)
    half = float(stats.t.ppf(0.975, len(paid) - 3) * math.sqrt(covariance[1, 1] * scatter))
    return None if half > 1.5 else (float(found[1]), half)


def pulled(own: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float, float]]:
    """Return the posterior means and intervals of channels that are drawn around a common mean."""
    z = float(stats.norm.ppf(0.975))
    value = np.array([one for one, _ in own.values()])
    variance = np.array([(half / z) ** 2 for _, half in own.values()])
    weight = 1 / variance
    mean = (weight * value).sum() / weight.sum()
    scatter = (weight * (value - mean) ** 2).sum() - (len(own) - 1)
    between = max(scatter / (weight.sum() - (weight**2).sum() / weight.sum()), 0.0)
    common = 1 / (variance + between)
    middle, of_middle = (common * value).sum() / common.sum(), 1 / common.sum()
    share = between / (between + variance)
    after = share * value + (1 - share) * middle
    half = z * np.sqrt(share * variance + (1 - share) ** 2 * of_middle)
    return {name: (float(a), float(a - h), float(a + h)) for name, a, h in zip(own, after, half, strict=True)}


def tenth(elasticity: float) -> float:
    """Return how many more sales a tenth more money goes with."""
    return float(1.1**elasticity - 1)


@pytest.mark.parametrize("seed", [1, 2])
def test_elasticities_and_what_the_next_sale_costs_equal_scipys(
    seed: int, tmp_path: Path, sqlite_engine: Engine
) -> None:
    with open_doors(tmp_path, sqlite_engine) as doors:
        weeks = shown_weeks(doors, seed)
        own = {name: told for name, of in weeks.items() if (told := own_elasticity(of))}
        assert set(own) == {"vk", "yandex", "avito"}
        hand = pulled(own)
        rows = {NAMES[row[0]]: row for row in Page(doors.page("/budget?lang=en")).tables[0].rows}
        assert rows.keys() == weeks.keys()
        assert rows["flat"][4:] == ["cannot tell", "spend hardly varied, or too few weeks and sales"]
        for name, (value, low, high) in hand.items():
            is_written(rows[name][5], "en", *(abs(tenth(one)) for one in (value, low, high)))
            signs = re.findall("[+−]", rows[name][5])
            assert signs == ["+" if one >= 0 else "−" for one in (value, low, high)]
            check_next_sale(rows[name][4], weeks[name][-RECENT:], value, low, high)


def check_next_sale(cell: str, recent: list[tuple[float, float]], value: float, low: float, high: float) -> None:
    """Check the average over the elasticity, both uncertain on the scale of logarithms."""
    z = float(stats.norm.ppf(0.975))
    cost, sold = sum(one for one, _ in recent), sum(one for _, one in recent)
    ends = [
        (sold + more) * (1 - 1 / (9 * (sold + more)) + sign * z / (3 * math.sqrt(sold + more))) ** 3
        for more, sign in ((0, -1), (1, 1))
    ]
    spread = math.hypot((math.log(ends[1]) - math.log(ends[0])) / (2 * z), (high - low) / (2 * z) / value)
    next_sale = cost / sold / value
    told = [next_sale, next_sale * math.exp(-z * spread)]
    if low > 0:
        told.append(next_sale * math.exp(z * spread))
    else:
        assert "perhaps never" in cell
    is_written(cell, "en", *told)


def shown_weeks(doors: Doors, seed: int) -> Weeks:
    """Store a company's facts, and return what a plain script adds up of them."""
    facts = list(facts_of(doors.clock(), seed))
    doors.service.desk.store.append(facts)
    return weeks_of(facts, doors.clock().astimezone(ZONE).date())


@pytest.mark.parametrize(("chosen", "change", "length"), [(("ВКонтакте", "avito"), 50, 16), (("Яндекс",), 20, 36)])
def test_what_a_test_would_find_equals_scipys_noncentral_t(
    chosen: tuple[str, ...], change: int, length: int, tmp_path: Path, sqlite_engine: Engine
) -> None:
    with open_doors(tmp_path, sqlite_engine) as doors:
        weeks = shown_weeks(doors, 1)
        hand = pulled({name: told for name, of in weeks.items() if (told := own_elasticity(of))})
        asked = "".join(f"&channel={one}" for one in chosen)
        text = Page(doors.page(f"/budget?lang=en&change={change}&weeks={length}{asked}")).text("plan")
        sources = [NAMES[one] for one in chosen]
        usual = {one: [sold for _, sold in weeks[one][-RECENT:]] for one in sources}
        steps = [
            (after - before, after + before)
            for one in sources
            for (_, before), (_, after) in zip(weeks[one][-26:], weeks[one][-25:], strict=False)
        ]
        scatter = max(sum(a * a for a, _ in steps) / sum(b for _, b in steps), 1.0)
        assumed = max(round(sum(hand[one][0] for one in sources) / len(sources), 2), 0.1)
        pairs = length // 2 * len(sources)
        mean = sum(sum(of) / RECENT for of in usual.values()) / len(sources)

        def power(effect: float) -> float:
            more, less = mean * (1 + change / 100) ** effect, mean * (1 - change / 100) ** effect
            shift = (more - less) / math.sqrt(scatter * (more + less)) * math.sqrt(pairs)
            return float(stats.nct.sf(stats.t.ppf(0.975, pairs - 1), pairs - 1, shift))

        said = re.search(r"brings \+(?P<effect>[\d.]+)\s% sales, the test notices it in (?P<power>\d+)\s%", text)
        assert said, text
        assert abs(float(said["effect"]) / 100 - tenth(assumed)) < 0.0051
        assert abs(int(said["power"]) / 100 - min(power(assumed), 0.99)) < 0.02  # a textbook's approximation
        is_written(re.search(r"scatter ([\d.]+) times", text)[1], "en", scatter)  # type: ignore[index]
        least = re.search(r"In 80 % of cases it notices if 10 % more money brings at least \+([\d.]+)\s% sales", text)
        if least is None:
            assert power(3.0) < 0.82
            return
        effect = math.log(1 + float(least[1]) / 100) / math.log(1.1)
        assert power(effect + 0.06) > 0.78  # steps of a twentieth, told as whole per cents
        assert power(max(effect - 0.11, 0.0)) < 0.82
