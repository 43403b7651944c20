"""Every count of /portrait and /won equals plain loops over the exported files: who was a lead, a sale, and who of whom bought."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from math import inf
from pathlib import Path
from random import Random

import pytest
from scipy.stats import hypergeom

from features.rows.feature_row import FixedRates, RowBuilder
from models.score import RulesScorer
from monitoring.portrait.drawing import drawn_portrait
from monitoring.portrait.lead_traits import KnownBy, Traits, traits_of
from monitoring.portrait.portrait_report import PORTRAITS
from monitoring.portrait.round_ranges import round_borders
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.support.plain_chances import chances_of
from tests.support.plain_deals import p_values, surely_and_maybe
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
        return tidy(word) == ({**dict.fromkeys(YES, "yes"), **dict.fromkeys(NO, "no")}.get(value, tidy(value)))

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
        return word in EMPTY if value in MISSING else word == tidy(value)


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
        looked = looked_at(company, plain, moment)
        compared += check_changed(page, buyers, looked, since, language)
        check_looked(page, looked)
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
        looked = {known: looked_at(company, plain, moment, after_talk=known == "talk") for known in ("arrival", "talk")}
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
                check_changed(page, buyers, looked["arrival"], since, language)
            check_looked(page, looked[known])
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
        r"Inside the audience: (\S+\s% of leads, \S+\s% of sales \(\S+\s% to \S+\s%)\)", page.text("audience")
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


LOOKED = re.compile(
    r"(?:Segments looked at|Проверено сегментов): ([\d,\u00a0]+)(?:\. (?:Уверенно отличаются )?(\d[\d,\u00a0]*))?"
)
DEALS, LEVEL, SURE_LEVEL = 999, 0.05, 0.005


@dataclass(frozen=True)
class Looked:
    """By what buyers may differ: what leads say, the segments of the settled ones, and what a draw says of these.

    ``surely`` and ``maybe`` count those that stand out whoever draws, and those that may; None where too few are settled.
    """

    traits: Traits
    leads: list[PlainLead]
    segments: int | None
    surely: int
    maybe: int


def looked_at(company: Shown, plain: PlainCompany, moment: datetime, *, after_talk: bool = False) -> Looked:
    """Look at every segment, with outcomes dealt out anew by a draw of its own."""
    traits, leads = traits_by_hand(company, plain, moment, after_talk=after_talk)
    settled = [n for n, one in enumerate(leads) if one.told["outcome"] in ("bought", "did_not_buy")]
    bought = {n for n in settled if leads[n].told["outcome"] == "bought"}
    if min(len(bought), len(settled) - len(bought)) < FEWEST_SALES:
        return Looked(traits, leads, None, 0, 0)
    segments, place = segments_by_hand(traits, settled, bought), {n: place for place, n in enumerate(settled)}
    asked = [(fields, [place[n] for n in inside]) for fields, inside in segments]
    p = p_values(asked, len(settled), [place[n] for n in bought], deals=DEALS, draw=Random(91))
    surely, maybe = surely_and_maybe(p, LEVEL, 2, DEALS)
    return Looked(traits, leads, len(segments), sum(surely), sum(maybe))


def check_looked(page: Page, looked: Looked) -> None:
    """Check of how many segments it was asked whether their buyers differ, and how many surely do."""
    found = LOOKED.search(page.text("buyers"))
    assert bool(found) == (looked.segments is not None)
    if found:
        assert int(re.sub(r"\D", "", found[1])) == looked.segments
        stood_out = int(re.sub(r"\D", "", found[2])) if page.of("buyers") else 0
        assert looked.surely <= stood_out
        assert stood_out <= looked.maybe


def traits_by_hand(
    company: Shown, plain: PlainCompany, moment: datetime, *, after_talk: bool = False
) -> tuple[Traits, list[PlainLead]]:
    """Return what leads say of each field, which is the product's, and the leads in the same order."""
    service = company.doors.service
    histories = list(service.desk.store.histories())
    known: KnownBy = "talk" if after_talk else "arrival"
    rows = RowBuilder(service.company, FixedRates())
    traits = traits_of(histories, rows, RulesScorer(), moment=moment, known_by=known)
    in_turn = [plain.leads[one.lead_id] for one in histories if one.lead_id in plain.leads]
    leads = [one for one in in_turn if not after_talk or talked_at(one)]
    assert len(leads) == len(traits)
    return traits, leads


