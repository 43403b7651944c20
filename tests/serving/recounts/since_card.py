"""Checks of what a model's card says of the leads that came since it learned: expected by now, seen, by weeks, and the level."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from math import ceil, exp, floor, log, sqrt
from typing import Any

import pytest

from features.facts.codec import instant
from features.facts.database import reading
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline
from models.artefact import Artefact, load_artefact, model_folder
from models.model_scorer import ModelScorer
from models.since_report import save_since
from monitoring.model_watch import looked_at
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.judged_card import DAYS
from tests.serving.recounts.page import Page, is_written
from tests.serving.recounts.taught import Taught
from tests.support.plain_figures import FINAL, SPOKEN, PlainCompany, PlainLead
from tests.support.plain_level import Belief, Came, belief_of, followed
from tests.support.plain_tables import PlainTables

FEWEST_EXPECTED, Z, Z80 = 5.0, 1.959963984540054, 1.2815515655446004


def check_since(told: Taught, moments: Sequence[datetime]) -> None:
    """Look once or twice at the leads that came since, and check how many sales were expected of them by now, and seen.

    What is believed of the level at each look is followed by plain loops, and so is the chart of it.
    """
    company, service = told.company, told.company.doors.service
    artefact = load_artefact(told.trained.folder)
    company.at(moments[-1])
    report, levels, arrived = None, list[tuple[datetime, Belief]](), on_arrival(told, artefact)
    for moment in moments:
        report = looked_at(service.desk.store, service.company, artefact, moment=moment, before=report)
        levels.append((moment, level_by_hand(told, artefact, moment, arrived)))
    assert report
    save_since(report, model_folder(service.settings.home, artefact.version))
    html = company.doors.page(f"{told.page}?lang=en")
    page = Page(html)
    check_level_chart(html, levels, company.plain(moments[-1]))
    text = DAYS.sub("", page.text("since"))
    until = told_until(company, told.moment, moments[-1])
    plain = company.plain(until)
    leads = since_by_hand(told, plain, until, levels, arrived)
    rows = [row for table in page.of("since") for row in table.rows]
    if not leads:
        assert "nothing to compare yet" in text
        assert not rows
        return
    every = cohort(leads)
    sentence = re.search(r"\S+ worked leads? came since.*?ha(?:s|ve) bought\.", text)
    unlike = re.search(r"Unlike the leads.*?learned from \S+\s?% were", text)
    assert sentence
    assert unlike
    is_written(
        sentence[0], "en", every["leads"], round(every["expected"]), every["low"], every["high"], every["bought"]
    )
    share = PlainTables(told.trained.folder).said["about"].get("unlike", 0.0)
    is_written(unlike[0], "en", every["unlike"], every["leads"], every["unlike"] / every["leads"], share)
    check_weeks(rows, leads, plain, text)
    check_level(text, levels[-1][1])


def on_arrival(told: Taught, artefact: Artefact) -> dict[str, tuple[float, bool]]:
    """Return of each lead, in the order of the store, its log-odds as it came and whether it is unlike the others.

    The rows and the log-odds are the product's.
    """
    service, tables, scorer = told.company.doors.service, PlainTables(told.trained.folder), ModelScorer(artefact)
    histories = list(service.desk.store.histories())
    builder = RowBuilder(service.company, RatesTimeline(Gate(service.company)).learn(iter(histories)))
    found = {}
    for history in histories:
        known = builder.known(history, history.arrived_at)
        assert known
        row = builder.row(known)
        found[str(history.lead_id)] = scorer.score(known, row).log_odds, tables.is_unlike(row)
    return found


def level_by_hand(told: Taught, artefact: Artefact, moment: datetime, arrived: dict[str, tuple[float, bool]]) -> Belief:
    """Return what is believed of the level at a look, from all that came to be known since the model learned."""
    company = told.company
    until, said = told_until(company, told.moment, moment), PlainTables(told.trained.folder).said
    plain = company.plain(until)
    ripe, delay, learned = said["ripe_after"] or 0.0, said["delay"], told.moment
    leads: list[Came] = []
    for name, (log_odds, _) in arrived.items():
        one, then = plain.leads.get(name), told.plain.leads.get(name)
        was_settled = then is not None and then.told["outcome"] in ("bought", "did_not_buy")
        if one is None or (was_settled and one.at <= learned - timedelta(days=ripe)):
            continue
        if one.told["outcome"] == "never_called" or (one.told["outcome"] == "open" and not plain.horizon):
            continue
        closed = [stage["at"] for stage in one.stages if stage["kind"] in FINAL]
        sold = one.told["won"]["at"] if one.told["won"] else None
        ripe_at = (one.at + timedelta(days=ripe)).timestamp()

        def share(
            seconds: float, one: PlainLead = one, ripe_at: float = ripe_at, closed: list[datetime] = closed
        ) -> float:
            at = datetime.fromtimestamp(seconds, UTC)
            if ripe_at > seconds:
                return 0.0
            return share_seen(one, delay, at) if delay else float(bool(closed) and closed[-1] <= at)

        half = (
            next((day for day, part in zip(delay["days"], delay["shares"], strict=True) if part >= 0.5), 0)
            if delay
            else 0
        )
        told_at = (
            (one.at + timedelta(days=max(half, ripe))).timestamp() if delay else max(closed[-1].timestamp(), ripe_at)
        )
        bought = max(sold.timestamp(), ripe_at) if sold else None
        leads.append(Came(log_odds, one.at.timestamp(), bought, share, told_at))
    begun = belief_of(artefact.followed.to_json())
    if said["ripe_after"] is None:
        return begun
    return followed(leads, begun, learned.timestamp(), until.timestamp())


def check_level_chart(html: str, levels: list[tuple[datetime, Belief]], plain: PlainCompany) -> None:
    """Check the chart of a middling lead's chance, look by look: as it is served, and between what the truth lies."""
    charts = [json.loads(unescape(one))["traces"] for one in re.findall(r"data-chart='(.*?)'", html)]
    found = [traces for traces in charts if len(traces) == 3 and traces[1].get("fill") == "tonexty"]
    assert len(found) == (len(levels) > 1)
    for low, high, line in found:
        assert line["x"] == [f"{at.astimezone(plain.zone):%Y-%m-%d}" for at, _ in levels]
        served = [one.centre + one.shift for _, one in levels]
        assert [log_odds(y) for y in line["y"]] == pytest.approx(served, abs=1e-6)
        for side, edge in ((-1, low), (1, high)):
            ends = [one.centre + one.believed[0] + side * Z80 * one.deviation for _, one in levels]
            assert [log_odds(y) for y in edge["y"]] == pytest.approx(ends, abs=1e-6)


