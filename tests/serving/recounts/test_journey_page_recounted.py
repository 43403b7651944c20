"""Every line of /journey, its money, its cohorts, two views side by side, and whose money found no leads: by plain loops."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from html import unescape
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from scipy.stats import poisson

from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, Table, is_written
from tests.serving.recounts.test_alarms_recounted import newcombe
from tests.serving.recounts.test_downloads_recounted import BY, COST_NAMES, STEP_WORDS, random_view
from tests.support.plain_chances import amount_of, chances_of
from tests.support.plain_figures import (
    PlainCompany,
    PlainLead,
    byar,
    curve_of,
    figures_of,
    late_of,
    period_of,
    returns_of,
    tidy,
    wilson,
)

FEWEST, FEWEST_TO_PACE, FEWEST_RIPE = 5, 20, 0.2
NONE = ("not told", "не указано")
LINES = ("Lines of the table", "Строки таблицы")
MOST_LINES, MOST_DRAWN = 6, 8
Named = Mapping[str, str | None]
Hand = dict[str, Any]


class Views:
    """One company at one moment: what a view's leads and costs add up to."""

    def __init__(self, plain: PlainCompany, moment: datetime) -> None:
        self.plain, self.moment = plain, moment
        self.today = moment.astimezone(plain.zone).date()
        self.chances = chances_of(plain, moment)
        self._amounts: dict[tuple[str | None, str], float | None] = {}

    def worth(self, one: PlainLead) -> float:
        """Return what a lead that waits is expected to bring; leads of one offer and channel would pay alike."""
        alike = one.names["offer"], one.marked
        if alike not in self._amounts:
            self._amounts[alike] = amount_of(one, self.plain)
        return self.chances.get(one.id, 0.0) * self.plain.share(one) * (self._amounts[alike] or 0.0)

    def sums(self, only: Named, fits: Callable[[date], bool]) -> Hand:
        """Return the figures of the leads with these names on these days, with their costs where these are known by the names."""

        def keeps(one: PlainLead) -> bool:
            return fits(one.day) and all(one.names[name] == word for name, word in only.items())

        hand: Hand = figures_of(self.plain, keeps, self.chances)
        waits = [
            one for one in self.plain.leads.values()
            if keeps(one) and one.told["outcome"] in ("open", "never_called") and not one.told["won"]
        ]  # fmt: skip
        hand["worth"] = sum(map(self.worth, waits))
        hand["untold_amounts"] = sum(
            keeps(one) and bool(one.told["won"]) and one.told["won"]["amount"] is None
            for one in self.plain.leads.values()
        )
        hand["costs"], hand["late_words"] = None, late_of(hand, self.plain)
        if not set(only) - set(COST_NAMES):
            rows = [
                row
                for row in self.plain.spend
                if row["day"] < self.today
                and fits(row["day"])
                and all(row[name] == word for name, word in only.items())
            ]
            told = {
                name: [row[name] for row in rows if row[name] is not None] for name in ("cost", "impressions", "clicks")
            }
            hand["costs"] = {name: sum(values) if values else None for name, values in told.items()}
            paid = {row["channel"] for row in rows if row["cost"] is not None}
            hand["paid_leads"] = sum(keeps(one) and one.names["channel"] in paid for one in self.plain.leads.values())
            hand["untold"] = [sum(row[name] is None for row in rows) for name in ("clicks", "impressions")]
        return hand


