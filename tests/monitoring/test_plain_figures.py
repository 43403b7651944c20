"""Every number of /journey and /channels equals counting the exports by hand, whatever is asked for.

A simulated company with calls, stages and costs, and real leads: a marketplace's (sales with dates, no calls, no costs) and
an online school's (statuses without dates, real advertising costs).
"""

from __future__ import annotations

import csv
import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from features.facts.company import Company
from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from features.facts.store import FactStore
from features.facts.values import LeadId
from leadloop.database import bring_up_to_date
from leadloop.demo.export import export_all
from leadloop.demo.simulation import simulated
from leadloop.demo.world import Scale
from monitoring.channel_quality import ChannelLine, kept_lines
from monitoring.counted_cells import Cut, Dimension, Period
from monitoring.journey import JourneyLine, journey
from monitoring.lead_book import LeadBook
from monitoring.ripening import ripening
from monitoring.spend_book import SpendBook
from tests.support.hexlet import HEXLET
from tests.support.machine import REAL_DATA, REPOSITORY
from tests.support.plain_figures import (
    PlainCompany,
    PlainLead,
    costs_of,
    curve_of,
    figures_of,
    period_of,
    plain_company,
    wilson,
)

BY: tuple[tuple[Dimension, ...], ...] = (
    ("channel",), ("channel", "campaign"), ("channel", "campaign", "ad"), ("offer",), ("landing_page",), ("offer", "channel"), (),
)  # fmt: skip
FILTERS: tuple[Dimension, ...] = ("channel", "campaign", "ad", "offer", "landing_page")
COST_NAMES = ("channel", "campaign", "ad")


