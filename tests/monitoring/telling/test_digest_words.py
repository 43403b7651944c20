"""The text of a message: what is wrong, since when, what it cost, what changed and what to do, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from features.facts.company import Company
from monitoring.alarms.alarm import Watched
from monitoring.intervals import Rate
from monitoring.telling.alarm_words import MEASURES, headline, lost_of, rose_words, share_words, to_do, worse_by
from monitoring.telling.digest import Digest
from monitoring.telling.digest_words import Message, check_message, message_of
from monitoring.telling.segment_words import segment_words
from monitoring.what_changed.carriers import Carrier
from monitoring.what_changed.moved import MovedSegment
from monitoring.what_changed.segments import Cell
from monitoring.what_changed.what_changed import Comment, WhatChanged
from tests.monitoring.telling.alarmed import DAY, MONDAY, company, logged

CHANGED = WhatChanged(
    "moved", 200, 100, 200, 100, 300,
    (MovedSegment((Cell("role", "студент"),), Rate(8, 200), Rate(41, 100), (0.27, 0.47), 1e-9),),
    (Carrier("ad", "баннер <7>", Rate(0, 0), Rate(38, 40), 34.0, 44.0),), 12,
    (Comment(MONDAY, "ищет работу"),),
)  # fmt: skip


def message(language: str = "ru", **parts: object) -> Message:
    words = company(address="https://leads.example.com/")
    words = Company.model_validate(
        words.model_dump() | {"language": language, "fields": {"role": {"kind": "choice", "label": "Кто вы"}}}
    )
    digest = Digest("marketer", "digest", MONDAY.date(), (logged(),))
    for name, value in parts.items():
        object.__setattr__(digest, name, value)
    return message_of(digest, {"a" * 16: CHANGED}, company=words)


def test_it_says_what_is_wrong_since_when_what_it_cost_what_changed_and_what_to_do() -> None:
    told = message()
    assert told.subject == "ВКонтакте: больше нецелевых"
    for words in (
        "было 10\u00a0%, стало 64\u00a0% (на 54 п. п., от 43 до 63 п. п.)",
        "Примерно с 02.03.2026 (между 28.02.2026 и 03.03.2026)",
        "До: 20 из 200; после: 64 из 100",
        "Потрачено с тех пор 100\u00a0000\u00a0₽, из них примерно 54\u00a0000\u00a0₽",
        "Объявление «баннер <7>»: примерно 34 из 44 лишних плохих заявок",
        "«Кто вы»: студент: 41\u00a0% вместо 4,0\u00a0% (41 из 100, было 8 из 200)",
        "Что сделать",
        "https://leads.example.com/alarms",
    ):
        assert words in told.text, words
    assert "баннер &lt;7&gt;" in told.html
    assert "<7>" not in told.html
    assert "ищет работу" not in told.text + told.html + json.dumps(told.data)  # what managers wrote stays in the house


def test_it_speaks_english_where_the_company_does() -> None:
    told = message("en")
    assert told.subject == "ВКонтакте: more non-target leads"
    assert "was 10\u00a0%, is 64\u00a0% (54 pp more, 43 to 63 pp)" in told.text
    assert "Since about 2026-03-02 (between 2026-02-28 and 2026-03-03)" in told.text
    assert "Pause" in told.text or "pause" in told.text


def test_the_subject_says_what_kind_of_news_it_is() -> None:
    over = logged(ended_at=MONDAY + DAY)
    assert message(kind="urgent").subject == "Срочно: ВКонтакте: больше нецелевых"
    assert message(new=(), ended=(over,)).subject == "Снова как раньше: ВКонтакте: больше нецелевых"
    unknown = replace(over, why_gone="too_little")
    told = message(new=(), ended=(unknown,))
    assert told.subject == "Больше не тревога: ВКонтакте: больше нецелевых"
    assert "данных больше не хватает" in told.text
    assert message(new=(), going_on=(logged(),)).subject == "Всё ещё: ВКонтакте: больше нецелевых"
    assert message(new=(logged(), logged("b"))).subject.endswith("и ещё 1")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "was 6.6\u00a0%, is 2.1\u00a0% (4.5 pp less, 2.0 to 7.0 pp)"),
        ("ru", "было 6,6\u00a0%, стало 2,1\u00a0% (на 4,5 п. п. меньше, от 2,0 до 7,0 п. п.)"),
    ],
)
def test_a_share_that_fell_is_said_to_be_less(language: str, words: str) -> None:
    fallen = logged(
        watched=Watched("purchase", "channel", "bought", "ВКонтакте"), before=Rate(66, 1000), after=Rate(21, 1000),
        size=-0.045, size_interval=(-0.07, -0.02),
    )  # fmt: skip
    assert rose_words(fallen.alarm, language) == words


def test_programs_get_the_same_as_data() -> None:
    (told,) = message().data["alarms"]
    assert (told["state"], told["channel"], told["measure"], told["since"]) == (
        "new",
        "ВКонтакте",
        "non_target",
        "2026-03-02",
    )
    assert (told["before"], told["after"]) == ({"count": 20, "of": 200}, {"count": 64, "of": 100})
    assert told["size_interval"] == [0.43, 0.63]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_measure_has_words(language: str) -> None:
    for measure in (*MEASURES, "answer:role", "something new"):
        watched = Watched("arrival", "campaign", measure, "vk", "зима")
        assert headline(watched, language, company=company()).startswith("vk, ")
        assert share_words(measure, language)
        assert to_do(logged().alarm, None, company(), language)


def test_segments_are_said_as_people_say_them() -> None:
    words = Company.model_validate(
        {
            "company": "x",
            "fields": {"area": {"kind": "number", "label": "Площадь"}, "visit": {"kind": "date", "label": "Визит"}},
        }
    )
    cells = {
        Cell("area", "given", None, 40.0): "«Площадь»: меньше 40",
        Cell("area", "given", 40.0, 80.5): "«Площадь»: от 40 до 80,5",
        Cell("area", "given", 80.0): "«Площадь»: от 80",
        Cell("area", "given"): "«Площадь»: указано",
        Cell("area"): "«Площадь»: не указано",
        Cell("visit_days_ahead", "given", 3.0): "«Визит, дней до»: от 3",
        Cell("hour_kind", "night"): "«Время заявки»: ночь (0–6 ч)",
        Cell("contact_phone_valid", "no"): "«Телефон существует»: нет",
        Cell("landing_page", "/a"): "«Посадочная страница»: /a",
    }
    assert {cell: segment_words((cell,), words, "ru") for cell in cells} == cells


def test_the_test_message_says_whose_it_is() -> None:
    assert "Окна" in check_message(company()).text


def test_an_offer_that_runs_in_every_channel_and_a_share_of_buyers_that_falls_are_told_right() -> None:
    offer = Watched("call", "offer", "non_target", "", "зима")
    assert headline(offer, "ru") == "Предложение «зима»: больше нецелевых"
    fell = logged(size=-0.04, size_interval=(-0.06, -0.01)).alarm
    assert worse_by(fell) == (0.01, 0.04, 0.06)
    assert lost_of(fell) == 4_000.0
    assert company(to={"vk": {"email": "v@example.com", "channels": ["ВКонтакте"]}}).deliver.to["vk"].wants("")