def within(asked: Hand, period: date | None = None) -> Callable[[date], bool]:
    first, last = asked["first"], asked["last"]
    return lambda day: (
        (first is None or day >= first)
        and (last is None or day <= last)
        and (period is None or period_of(day, asked["period"]) == period)
    )


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_number_of_the_journeys_page_equals_counting_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    company: Shown = request.getfixturevalue(name)
    draw, lines, paced = Random(47), 0, 0
    for moment in company.moments()[1:]:
        views = Views(company.at(moment), moment)
        for _ in range(3):
            said, asked = random_view(views.plain, draw)
            language = draw.choice(["ru", "en"])
            html = company.doors.page(f"/journey?{urlencode({**said, 'lang': language})}")
            page = Page(html)
            total = views.sums(asked["only"], within(asked))
            if page.text("nothing"):
                assert not total["leads"]
                assert not (total["costs"] or {}).get("cost")
                continue
            check_open(page, total, language)
            lines += check_lines(page, views, asked, language, draw)
            check_money(page, total, language)
            paced += check_cohorts(page, views, asked, language)
            check_ripening_chart(html, page, language)
    assert lines > 15
    assert paced or name == "hexlet"  # whose sales have no dates


def check_open(page: Page, total: Hand, language: str) -> None:
    if total["open"] or total["unworked"]:
        told = [total["open"], total["unworked"], total["expected"], *([total["worth"]] if total["worth"] else [])]
        told += [total["of_unworked"], total["if_worked"]] if total["unworked"] else []
        is_written(page.text("still-open"), language, *told)
    else:
        assert page.text("still-open") == ""


def check_money(page: Page, total: Hand, language: str) -> None:
    """Check the money beside the funnel: spent, a lead's, a qualified one's and a sale's cost, revenue, and what it returned."""
    told: list[float | None] = []
    costs = total["costs"]
    cost = costs["cost"] if costs else None
    if cost is not None:
        told.append(cost)
        qualified = "qualified" if re.search("qualified|целевой", page.text("money")) else None
        for count in ("leads", qualified, "sales"):
            told += unit(cost, total[count]) if count else []
            told += [total["qualified"]] if count == "qualified" and total["qualified"] else []
    told.append(total["untold_amounts"] if total["revenue"] is None else total["revenue"])
    told += total["late_words"]
    told += [total["worth"]] if total["worth"] else []
    if cost and total["revenue"] is not None:
        told += returns_of(total, cost)
        told += [(total["revenue"] + total["worth"] - cost) / cost] if total["worth"] else []
    if cost is not None and total["paid_leads"] < total["leads"]:
        told += [total["paid_leads"], total["leads"]]
    if costs and cost is not None and any(total["untold"]):
        told += total["untold"]
    is_written(page.text("money"), language, *told)


def unit(cost: float, count: int) -> list[float | None]:
    if not count:
        return []
    fewest, most = byar(count)
    return [cost / count, cost / most, cost / fewest]


def check_lines(page: Page, views: Views, asked: Hand, language: str, draw: Random) -> int:
    """Check some lines of the table, every cell of them."""
    tables = [one for one in page.tables if one.title.startswith(LINES)]
    if not tables:
        assert (asked["by"] == "whole" and asked["period"] == "all") or not views.sums(asked["only"], within(asked))[
            "leads"
        ]
        return 0
    (table,) = tables
    some = draw.sample(table.rows, min(len(table.rows), MOST_LINES))
    for row in some:
        key, period = key_of(row[0], table, asked, views)
        hand = views.sums({**asked["only"], **key}, within(asked, period))
        for title, cell in list(zip(table.header, row, strict=True))[1:]:
            check_cell(title, cell, hand, language)
    return len(some)


def key_of(cell: str, table: Table, asked: Hand, views: Views) -> tuple[dict[str, str | None], date | None]:
    """Return the names and the period of a line, found among those that leads and costs have."""
    period = None
    if asked["period"] != "all":
        day, _, cell = cell.partition(" ")
        period = date.fromisoformat(day) if "-" in day else datetime.strptime(day, "%d.%m.%Y").date()  # noqa: DTZ007
    names = BY[asked["by"]]
    every = [one.names for one in views.plain.leads.values()]
    every += [row for row in views.plain.spend if not set(names) - set(COST_NAMES)]
    known = {tuple(one[name] for name in names) for one in every}
    fits = [key for key in known if any(tidy(cell) == tidy(" ".join(word or none for word in key)) for none in NONE)]
    assert len(fits) == 1, (cell, fits)
    return dict(zip(names, fits[0], strict=True)), period