def log_odds(chance: float) -> float:
    return log(chance / (1 - chance))


def told_until(company: Shown, learned: datetime, moment: datetime) -> datetime:
    """Return up to when a stage was told, be it of a lead that is not stored: a file reaches as far as its last line."""
    with reading(company.doors.service.desk.store.engine) as connection:
        every = connection.exec_driver_sql("SELECT known_us FROM facts WHERE kind = 'stage'").scalars()
        stages = [instant(one) for one in every]
    return max([one for one in stages if learned < one <= moment], default=learned)


Since = tuple[PlainLead, float, bool, bool]
"""A lead that came since: how likely it was to be seen to buy by now, whether it was, whether it is unlike the others."""


def since_by_hand(
    told: Taught,
    plain: PlainCompany,
    until: datetime,
    levels: Sequence[tuple[datetime, Belief]],
    arrived: dict[str, tuple[float, bool]],
) -> list[Since]:
    """Return the worked leads that came since, at the level of the last look before each."""
    said = PlainTables(told.trained.folder).said
    served = [(told.moment, belief_of(load_artefact(told.trained.folder).followed.to_json())), *levels]
    delay, ripe = said["delay"], timedelta(days=said["ripe_after"] or 0.0)
    found: list[Since] = []
    for name, (log_odds, is_unlike) in arrived.items():
        one = plain.leads.get(name)
        if one is None or one.at <= told.moment or one.told["outcome"] == "never_called":
            continue
        if one.told["outcome"] == "open" and not plain.horizon:
            continue
        won = one.told["won"]
        is_ripe = one.at + ripe <= until
        share = share_seen(one, delay, until) if delay else float(one.told["outcome"] in ("bought", "did_not_buy"))
        level = [belief for at, belief in served if at <= one.at][-1]
        odds = level.centre + level.shift + level.strength * (log_odds - level.centre)
        chance = share * is_ripe / (1 + exp(-odds))
        found.append((one, chance, bool(won) and is_ripe, is_unlike))
    return found


