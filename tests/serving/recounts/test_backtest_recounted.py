"""Every number of /backtest equals plain loops over the exported files and what each contender said of each lead then."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from models.backtest_report import BACKTESTS
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.support.plain_figures import PlainCompany, PlainLead, wilson
from tests.support.plain_measures import Row, drawn, ends_of, log_loss, loss
from tests.support.plain_taught import is_settled, rows_of
from training import backtest
from training.backtest import backtest_report, replay_of
from training.replay_judging import Scored

FEWEST, FEWEST_LEADS, FEWEST_SALES, FEWEST_ON_THE_CHART, FIRST = 5, 100, 10, 20, 0.2
DAYS = re.compile(r"\d{4}-\d\d-\d\d")
WEEKS = {"demo": 3, "olist": 16, "maven": 15}
"""How often the model learns anew: a few periods, of which some can be judged."""


@dataclass
class Foretold:
    """The settled leads of a period, and what each contender said of each when it came."""

    since: datetime
    until: datetime
    leads: list[PlainLead]
    said: dict[str, list[float]]
    learned: tuple[int, int]
    ladder: Any
    arrivals: Any
    shorter: int | None
    """Within how many days who buys was learned, where that was less than the company's own window."""
    found: dict[tuple[str, int], list[tuple[float, float]]] = field(default_factory=dict)
    """What was drawn so far, by contender and the period's place among those drawn together."""

    @property
    def sales(self) -> int:
        return sum(one.told["outcome"] == "bought" for one in self.leads)

    def rows(self, who: str) -> list[Row]:
        return [
            (p, float(one.told["outcome"] == "bought"), 1.0) for one, p in zip(self.leads, self.said[who], strict=True)
        ]

    def found_first(self, who: str, place: int) -> list[tuple[float, float]]:
        """Return the sales among the first fifth, and all, as it was, then by draws; leads alike share their places."""
        if (who, place) not in self.found:
            chances, bought = self.said[who], [one.told["outcome"] == "bought" for one in self.leads]
            alike: dict[float, list[int]] = defaultdict(list)
            for n, p in enumerate(chances):
                alike[p].append(n)
            best_first = [alike[p] for p in sorted(alike, reverse=True)]
            made = []
            for times in ([1] * len(chances), *drawn(len(chances), place)):
                left, first = FIRST * sum(times), 0.0
                for places in best_first:
                    leads = sum(times[n] for n in places)
                    first += sum(times[n] for n in places if bought[n]) * (min(left / leads, 1.0) if leads else 0.0)
                    left -= leads
                    if left <= 0:
                        break
                made.append((first, float(sum(n for n, is_sold in zip(times, bought, strict=True) if is_sold))))
            self.found[who, place] = made
        return self.found[who, place]