def check_cell(title: str, cell: str, hand: Hand, language: str) -> None:
    costs = hand["costs"] or {"cost": None, "clicks": None, "impressions": None}
    cost = costs["cost"]
    if title in STEP_WORDS:
        count = hand["sales"] if STEP_WORDS[title] == "won" else hand[f"{STEP_WORDS[title]}_or_later"]
        rate = [count / hand["leads"], *wilson(count, hand["leads"])] if hand["leads"] >= FEWEST else []
        is_written(cell, language, *([count, *rate] if hand["leads"] else []))
    elif title in ("Leads", "Заявки", "Заявок"):
        is_written(cell, language, hand["leads"])
    elif title.startswith(("Impressions", "Показы")):
        is_written(cell, language, *[one for one in (costs["impressions"], costs["clicks"]) if one is not None])
    elif title.startswith(("Spent", "Расход")):
        counts = [hand["leads"], *([hand["qualified"]] if re.search("A (?:или|or) B", cell) else []), hand["sales"]]
        told = [] if cost is None else [cost, *(value for count in counts for value in unit(cost, count))]
        is_written(cell, language, *told)
    elif title.startswith(("Revenue", "Выручка")):
        told = [hand["untold_amounts"] if hand["revenue"] is None else hand["revenue"]]
        told += hand["late_words"]
        told += returns_of(hand, cost) if cost and hand["revenue"] is not None else []
        is_written(cell, language, *told)
    else:
        assert title in ("Still expected", "Ожидается ещё")
        is_written(cell, language, hand["expected"], hand["open"] + hand["unworked"])


def check_cohorts(page: Page, views: Views, asked: Hand, language: str) -> int:
    """Check the cohorts: how they ripened, what is still expected, and where they will end by both ways, with intervals.

    Return of how many the pace of older ones tells where they will end.
    """
    paced = 0
    for table in page.of("ripening"):
        pace = pace_by_hand(views, within(asked), asked["only"])
        for row in table.rows:
            begins = date.fromisoformat(row[0]) if "-" in row[0] else datetime.strptime(row[0], "%d.%m.%Y").date()  # noqa: DTZ007
            fits = within(asked)
            mine = [
                one for one in views.plain.leads.values()
                if one.day.replace(day=1) == begins and fits(one.day)
                and all(one.names[name] == word for name, word in asked["only"].items())
            ]  # fmt: skip
            hand = views.sums(asked["only"], lambda day, b=begins, f=fits: f(day) and day.replace(day=1) == b)  # type: ignore[misc]
            curve = curve_of(views.plain, views.moment, mine)
            cells = iter(row[1:])
            is_written(next(cells), language, hand["leads"])
            for title in table.header[2:-5]:
                age = int(re.findall(r"\d+", title)[0])
                is_written(next(cells), language, *([curve[age]] if age < len(curve) else []))
            is_written(next(cells), language, hand["sales"], hand["sales"] / hand["leads"])
            is_written(next(cells), language, hand["open"] + hand["unworked"])
            low, high = poisson.ppf([0.025, 0.975], hand["expected"]) if hand["expected"] else (0, 0)
            is_written(next(cells), language, hand["expected"], low, high)
            ends = [(hand["sales"] + more) / hand["leads"] for more in (hand["expected"], low, high)]
            is_written(next(cells), language, *ends)
            by_pace = end_by_pace(mine, hand, pace, views)
            is_written(next(cells), language, *by_pace)
            paced += bool(by_pace)
    return paced