def share_seen(one: PlainLead, delay: Mapping[str, Any], until: datetime) -> float:
    """Return what share of its like would have bought by now, of those who buy within the window at all."""
    calls = [call for call in one.calls if call["result"] in SPOKEN] or one.calls
    waited = max((calls[0]["at"] - one.at).total_seconds() / 86_400, 0.0) if calls else 0.0
    longer, window = delay.get("longer", {}).get(one.marked, 1.0), delay.get("window", float("inf"))
    age = min((until - one.at).total_seconds() / 86_400, window)

    def share(days: float) -> float:
        return float(max([0.0, *(s for day, s in zip(delay["days"], delay["shares"], strict=True) if day <= days)]))

    return share((age - waited) / longer) / max(share(window / longer), 1e-9)


def cohort(leads: list[Since]) -> dict[str, Any]:
    """Return what is told of some leads; chance alone puts so many sales there in 95 of 100 cases, half a sale to both sides."""
    expected = sum(chance for _, chance, *_ in leads)
    reach = Z * sqrt(sum(chance * (1 - chance) for _, chance, *_ in leads)) + 0.5
    return {
        "leads": len(leads), "expected": expected, "bought": sum(bought for *_, bought, _ in leads),
        "low": max(ceil(expected - reach), 0), "high": floor(expected + reach), "unlike": sum(odd for *_, odd in leads),
    }  # fmt: skip


def check_weeks(rows: list[list[str]], leads: list[Since], plain: PlainCompany, text: str) -> None:
    weeks: dict[str, list[Since]] = defaultdict(list)
    for one in leads:
        weeks[f"{one[0].day - timedelta(days=one[0].day.weekday())}"].append(one)
    assert [row[0] for row in rows] == sorted(weeks)
    held = of = 0
    for row in rows:
        mine = cohort(weeks[row[0]])
        for cell, name in zip(row[1:4], ("leads", "expected", "bought"), strict=True):
            is_written(cell, "en", mine[name])
        is_written(row[4], "en", mine["low"], mine["high"])
        inside = mine["low"] <= mine["bought"] <= mine["high"]
        if mine["expected"] >= FEWEST_EXPECTED:
            held, of = held + inside, of + 1
        word = "as promised" if inside else "more" if mine["bought"] > mine["high"] else "fewer"
        assert row[5] == (word if mine["expected"] >= FEWEST_EXPECTED else "not enough data")
    if of > 1:
        found = re.search(r"Within chance in \d+ of the \d+ weeks", text)
        assert found
        is_written(found[0], "en", held, of)


def check_level(text: str, level: Belief) -> None:
    """Check a middling lead's chance before and now: its log-odds, and those moved by what is believed as far as that paid."""
    before, now = (1 / (1 + exp(-one)) for one in (level.centre, level.centre + level.shift))
    found = re.search(r"a middling lead was given .*?% , now .*?%|a middling lead was given .*?%, now .*?%", text)
    if round(before, 2) == round(now, 2):
        assert not found
        return
    assert found
    is_written(found[0], "en", before, now)