def kinds_by_hand(traits: Traits, some: list[int]) -> list[tuple[str, frozenset[int]]]:
    """Return every kind of some leads that are alike in a field: the field, and who is; where numbers are cut is the product's."""
    kinds: list[tuple[str, frozenset[int]]] = []
    for name, words in traits.levels.items():
        counted = Counter(words[n] for n in some if words[n] is not None)
        often = sorted(counted, key=lambda word: (-counted[word], str(word)))[:MOST_LEVELS]
        kinds += [(name, frozenset(n for n in some if words[n] == word)) for word in often]
    for name, numbers in traits.numbers.items():
        given = [n for n in some if numbers[n] == numbers[n]]
        borders = round_borders(numbers[given])
        spans = [*zip((-inf, *borders), (*borders, inf), strict=True)] if borders else []
        spans += [*((-inf, one) for one in borders[1:]), *((one, inf) for one in borders[:-1])]
        kinds += [(name, frozenset(n for n in given if low <= numbers[n] < high)) for low, high in spans]
    for name in traits.fields:
        if name not in traits.asked_late:
            column = traits.levels.get(name, traits.numbers.get(name, ()))
            kinds.append((name, frozenset(n for n in some if column[n] is None or column[n] != column[n])))
    return kinds


def segments_by_hand(traits: Traits, settled: list[int], bought: set[int]) -> list[tuple[int, frozenset[int]]]:
    """Return the segments of settled leads, alike in one field or two, each neither small nor nearly all of them."""
    rate = len(bought) / len(settled)
    least, most = max(30, 0.01 * len(settled), 2 / rate), 0.97 * len(settled)
    fitting: dict[frozenset[int], str] = {}
    for name, inside in kinds_by_hand(traits, settled):
        if least <= len(inside) <= most:
            fitting.setdefault(inside, name)
    found = [(1, inside) for inside in fitting]
    for (one, field), (other, another) in combinations(fitting.items(), 2):
        both = one & other
        if field != another and least <= len(both) <= most and len(both) <= 0.97 * min(len(one), len(other)):
            found.append((2, both))
    return found


def check_changed(page: Page, buyers: Buyers, looked: Looked, since: datetime | None, language: str) -> int:
    """Check the sales settled since the portrait before and until it, and the shares of each segment; return how many there are.

    Which of them surely changed is dealt out anew, with a draw of its own.
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
    check_sure(page, rows, buyers, looked, new)
    for row in rows:
        asked = conditions_of(row[0])
        for cell, mine in zip(row[1:3], (old, new), strict=True):
            count = sum(all(buyers.fits(one, *pair) for pair in asked) for one in mine)
            is_written(cell, language, count / len(mine), *wilson(count, len(mine)), count, len(mine))
    return len(rows)


def check_sure(page: Page, rows: list[list[str]], buyers: Buyers, looked: Looked, new: list[PlainLead]) -> None:
    """Check of how many segments it was asked whether their share of the sales changed, and which surely did."""
    traits, leads, found = looked.traits, looked.leads, LOOKED.search(page.text("changed"))
    sold = [n for n, one in enumerate(leads) if one.told["outcome"] == "bought"]
    assert bool(found) == (min(len(new), len(sold) - len(new)) >= FEWEST_SALES)
    if not found:
        return
    asked = [inside for _, inside in kinds_by_hand(traits, sold) if 0 < len(inside) < len(sold)]
    kinds, shown = len(asked), []
    for row in rows:
        wanted = conditions_of(row[0])
        shown.append(frozenset(n for n in sold if all(buyers.fits(leads[n], *pair) for pair in wanted)))
        if len(wanted) > 1 and 0 < len(shown[-1]) < len(sold):
            asked.append(shown[-1])
        assert len(wanted) > 1 or shown[-1] in asked or len(shown[-1]) in (0, len(sold))
    assert int(re.sub(r"\D", "", found[1])) == len(asked) >= kinds
    place, names = {n: place for place, n in enumerate(sold)}, {one.id for one in new}
    parts = [(1, [place[n] for n in inside]) for inside in asked]
    p = p_values(parts, len(sold), [place[n] for n in sold if leads[n].id in names], deals=DEALS, draw=Random(92))
    surely, maybe = (dict(zip(asked, each, strict=True)) for each in surely_and_maybe(p, SURE_LEVEL, 1, DEALS))
    for row, inside in zip(rows, shown, strict=True):
        is_sure = row[3] in SURE
        assert surely.get(inside, False) <= is_sure <= maybe.get(inside, False)
    assert sum(maybe.values()) >= sum(row[3] in SURE for row in rows) >= sum(surely.values())


SURE = ("sure", "уверенно")


def settled_at(one: PlainLead, horizon: int | None) -> datetime:
    """Return when it was known of a sale that it counts: with the end of its time, or where that has none by its stage."""
    return one.at + timedelta(days=horizon) if horizon else one.told["won"]["at"]