def check_ripening_chart(html: str, page: Page, language: str) -> None:
    """Check the lines of the chart against the table's cells, and the points where the youngest months will end."""
    rows = {row[0]: row for table in page.of("ripening") for row in table.rows}
    ages = [int(re.findall(r"\d+", title)[0]) for table in page.of("ripening")[:1] for title in table.header[2:-5]]
    charts = [json.loads(unescape(one))["traces"] for one in re.findall(r"data-chart='(.*?)'", html)]
    drawn = [trace for traces in charts for trace in traces if trace.get("name") in rows]
    told = any(re.search(r"\d", cell) for row in rows.values() for cell in row[2:-5])
    assert bool(drawn) >= told
    assert len({trace["name"] for trace in drawn}) <= MOST_DRAWN
    for trace in drawn:
        row = rows[trace["name"]]
        if trace["mode"] == "lines":
            curve = trace["y"]
            for age, cell in zip(ages, row[2:-5], strict=True):
                is_written(cell, language, *([curve[age]] if age < len(curve) else []))
        else:
            (end,), ends = trace["y"], trace["error_y"]
            is_written(row[-2], language, end, end - ends["arrayminus"][0], end + ends["array"][0])


def pace_by_hand(views: Views, fits: Callable[[date], bool], only: Named) -> list[float] | None:
    """Return the share of buyers who have bought by each day of age; None where fewer than twenty tell.

    Each sale stands against those of leads that were old enough to show one so late (Lagakos, Barraj & De Gruttola 1988,
    Biometrika 75:515-523); a day that is not over shows none.
    """
    plain, horizon, told = views.plain, views.plain.horizon or 0, []
    for one in plain.leads.values():
        if one.told["won"] and fits(one.day) and all(one.names[name] == word for name, word in only.items()):
            age = (views.today - one.day).days
            took = (one.told["won"]["at"].astimezone(plain.zone).date() - one.day).days
            if took < age:
                told.append((min(took, horizon), min(age - 1, horizon)))
    if len(told) < FEWEST_TO_PACE:
        return None
    shares = [1.0] * (horizon + 1)
    for age in range(horizon, 0, -1):
        among = sum(took <= age <= could for took, could in told)
        at = sum(took == age for took, _ in told)
        shares[age - 1] = shares[age] * (1 - at / among if among else 1.0)
    return shares


def end_by_pace(mine: list[PlainLead], hand: Hand, pace: list[float] | None, views: Views) -> list[float]:
    """Return the share that will have bought if these buyers are as fast as those so far, with Byar's ends of the count."""
    if pace is None or hand["leads"] < FEWEST:
        return []
    ages = [(views.today - one.day).days for one in mine]
    ripe = sum(pace[min(age - 1, len(pace) - 1)] for age in ages if age > 0) / hand["leads"]
    if ripe < FEWEST_RIPE:
        return []
    counts = [hand["sales"], *(byar(hand["sales"]) if hand["sales"] else [])]
    return [min(count / ripe / hand["leads"], 1.0) for count in counts]


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_two_views_side_by_side_equal_counting_both_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    company: Shown = request.getfixturevalue(name)
    views, draw = Views(company.at(company.exported_at), company.exported_at), Random(48)
    channels = sorted({str(one.names["channel"]) for one in views.plain.leads.values()})
    seen = 0
    for _ in range(4):
        one, other = draw.sample(channels, 2)
        language = draw.choice(["ru", "en"])
        asked = urlencode({"channel": one, "vs_channel": other, "lang": language})
        (table,) = Page(company.doors.page(f"/journey?{asked}")).of("compare")
        mine, its = (views.sums({"channel": channel}, lambda _: True) for channel in (one, other))
        is_written(table.rows[0][1] + " " + table.rows[0][2], language, mine["leads"], its["leads"])
        for row in table.rows[1:]:
            step = next((step for word, step in STEP_WORDS.items() if row[0].startswith(word)), None)
            seen += 1
            if step is None:
                check_costs_apart(row, mine, its, language)
                continue
            counts = [hand["sales" if step == "won" else f"{step}_or_later"] for hand in (mine, its)]
            for cell, count, hand in zip(row[1:3], counts, (mine, its), strict=True):
                enough = [count / hand["leads"], *wilson(count, hand["leads"])]
                is_written(cell, language, *(enough if hand["leads"] >= FEWEST else [count, hand["leads"]]), count)
            if min(mine["leads"], its["leads"]) >= FEWEST:
                ends = newcombe(
                    (counts[0], mine["leads"]), (counts[1], its["leads"])
                )  # of the same days: judged as it is
                is_written(row[3], language, *(100 * end for end in ends))
    assert seen >= 4


