"""Cells that are kept up equal counting anew: whatever came in which order, was taken back, or settled as time went by."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import LeadFact, LeadId
from monitoring.counted_cells import Chance, CountedCells, Cut, CutKey, Dimension, Period, first_day
from monitoring.lead_book import LeadBook, counted
from monitoring.lead_summary import LeadSummary
from monitoring.tally import COUNTS, NOTHING, Tally, contribution, summed, tally_of
from tests.monitoring.leads import COMPANY, counted_anew, random_facts, summary
from tests.support.facts import NOON, call, lead, source, stage

DAY = timedelta(days=1)
ONCE = COMPANY.model_copy(update={"count_a_person_once": True})
CUTS = (
    Cut(),
    Cut(("channel",)),
    Cut(("campaign",), {"channel": "vk"}, period="month"),
    Cut(("channel", "campaign"), first=date(2026, 3, 10), last=date(2026, 4, 20)),
    Cut(("sold_after",), period="day"),
    Cut(("offer", "channel"), {"campaign": None}, first=date(2026, 4, 1), period="week"),
)


def one_by_one(
    summaries: list[LeadSummary], cut: Cut, company: Company, moment: datetime, chances: dict[LeadId, Chance]
) -> dict[CutKey, Tally]:
    """Count the leads of a cut one by one, as if all of them were worked."""
    groups: dict[CutKey, list[Tally]] = {}
    for one in counted(summaries, company):
        day = one.created_at.astimezone(company.zone).date()
        sold = (one.won_at.astimezone(company.zone).date() - day).days if one.won_at else None
        names = {"channel": one.channel, "campaign": one.campaign, "ad": one.ad, "offer": one.offer,
                 "landing_page": one.landing_page, "sold_after": sold}  # fmt: skip
        if any(names[dimension] != word for dimension, word in cut.only.items()) or not cut.holds(day):
            continue
        is_young = company.horizon_days is None or moment <= one.created_at + timedelta(days=company.horizon_days)
        adds = contribution(one, chances.get(one.lead_id) if is_young else None, company, moment)
        key = (tuple(names[dimension] for dimension in cut.by), first_day(day, cut.period))
        groups.setdefault(key, []).append(tally_of([adds]))
    return {key: summed(those) for key, those in groups.items()}


def sales_anew(summaries: list[LeadSummary], cut: Cut, company: Company) -> dict[date, list[int]]:
    """Count the sales of a cut one by one, by the day of the request and the days from it to the sale."""
    took: dict[date, list[int]] = {}
    for one in counted(summaries, company):
        day = one.created_at.astimezone(company.zone).date()
        named: dict[str, str | None] = {"channel": one.channel, "campaign": one.campaign}
        if one.won_at and cut.holds(day) and all(named[dimension] == word for dimension, word in cut.only.items()):
            took.setdefault(day, []).append(max((one.won_at.astimezone(company.zone).date() - day).days, 0))
    return {day: [those.count(age) for age in range(max(those) + 1)] for day, those in took.items()}


@pytest.mark.parametrize("company", [COMPANY, ONCE], ids=["every request", "once a person"])
@pytest.mark.parametrize("seed", range(4))
def test_cells_kept_up_through_anything_equal_counting_anew(sqlite_engine: Engine, seed: int, company: Company) -> None:
    draw = random.Random(seed)
    store, imports = FactStore(sqlite_engine), ImportLog(sqlite_engine)
    book, moment = LeadBook(store, company), NOON + 20 * DAY
    told: list[LeadFact] = [fact for n in range(30) for fact in random_facts(draw, f"L{n}")]
    draw.shuffle(told)
    chances: dict[LeadId, Chance] = {}
    undoable: list[int] = []
    while told:
        step, told = told[:12], told[12:]
        entry = imports.begin(file="x.csv", sha256=f"{len(told):064d}", kind="leads", started_at=NOON, exported_at=NOON)
        store.append(step, import_id=entry.id)
        undoable.append(entry.id)
        if draw.random() < 0.3:
            store.undo(undoable.pop(draw.randrange(len(undoable))))
        moved = {LeadId(f"L{draw.randrange(30)}"): draw.choice([None, (draw.random(), None), (draw.random(), 500.0)])}
        book.hear(moved)
        for lead_id, chance in moved.items():
            if chance is None:
                chances.pop(lead_id, None)
            else:
                chances[lead_id] = chance
        moment += timedelta(hours=draw.randrange(400))
        fresh = LeadBook(store, company).summaries(moment)
        for cut in draw.sample(CUTS, 3):
            kept = book.tallies(moment, cut)
            assert kept == counted_anew(fresh, chances, company=company, moment=moment).tallies(cut), cut
            by_hand = one_by_one(fresh, cut, company, moment, chances)
            assert {key: one.sums[: len(COUNTS)] for key, one in kept.items()} == {
                key: one.sums[: len(COUNTS)] for key, one in by_hand.items()
            }
            for key, one in by_hand.items():
                as_if_worked = kept[key].expected_sales - kept[key].expected_of_unworked + kept[key].unworked_if_worked
                assert as_if_worked == pytest.approx(one.expected_sales)
                assert kept[key].sold == one.sold
            assert book.sale_rows(moment, cut) == sales_anew(fresh, cut, company), cut
    assert book.tallies(moment, Cut())[(), None]["leads"] > 5


def test_a_window_that_closes_settles_its_lead_without_any_new_fact(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append([lead("7"), source("7", source="vk"), call("7")])
    book = LeadBook(store, COMPANY)
    before = book.tallies(NOON + 60 * DAY, Cut())[(), None]
    after = book.tallies(NOON + 60 * DAY + timedelta(seconds=1), Cut())[(), None]
    assert (before["open"], before["did_not_buy"]) == (1, 0)
    assert (after["open"], after["did_not_buy"]) == (0, 1)


def test_a_lead_past_its_window_is_not_expected_to_buy_any_more() -> None:
    cells = CountedCells(COMPANY)
    cells.hear({LeadId("7"): (0.25, 200.0)})
    cells.put({LeadId("7"): summary("7")}, NOON)
    assert cells.at(NOON).tallies(Cut())[(), None].expected_sales == 0.25
    assert cells.at(NOON).tallies(Cut())[(), None].expected_revenue == 50.0
    assert cells.at(NOON + 61 * DAY).tallies(Cut())[(), None].expected_sales == 0.0


def test_a_lead_that_waits_counts_for_less_hour_by_hour_without_any_new_fact() -> None:
    cells = CountedCells(COMPANY)
    for n in range(200):  # half of the leads so far were worked within the hour, and the other half never
        cells.put({LeadId(f"L{n}"): summary(f"L{n}", NOON - (1 + n % 50) * DAY, spoken=n < 100)}, NOON)
    waits = LeadId("7")
    cells.hear({waits: (0.4, 100.0)})
    cells.put({waits: summary("7", spoken=False)}, NOON)
    cells.tallies(Cut())  # from now on it is kept up
    told = [cells.at(NOON + hours * timedelta(hours=1)).tallies(Cut())[(), None] for hours in (0, 5, 72)]
    expected = [one.expected_sales for one in told]
    assert expected[0] > expected[1] > expected[2] >= 0
    assert expected[0] > 0.4 * 0.5 * 0.5  # in the midst of the first hour
    assert expected[2] < 0.4 * 0.05
    for one in told:
        assert one.expected_of_unworked == one.expected_sales
        assert one.expected_revenue == pytest.approx(100.0 * one.expected_sales, abs=0.001)
        assert one.unworked_if_worked == 0.4


def test_a_lead_that_reached_a_later_step_reached_the_earlier_ones(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append(
        [lead("won"), stage("won", "won", amount=10.0), lead("met"), call("met"), stage("met", "meeting"), lead("new")]
    )
    told = LeadBook(store, COMPANY).tallies(NOON + 5 * DAY, Cut())[(), None]
    assert [told[f"{name}_or_later"] for name in ("reached", "qualified", "meeting", "invoice", "contract")] == [
        2,
        2,
        2,
        1,
        1,
    ]
    assert [told[name] for name in ("leads", "spoken", "qualified", "with_meeting", "sales")] == [3, 1, 0, 1, 1]


@pytest.mark.parametrize(
    ("by", "first", "period", "grain"),
    [
        ((), None, "all", "month"),
        (("channel",), date(2026, 3, 1), "month", "month"),
        (("channel",), date(2026, 3, 2), "all", "day"),
        (("channel",), None, "week", "day"),
    ],
)
def test_whole_months_are_counted_by_month(
    by: tuple[Dimension, ...], first: date | None, period: Period, grain: str
) -> None:
    assert Cut(by, {}, first, date(2026, 3, 31), period).grain == grain


def test_money_and_chances_leave_nothing_behind_when_they_go() -> None:
    draw = random.Random(1)
    cells = CountedCells(COMPANY)
    cells.at(NOON).tallies(Cut(("channel",)))
    for n in range(300):
        cells.hear({LeadId(f"L{n}"): (draw.random(), draw.random() * 1e6)})
    cells.put({LeadId(f"L{n}"): summary(f"L{n}") for n in range(300)}, NOON)
    assert cells.tallies(Cut(("channel",)))[("vk",), None]["leads"] == 300
    cells.put({LeadId(f"L{n}"): None for n in range(299)}, NOON)
    cells.hear({LeadId("L299"): None})
    (left,) = cells.tallies(Cut(("channel",))).values()
    assert (left["leads"], left.expected_sales, left.expected_revenue) == (1, 0.0, 0.0)
    cells.put({LeadId("L299"): None}, NOON)
    assert cells.tallies(Cut(("channel",))) == {}
    assert summed([]) == NOTHING
