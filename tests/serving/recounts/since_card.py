"""Checks of what a model's card says of the leads that came since it learned: expected by now, seen, by weeks, and the level."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil, exp, floor, sqrt
from typing import Any

from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline
from models.artefact import load_artefact, model_folder
from models.model_scorer import ModelScorer
from models.since_report import SinceReport, save_since
from monitoring.model_watch import looked_at
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.judged_card import DAYS
from tests.serving.recounts.page import Page, is_written
from tests.serving.recounts.taught import Taught
from tests.support.plain_figures import SPOKEN, PlainCompany, PlainLead
from tests.support.plain_tables import PlainTables, level_of

FEWEST_EXPECTED, Z = 5.0, 1.959963984540054


def check_since(told: Taught, moment: datetime) -> None:
    """Look at the leads that came since, and check how many sales were expected of them by now and how many were seen."""
    company, service = told.company, told.company.doors.service
    artefact = load_artefact(told.trained.folder)
    company.at(moment)
    report = looked_at(service.desk.store, service.company, artefact, moment=moment)
    save_since(report, model_folder(service.settings.home, artefact.version))
    page = Page(company.doors.page(f"{told.page}?lang=en"))
    text = DAYS.sub("", page.text("since"))
    until = told_until(company, told.moment, moment)
    plain = company.plain(until)
    leads = since_by_hand(told, plain, until)
    rows = [row for table in page.of("since") for row in table.rows]
    if not leads:
        assert "nothing to compare yet" in text
        assert not rows
        return
    every = cohort(leads)
    sentence = re.search(r"\S+ worked leads came since.*?have bought\.", text)
    unlike = re.search(r"Unlike the leads.*?learned from \S+\s?% were", text)
    assert sentence
    assert unlike
    is_written(
        sentence[0], "en", every["leads"], round(every["expected"]), every["low"], every["high"], every["bought"]
    )
    share = PlainTables(told.trained.folder).said["about"].get("unlike", 0.0)
    is_written(unlike[0], "en", every["unlike"], every["leads"], every["unlike"] / every["leads"], share)
    check_weeks(rows, leads, plain, text)
    check_level(text, report)


def told_until(company: Shown, learned: datetime, moment: datetime) -> datetime:
    """Return up to when anything was told of any stage."""
    stages = [
        stage["at"]
        for one in company.plain(moment).leads.values()
        for stage in one.stages
        if learned < stage["at"] <= moment
    ]
    return max(stages, default=learned)


Since = tuple[PlainLead, float, bool, bool]
"""A lead that came since: how likely it was to be seen to buy by now, whether it was, whether it is unlike the others."""


def since_by_hand(told: Taught, plain: PlainCompany, until: datetime) -> list[Since]:
    """Return the worked leads that came since; their rows and their chances on arrival are the product's."""
    service, tables = told.company.doors.service, PlainTables(told.trained.folder)
    artefact = load_artefact(told.trained.folder)
    scorer, gate = ModelScorer(artefact.at_level(artefact.followed)), Gate(service.company)
    store = service.desk.store
    builder = RowBuilder(service.company, RatesTimeline(gate).learn(store.histories()))
    delay, ripe = tables.said["delay"], timedelta(days=tables.said["ripe_after"] or 0.0)
    found: list[Since] = []
    for history in store.histories():
        one = plain.leads.get(history.lead_id)
        if one is None or one.at <= told.moment or one.told["outcome"] == "never_called":
            continue
        if one.told["outcome"] == "open" and not plain.horizon:
            continue
        known = builder.known(history, one.at)
        assert known
        row = builder.row(known)
        won = one.told["won"]
        is_ripe = one.at + ripe <= until
        share = share_seen(one, delay, until) if delay else float(one.told["outcome"] in ("bought", "did_not_buy"))
        chance = scorer.score(known, row).probability * share * is_ripe
        found.append((one, chance, bool(won) and is_ripe, tables.is_unlike(row)))
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


def check_level(text: str, report: SinceReport) -> None:
    """Check a middling lead's chance before and now: its log-odds, and those moved by what is believed as far as that paid."""
    level = level_of(report.level)
    before, now = (1 / (1 + exp(-one)) for one in (level["centre"], level["centre"] + level["shift"]))
    found = re.search(r"a middling lead was given .*?% , now .*?%|a middling lead was given .*?%, now .*?%", text)
    if round(before, 2) == round(now, 2):
        assert not found
        return
    assert found
    is_written(found[0], "en", before, now)