def check_costs_apart(row: list[str], mine: Hand, its: Hand, language: str) -> None:
    """Check what one of a kind cost in both views."""
    for place, hand in ((1, mine), (2, its)):
        cost = hand["costs"]["cost"]
        ways = [cost / hand[name] for name in ("leads", "qualified", "sales") if hand[name]]
        if re.search(r"\d", row[place]):
            assert any(is_so(row[place], language, value) for value in ways), (row, ways)


def is_so(cell: str, language: str, value: float) -> bool:
    try:
        is_written(cell, language, value)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("name", ["demo", "hexlet"])
def test_whose_money_found_no_leads_and_whose_leads_have_no_costs_equals_counting_by_hand(
    name: str, request: pytest.FixtureRequest
) -> None:
    company: Shown = request.getfixturevalue(name)
    for moment in company.moments()[1:]:
        plain = company.at(moment)
        today = moment.astimezone(plain.zone).date()
        rows = [row for row in plain.spend if row["day"] < today]
        came: dict[tuple[str, str | None], list[PlainLead]] = defaultdict(list)
        for one in plain.leads.values():
            came[str(one.names["channel"]), one.names["campaign"]].append(one)
        told = {(row["channel"], row["campaign"]) for row in rows}
        channels = {channel for channel, _ in told}
        bare = {channel for channel, campaign in told if campaign is None}
        reached = {channel for channel, _ in came}
        lost = [
            row
            for row in rows
            if (row["channel"], row["campaign"]) not in came
            and not (row["campaign"] is None and row["channel"] in reached)
        ]
        free = {key: some for key, some in came.items() if key not in told and key[0] in channels - bare}
        page = Page(company.doors.page("/journey/costs?lang=en"))
        paid = sum(len(some) for key, some in came.items() if key[0] in channels)
        html = page.text("content")
        figures = re.search(r"([\d,]+\s₽) .*?([\d,]+\s₽) .*?([\d,]+) leads.*?([\d,]+)", html)
        assert figures, html[:800]
        whole, gone = sum(row["cost"] for row in rows), sum(row["cost"] for row in lost)
        is_written(" ".join(figures.groups()), "en", whole, gone, sum(map(len, free.values())), paid)
        check_lost(page, lost)
        shown = [row for table in page.of("without-costs") for row in table.rows]
        assert len(shown) == min(len(free), 200)
        for row in shown:
            key = next(key for key in free if row[0] in {f"{key[0]} {key[1] or none}" for none in NONE})
            is_written(row[1], "en", len(free[key]))
            is_written(row[2], "en", sum(bool(one.told["won"]) for one in free[key]))


def check_lost(page: Page, lost: list[dict[str, Any]]) -> None:
    """Check the money of each channel and campaign by which no lead came, and its first and last day."""
    shown: dict[str, list[list[str]]] = defaultdict(list)
    for table in page.of("without-leads"):
        for row in table.rows:
            shown[row[1]].append(row)
    by_key: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for cost in lost:
        by_key[f"{cost['channel']} {cost['campaign'] or NONE[0]}"].append(cost)
    assert shown.keys() <= by_key.keys()
    assert {key for key, some in by_key.items() if sum(one["cost"] for one in some)} <= shown.keys()
    for key, rows in shown.items():
        money = [float(re.sub(r"[^\d]", "", row[2])) for row in rows]
        assert abs(sum(money) - sum(one["cost"] for one in by_key[key])) <= 0.5 * len(rows) + 1e-6
        days = [date.fromisoformat(day) for row in rows for day in re.findall(r"\d{4}-\d\d-\d\d", row[3])]
        assert (min(days), max(days)) == (
            min(one["day"] for one in by_key[key]),
            max(one["day"] for one in by_key[key]),
        )
