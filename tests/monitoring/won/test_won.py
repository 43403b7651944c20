"""What won deals tell: days and calls by hand, themes with their counts, and nobody's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from features.errors import ArtefactUnreadable
from features.facts.store import FactStore
from features.facts.values import Fact
from features.facts.without_persons import WithoutPersons
from monitoring.won.drawing import won_deals
from monitoring.won.middle import middle_of
from monitoring.won.note_themes import themes_of, typical
from monitoring.won.won_report import WON, WonReport
from tests.monitoring.leads import COMPANY
from tests.support.facts import NOON, call, lead, source, stage

DAY = timedelta(days=1)


def report_of(engine: Engine, facts: list[Fact], names: tuple[str, ...] = ()) -> WonReport:
    store = FactStore(engine)
    store.append(facts)
    return won_deals(store, COMPANY, WithoutPersons(names), moment=NOON + 100 * DAY)


def deals(count: int = 12) -> list[Fact]:
    """Return leads of which every second is won on its n-th day, after two calls and before a third."""
    facts: list[Fact] = []
    for n in range(count):
        name = f"{n:03}"
        attracts = "гарантия 10 лет, Иванов доволен" if n % 2 == 0 else "тихие окна"
        first = replace(call(name), attracts=attracts)
        facts += [lead(name), source(name, source="vk"), first, call(name, NOON + timedelta(hours=3))]
        if n % 2 == 0:
            won = NOON + (n + 1) * DAY
            after = replace(call(name, won + DAY), attracts="рад покупке")
            facts += [stage(name, "won", won), after]
    return facts


def test_days_and_calls_to_the_contract_are_the_middle_of_the_won_ones(sqlite_engine: Engine) -> None:
    found = report_of(sqlite_engine, deals())
    assert (found.whole.settled, found.whole.won) == (12, 6)
    assert found.whole.days
    assert (found.whole.days.value, found.whole.days.low, found.whole.days.high) == (6.0, 1.0, 11.0)  # of 1, 3, ... 11
    assert found.whole.calls
    assert found.whole.calls.value == 2.0  # the call after the contract took no part in it
    assert [one.name for one in found.by_channel] == ["vk"]
    assert found.by_offer == ()


def test_a_young_sale_does_not_make_deals_look_quicker(sqlite_engine: Engine) -> None:
    young = NOON + 95 * DAY
    facts = [*deals(), lead("y", young), call("y", young), stage("y", "won", young + timedelta(hours=1))]
    assert report_of(sqlite_engine, facts).whole.won == 6


def test_themes_are_counted_among_won_and_lost_and_quote_nobody(sqlite_engine: Engine) -> None:
    found = report_of(sqlite_engine, deals(40), ("Иванов",))
    attracts = found.notes[0]
    assert (attracts.of_won, attracts.of_lost) == (20, 20)
    assert {one.quote: (one.won, one.lost, one.is_sure) for one in attracts.themes} == {
        "гарантия 10 лет, … доволен": (20, 0, True),
        "тихие окна": (0, 20, True),
    }
    assert "рад покупке" not in str(found)  # said when the outcome was known
    assert "Иванов" not in str(found)


def test_a_theme_of_few_leads_is_something_else_and_quotes_nobody(sqlite_engine: Engine) -> None:
    attracts = report_of(sqlite_engine, deals(8)).notes[0]
    assert attracts.themes == ()
    assert (attracts.other_won, attracts.other_lost) == (4, 4)


@given(
    st.lists(st.sampled_from(["гарантия 10 лет", "тихие окна", "price", "warm windows", "", "окна тихие"]), max_size=12)
)
def test_every_note_has_one_theme_or_none_and_the_same_note_the_same(notes: list[str]) -> None:
    numbers = themes_of(notes).tolist()
    assert len(numbers) == len(notes)
    by_note: dict[str, set[int]] = {}
    for note, number in zip(notes, numbers, strict=True):
        by_note.setdefault(note, set()).add(number)
    assert all(len(those) == 1 for those in by_note.values())
    assert by_note.get("", {-1}) == {-1}


def test_russian_and_english_notes_that_share_their_words_stand_together() -> None:
    notes = [
        "гарантия 10 лет",
        "понравилась гарантия",
        "хорошая гарантия на окна",
        "quiet windows",
        "windows that are quiet",
        "цена",
    ]
    assert themes_of(notes).tolist() == [0, 0, 0, 1, 1, -1]
    assert typical(notes[:3])[0] in notes[:3]


@given(st.lists(st.floats(0, 100), min_size=6, max_size=40))
def test_the_middle_lies_inside_its_interval(values: list[float]) -> None:
    found = middle_of(values)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert min(values) <= found.low <= found.value <= found.high <= max(values)


def test_a_report_reads_back_and_a_damaged_one_says_what_to_do(sqlite_engine: Engine, tmp_path: Path) -> None:
    found = report_of(sqlite_engine, deals())
    assert WON.latest(tmp_path) is None
    path = WON.write(found, tmp_path)
    assert WON.latest(tmp_path) == found
    path.write_text("{")
    with pytest.raises(ArtefactUnreadable, match="leadloop won"):
        WON.latest(tmp_path)
