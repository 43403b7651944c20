"""A card's values are read as they were written; what is missing or damaged is told apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from features.errors import ArtefactUnreadable
from models.card import CARD_VALUES, load_card, save_card
from tests.models.small_models import windows_card


def test_what_is_saved_is_loaded_equal(tmp_path: Path) -> None:
    card = windows_card()
    save_card(card, tmp_path)
    assert load_card(tmp_path) == card


def test_a_model_that_was_trained_before_cards_has_none(tmp_path: Path) -> None:
    assert load_card(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"version": "x"'])
def test_a_damaged_card_is_refused_with_the_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / CARD_VALUES).write_text(text, encoding="utf-8")
    with pytest.raises(ArtefactUnreadable, match=r"card\.json is damaged; train anew"):
        load_card(tmp_path)


def test_moments_keep_their_instant(tmp_path: Path) -> None:
    card = windows_card(trained_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    save_card(card, tmp_path)
    loaded = load_card(tmp_path)
    assert loaded is not None
    assert loaded.trained_at.utcoffset() == timedelta(0)
    assert loaded.trained_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
