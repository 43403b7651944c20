"""Costs are kept up with the facts and the mappings, by the same names as leads, in every currency apart."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.import_log import ImportLog
from features.facts.spend_mappings import MarkNames
from features.facts.store import FactStore
from features.facts.values import Spend
from monitoring.counted_cells import Cut
from monitoring.spend_book import SpendBook
from tests.support.facts import NOON

COMPANY = Company(company="Окна")
DAY = timedelta(days=1)
CUTS = (
    Cut(("channel", "campaign", "ad"), period="day"), Cut(("channel",)), Cut(("campaign",), {"channel": "vk"}, period="week"),
    Cut(("ad",), {}, date(2026, 3, 10), date(2026, 4, 2)), Cut((), period="month"),
)  # fmt: skip


def drawn(draw: random.Random, n: int) -> Spend:
    at = NOON + draw.randrange(60) * DAY
    marks = {
        "source": draw.choice(["vk", "yandex"]),
        "campaign": draw.choice(["a", "b"]),
        "ad": draw.choice(["1", "2"]),
    }
    told = draw.choice([None, 100])
    return Spend(
        at.date(), at, at, draw.randrange(10_000) / 100, draw.choice(["RUB", "RUB", "USD"]), marks, told, 7, part=n
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_book_kept_up_equals_one_made_anew(sqlite_engine: Engine, seed: int) -> None:
    draw = random.Random(seed)
    store, imports = FactStore(sqlite_engine), ImportLog(sqlite_engine)
    book, moment = SpendBook(store, COMPANY), NOON + 30 * DAY
    for step in range(6):
        entry = imports.begin(file="x.csv", sha256=f"{step:064d}", kind="spend", started_at=NOON, exported_at=NOON)
        store.append([drawn(draw, 100 * step + n) for n in range(20)], import_id=entry.id)
        if step % 3 == 2:
            store.undo(entry.id)
        if step % 2:
            book.save(MarkNames("vk", draw.choice("ab")), MarkNames("yandex", "c"), moment)
        moment += draw.randrange(12) * DAY
        for cut in draw.sample(CUTS, 3):
            assert book.costs(moment, cut) == SpendBook(store, COMPANY).costs(moment, cut)
    whole = book.costs(moment, Cut())
    assert whole is not None
    rows = book.rows(moment)
    assert whole[(), None].cost == pytest.approx(sum(one.cost for one in rows if one.currency == "RUB"))
    assert whole[(), None].other_costs["USD"] == pytest.approx(sum(one.cost for one in rows if one.currency == "USD"))
    assert whole[(), None].untold_impressions == sum(one.impressions is None for one in rows)


def test_costs_by_offer_or_landing_page_are_not_known(sqlite_engine: Engine) -> None:
    book = SpendBook(FactStore(sqlite_engine), COMPANY)
    assert book.costs(NOON, Cut(("offer",))) is None
    assert book.costs(NOON, Cut(("channel",), {"landing_page": "/a"})) is None
    assert book.costs(NOON, Cut()) == {}


def test_a_campaigns_name_goes_before_its_id(sqlite_engine: Engine) -> None:
    store = FactStore(sqlite_engine)
    store.append(
        [Spend(NOON.date(), NOON, NOON, 5.0, "RUB", {"source": "vk", "campaign": "Лето", "campaign_id": "77"})]
    )
    book = SpendBook(store, COMPANY)
    by_id = book.costs(NOON, Cut(("campaign",)), frozenset({("vk", "77", None)}))
    by_name = book.costs(NOON, Cut(("campaign",)), frozenset({("vk", "77", None), ("vk", "лето", None)}))
    assert list(by_id or {}) == [(("77",), None)]
    assert list(by_name or {}) == [(("лето",), None)]
