"""What a lead's card says it is worth now, and what each answer would make of it, equal the company's guess worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import exp, log, sqrt
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.serving.recounts.trend_card import check_trend
from tests.support.plain_chances import CRITERIA, amount_of, chance_of, said_by
from tests.support.plain_figures import PlainLead

WORTH = {
    "en": r"Purchase chance (?P<chance>[\d.,]+\s%) .*?Expected value (?P<value>[\d,]+\s₽|—) (?P<why>.*?) Grade",
    "ru": r"Вероятность покупки (?P<chance>[\d.,]+\s%) .*?Ожидаемая ценность (?P<value>[\d\u00a0]+\s₽|—) (?P<why>.*?) Оценка",
}

IF_ANSWERED = {"en": r"if (yes|no): ([\d.]+\s%)", "ru": r"если (да|нет): ([\d,]+\s%)"}
WORDS = {"yes": "yes", "да": "yes", "no": "no", "нет": "no"}


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_a_cards_chance_and_value_equal_the_companys_guess_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    company: Shown = request.getfixturevalue(name)
    draw, answers, points = Random(61), 0, 0
    for moment in company.moments()[1:]:
        plain = company.at(moment)
        for one in draw.sample(list(plain.leads.values()), 6):
            language = draw.choice(["ru", "en"])
            html = company.doors.page(f"/leads/{quote(one.id)}?lang={language}")
            points += check_trend(
                html, one, moment, plain.zone, plain.horizon, lambda then, _: chance_of(said_by(then), company.words)
            )
            text = Page(html).text("content")
            told = re.search(WORTH[language], text)
            assert told, text[:600]
            answers += check_answers(text, one, plain.words, language)
            chance, amount = chance_of(said_by(one), plain.words), amount_of(one, plain)
            is_written(told["chance"], language, chance)
            check_likely(text, language, chance)
            if amount is None:
                assert told["value"] == "—"
                continue
            is_written(told["value"], language, chance * amount)
            is_written(told["why"], language, chance, amount)
    assert answers or not company.words.get("abc")
    assert points


LIKELY = {"en": r"most likely ([\d.]+\s%) to ([\d.]+\s%)", "ru": r"скорее всего от ([\d,]+\s%) до ([\d,]+\s%)"}


def check_likely(text: str, language: str, chance: float) -> None:
    """Check between what the chance lies in 80 of 100 cases: a guess is worth twenty leads, its log-odds lie normally."""
    odds, reach = log(chance / (1 - chance)), 1.2815515655446004 / sqrt(20 * chance * (1 - chance))
    found = re.search(LIKELY[language], text)
    assert found
    is_written(" ".join(found.groups()), language, *(1 / (1 + exp(-end)) for end in (odds - reach, odds + reach)))


def check_answers(text: str, one: PlainLead, words: Mapping[str, Any], language: str) -> int:
    """Check what each answer to the question that is asked next would make of the chance."""
    text = "".join(re.split("Record a call|Записать звонок", text)[:2])  # the form of calls, to which the top leads too
    asked = [name for name in CRITERIA if words["fields"].get(name, {}).get("question", "-") in text]
    found = re.findall(IF_ANSWERED[language], text)
    for answer, share in found:
        hand = chance_of({**said_by(one), asked[0]: WORDS[answer]}, words)
        is_written(share, language, hand)
    return len(found)
