"""How a page writes its words."""

from __future__ import annotations

import re
from typing import Literal

import pytest

from features.facts.company import Company
from models.score import Reason
from serving.pages import Writing
from serving.words import pages
from serving.words.pages import PAGE_WORDS


@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_is_to_be_typed_is_shown_as_code_and_values_stay_words(
    monkeypatch: pytest.MonkeyPatch, language: Literal["ru", "en"]
) -> None:
    words = {
        "typed": ("Введите `leadloop {what}` & ждите", "Type `leadloop {what}` & wait"),
        "around": ("{said}", "{said}"),
    }
    for key, both in words.items():
        monkeypatch.setitem(PAGE_WORDS, key, both)
    w = Writing(Company(company="Окна", language=language))
    typed = w("typed", what="<b>`import`</b>")
    assert "<code>leadloop &lt;b&gt;`import`&lt;/b&gt;</code> &amp; " in typed
    assert w("around", said=typed) == typed
    assert w("around", said="`a` < b") == "`a` < b"  # the page itself escapes what is no HTML yet


def test_no_wing_takes_the_key_of_another_wings_words() -> None:
    wings = [words for name, words in vars(pages).items() if name.endswith("_WORDS") and name != "PAGE_WORDS"]
    assert len(wings) > 10
    keys = [key for words in wings for key in words]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []
    assert set(keys) == set(PAGE_WORDS)


FORMS = re.compile(r"{(\w+):([^}]*\|[^}]*)}")


@pytest.mark.parametrize("key", sorted(key for key, both in PAGE_WORDS.items() if "|" in "".join(both)))
def test_words_that_go_with_a_number_have_a_form_for_every_number(key: str) -> None:
    russian, english = PAGE_WORDS[key]
    assert {len(forms.split("|")) for _, forms in FORMS.findall(russian)} <= {3}
    assert {len(forms.split("|")) for _, forms in FORMS.findall(english)} <= {2}
    assert FORMS.search(russian) or FORMS.search(english)


@pytest.mark.parametrize(
    ("language", "settled", "bought", "said"),
    [
        ("ru", 21, 1, "1 продажа среди 21 заявки с известным исходом"),
        ("ru", 1111, 3, "3 продажи среди 1\u00a0111 заявок с известным исходом"),
        ("ru", 40, 12, "12 продаж среди 40 заявок с известным исходом"),
        ("en", 1, 1, "1 sale among 1 lead whose outcome is known"),
        ("en", 2500, 0, "0 sales among 2,500 leads whose outcome is known"),
    ],
)
def test_a_sentence_says_the_word_that_goes_with_its_number(
    language: Literal["ru", "en"], settled: int, bought: int, said: str
) -> None:
    w = Writing(Company(company="Окна", language=language))
    assert w("pt_base", bought=w.number(bought), settled=w.number(settled)) == said


def test_a_whole_number_that_is_no_figure_has_its_word_too() -> None:
    w = Writing(Company(company="Окна", language="ru"))
    assert [w("al_days", n=n) for n in (1, 3, 7)] == ["1 день", "3 дня", "7 дней"]


def test_a_lead_without_any_mark_comes_from_no_source_in_both_languages() -> None:
    assert [Writing(Company(company="Окна", language=one)).channel("unknown") for one in ("ru", "en")] == [
        "Без источника",
        "No source",
    ]


def test_names_are_written_as_people_write_them_wherever_a_page_says_them() -> None:
    written = {"москва": "Москва", "тихий офис": "Тихий офис"}
    w = Writing(Company(company="Окна"), named=lambda level: written.get(level, level))
    assert (w.answer("city", "москва"), w.channel("vk"), w.answer("offer", "другое")) == ("Москва", "vk", "другое")
    assert w.reason(Reason("offer", "тихий офис", 0.4, 180, 31)) == "Предложение: Тихий офис"


@pytest.mark.parametrize(("n", "words"), [(1, "1 заявку правила"), (3, "3 заявки правила"), (12, "12 заявок правила")])
def test_leads_that_the_rules_never_graded_go_with_their_number(n: int, words: str) -> None:
    w = Writing(Company(company="Окна", language="ru"))
    assert f"Ещё {words} так и не оценили." == w("grades_left_out", n=w.number(n))
