"""Checks of a model's card: what it learned from, how soon it finds the sales, what it promised, its grades, where it is weak."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from html import unescape
from math import exp, isnan, log
from random import Random
from typing import Any

import orjson
import pytest

from tests.serving.recounts.page import Page, is_written
from tests.serving.recounts.taught import Taught, by_rules, sold
from tests.support.plain_figures import PlainCompany, PlainLead, wilson
from tests.support.plain_measures import MEASURES, Row, borders_of_tenths, ece, loss, resampled
from tests.support.plain_taught import PlainRow, in_order, rows_of

FEWEST, FEWEST_LEADS, FEWEST_SALES, FEWEST_FOR_A_BORDER, MOST_CHANNELS = 5, 100, 10, 30.0, 8
GRADES = ("A", "B", "C", "non_target", "ungraded")
DAYS = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?|\d\d\.\d\d\.\d{4}(?: \d\d:\d\d)?")


def check_learned(page: Page, told: Taught, language: str) -> None:
    """Check how many leads taught it, from when to when they came, how many are young, and how many nobody reached."""
    plain, leads = told.plain, told.settled
    every = list(plain.leads.values())
    drawn_from = sum(one.told["outcome"] in ("bought", "did_not_buy") for one in every)
    young = [
        one for one in every if plain.horizon and one.told["outcome"] == "open" and rows_of(one, plain, told.moment)
    ]
    never = sum(one.told["outcome"] == "never_called" for one in every)
    text = page.text("learned")
    assert days_in(text) == ends(leads, plain, language)
    is_written(
        DAYS.sub("", text), language, len(leads), sum(map(sold, leads)), *([plain.horizon] if plain.horizon else []),
        *([drawn_from] if drawn_from > len(leads) else []),
        *([len(young), sum(bool(one.told["won"]) for one in young)] if young else []), *([never] if never else []),
    )  # fmt: skip


def days_in(text: str) -> list[str]:
    return [found[0] for found in DAYS.finditer(text)]


def ends(leads: list[PlainLead], plain: PlainCompany, language: str) -> list[str]:
    """Return the first and the last day on which these leads came, as they are written."""
    form = "%Y-%m-%d" if language == "en" else "%d.%m.%Y"
    return [f"{pick(one.at for one in leads).astimezone(plain.zone):{form}}" for pick in (min, max)]


def enough(told: Taught, keeps: Callable[[PlainRow], bool] = lambda _: True) -> bool:
    leads = {row.one.id: sold(row.one) for row, _ in told.later if keeps(row)}
    return len(leads) >= FEWEST_LEADS and sum(leads.values()) >= FEWEST_SALES


def check_found(page: Page, told: Taught, language: str) -> None:
    """Check which share of the sales lies in the first 30 % of the calls by whose order, and on which leads that was judged."""
    tables = page.of("better")
    if not enough(told):
        assert not tables
    else:
        has_tables = bool(told.trained.candidate.tables.cells)
        whose = ["candidate", "rules"] if has_tables else ["rules"]
        for row, who in zip(tables[0].rows, whose, strict=False):
            share = MEASURES["recall 30 %"](told.judged(who)[0])
            is_written(row[1], language, share, *between(told, who, "recall 30 %"))
        is_written(tables[0].rows[-1][1], language, 0.3)
    text = page.text("better")
    judged = told.split.judge
    assert days_in(text)[:2] == ends(judged, told.plain, language)
    note = re.search(r"(?:The check|Проверка): .*", DAYS.sub("", text))
    assert note
    is_written(note[0], language, len(judged), sum(map(sold, judged)))


def check_truth(page: Page, html: str, told: Taught, language: str) -> None:
    """Check what was promised on arrival and what came, by tenths: equal promises stand together."""
    who = "candidate" if told.trained.candidate.tables.cells else "rules"
    arrived = told.at_arrival(who)
    if len(arrived) < FEWEST_LEADS or sum(sold(one) for one, _ in arrived) < FEWEST_SALES:
        assert not page.of("truth")
        return
    ordered = sorted(p for _, p in arrived)
    borders = sorted({ordered[min(len(ordered) * tenth // 10, len(ordered) - 1)] for tenth in range(1, 10)})
    parts: dict[int, list[tuple[PlainLead, float]]] = defaultdict(list)
    for one, p in arrived:
        parts[-sum(border <= p for border in borders)].append((one, p))
    tenths = [parts[key] for key in sorted(parts)]
    promised, bought = sum(p for _, p in arrived), sum(sold(one) for one, _ in arrived)
    kept = sum(is_kept(some) for some in tenths)
    text = page.text("truth")
    told_of = [round(promised), bought, *([kept, len(tenths)] if len(tenths) > 1 else [])]
    is_written(re.split(r"The figures of the chart|Цифры к графику", text)[0], language, *told_of)
    low, high = wilson(int(bought), len(arrived))
    word = "right" if low <= promised / len(arrived) <= high else "high" if promised / len(arrived) > high else "low"
    signs = {"right": ("no more than chance", "не больше случайной"), "high": ("promised too much", "завышала"),
             "low": ("cautious", "осторожна")}  # fmt: skip
    assert signs[word][language == "ru"] in text
    (table,) = page.of("truth")
    assert len(table.rows) == len(tenths)
    for place, (row, some) in enumerate(zip(table.rows, tenths, strict=True), start=1):
        count = sum(sold(one) for one, _ in some)
        is_written(row[0], language, place)
        is_written(row[1], language, sum(p for _, p in some) / len(some))
        check_rate(row[2], language, count, len(some))
    if len(tenths) > 1:
        bars, points = json.loads(unescape(re.findall(r"data-chart='(.*?)'", html)[0]))["traces"]
        assert bars["y"] == pytest.approx([sum(sold(one) for one, _ in some) / len(some) for some in tenths])
        assert points["y"] == pytest.approx([sum(p for _, p in some) / len(some) for some in tenths])


def is_kept(some: list[tuple[PlainLead, float]]) -> bool:
    low, high = wilson(int(sum(sold(one) for one, _ in some)), len(some))
    return low <= sum(p for _, p in some) / len(some) <= high


def check_rate(cell: str, language: str, count: float, of: int) -> None:
    if not of:
        is_written(cell, language)
    elif of < FEWEST:
        is_written(cell, language, count, of)
    else:
        is_written(cell, language, count / of, *wilson(int(count), of), count, of)


def halves(told: Taught) -> tuple[set[str], set[str]]:
    """Return every second of the later leads in order of time, which set the borders, and the others."""
    in_time = sorted(dict.fromkeys(row.one.id for row, _ in told.later), key=lambda one: told.plain.leads[one].at)
    return set(in_time[::2]), set(in_time[1::2])


def promised_by_product(told: Taught) -> list[float]:
    """Return what the model that serves promises each later row."""
    trained = told.trained
    chances: list[float] = trained.candidate.probability(trained.data.of(trained.split.judge)).tolist()
    return chances


def on_its_scale(told: Taught) -> list[float]:
    """Return what the judged model promised each later row, as the one that serves would: the same place from the worst up."""
    scale, below = [], 0.0
    weights = [w for _, w in told.later]
    for p, weight in sorted(zip(promised_by_product(told), weights, strict=True), key=lambda one: one[0]):
        scale.append((below + weight / 2, p))
        below += weight
    said = told.said["candidate"]
    by_chance: dict[float, float] = defaultdict(float)
    for p, weight in zip(said, weights, strict=True):
        by_chance[p] += weight
    middle, below = {}, 0.0
    for p in sorted(by_chance):
        middle[p] = below + by_chance[p] / 2
        below += by_chance[p]
    return [between_two(scale, middle[p]) for p in said]


def between_two(scale: list[tuple[float, float]], place: float) -> float:
    """Return what lies at a place between two of the scale."""
    after = next((n for n, (at, _) in enumerate(scale) if at >= place), len(scale))
    if after in (0, len(scale)):
        return scale[min(after, len(scale) - 1)][1]
    (low, p), (high, q) = scale[after - 1], scale[after]
    return q if high == low else p + (q - p) * (place - low) / (high - low)


def odds(p: float) -> float:
    return log(p / (1 - p))


def chance(z: float) -> float:
    return 1 / (1 + exp(-z))


def grades_half_way(told: Taught) -> dict[str, float]:
    """Return the borders half way between the rules' grades, at the level of what the model promises the later leads."""
    has_rules = bool(told.plain.words.get("abc"))
    rates = in_order(told.final_rates) if has_rules else told.final_rates
    if has_tables(told) and not (has_rules and any(row.grade != "ungraded" for row, _ in told.later)):
        return {"A": max(rates["A"], rates["B"], rates["ungraded"]), "B": rates["B"]}
    low, high = (-20.0, 20.0) if has_tables(told) else (0.0, 0.0)
    starts = [(odds(by_rules(told.plain, row, told.final_rates)), w) for row, w in told.later]
    wanted = sum(w * p for (_, w), p in zip(starts, promised_by_product(told), strict=True))
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if sum(w * chance(z + middle) for z, w in starts) < wanted else (low, middle)
    a, b, c, ungraded = (odds(rates[grade]) for grade in ("A", "B", "C", "ungraded"))
    return {"A": chance(max((a + b) / 2, ungraded) + low), "B": chance((b + c) / 2 + low)}