@pytest.mark.parametrize("name", ["demo", "olist", "maven"])
def test_every_number_of_the_replay_of_the_past_equals_counting_by_hand(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    company: Shown = request.getfixturevalue(name).copy(tmp_path / "copy")
    plain, scored = replayed(company, WEEKS[name])
    html = company.doors.page("/backtest?lang=en")
    page = Page(html)
    spoke = [one for one in scored if one.ladder and one.leads]
    assert is_enough(spoke)
    check_months(page, plain, scored)
    check_first_called(page, spoke)
    check_contenders(page, spoke)
    check_periods(page, plain, scored, list(spoke[0].said))
    check_left_alone(page, scored)
    check_charts(html, scored)
    company.close()


def replayed(company: Shown, weeks: int) -> tuple[PlainCompany, list[Foretold]]:
    """Go through the past as the command does, and return what was said of each lead then."""
    moment = company.moments()[-1]
    plain, kept = company.at(moment), []
    service, scores = company.doors.service, backtest._scored

    def noted(*asked: Any) -> Scored:
        kept.append(scores(*asked))
        return kept[-1]

    replay = replay_of(service.desk.store, service.company, read_at=moment, every_weeks=weeks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backtest, "_scored", noted)
        BACKTESTS.write(backtest_report(replay), service.settings.home)
    in_turn = [plain.leads[one.lead_id] for one in service.desk.store.histories() if one.lead_id in plain.leads]
    settled = [one for one in in_turn if is_settled(one) and rows_of(one, plain, moment)]
    made = []
    for one, (since, until) in zip(kept, replay.periods, strict=True):
        leads = [lead for lead in settled if since <= lead.at < until]
        said = {who: p.tolist() for who, p in one.said.items()}
        taught = one.learned
        made.append(
            Foretold(
                since, until, leads, said, (taught.leads, taught.sales), taught.ladder, one.arrivals, one.shorter_window
            )
        )  # fmt: skip
    check_what_was_known(company, made)
    return plain, made


def check_what_was_known(company: Shown, scored: Sequence[Foretold]) -> None:
    """Check from how many settled leads it learned, and that the base rate is theirs, half a sale of one lead more.

    Where a shorter window taught, leads are settled by that, and hardly one was by the company's own.
    """
    sooner = [one for one in scored if one.shorter]
    for one in {id(one): one for one in (scored[0], *sooner[:1], scored[-1])}.values():
        then = company.plain(one.since)
        if one.shorter:
            assert then.horizon is not None
            assert one.shorter < then.horizon
            assert (
                sum(
                    lead.told["outcome"] == "bought" and lived_through(lead, then, one.since)
                    for lead in then.leads.values()
                )
                < 30
            )
            then = company.plain(one.since, horizon=one.shorter)
        known = [lead for lead in then.leads.values() if is_settled(lead) and rows_of(lead, then, one.since)]
        sales = sum(lead.told["outcome"] == "bought" for lead in known)
        assert one.learned == (len(known), sales)
        assert one.said["base rate"] == pytest.approx([(sales + 0.5) / (len(known) + 1)] * len(one.leads))


def lived_through(one: PlainLead, company: PlainCompany, moment: datetime) -> bool:
    return company.horizon is not None and moment > one.at + timedelta(days=company.horizon)


def is_enough(periods: Sequence[Foretold]) -> bool:
    leads, sales = sum(len(one.leads) for one in periods), sum(one.sales for one in periods)
    return leads >= FEWEST_LEADS and sales >= FEWEST_SALES


def all_rows(periods: Sequence[Foretold], who: str) -> list[Row]:
    return [row for one in periods for row in one.rows(who)]


def over(mine: Sequence[Row], other: Sequence[Row]) -> list[float]:
    """Return a log-loss over another on the same leads, and the ends of that over the same draws of leads."""
    losses = [(loss(p, y), loss(q, y)) for (p, y, _), (q, _, _) in zip(mine, other, strict=True)]

    def ratio(times: Sequence[int]) -> float:
        ours = theirs = 0.0
        for n, (our, their) in zip(times, losses, strict=True):
            ours, theirs = ours + n * our, theirs + n * their
        return ours / theirs

    return [ratio([1] * len(losses)), *ends_of(map(ratio, drawn(len(losses))))]


def found_first(periods: Sequence[Foretold], who: str) -> list[list[float]]:
    """Return the sales among each period's first leads, all its sales, each summed over the periods: as it was, then by draws."""
    sums = [one.found_first(who, place) for place, one in enumerate(periods)]
    return [[sum(pair[side] for pair in of) for side in (0, 1)] for of in zip(*sums, strict=True)]


def share_first(periods: Sequence[Foretold], who: str) -> list[float]:
    """Return the share of the sales among the first fifth of each period's leads, with its ends."""
    shares = [first / every for first, every in found_first(periods, who) if every]
    return [shares[0], *ends_of(shares[1:])]


def check_share(cell: str, periods: Sequence[Foretold], who: str) -> None:
    share = share_first(periods, who)
    sales = sum(one.sales for one in periods)
    shown = share if share[2] - share[1] > 0.001 else share[:1]
    is_written(cell, "en", *shown, round(share[0] * sales), sales)


def check_first_called(page: Page, spoke: Sequence[Foretold]) -> None:
    """Check whose first fifth holds how many of the buyers, and how many more than the rules' that are."""
    text = page.text("first-called")
    is_written(re.split("of the buyers stand", text)[0].split("called", 1)[1], "en", *share_first(spoke, "model"))
    for words, after, who in (
        ("by the model", "by the ABC rules", "model"), ("by the ABC rules", "at random", "rules"),
    ):  # fmt: skip
        told = re.search(rf"{words} (\d.*?) {after}", text)
        assert told
        check_share(told[1], spoke, who)
    mine, theirs = found_first(spoke, "model"), found_first(spoke, "rules")
    sales = sum(one.sales for one in spoke)
    more = [(ours - its) / every * sales for (ours, every), (its, _) in zip(mine, theirs, strict=True)]
    low, high = ends_of(more[1:])
    leads = sum(len(one.leads) for one in spoke)
    told = re.search(r"(?:The difference to the ABC rules is .*? chance\.|\S+ buyers more than .*? leads\.)", text)
    assert told
    assert told[0].startswith("The difference") == (low <= 0)
    is_written(told[0], "en", round(more[0]), round(low), round(high), sales, leads)


def check_contenders(page: Page, spoke: Sequence[Foretold]) -> None:
    """Check each contender's log-loss, that over the base rate's, and the sales among its first leads."""
    table = next(one for one in page.of("analyst") if one.header[0] == "Contender")
    base = all_rows(spoke, "base rate")
    assert len(table.rows) == len(spoke[0].said)
    for row, who in zip(table.rows, spoke[0].said, strict=True):
        mine = all_rows(spoke, who)
        is_written(row[1], "en", log_loss(mine))
        is_written(row[2], "en", *over(mine, base))
        check_share(row[3], spoke, who)


def check_periods(page: Page, plain: PlainCompany, scored: Sequence[Foretold], contenders: list[str]) -> None:
    """Check each period: who came, what was foretold and came true, and each contender's log-loss over the base rate's."""
    table = next(one for one in page.of("analyst") if "Mean p" in one.header)
    assert len(table.rows) == len(scored)
    for row, one in zip(table.rows, scored, strict=True):
        came = [lead for lead in plain.leads.values() if one.since <= lead.at < one.until]
        told = [one.learned[0], *([one.shorter] if one.shorter else [])] if one.learned[0] else []
        is_written(DAYS.sub("", row[0]), "en", *told)
        is_written(row[1], "en", len(came))
        is_written(row[2], "en", len(one.leads))
        check_foretold(row[3], one.said["model"])
        check_came_true(row[4], one.sales, len(one.leads))
        for cell, who in zip(row[5:], [one for one in contenders if one != "base rate"], strict=True):
            judged = is_enough([one]) and who in one.said
            is_written(cell, "en", *(over(one.rows(who), one.rows("base rate")) if judged else []))


def check_foretold(cell: str, chances: list[float]) -> None:
    expected = sum(chances)
    is_written(cell, "en", *([expected / len(chances), round(expected)] if chances else []))


def check_came_true(cell: str, sales: int, of: int) -> None:
    numbers = [sales / of, *wilson(sales, of), sales, of] if of >= FEWEST else [sales, of] if of else []
    is_written(cell, "en", *numbers)


def check_left_alone(page: Page, scored: Sequence[Foretold]) -> None:
    """Check what a model that learned once made of all later leads, beside one that went on learning."""
    rows = [row for table in page.of("left-alone") for row in table.rows]
    ratios = {row[0]: row[1:] for table in page.of("analyst") if len(table.header) == 3 for row in table.rows}
    with_tables = [one for one in scored if one.ladder and one.ladder.choices.has_tables and not one.shorter]
    assert len(rows) == len({int(len(with_tables) * share) for share in (0.0, 0.25, 0.5)} if with_tables else [])
    for row in rows:
        (place,) = [n for n, one in enumerate(scored) if f"{one.since:%Y-%m-%d}" in row[0]]
        old, later = scored[place], [one for one in scored[place + 1 :] if one.leads]
        is_written(DAYS.sub("", row[0]), "en", old.learned[0])
        is_written(row[1], "en", sum(len(one.leads) for one in later), sum(one.sales for one in later))
        if not is_enough(later):
            assert row[-1] == "not enough data"
            continue
        for one in later:
            one.said["alone"] = old.ladder.probability(one.arrivals).tolist()
        check_share(row[2], later, "alone")
        check_share(row[3], later, "model")
        alone = all_rows(later, "alone")
        ratio = over(alone, all_rows(later, "model"))
        log_loss_of, told = ratios[f"{old.since:%Y-%m-%d}"]
        is_written(log_loss_of, "en", log_loss(alone))
        is_written(told, "en", *ratio)
        word = "fell behind" if ratio[1] > 1 else "was better" if ratio[2] < 1 else "no falling behind seen"
        assert row[-1] == word


def check_charts(html: str, scored: Sequence[Foretold]) -> None:
    """Check the points of the charts: the first leads' share by period, and the log-loss by how many leads taught."""
    charts = [json.loads(unescape(one))["traces"] for one in re.findall(r"data-chart='(.*?)'", html)]
    judged = [one for one in scored if is_enough([one])]
    for name, who in (("by the model", "model"), ("by the ABC rules", "rules")):
        shares = [share_first([one], who)[0] for one in judged if one.ladder]
        drawn_points = next(trace["y"] for trace in charts[0] if trace.get("name") == name)
        assert drawn_points == pytest.approx(shares)
    check_months_drawn(charts[1], scored)
    learning = charts[-1][0]
    assert learning["x"] == [one.learned[0] for one in judged]
    assert learning["y"] == pytest.approx([over(one.rows("model"), one.rows("base rate"))[0] for one in judged])


def check_months_drawn(traces: list[dict[str, Any]], scored: Sequence[Foretold]) -> None:
    """Check the chart of the months with leads enough: what was foretold, and what came true with its interval."""
    months: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for period in scored:
        for one, p in zip(period.leads, period.said["model"], strict=True):
            months[f"{one.day:%m.%Y}"].append((p, one.told["outcome"] == "bought"))
    drawn_ones = {month: some for month, some in months.items() if len(some) >= FEWEST_ON_THE_CHART}
    foretold, came_true = traces
    assert sorted(foretold["x"]) == sorted(drawn_ones)
    ends = came_true["error_y"]
    for month, bar, point, up, down in zip(
        foretold["x"], foretold["y"], came_true["y"], ends["array"], ends["arrayminus"], strict=True
    ):
        some = drawn_ones[month]
        bought = sum(is_sold for _, is_sold in some)
        low, high = wilson(bought, len(some))
        share = bought / len(some)
        hand = [sum(p for p, _ in some) / len(some), share, high - share, share - low]
        assert [bar, point, up, down] == pytest.approx(hand)


def check_months(page: Page, plain: PlainCompany, scored: Sequence[Foretold]) -> None:
    """Check what was foretold of each month's leads, and what became of them."""
    since = scored[0].since
    months: dict[str, list[PlainLead]] = defaultdict(list)
    chances: dict[str, list[float]] = defaultdict(list)
    for one in plain.leads.values():
        if one.at >= since:
            months[f"{one.day:%m.%Y}"].append(one)
    for period in scored:
        for one, p in zip(period.leads, period.said["model"], strict=True):
            chances[f"{one.day:%m.%Y}"].append(p)
    (table,) = page.of("foretold")
    assert {row[0] for row in table.rows} == {*months, "In all"}
    for row in table.rows:
        every = row[0] not in months
        check_month(
            row,
            [one for some in months.values() for one in some] if every else months[row[0]],
            [p for some in chances.values() for p in some] if every else chances[row[0]],
        )


def check_month(row: list[str], mine: list[PlainLead], chances: list[float]) -> None:
    """Check a month; leads that turned out to be tests, or were closed before they were scored, came, too, and are left out."""
    count = {
        kind: sum(one.told["outcome"] == kind for one in mine)
        for kind in ("bought", "did_not_buy", "open", "never_called")
    }
    settled = count["bought"] + count["did_not_buy"]
    left_out = re.search(r"([\d,]+)$", row[5]) if "test leads" in row[5] else None
    tests = int(left_out[1].replace(",", "")) if left_out else 0
    assert tests >= settled - len(chances)
    is_written(row[1], "en", len(mine) + tests - (settled - len(chances)))
    is_written(row[2], "en", len(chances))
    check_foretold(row[3], chances)
    check_came_true(row[4], count["bought"], len(chances))
    is_written(row[5], "en", count["open"], count["never_called"], *([tests] if left_out else []))
