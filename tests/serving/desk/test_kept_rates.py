"""A start goes on from the days of sources that were kept, and counts the same as reading every lead."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.facts.contacts import Contact
from features.facts.forgetting import forget_person
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.rows.as_of import Gate
from monitoring.kept_lines import FOLDER
from serving.desk.days_rates import DaysRates
from serving.desk.kept_rates import FILE, KeptRates
from tests.monitoring.leads import COMPANY, random_facts
from tests.support.contacts import keep_contact
from tests.support.counting_store import Reading
from tests.support.facts import NOON, call, lead, source, stage

DAY = timedelta(days=1)


def rates_of(store: FactStore, home: Path, of: str = "company") -> DaysRates:
    return DaysRates(store, Gate(COMPANY), KeptRates(home, of, store))


@pytest.mark.parametrize("seed", range(3))
def test_a_start_goes_on_from_what_was_kept_as_if_it_had_read_all(engine: Engine, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    told = [fact for n in range(40) for fact in random_facts(draw, f"L{n}")]
    draw.shuffle(told)
    moment = NOON + 100 * DAY
    while told:
        FactStore(engine).append(told[:30])
        told = told[30:]
        moment += draw.randrange(9) * DAY
        started, anew = rates_of(FactStore(engine), tmp_path), DaysRates(FactStore(engine), Gate(COMPANY))
        started.count(moment)
        anew.count(moment)
        assert started.number == anew.number
        assert {key: of for key, of in started.held.counts.items() if of != (0, 0)} == {
            key: of for key, of in anew.held.counts.items() if of != (0, 0)
        }
    last = Reading(engine)
    rates_of(last, tmp_path).count(moment + 30 * DAY)
    assert last.read == 0


@pytest.mark.parametrize("spoiled", ["[", '["x"]', None])
def test_what_was_kept_of_something_else_or_is_damaged_is_not_believed(
    sqlite_engine: Engine, tmp_path: Path, spoiled: str | None
) -> None:
    store = Reading(sqlite_engine)
    store.append([fact for n in range(5) for fact in random_facts(random.Random(n), f"L{n}")])
    rates_of(store, tmp_path).count(NOON + 100 * DAY)
    if spoiled is not None:
        (tmp_path / FOLDER / FILE).write_text(spoiled)
    first = store.read
    rates_of(store, tmp_path, "company" if spoiled is not None else "another").count(NOON + 100 * DAY)
    assert store.read == 2 * first > 0


def test_of_whoever_was_forgotten_a_process_that_goes_on_counts_no_word_more(engine: Engine, tmp_path: Path) -> None:
    store, name = FactStore(engine), "кукушкина"
    store.append([lead("7"), source("7", source="vk", campaign=f"для {name}"), call("7"), stage("7")])
    keep_contact(engine, "7", Contact(name, None, None))
    rates = rates_of(store, tmp_path)
    rates.count(NOON + 100 * DAY)
    assert name in str(rates.held.counts)
    forget_person(engine, LeadId("7"), texts=frozenset(), moment=NOON)
    rates.count(NOON + 101 * DAY)
    assert name not in str(rates.held.counts)
    assert name not in (tmp_path / FOLDER / FILE).read_text(encoding="utf-8")
    assert sum(of[0] for of in rates.held.counts.values() if of) > 0