Lead = tuple[float, float, str]
"""What a lead was promised, whether it bought, its grade by the rules."""


def borders_by_hand(told: Taught) -> dict[str, float]:
    """Return the borders, raised until the leads of the first half bought as often as those of the rules' A and B did."""
    begun, setting = grades_half_way(told), halves(told)[0]
    leads = [
        (p, sold(row.one), row.grade if told.plain.words.get("abc") else "ungraded")
        for row, p in first_graded(told, on_its_scale(told), setting)
    ]
    mine = [one for one in leads if one[2] != "non_target"]
    chances = sorted({p for p, *_ in mine})
    ends_of_a = [begun["A"], *(p for p in chances if p > begun["A"])]
    good = [end for end in ends_of_a if is_as_good(mine, end, 2.0, "A", leads, end == begun["A"])] or ends_of_a[:1]
    for a in good:
        for b in [begun["B"], *(p for p in chances if begun["B"] < p < a)]:
            if is_as_good(mine, b, a, "B", leads, b == begun["B"]):
                return {"A": half_way(chances, a, begun["A"]), "B": half_way(chances, b, begun["B"])}
    return {"A": half_way(chances, good[0], begun["A"]), "B": begun["B"]}


def is_as_good(mine: list[Lead], low: float, high: float, name: str, leads: list[Lead], is_begun: bool) -> bool:
    """Return whether those from ``low`` to below ``high`` bought, and are promised to buy, as often as the rules' grade."""
    some, rules = [one for one in mine if low <= one[0] < high], [one for one in leads if one[2] == name]
    if len(rules) < FEWEST_FOR_A_BORDER:
        return is_begun
    if len(some) < FEWEST_FOR_A_BORDER:
        return is_begun
    bought, promised = (sum(y for _, y, _ in some) / len(some), sum(p for p, *_ in some) / len(some))
    is_kept = bought >= sum(y for _, y, _ in rules) / len(rules) - 1e-9
    return is_kept and promised >= sum(p for p, *_ in rules) / len(rules) - 1e-9


