"""How a page writes its words."""

from __future__ import annotations

from typing import Literal

import pytest

from features.facts.company import Company
from serving.pages import Writing
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
