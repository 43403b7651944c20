"""A service that starts again goes on from what it had counted, where that is nearly what it would count now."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.facts.store import FactStore
from features.rows.source_rates import SourceRates
from serving.days_count import FILE, DaysCount, keep_count, kept_count
from serving.wiring import service_of
from tests.serving.doors import open_doors
from tests.support.facts import NOON

RATES = SourceRates({(): (100, 6), ("ad", "vk", "лето", "1"): (10, 1)}, NOON, 1_000)
AMOUNTS = {"offers": {"лето": (2, 300.5)}, "channels": {"vk": (1, 200.5)}, "all": {"": (3, 501.0)}}


class Stored(FactStore):
    """A store that says how much is stored, what stands at a number, and whether an import was taken back since."""

    def __init__(self, last: int, fact: str = "call 7", *, undone: bool = False) -> None:
        self._last, self._fact, self._undone = last, fact, undone

    def last_number(self) -> int:
        return self._last

    def fact_at(self, number: int) -> str:
        return self._fact if number == RATES.number else ""

    def undone_since(self, number: int) -> bool:
        return self._undone


def test_what_was_counted_comes_back_as_it_was(tmp_path: Path) -> None:
    keep_count(DaysCount(RATES, AMOUNTS), tmp_path, of="us", store=Stored(1_000))
    assert kept_count(tmp_path, of="us", store=Stored(1_010)) == DaysCount(RATES, AMOUNTS)


@pytest.mark.parametrize(
    ("of", "store"),
    [
        ("others", Stored(1_010)),
        ("us", Stored(1_100)),
        ("us", Stored(999)),
        ("us", Stored(1_010, "call 8")),
        ("us", Stored(1_010, undone=True)),
    ],
    ids=["other words or database", "much is new", "a database from before", "other facts", "an import was taken back"],
)
def test_what_would_not_be_nearly_the_same_now_is_counted_anew(tmp_path: Path, of: str, store: Stored) -> None:
    keep_count(DaysCount(RATES, AMOUNTS), tmp_path, of="us", store=Stored(1_000))
    assert kept_count(tmp_path, of=of, store=store) is None


@pytest.mark.parametrize(("hours", "young"), [(3, True), (48, True), (49, False), (-1, False)])
def test_rates_of_a_midnight_are_served_for_two_days(hours: int, young: bool) -> None:
    assert DaysCount(RATES, AMOUNTS).is_young(NOON + timedelta(hours=hours)) == young


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": 0}',
        json.dumps({"format": 2, "of": "us", "midnight": 7}),
        json.dumps(
            {
                "format": 2,
                "of": "us",
                "midnight": NOON.isoformat(),
                "number": 1_000,
                "rates": [],
                "amounts": 7,
                "fact": "",
            }
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert kept_count(tmp_path, of="us", store=Stored(1_010)) is None


def test_a_service_that_starts_again_goes_on_from_it_and_counts_by_itself_later(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    with open_doors(tmp_path, sqlite_engine) as first:
        for n in range(30):
            first.client.post("/v1/leads", json={"id": str(n), "marks": {"source": "vk"}})
        first.service.begin_day(first.clock())
        settings, number = first.service.settings, first.service.desk.rates.number
    told = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    (tmp_path / FILE).write_text(json.dumps({**told, "rates": [[[], 100, 6]]}), encoding="utf-8")
    again = service_of(settings, sqlite_engine)
    rates, moment = again.desk.rates, again.desk.now()
    assert (rates.has_learned, rates.number, rates.at(moment).settled(())) == (False, number, (100, 6))
    assert rates.at(moment - timedelta(days=3)).settled(()) == (
        0,
        0,
    )  # a midnight before is counted, not taken from the file
    again.begin_day(moment)
    assert (rates.has_learned, rates.at(moment).settled(())) == (True, (0, 0))
    again.writer.close()