def half_way(chances: list[float], end: float, begun: float) -> float:
    """Return a border: where it began, or half way from the lead that it lets in to the next below."""
    if end == begun:
        return begun
    below = chances[chances.index(end) - 1]
    return begun if below < begun else (end + below) / 2


def first_graded(told: Taught, said: list[float], those: set[str]) -> list[tuple[PlainRow, float]]:
    """Return each of those leads as it was when the rules first graded it; as it arrived where they graded none."""
    rows = [(row, p) for (row, _), p in zip(told.later, said, strict=True) if row.one.id in those]
    graded = [pair for pair in rows if pair[0].grade != "ungraded" and told.plain.words.get("abc")]
    firsts: dict[str, tuple[PlainRow, float]] = {}
    for pair in graded or [pair for pair in rows if pair[0].place == "arrival"]:
        firsts.setdefault(pair[0].one.id, pair)
    return list(firsts.values())


def has_tables(told: Taught) -> bool:
    return bool(told.trained.candidate.tables.cells)


def check_grades(page: Page, told: Taught, language: str) -> None:
    """Check the rules' grades beside the refined ones, each lead once, as it was when the rules could first grade it."""
    card = orjson.loads((told.trained.folder / "card.json").read_bytes())
    borders = told.trained.folder / "model.json"
    shown = halves(told)[1] if halves_set(told) else {row.one.id for row, _ in told.later}
    hand = borders_by_hand(told) if halves_set(told) else grades_half_way(told)
    assert orjson.loads(borders.read_bytes())["borders"] == pytest.approx(hand)
    said = on_its_scale(told) if halves_set(told) else [0.0 for _ in told.later]
    firsts = first_graded(told, said, shown)
    rules: dict[str, list[PlainLead]] = defaultdict(list)
    refined: dict[str, list[PlainLead]] = defaultdict(list)
    for row, p in firsts:
        by_hand = row.grade if told.plain.words.get("abc") else "ungraded"
        rules[by_hand].append(row.one)
        better = "A" if p >= hand["A"] - 1e-12 else "B" if p >= hand["B"] - 1e-12 else "C"
        if not has_tables(told):
            refined[by_hand].append(row.one)
        elif halves_set(told):  # else nothing that had not seen these leads could grade them
            refined["non_target" if by_hand == "non_target" else better].append(row.one)
    (table,) = page.of("grades")
    every = [grade for grade in GRADES if rules[grade] or refined[grade]]
    assert len(table.rows) == len(every)
    for cells, grade in zip(table.rows, every, strict=True):
        for cell, some in ((cells[1], rules[grade]), (cells[2], refined[grade])):
            check_rate(cell, language, sum(map(sold, some)), len(some))
    text = re.split(r"(?:Grade|Оценка) (?:By the rules|По правилам)", page.text("grades"))[0]
    counts = [(sum(map(sold, of["A"])), len(of["A"])) for of in (refined, rules)]
    numbers: list[float] = [] if len(shown) == len(firsts) else [len(shown) - len(firsts)]
    if rules["A"] and min(len(rules["A"]), len(refined["A"])) >= FEWEST and (hand_is_shown(card)):
        (k1, n1), (k0, n0) = counts
        numbers = [k1 / n1, k0 / n0, *([n1, n0] if k1 * n0 >= k0 * n1 and n1 > n0 else []), *numbers]
    is_written(text, language, *numbers)


