"""Every count of /portrait and /won equals plain loops over the exported files: who was a lead, a sale, and who of whom bought."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import combinations
from math import inf
from pathlib import Path

import pytest
from scipy.stats import hypergeom

from features.rows.feature_row import FixedRates, RowBuilder
from models.score import RulesScorer
from monitoring.portrait.drawing import drawn_portrait
from monitoring.portrait.lead_traits import traits_of
from monitoring.portrait.portrait_report import PORTRAITS
from monitoring.portrait.round_ranges import round_borders
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.support.plain_chances import chances_of
from tests.support.plain_figures import EMPTY, FINAL, SPOKEN, PlainCompany, PlainLead, number, tidy, wilson

LABELS = {
    "Город": "Город", "Кто вы": "Кто вы", "Когда нужно": "Когда нужно", "Ремонт начат": "Ремонт начат",
    "Площадь офиса, м²": "Площадь, м²", "Окон": "Окон", "Потребность": "need", "Бюджет": "budget", "Срочность": "urgency",
    "Channel": "channel", "Канал": "channel", "Medium": "utm_medium", "Тип трафика": "utm_medium",
    "Campaign": "utm_campaign", "Кампания": "utm_campaign", "Ad": "utm_content", "Объявление": "utm_content",
    "Landing page": "Посадочная страница", "Посадочная страница": "Посадочная страница", "Offer": "Оффер",
    "Предложение": "Оффер", "Discount": "Скидка", "Скидка": "Скидка",
}  # fmt: skip
FEWEST_SALES = 30
"""Of fewer nothing is told."""
MOST_LEVELS = 25
"""Of a field, the most frequent first."""
MISSING, YES, NO = ("not given", "не указано"), ("yes", "да"), ("no", "нет")


class Buyers:
    """The leads of a portrait: what became of each, and how much of a sale it is."""

    def __init__(self, plain: PlainCompany, moment: datetime, *, after_talk: bool) -> None:
        self.plain, chances = plain, chances_of(plain, moment)
        self.leads: list[tuple[PlainLead, str, float]] = []
        for one in plain.leads.values():
            if after_talk and talked_at(one) is None:
                continue
            state = one.told["outcome"]
            sale = state != "never_called" and one.told["won"]
            weight = 1.0 if sale else chances.get(one.id, 0.0) if state == "open" else 0.0
            self.leads.append((one, state, weight))
        self.after_talk = after_talk

    def count(self, inside: Callable[[PlainLead], bool]) -> dict[str, float]:
        """Return how many leads, sales and settled ones there are of some."""
        some = [one for one in self.leads if inside(one[0])]
        return {
            "leads": sum(state != "never_called" for _, state, _ in some),
            "sales": sum(weight for _, _, weight in some),
            "bought": sum(state == "bought" for _, state, _ in some),
            "settled": sum(state in ("bought", "did_not_buy") for _, state, _ in some),
            "open": sum(state == "open" for _, state, _ in some),
            "open_sales": sum(weight for _, state, weight in some if state == "open"),
            "never": sum(state == "never_called" for _, state, _ in some),
        }

    def fits(self, one: PlainLead, label: str, value: str) -> bool:
        """Return whether a lead has what a page's words ask for in a field."""
        said = self.said(one, LABELS[label])
        if value in MISSING:
            return said is None
        if said is None:
            return False
        if LABELS[label] in ("Площадь, м²", "Окон"):
            return in_range(number(said), value)
        word = {"да": "yes", "нет": "no"}.get(said, said)
        return word == ({**dict.fromkeys(YES, "yes"), **dict.fromkeys(NO, "no")}.get(value, value))

    def said(self, one: PlainLead, column: str) -> str | None:
        if column == "channel":
            return one.marked
        if column in ("need", "budget", "urgency"):
            talk = talked_at(one)
            told = [
                call["said"][column] for call in one.calls if talk and call["at"] <= talk and call["said"].get(column)
            ]
            return told[-1] if told else None
        word = tidy(one.row[column])
        return None if word in EMPTY else word


def talked_at(one: PlainLead) -> datetime | None:
    """Return when somebody first spoke to a lead, if nobody knew by then how it ends."""
    talks = [call["at"] for call in one.calls if call["result"] in SPOKEN]
    ends = [stage["at"] for stage in one.stages if stage["kind"] in FINAL]
    return talks[0] if talks and not (ends and min(ends) <= talks[0]) else None