@dataclass(frozen=True)
class Side:
    """A company twice: in the product's books, and as plain rows."""

    book: LeadBook
    spend: SpendBook
    plain: PlainCompany
    moment: datetime
    chances: dict[str, float]

    def days(self, draw: Random) -> tuple[date | None, date | None]:
        every = sorted(one.day for one in self.plain.leads.values())
        picked = sorted(draw.sample(every, 2))
        how = draw.randrange(4)
        if how == 0:
            return None, None
        if how == 1:
            return picked[0].replace(day=1), (picked[1].replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(
                days=1
            )
        return picked[0], None if how == 2 else picked[1]


def both(folder: Path, words: Mapping[str, Any], moment: datetime, exported_at: datetime) -> Side:
    """Import a folder's files, and read the same by hand."""
    company = Company.model_validate(words)
    engine = engine_for(f"sqlite:///{folder / 'leadloop.db'}")
    bring_up_to_date(engine)
    store = FactStore(engine)
    for name in ("leads.csv", "calls.csv", "stages.csv", "spend.csv"):
        if (folder / name).exists():
            import_file(
                folder / name, company=company, store=store, imports=ImportLog(engine), secret=b"s", started_at=exported_at,
                exported_at=exported_at, rejects_folder=folder / "rejects",
            )  # fmt: skip
    book, spend = LeadBook(store, company), SpendBook(store, company)
    plain = plain_company(words, folder, moment, exported_at)
    draw = Random(5)
    chances = {name: round(draw.random() * 0.3, 6) for name in sorted(plain.leads)}
    book.hear({LeadId(name): (chance, 1000.0) for name, chance in chances.items()})
    horizon = company.horizon_days
    if horizon:
        young = moment - timedelta(days=horizon)
        chances = {name: chance for name, chance in chances.items() if plain.leads[name].at >= young}
    return Side(book, spend, plain, moment, chances)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Side:
    folder = tmp_path_factory.mktemp("demo")
    export_all(simulated(Scale(months=5, leads=900, seed=3), date(2026, 3, 31)), folder)
    words = yaml.safe_load((folder / "company.yaml").read_text(encoding="utf-8"))
    exported_at = datetime(2026, 4, 1, 6, tzinfo=UTC)
    return both(folder, words, exported_at, exported_at)


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Side:
    raw = REAL_DATA / "olist"
    if not raw.exists():
        pytest.skip("../shared/data/olist is not here")
    folder = tmp_path_factory.mktemp("olist")
    prepared = runpy.run_path(str(REPOSITORY / "examples" / "olist" / "prepare.py"))
    prepared["main"](raw, folder)
    lines = (folder / "leads.csv").read_text(encoding="utf-8").splitlines()
    (folder / "leads.csv").write_text("\n".join([lines[0], *lines[1::3]]) + "\n", encoding="utf-8")  # a third is enough
    words = yaml.safe_load((REPOSITORY / "examples" / "olist" / "company.yaml").read_text(encoding="utf-8"))
    words["stages"] = {"won": ["Won"]}
    exported_at = datetime(2018, 6, 20, tzinfo=UTC)
    return both(folder, words, exported_at, exported_at)


@pytest.fixture(scope="module")
def hexlet(tmp_path_factory: pytest.TempPathFactory) -> Side:
    raw = REAL_DATA / "hexlet_utm"
    if not raw.exists():
        pytest.skip("../shared/data/hexlet_utm is not here")
    folder = tmp_path_factory.mktemp("hexlet")
    with (raw / "last_paid_click_full.csv").open(encoding="utf-8", newline="") as file:
        leads = [row for row in csv.DictReader(file) if row["lead_id"]]
    with (folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(leads[0]))
        writer.writeheader()
        writer.writerows(leads)
    (folder / "spend.csv").write_bytes((raw / "aggregate_last_paid_click_full.csv").read_bytes())
    exported_at = datetime(2023, 8, 1, tzinfo=UTC)
    return both(folder, HEXLET, exported_at, exported_at)


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_number_of_a_journey_equals_counting_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    side: Side = request.getfixturevalue(name)
    draw = Random(11)
    lines = 0
    for _ in range(20):
        cut = random_cut(side, draw)
        told = journey(side.book, side.spend, cut, moment=side.moment)
        check_line(told.total, side, cut, {}, None)
        keys = {(line.names, line.period) for line in told.lines}
        assert len(keys) == len(told.lines)
        for line in draw.sample(told.lines, min(5, len(told.lines))):
            check_line(line, side, cut, dict(zip(cut.by, line.names, strict=True)), line.period)
        assert sum(line.tally["leads"] for line in told.lines) == told.total.tally["leads"]
        lines += len(told.lines)
    assert lines > 50


@pytest.mark.parametrize("period", ["all", "month", "week"])
def test_beside_the_clicks_of_all_channels_stand_no_leads_of_those_that_are_free(demo: Side, period: Period) -> None:
    cut, fewer = Cut((), {}, period=period), 0
    told = journey(demo.book, demo.spend, cut, moment=demo.moment)
    for line in told.lines:
        check_clicks(line, demo, cut, {}, line.period)
        step = line.step("leads")
        fewer += bool(step and step.of_before and step.of_before.count < line.tally["leads"])
    assert fewer


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_number_of_the_channels_equals_counting_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    side: Side = request.getfixturevalue(name)
    draw = Random(12)
    for _ in range(10):
        by: tuple[Dimension, ...] = draw.choice([("channel",), ("channel", "campaign")])
        first, last = side.days(draw)
        cut = Cut(by, {}, first, last)
        told = kept_lines(side.book, side.spend, cut, moment=side.moment)
        for line in draw.sample(told, min(8, len(told))):
            check_channel(line, side, cut)


def test_cohorts_ripen_as_counted_by_hand(demo: Side) -> None:
    for cohort_of in ("month", "week"):
        for only in ({}, {"channel": "ВКонтакте"}):
            told = ripening(demo.book, Cut(only=only), moment=demo.moment, cohort_of=cohort_of)  # type: ignore[arg-type]
            assert len(told) >= 5
            for one in told:
                leads = [
                    lead for lead in demo.plain.leads.values()
                    if period_of(lead.day, cohort_of) == one.begins
                    and all(lead.names[name] == word for name, word in only.items())
                ]  # fmt: skip
                hand = figures_of(demo.plain, lambda lead, those=leads: lead in those, demo.chances)  # type: ignore[misc]
                assert (one.leads, one.sales) == (len(leads), hand["sales"])
                assert one.more == pytest.approx(hand["expected"])
                assert list(one.curve) == pytest.approx(curve_of(demo.plain, demo.moment, leads))


def random_cut(side: Side, draw: Random) -> Cut:
    only: dict[Dimension, str | None] = {}
    for name in draw.sample(FILTERS, draw.choice([0, 0, 1, 2])):
        lead = draw.choice(list(side.plain.leads.values()))
        only[name] = lead.names[name]
    first, last = side.days(draw)
    period: Period = draw.choice(["all", "month", "week", "day"])
    return Cut(draw.choice(BY), only, first, last, period)


def keeps_lead(side: Side, cut: Cut, names: Mapping[str, Any], period: date | None, one: PlainLead) -> bool:
    day = one.day
    return (
        all(one.names[name] == word for name, word in [*cut.only.items(), *names.items()])
        and (cut.first is None or day >= cut.first)
        and (cut.last is None or day <= cut.last)
        and (period is None or period_of(day, cut.period) == period)
    )


def hand_costs(side: Side, cut: Cut, names: Mapping[str, Any], period: date | None) -> dict[str, Any] | None:
    """Return the costs counted by hand; None where they are not known by what is asked."""
    asked: dict[str, Any] = {name: word for name, word in cut.only.items()} | dict(names)  # noqa: C416
    if set(asked) - set(COST_NAMES):
        return None
    return costs_of(
        side.plain,
        lambda row: (
            all(row[name] == word for name, word in asked.items())
            and (cut.first is None or row["day"] >= cut.first)
            and (cut.last is None or row["day"] <= cut.last)
            and (period is None or period_of(row["day"], cut.period) == period)
        ),
    )


def check_line(line: JourneyLine, side: Side, cut: Cut, names: Mapping[str, Any], period: date | None) -> None:
    hand = figures_of(side.plain, lambda one: keeps_lead(side, cut, names, period, one), side.chances)
    costs = hand_costs(side, cut, names, period)
    t = line.tally
    for name in ("leads", "open", "never_called", "unworked", "bought", "did_not_buy", "sales", "qualified", "spoken"):
        assert t[name] == hand[name], name
    assert (t.revenue is None) == (hand["revenue"] is None)
    assert (t.revenue or 0.0) == pytest.approx(hand["revenue"] or 0.0)
    assert t.expected_sales == pytest.approx(hand["expected"], abs=1e-6)
    assert t.expected_revenue == pytest.approx(1000 * hand["expected"], abs=1e-2)
    before = hand["leads"]
    for step in line.steps:
        if step.name in ("impressions", "clicks", "leads"):
            continue
        count = hand["sales"] if step.name == "won" else hand[f"{step.name}_or_later"]
        assert (step.count, step.recorded) == (count, hand[f"own_{step.name}"])
        assert step.of_before is not None
        assert step.of_leads is not None
        assert (step.of_before.of, step.of_leads.of) == (before, hand["leads"])
        if before:
            assert step.of_before.interval == pytest.approx(wilson(count, before))
        before = count
    check_costs(line, hand, costs)
    check_clicks(line, side, cut, names, period)


def check_clicks(line: JourneyLine, side: Side, cut: Cut, names: Mapping[str, Any], period: date | None) -> None:
    """Check the leads per click: of channels whose clicks are told in the line's own days, never of those that are free."""
    asked: dict[str, Any] = {name: word for name, word in cut.only.items()} | dict(names)  # noqa: C416
    step = line.step("leads")
    assert step is not None
    if set(asked) - set(COST_NAMES):
        assert step.of_before is None
        return
    rows = [
        row
        for row in side.plain.spend
        if all(row[name] == word for name, word in asked.items())
        and (cut.first is None or row["day"] >= cut.first)
        and (cut.last is None or row["day"] <= cut.last)
        and (period is None or period_of(row["day"], cut.period) == period)
    ]
    clicks = sum(row["clicks"] or 0 for row in rows)
    paid = {row["channel"] for row in rows if row["clicks"]}
    leads = sum(
        keeps_lead(side, cut, names, period, one) and one.names["channel"] in paid for one in side.plain.leads.values()
    )
    told = clicks and all(row["clicks"] is not None for row in rows) and leads <= clicks
    assert (step.of_before and (step.of_before.count, step.of_before.of)) == ((leads, clicks) if told else None)


def check_costs(line: JourneyLine, hand: Mapping[str, Any], costs: Mapping[str, Any] | None) -> None:
    assert (line.costs is None) == (costs is None)
    if costs is None:
        assert line.cost_per_lead is None
        return
    shown, clicks = line.step("impressions"), line.step("clicks")
    assert (line.cost is None) == (costs["cost"] is None)
    assert (line.cost or 0.0) == pytest.approx(costs["cost"] or 0.0)
    assert ((shown and shown.count), (clicks and clicks.count)) == (costs["impressions"], costs["clicks"])
    if costs["cost"] is None:
        return
    for unit, count in (
        (line.cost_per_lead, hand["leads"]),
        (line.cost_per_qualified, hand["qualified"]),
        (line.cost_per_sale, hand["sales"]),
    ):
        assert unit is not None
        assert (unit.value is None) == (count == 0)
        assert count == 0 or unit.value == pytest.approx(costs["cost"] / count)
    if hand["revenue"] is not None and costs["cost"]:
        assert line.romi == pytest.approx((hand["revenue"] - costs["cost"]) / costs["cost"])


def check_channel(line: ChannelLine, side: Side, cut: Cut) -> None:
    names: dict[str, Any] = {"channel": line.key[0]}
    if len(cut.by) == 2:
        names["campaign"] = line.key[1] or None
    hand = figures_of(side.plain, lambda one: keeps_lead(side, cut, names, None, one), side.chances)
    costs = hand_costs(side, cut, names, None)
    calls, grades = side.plain.records_calls, bool(side.plain.words.get("abc"))
    assert line.leads == hand["leads"]
    assert (line.processed.count, line.processed.of) == (hand["processed"], hand["leads"] if calls else 0)
    assert (line.spoken.count, line.spoken.of) == (hand["spoken"], hand["processed"])
    if calls and grades:
        assert (line.qualified.count, line.qualified.of) == (hand["qualified"], hand["spoken"])
        assert (line.non_target.count, line.non_target.of) == (hand["bad_spoken"], hand["spoken"])
        assert line.named.count == hand["bad_unspoken"]
    assert (line.bought.count, line.bought.of) == (hand["bought"], hand["bought"] + hand["did_not_buy"])
    assert (line.open, line.unworked, line.sales) == (hand["open"], hand["unworked"], hand["sales"])
    assert line.expected_sales == pytest.approx(hand["expected"], abs=1e-6)
    assert (line.revenue or 0.0) == pytest.approx(hand["revenue"] or 0.0)
    assert costs is not None
    assert (line.cost or 0.0) == pytest.approx(costs["cost"] or 0.0)