def hand_is_shown(card: Mapping[str, Any]) -> bool:
    return bool(card["grades"]["others_set_borders"] or not card["has_tables"])


def check_measures(page: Page, told: Taught, language: str, draw: Random) -> None:
    """Check all that the analyst reads: each measure of each contender, some with their intervals, and what it gained on whom."""
    _, leads = told.judged("candidate")
    is_written(re.split(r"95", page.text("analyst"))[0], language, max(leads) + 1, sum(map(sold, told.split.judge)))
    text = page.text("analyst")
    written = re.search(r"(?:Borders|Границы): .*?%.*?%", text)
    assert bool(written) == has_tables(told)
    if written:
        is_written(
            written[0], language, *(borders_by_hand(told) if halves_set(told) else grades_half_way(told)).values()
        )
    if not enough(told):
        assert not page.of("analyst")
        return
    (table,) = page.of("analyst")
    drawn = {(draw.choice(list(told.said)), draw.choice(list(MEASURES))) for _ in range(3)}
    for row, who in zip(table.rows, told.said, strict=True):
        mine, _ = told.judged(who)
        for cell, (measure, of) in zip(row[1:], MEASURES.items(), strict=True):
            value = of(mine)
            interval: tuple[float | None, float | None] = (None, None)
            if (who, measure) in drawn and measure != "calibration slope":
                interval = between(told, who, measure)
            is_written(cell, language, *([] if isnan(value) else [value, *interval]))
    told_of = re.search(r"(?:better|лучше)\): (.*?\))(?= (?:Blend|Смесь|A refined|Уточнённая))", text)
    assert told_of
    for part, who in zip(re.split(r"\) ?, ", told_of[1]), ("rules", "base rate", "guesses"), strict=True):
        gains = [
            (loss(p, y) - loss(q, y), 0.0, w)
            for (p, y, w), q in zip(told.judged("candidate")[0], told.said[who], strict=True)
        ]
        if (who, "gain") not in told.intervals:
            told.intervals[who, "gain"] = resampled(gains, leads, mean)
        is_written(part, language, mean(gains), *told.intervals[who, "gain"])