def in_range(value: float, words: str) -> bool:
    digits = [
        float(one.replace("\u00a0", "").replace(",", ".")) for one in re.findall(r"[\d\u00a0]+(?:[.,]\d+)?", words)
    ]
    if words.startswith(("less than", "меньше")):
        return value < digits[0]
    if words.endswith("and more") or (words.startswith("от ") and len(digits) == 1):
        return value >= digits[0]
    if len(digits) == 1:
        return value == digits[0]
    return (
        digits[0] <= value <= digits[1]
        if value == int(value) and digits[1] == int(digits[1])
        else digits[0] <= value < digits[1]
    )


def conditions_of(words: str) -> list[tuple[str, str]]:
    """Return what a segment's words ask for: label and value, by the labels that the company has."""
    labels = "|".join(sorted((re.escape(one) for one in LABELS), key=len, reverse=True))
    places = list(re.finditer(rf"(?:^|, )({labels}): ", words))
    ends = [*(one.start() for one in places[1:]), len(words)]
    return [(one[1], words[one.end() : end]) for one, end in zip(places, ends, strict=True)]


def interval(k: float, n: float) -> tuple[float, float]:
    return wilson(k, n) if n else (0.0, 1.0)  # type: ignore[arg-type]


class RealBuyers(Buyers):
    """The same of a company whose form asks nothing: where a lead came from is all there is."""

    columns: dict[str, str]

    def fits(self, one: PlainLead, label: str, value: str) -> bool:
        if label in ("Channel", "Канал"):
            return one.marked == value
        word = tidy(one.row[self.columns[label]])
        return word in EMPTY if value in MISSING else word == value


REAL = {
    "olist": {"Landing page": "landing_page_id", "Посадочная страница": "landing_page_id"},
    "hexlet": {
        "Medium": "utm_medium",
        "Тип трафика": "utm_medium",
        "Campaign": "utm_campaign",
        "Кампания": "utm_campaign",
    },
}


