"""Checks of what a model's tables say: how much each field matters, the counts behind its answers, what leads' cards make of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import exp, log, sqrt
from random import Random
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from sqlalchemy import text as sql

from features.facts.history import LeadHistory
from features.facts.values import LeadId
from features.rows.as_of import Gate, KnownLead
from features.rows.feature import FeatureRow
from features.rows.feature_row import GRADE, RowBuilder
from features.rows.feature_words import feature_label
from features.rows.rates_timeline import RatesTimeline
from models.artefact import set_champion
from tests.serving.recounts.judged_card import GRADES
from tests.serving.recounts.page import Page, is_written
from tests.serving.recounts.taught import Taught, by_rules, sold
from tests.serving.recounts.trend_card import check_trend, drawn_of
from tests.support.plain_chances import CRITERIA, amount_of
from tests.support.plain_figures import PlainCompany, PlainLead
from tests.support.plain_tables import PlainTables, level_of, move_of
from tests.support.plain_taught import PlainRow
from training.columns import LevelColumn

MOST_FIELDS, Z80 = 8, 1.2815515655446004


def values_of(told: Taught) -> list[dict[str, Any]]:
    """Return what every row of the training says of each field, as the product made it."""
    columns = told.trained.data.columns
    plain = {
        name: [None if code < 0 else column.levels[code] for code in column.codes.tolist()]
        if isinstance(column, LevelColumn) else column.values.tolist()
        for name, column in columns.items()
    }  # fmt: skip
    return [{name: values[place] for name, values in plain.items()} for place in range(len(told.rows))]


def check_fields(page: Page, told: Taught) -> int:
    """Check which share of the differences a field makes, and the counts behind its strongest answers; return how many fields."""
    tables, company = PlainTables(told.trained.folder), told.company.doors.service.company
    if not tables.cells:
        assert not page.of("fields")
        return 0
    values = values_of(told)
    for part in tables.parts:
        stood: dict[int, set[str]] = defaultdict(set)
        for (row, _), value in zip(told.rows, values, strict=True):
            stood[tables.entry(part, value)].add(row.one.id)
        entries = range(len(part["values"]))
        assert part["leads"] == [len(stood[entry]) for entry in entries]
        assert part["sales"] == [sum(sold(told.plain.leads[one]) for one in stood[entry]) for entry in entries]
    graded = graded_of(told)
    for grade in GRADES:
        bought = sum(sold(told.plain.leads[one]) for one in graded[grade])
        assert tables.said["graded"][grade] == [len(graded[grade]), bought]
    unlike = [
        tables.is_unlike(value) for (row, _), value in zip(told.rows, values, strict=True) if row.place == "arrival"
    ]
    assert tables.said["about"]["unlike"] == pytest.approx(sum(unlike) / len(unlike))
    assert tables.said["average"] == pytest.approx(sum(map(sold, told.settled)) / len(told.settled))
    moved: dict[str, float] = defaultdict(float)
    for part in tables.parts:
        for feature in part["features"]:
            moved[feature] += move_of(part["values"], part["leads"]) / len(part["features"])
    grades = move_of([tables.said["starts"][grade] for grade in GRADES], [len(graded[grade]) for grade in GRADES])
    every = sum(moved.values()) + grades
    shares = {feature_label(name, company, "en"): one / every for name, one in [*moved.items(), (GRADE, grades)]}
    (table,) = page.of("fields")
    assert len(table.rows) <= MOST_FIELDS
    shown = [shares[cells[0]] for cells in table.rows]
    assert shown == sorted(shown, reverse=True)
    for cells, share in zip(table.rows, shown, strict=True):
        is_written(cells[1], "en", share)
        check_counts(cells[2:], tables, told, graded)
    return len(table.rows)


BOUGHT_OF = re.compile(r"([\d,]+) of ([\d,]+) such leads bought: ([\d.]+)\s%, of all leads ([\d.]+)\s%")


def graded_of(told: Taught) -> dict[str, set[str]]:
    """Return whose rows have each grade."""
    graded: dict[str, set[str]] = defaultdict(set)
    for row, _ in told.rows:
        graded[row.grade if told.plain.words.get("abc") else "ungraded"].add(row.one.id)
    return graded


def check_counts(cells: list[str], tables: PlainTables, told: Taught, graded: Mapping[str, set[str]]) -> int:
    """Check the counts behind answers: some cell has them, and their share and that of all leads are those written."""
    known = {pair for one in tables.singles.values() for pair in zip(one["leads"], one["sales"], strict=True)}
    known |= {(len(some), int(sum(sold(told.plain.leads[one]) for one in some))) for some in graded.values()}
    average, count = sum(map(sold, told.settled)) / len(told.settled), 0
    for found in (one for cell in cells for one in BOUGHT_OF.finditer(cell)):
        sales, leads = (int(one.replace(",", "")) for one in found.groups()[:2])
        assert (leads, sales) in known
        is_written(found[0], "en", sales, leads, sales / leads, average)
        count += 1
    return count


LIKELY = re.compile(r"Purchase chance ([\d.]+\s%) most likely ([\d.]+\s%) to ([\d.]+\s%)")


def check_cards(told: Taught, moment: datetime, draw: Random) -> None:
    """Check what leads' cards say by the model: the grade's start, an entry of every table, moved as the market did since.

    So is each point of the chart, by today's model from what was known then.
    """
    company, service, tables = told.company, told.company.doors.service, PlainTables(told.trained.folder)
    service.desk.champion.look()
    plain, gate, store = company.at(moment), Gate(service.company), service.desk.store
    builder = RowBuilder(service.company, RatesTimeline(gate).learn(store.histories()))
    level = level_of(orjson.loads((told.trained.folder / "since.json").read_bytes())["level"])
    starts = {grade: 1 / (1 + exp(-level["strength"] * start)) for grade, start in tables.said["starts"].items()}

    def odds_of(then: PlainLead, known: KnownLead, row: FeatureRow) -> tuple[float, float]:
        now = PlainRow(then, known.moment, "now", 1.0)
        start = by_rules(plain, now, starts)
        odds = log(start / (1 - start)) + level["strength"] * tables.moved(row)
        odds += level["centre"] + level["shift"] + level["strength"] * (tables.said["level"] - level["centre"])
        grade = now.grade if plain.words.get("abc") else "ungraded"
        doubt = tables.said["doubt"][grade] + sum(
            values[tables.cell(feature, row.get(feature))] for feature, values in tables.said["doubts"].items()
        )
        return odds, Z80 * sqrt(max(level["strength"] ** 2 * doubt + level["variance"], 1e-4))

    points = reasons = answers = 0
    for one in draw.sample(sorted(plain.leads.values(), key=lambda lead: lead.id), 5):
        (history,) = store.histories(lead_ids=[LeadId(one.id)])

        def known_at(at: datetime, history: LeadHistory = history) -> tuple[KnownLead, FeatureRow]:
            known = builder.known(history, at)
            assert known
            return known, builder.row(known)

        html = company.doors.page(f"/leads/{quote(one.id)}?lang=en")
        text = Page(html).text("content")
        said, known = LIKELY.search(text), known_at(moment)
        assert said
        odds, reach = odds_of(one, *known)
        for words, hand in zip(said.groups(), (odds, odds - reach, odds + reach), strict=True):
            is_written(words, "en", 1 / (1 + exp(-hand)))
        check_worth(text, 1 / (1 + exp(-odds)), amount_of(one, plain))
        for name, answer, words in answers_of(text, plain):
            call = {"at": moment, "result": "reached", "said": {name: answer}, "row": {}}
            then = PlainLead(one.id, one.at, one.names, [*one.calls, call])
            is_written(words, "en", 1 / (1 + exp(-odds_of(then, *builder.answered(*known, name, answer))[0])))
            answers += 1
        reasons += check_counts([text], tables, told, graded_of(told))
        points += check_trend(
            html,
            one,
            moment,
            plain.zone,
            tables.said["horizon_days"],
            lambda then, at, of=known_at: 1 / (1 + exp(-odds_of(then, *of(at))[0])),  # type: ignore[misc]
        )
    assert points
    assert reasons or not tables.cells
    assert answers or not plain.words.get("abc")


WORTH = re.compile(r"Expected value (?P<value>[$€£][\d,]+|[\d,]+\s\S{1,3}|—) (?P<why>.*?) Grade")
IF_ANSWERED = re.compile(r"if (yes|no): ([\d.]+\s%)")


def check_worth(text: str, chance: float, amount: float | None) -> None:
    """Check what a lead is worth: its chance times what a sale to it would bring."""
    told = WORTH.search(text)
    assert told
    if amount is None:
        assert told["value"] == "—"
        return
    is_written(told["value"], "en", chance * amount)
    is_written(told["why"], "en", chance, amount)


def answers_of(text: str, plain: PlainCompany) -> list[tuple[str, str, str]]:
    """Return the question that is asked next, each answer, and what is written of it."""
    before = "".join(text.split("Record a call")[:2])
    asked = [name for name in CRITERIA if plain.words["fields"].get(name, {}).get("question", "-") in before]
    return [(asked[0], answer, share) for answer, share in IF_ANSWERED.findall(before)]


def check_logged(told: Taught, moment: datetime) -> None:
    """Let a lead come and be called, and check that each point of its chart is the score that was logged at the time."""
    company, service = told.company, told.company.doors.service
    set_champion(service.settings.home, told.trained.version)
    service.desk.champion.look()
    company.moment = moment
    company.doors.lead("logged", marks={"source": "vk"})
    for hours, step in ((2, {"result": "no_answer"}), (5, {"result": "reached"}), (30, {"result": "reached"})):
        company.moment = moment + timedelta(hours=hours)
        company.doors.call("logged", **step)
    company.moment = moment + timedelta(hours=50)
    drawn = drawn_of(company.doors.page("/leads/logged?lang=en"))
    assert drawn
    with service.desk.store.engine.connect() as connection:
        rows = connection.execute(sql("select at_us, probability from scores where lead_id = 'logged'")).all()
    zone = service.company.zone
    logged = {
        f"{datetime.fromtimestamp(0, UTC).astimezone(zone) + timedelta(microseconds=at):%Y-%m-%d %H:%M:%S}": chance
        for at, chance in rows
    }
    *earlier, _ = drawn["x"]  # what is shown now may not be written yet
    assert len(earlier) == 4
    assert drawn["y"][:-1] == pytest.approx([logged[at] for at in earlier])