def between(told: Taught, who: str, measure: str) -> tuple[float, float]:
    """Return the interval of a measure of a contender on all later leads; each is drawn once."""
    if (who, measure) not in told.intervals:
        told.intervals[who, measure] = interval_of(*told.judged(who), measure)
    return told.intervals[who, measure]


def mean(rows: Any) -> float:
    every = sum(w for *_, w in rows)
    return float(sum(value * w for value, _, w in rows) / every) if every else float("nan")


def halves_set(told: Taught) -> bool:
    return bool(orjson.loads((told.trained.folder / "card.json").read_bytes())["grades"]["others_set_borders"])


def interval_of(rows: list[Row], leads: list[int], measure: str) -> tuple[float, float]:
    """Return a measure's interval; a calibration error keeps its tenths, and its interval holds it."""
    if measure != "ECE":
        return resampled(rows, leads, MEASURES[measure])
    borders = borders_of_tenths(rows)
    low, high = resampled(rows, leads, lambda some: ece(some, borders))
    value = ece(rows, borders)
    return min(low, value), max(high, value)


def check_weak(page: Page, told: Taught, language: str) -> None:
    """Check what is told of channels and moments: of how many leads and sales, and by how many times too much was promised."""
    who = "candidate" if told.trained.candidate.tables.cells else "rules"
    sizes = Counter(row.one.marked for row, _ in told.later)
    names = [name for name, _ in sorted(sorted(sizes.items()), key=lambda pair: -pair[1])[:MOST_CHANNELS]]
    groups: dict[str, Callable[[PlainRow], bool]] = {}
    for name in names if len(sizes) > 1 else ():
        groups[name] = of_channel(name)
    arrival, called = (("Right after the request", "After a call"), ("Сразу после заявки", "После звонка"))[
        language == "ru"
    ]
    groups |= {arrival: lambda row: row.place == "arrival", called: lambda row: bool(row.calls)}
    text = page.text("weak")
    titles = {title: f"{title}:" for title in groups}
    for name in names if len(sizes) > 1 else ():
        titles[name] = (f"Channel {name}:", f"Канал «{name}»:")[language == "ru"]
    for title, keeps in groups.items():
        rows, leads = told.judged(who, keeps)
        if not rows:
            assert titles[title] not in text
            continue
        bought = len({lead for (_, y, _), lead in zip(rows, leads, strict=True) if y})
        few = max(leads) + 1 < FEWEST_LEADS or bought < FEWEST_SALES
        assert titles[title] in text or not few
        if titles[title] in text:
            after = text.split(titles[title], 1)[1]
            said = after[: min([after.find(one) for one in titles.values() if one in after], default=len(after))]
            off = MEASURES["mean p / rate"](rows)
            apart = [] if few or "(" not in said else [off if off >= 1 else 1 / off, None, None]
            is_written(said, language, *apart, max(leads) + 1, bought)
            if apart:
                low, high = resampled(rows, leads, MEASURES["mean p / rate"])
                assert low > 1 or high < 1
                turned = [off, low, high] if off >= 1 else [1 / off, 1 / high, 1 / low]
                is_written(said, language, *turned, max(leads) + 1, bought)


def of_channel(name: str) -> Callable[[PlainRow], bool]:
    return lambda row: row.one.marked == name


def check_list(page: Page, told: Taught) -> None:
    """Check the list of models: what it learned from, how soon it finds the sales, on which later leads."""
    (row,) = page.tables[0].rows
    is_written(row[2], "en", len(told.settled), sum(map(sold, told.settled)))
    if enough(told):
        whose = ["candidate", "rules"] if told.trained.candidate.tables.cells else ["rules"]
        shares = [(MEASURES["recall 30 %"](told.judged(who)[0]), None, None) for who in whose]
        numbers = [
            0.3,
            *(one for share in shares for one in share),
            len(told.split.judge),
            sum(map(sold, told.split.judge)),
        ]
        is_written(row[3], "en", *numbers)