@pytest.mark.parametrize("name", ["olist", "hexlet"])
def test_every_count_of_a_real_companys_portrait_equals_plain_loops(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    company: Shown = request.getfixturevalue(name).copy(tmp_path / "copy")
    service, shown, compared, since = company.doors.service, 0, 0, None
    for moment, language in zip(company.moments()[1:], ("ru", "en"), strict=True):
        plain = company.at(moment)
        PORTRAITS.write(
            drawn_portrait(service.desk.store, service.company, service.settings.home, moment=moment),
            service.settings.home,
        )
        page = Page(company.doors.page(f"/portrait?lang={language}"))
        buyers = RealBuyers(plain, moment, after_talk=False)
        buyers.columns = REAL[name]
        every = buyers.count(lambda _: True)
        base = re.match(r".*?(?=\.(?: |$))", page.text("buyers"))
        assert base
        told = [every["bought"], every["settled"], every["open"], every["open_sales"]]
        if every["bought"] >= FEWEST_SALES:
            is_written(base[0], language, *told, *([every["never"]] if every["never"] else []))
        for table in page.of("buyers"):
            for row in table.rows:
                check_segment(row, buyers, every, language)
                shown += 1
        check_what_to_fix(page, buyers, every, language)
        compared += check_changed(page, buyers, since, language)
        check_looked(page, company, plain, moment)
        since = moment
    assert shown  # these companies' leads differ by little else than where they came from
    assert compared or name == "hexlet"  # where too few were sold to compare
    company.close()


def test_every_count_of_the_portrait_equals_plain_loops(demo: Shown, tmp_path: Path) -> None:
    company, shown, since = demo.copy(tmp_path / "copy"), 0, None
    service = company.doors.service
    for moment in company.moments()[1:]:
        plain = company.at(moment)
        report = drawn_portrait(service.desk.store, service.company, service.settings.home, moment=moment)
        PORTRAITS.write(report, service.settings.home)
        for known, language in (("arrival", "en"), ("talk", "ru"), ("arrival", "ru")):
            page = Page(company.doors.page(f"/portrait?known={known}&lang={language}"))
            buyers = Buyers(plain, moment, after_talk=known == "talk")
            every = buyers.count(lambda _: True)
            text = page.text("buyers")
            base = re.match(r".*?(?=\.(?: |$))", text)
            assert base
            told = [every["bought"], every["settled"], every["open"], every["open_sales"]]
            is_written(base[0], language, *told, *([every["never"]] if every["never"] and known == "arrival" else []))
            for table in page.of("buyers"):
                for row in table.rows:
                    check_segment(row, buyers, every, language)
                    shown += 1
            if known == "arrival":
                check_changed(page, buyers, since, language)
                check_looked(page, company, plain, moment)
        check_audience(Page(company.doors.page("/portrait?lang=en")), Buyers(plain, moment, after_talk=False))
        since = moment
    assert shown >= 3
    company.close()


def check_segment(row: list[str], buyers: Buyers, every: dict[str, float], language: str) -> None:
    asked = conditions_of(re.split(r" (?:until|до) \d", row[0])[0])
    assert asked, row

    def inside(one: PlainLead) -> bool:
        return all(buyers.fits(one, label, value) for label, value in asked)

    hand = buyers.count(inside)
    outside = buyers.count(lambda one: not inside(one))
    is_written(row[1], language, hand["leads"] / every["leads"], hand["leads"], every["leads"])
    part = hand["sales"] / every["sales"]
    low, high = interval(part * every["bought"], every["bought"])
    is_written(row[2], language, part, low, high, hand["sales"], every["sales"])
    low, high = interval(hand["bought"], hand["settled"])
    bought = [hand["bought"] / hand["settled"], low, high, hand["bought"], hand["settled"]]
    is_written(row[3], language, *bought, outside["bought"] / outside["settled"])


def check_audience(page: Page, buyers: Buyers) -> None:
    """Check the shares of the audience's parts, and by scipy's exact test and Holm's which of them surely differ."""
    every = buyers.count(lambda _: True)
    check_inside(page, buyers, every)
    found: list[tuple[float, bool, str]] = []
    for table in page.of("audience"):
        for row in table.rows:
            value = re.sub(r" (?:aimed at|not aimed at|aim .*)$", "", row[0].replace(" not aimed at", ""))
            hand = buyers.count(lambda one, label=table.title, value=value: buyers.fits(one, label, value))  # type: ignore[misc]
            is_written(row[1], "en", hand["leads"] / every["leads"])
            part = hand["sales"] / every["sales"]
            is_written(row[2], "en", part, *interval(part * every["bought"], every["bought"]))
            law = hypergeom(int(every["settled"]), int(hand["settled"]), int(every["bought"]))
            p_value = min(2 * min(law.cdf(hand["bought"]), law.sf(hand["bought"] - 1)), 1.0)
            found.append((p_value, hand["bought"] > law.mean(), row[3]))
    if every["bought"] < 30:
        assert {verdict for *_, verdict in found} == {"not enough data"}
        return
    sure = True
    for place, (p_value, more, verdict) in enumerate(sorted(found)):
        sure = sure and p_value <= 0.05 / (len(found) - place)
        assert verdict == (("more often" if more else "more rarely") if sure else "no sure difference")


def check_inside(page: Page, buyers: Buyers, every: dict[str, float]) -> None:
    """Check which parts of the leads and of the sales lie inside the audience: by each field, and by all of them."""
    told = re.findall(
        r"Inside the audience: (\S+\s% of leads, \S+\s% of sales \S+\s% to \S+\s%)", page.text("audience")
    )
    aims: list[tuple[str, set[str]]] = []
    for table in page.of("audience"):
        aimed = {row[0].removesuffix(" aimed at") for row in table.rows if not row[0].endswith("not aimed at")}
        aims.append((table.title, aimed))

    def is_inside(one: PlainLead, some: list[tuple[str, set[str]]]) -> bool:
        return all(any(buyers.fits(one, label, value) for value in aimed) for label, aimed in some)

    asked = [*([one] for one in aims), *([aims] if len(aims) > 1 else [])]
    assert len(told) == len(asked)
    for words, some in zip(told, asked, strict=True):
        hand = buyers.count(lambda one, some=some: is_inside(one, some))  # type: ignore[misc]
        part = hand["sales"] / every["sales"]
        is_written(
            words, "en", hand["leads"] / every["leads"], part, *interval(part * every["bought"], every["bought"])
        )


TO_FIX = {
    "en": r"(?:Look for more of these|Pay less for these): (.+?) is (\S+\s% of leads) and (?:only )?"
    r"(\S+\s% of sales\. \S+\s% to \S+\s%)",
    "ru": r"(?:Ищите больше таких|Платите за таких меньше): (.+?) — (\S+\s% заявок) и (?:только )?"
    r"(\S+\s% продаж\. от \S+\s% до \S+\s%)",
}


def check_what_to_fix(page: Page, buyers: Buyers, every: dict[str, float], language: str) -> None:
    """Check the shares of what may be put right: where no audience is declared, of every segment of the portrait."""
    found = re.findall(TO_FIX[language], page.text("what-to-fix"))
    assert len(found) == sum(len(table.rows) for table in page.of("buyers"))
    for words, *shares in found:
        asked = conditions_of(words)
        hand = buyers.count(lambda one, asked=asked: all(buyers.fits(one, *pair) for pair in asked))  # type: ignore[misc]
        part = hand["sales"] / every["sales"]
        ends = interval(part * every["bought"], every["bought"])
        is_written(" ".join(shares), language, hand["leads"] / every["leads"], part, *ends)


LOOKED = re.compile(r"(?:Segments looked at|Проверено сегментов): ([\d,\u00a0]+)")


def check_looked(page: Page, company: Shown, plain: PlainCompany, moment: datetime) -> None:
    """Check of how many segments it was asked whether their buyers differ, where there are sales enough to ask."""
    settled = [one.told["outcome"] for one in plain.leads.values() if one.told["outcome"] in ("bought", "did_not_buy")]
    found = LOOKED.search(page.text("buyers"))
    assert bool(found) == (min(settled.count("bought"), settled.count("did_not_buy")) >= FEWEST_SALES)
    if found:
        assert int(re.sub(r"\D", "", found[1])) == segments_by_hand(company, plain, moment)


def segments_by_hand(company: Shown, plain: PlainCompany, moment: datetime) -> int:
    """Return how many kinds of settled leads there are, alike in one field or two, each neither small nor nearly all of them.

    What a lead says of each field, and where its numbers are cut, is the product's.
    """
    service = company.doors.service
    histories = list(service.desk.store.histories())
    traits = traits_of(histories, RowBuilder(service.company, FixedRates()), RulesScorer(), moment=moment)
    in_turn = [plain.leads[one.lead_id] for one in histories if one.lead_id in plain.leads]
    outcomes = {n: one.told["outcome"] for n, one in enumerate(in_turn)}
    settled = [n for n, outcome in outcomes.items() if outcome in ("bought", "did_not_buy")]
    kinds: list[tuple[str, frozenset[int]]] = []
    for name, words in traits.levels.items():
        counted = Counter(words[n] for n in settled if words[n] is not None)
        often = sorted(counted, key=lambda word: (-counted[word], word))[:MOST_LEVELS]
        kinds += [(name, frozenset(n for n in settled if words[n] == word)) for word in often]
    for name, numbers in traits.numbers.items():
        given = [n for n in settled if numbers[n] == numbers[n]]
        borders = round_borders(numbers[given])
        spans = [*zip((-inf, *borders), (*borders, inf), strict=True)] if borders else []
        spans += [*((-inf, one) for one in borders[1:]), *((one, inf) for one in borders[:-1])]
        kinds += [(name, frozenset(n for n in given if low <= numbers[n] < high)) for low, high in spans]
    for name in traits.fields:
        column = traits.levels.get(name, traits.numbers.get(name, ()))
        kinds.append((name, frozenset(n for n in settled if column[n] is None or column[n] != column[n])))
    rate = sum(outcomes[n] == "bought" for n in settled) / len(settled)
    least, most = max(30, 0.01 * len(settled), 2 / rate), 0.97 * len(settled)
    fitting: dict[frozenset[int], str] = {}
    for name, inside in kinds:
        if least <= len(inside) <= most:
            fitting.setdefault(inside, name)
    pairs = 0
    for (one, field), (other, another) in combinations(fitting.items(), 2):
        both = len(one & other)
        pairs += field != another and least <= both <= most and both <= 0.97 * min(len(one), len(other))
    return len(fitting) + pairs


def check_changed(page: Page, buyers: Buyers, since: datetime | None, language: str) -> int:
    """Check the sales settled since the portrait before and until it, and the shares of each segment; return how many there are.

    Which of them surely changed is a draw, held by laws of its own (``tests/monitoring/portrait/test_since_before.py``).
    """
    text = page.text("changed")
    if since is None:
        assert not page.of("changed")
        return 0
    sold = [one for one, state, _ in buyers.leads if state == "bought"]
    new = [one for one in sold if settled_at(one, buyers.plain.horizon) > since]
    old = [one for one in sold if settled_at(one, buyers.plain.horizon) <= since]
    counts = re.sub(
        r"\d{2}\.\d{2}\.\d{4}|\d{4}-\d{2}-\d{2}", "", re.split(r"A comparison|Сравнение|Segments|Проверено", text)[0]
    )
    is_written(counts, language, len(new), len(old))
    rows = [row for table in page.of("changed") for row in table.rows]
    assert not rows or min(len(new), len(old)) >= FEWEST_SALES
    for row in rows:
        asked = conditions_of(row[0])
        for cell, mine in zip(row[1:3], (old, new), strict=True):
            count = sum(all(buyers.fits(one, *pair) for pair in asked) for one in mine)
            is_written(cell, language, count / len(mine), *wilson(count, len(mine)), count, len(mine))
    return len(rows)


def settled_at(one: PlainLead, horizon: int | None) -> datetime:
    """Return when it was known of a sale that it counts: with the end of its time, or where that has none by its stage."""
    return one.at + timedelta(days=horizon) if horizon else one.told["won"]["at"]
