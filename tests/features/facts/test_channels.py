"""A lead's channel is the first of the company's rules that fits, else its raw source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.facts.channels import NOTHING, channel_reader, mark_of, tidied
from features.facts.company import ChannelRule, Channels

RULES = Channels(
    rules=(
        ChannelRule(name="Директ", when={"source": ("яндекс*", "yandex*"), "medium": ("cpc",)}),
        ChannelRule(name="SEO", when={"source": ("*яндекс*", "google")}),
        ChannelRule(name="Лендинг [акция]", when={"landing_page": ("*/sale[1]*",)}),
    ),
    unknown="нет метки",
)


@pytest.mark.parametrize(
    ("marks", "channel"),
    [
        ({"source": "Яндекс.Директ", "medium": " CPC "}, "Директ"),
        ({"source": "яндекс", "medium": "organic"}, "SEO"),
        ({"source": "YANDEX", "medium": "organic"}, "yandex"),
        ({"source": "  Telegram   Ads "}, "telegram ads"),
        ({"source": "vk", "campaign": "x"}, "vk"),
        ({"source": "(not set)"}, "нет метки"),
        ({}, "нет метки"),
        ({"medium": "cpc"}, "нет метки"),
    ],
)
def test_marks_are_read_by_the_first_rule_that_fits_in_all_its_marks(marks: dict[str, str], channel: str) -> None:
    assert channel_reader(RULES)(marks) == channel


def test_the_same_marks_in_another_typing_are_the_same_channel() -> None:
    read = channel_reader(RULES)
    assert read({"source": "GOOGLE"}) == read({"source": " google "}) == "SEO"


@given(st.dictionaries(st.sampled_from(["source", "medium", "campaign"]), st.text(max_size=8)))
def test_a_reader_that_has_read_before_says_what_a_new_one_says(marks: dict[str, str]) -> None:
    read = channel_reader(RULES)
    assert read(marks) == read(marks) == channel_reader(RULES)(marks)


@given(st.text())
def test_tidying_twice_is_tidying_once(word: str) -> None:
    assert tidied(tidied(word)) == tidied(word)


@pytest.mark.parametrize("word", sorted(NOTHING))
def test_a_mark_that_says_nothing_is_no_mark(word: str) -> None:
    assert mark_of({"ad": word.upper()}, "ad") is None
