"""That a lead is settled is told once, by what came in or by the passing of time; a sale that shows later is told again."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select

from features.facts.company import Company
from features.facts.database import writing
from features.facts.store import FactStore
from features.facts.tables import FACTS, FORGOTTEN, OUTBOX, WEBHOOK_CURSORS, WEBHOOK_SETTLED
from features.facts.values import Call, Fact, Lead, LeadId, Stage
from features.outbox.outbox import Outbox
from leadloop.webhooks.teller import tell_all
from tests.support.facts import NOON

H = 60
DAY = timedelta(days=1)
END = NOON + H * DAY


def company(**said: Any) -> Company:
    hook = {"url": "https://crm.example.com/in", "events": ["lead.settled"]}
    stages = {"won": ["won"], "lost": ["lost"], "ignore": ["test"]}
    return Company.model_validate(
        {"company": "x", "horizon_days": H, "stages": stages, "webhooks": {"crm": hook}, **said}
    )


class House:
    """Facts, and a destination that is told of them."""

    def __init__(self, engine: Engine, words: Company | None = None) -> None:
        self.engine, self.store, self.words = engine, FactStore(engine), words or company()

    def add(self, *facts: Fact) -> None:
        self.store.append(facts)

    def tell(self, moment: datetime) -> list[tuple[str, str, str | None]]:
        """Look, and return what is told new of leads: which, what became of it, what was told before."""
        before = len(self.told())
        tell_all(self.engine, self.words, None, moment=moment)  # type: ignore[arg-type]  # no model is asked for
        return [(one["lead_id"], one["outcome"], one["before"]) for one in self.told()[before:]]

    def told(self) -> list[dict[str, Any]]:
        letters = Outbox(self.engine).letters(most=1_000)
        return [json.loads(one.letter.body)["data"] for one in reversed(letters)]


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rules serve, whatever lies in the folder."""
    monkeypatch.setattr("leadloop.webhooks.model_events.champion_version", lambda home: None)


@pytest.fixture
def house(sqlite_engine: Engine) -> House:
    return House(sqlite_engine)


def lead(lead_id: str = "7", at: datetime = NOON) -> Lead:
    return Lead(LeadId(lead_id), at, at)


def call(lead_id: str = "7", at: datetime = NOON + DAY, known: datetime | None = None) -> Call:
    return Call(LeadId(lead_id), at, known or at, "reached", f"c{lead_id}{at}")


def stage(
    name: str, lead_id: str = "7", at: datetime = NOON + 3 * DAY, known: datetime | None = None, **said: Any
) -> Stage:
    return Stage(LeadId(lead_id), at, known or at, name, **said)


def test_who_did_not_buy_is_told_when_the_window_closes_and_never_again(house: House) -> None:
    house.tell(NOON)
    house.add(lead(), call())
    assert house.tell(END - timedelta(hours=1)) == []
    assert house.tell(END + timedelta(minutes=6)) == [("7", "did_not_buy", None)]
    for days in (1, 2, 30):
        assert house.tell(END + days * DAY) == []
    (one,) = house.told()
    assert one == {
        "lead_id": "7", "outcome": "did_not_buy", "before": None, "settled_at": END.isoformat().replace("+00:00", "Z"),
        "bought_at": None, "amount": None, "currency": None,
    }  # fmt: skip


def test_who_bought_is_told_by_age_as_labels_are_and_not_when_the_sale_comes(house: House) -> None:
    house.tell(NOON)
    house.add(lead(), call(), stage("won", amount=900.0))
    assert house.tell(NOON + 5 * DAY) == []
    assert house.tell(END + timedelta(hours=1)) == [("7", "bought", None)]
    one = house.told()[0]
    assert (one["amount"], one["currency"], one["bought_at"]) == (900.0, "RUB", "2026-03-05T09:00:00Z")


def test_a_sale_that_comes_to_light_after_it_was_told_as_not_bought_is_told_with_both_outcomes(house: House) -> None:
    house.tell(NOON)
    house.add(lead(), call())
    house.tell(END + DAY)
    house.add(stage("won", at=END - 5 * DAY, known=END + 4 * DAY))
    assert house.tell(END + 3 * DAY) == []  # nobody knows of it yet
    assert house.tell(END + 5 * DAY) == [("7", "bought", "did_not_buy")]
    house.add(stage("won", at=END + 6 * DAY))  # another sale, after the window: the outcome stays
    assert house.tell(END + 7 * DAY) == []


def test_who_was_never_called_is_settled_by_no_age_and_told_once_somebody_worked_on_it(house: House) -> None:
    house.tell(NOON)
    house.add(lead())
    assert house.tell(END + DAY) == []
    house.add(call(at=END + 2 * DAY))
    assert house.tell(END + 3 * DAY) == [("7", "did_not_buy", None)]


def test_a_call_that_is_known_from_the_evening_on_counts_from_then_on(house: House) -> None:
    house.tell(NOON)
    house.add(lead(), call(at=END + DAY, known=END + DAY + timedelta(hours=9)))
    assert house.tell(END + DAY + timedelta(hours=1)) == []
    assert house.tell(END + DAY + timedelta(hours=10)) == [("7", "did_not_buy", None)]


def test_what_had_closed_before_the_destination_was_named_is_history_until_its_outcome_changes(house: House) -> None:
    house.add(lead("old"), call("old"))
    house.tell(END + DAY)
    house.add(lead("older", NOON - DAY), call("older", NOON))  # an import of years ago tells of nobody
    assert house.tell(END + 2 * DAY) == []
    house.add(stage("won", "old", at=END - DAY, known=END + 3 * DAY))
    assert house.tell(END + 4 * DAY) == [("old", "bought", "did_not_buy")]


def test_yesterdays_export_tells_of_what_was_settled_meanwhile(house: House) -> None:
    house.add(lead())
    house.tell(END - DAY)
    house.add(call(at=NOON + DAY, known=NOON + DAY))  # imported now, dated back to the call itself
    assert house.tell(END + DAY) == [("7", "did_not_buy", None)]


def test_a_test_lead_counts_nowhere_and_of_the_forgotten_nothing_is_told(house: House) -> None:
    house.tell(NOON)
    house.add(lead("test"), call("test"), stage("test", "test"), lead("gone"), call("gone"))
    with writing(house.engine) as connection:
        connection.execute(insert(FORGOTTEN), [{"lead_id": "gone", "token": "t", "at_us": 1}])
    assert house.tell(END + DAY) == []


def test_without_a_window_an_explicit_end_settles_at_once(sqlite_engine: Engine) -> None:
    house = House(sqlite_engine, company(horizon_days=None))
    house.tell(NOON)
    house.add(lead(), call())
    assert house.tell(NOON + 2 * DAY) == []
    house.add(stage("lost"))
    assert house.tell(NOON + 4 * DAY) == [("7", "did_not_buy", None)]
    house.add(stage("won", at=NOON + 5 * DAY))
    assert house.tell(NOON + 6 * DAY) == [("7", "bought", "did_not_buy")]


def test_two_workers_at_once_tell_each_lead_once(engine: Engine) -> None:
    house = House(engine)
    house.tell(NOON)
    house.add(*(fact for n in range(40) for fact in (lead(f"L{n}"), call(f"L{n}"))))
    workers = [threading.Thread(target=house.tell, args=(END + DAY,)) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert len({one["lead_id"] for one in house.told()}) == len(house.told()) == 40


def test_who_asks_for_it_later_hears_from_then_on_and_who_leaves_is_forgotten(house: House) -> None:
    deaf = company(webhooks={"crm": {"url": "https://crm.example.com/in", "events": ["lead.scored"]}})
    hearing, house.words = house.words, deaf
    house.tell(NOON)
    house.add(lead(), call(), lead("late", NOON + DAY), call("late", NOON + 2 * DAY))
    assert house.tell(END + timedelta(hours=1)) == []
    house.words = hearing
    assert house.tell(END + 2 * DAY) == [("late", "did_not_buy", None)]
    house.words = Company(company="x")
    house.tell(END + 3 * DAY)
    with house.engine.connect() as connection:
        assert connection.execute(select(WEBHOOK_SETTLED)).all() == []


LOOKS = st.lists(st.integers(1, 40), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LOOKS, st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 70), st.integers(0, 40)), max_size=5))
def test_however_time_is_cut_into_looks_the_last_word_is_the_truth(
    sqlite_engine: Engine, spans: Sequence[int], sales: Sequence[tuple[str, int, int]]
) -> None:
    """Sales happen on a day and are known some days later; whoever was told is told what holds at the last look."""
    with writing(sqlite_engine) as connection:
        for table in (FACTS, OUTBOX, WEBHOOK_CURSORS, WEBHOOK_SETTLED):
            connection.execute(delete(table))
    house = House(sqlite_engine)
    house.tell(NOON)
    for name in "ab":
        house.add(lead(name), call(name))
    house.add(*(stage("won", name, NOON + day * DAY, NOON + (day + later) * DAY) for name, day, later in sales))
    moment, heard = NOON, dict[str, str]()
    for days in spans:
        moment += days * DAY + timedelta(hours=1)
        heard |= {name: outcome for name, outcome, _ in house.tell(moment)}
    truth = {}
    if moment > END:
        for name in "ab":
            known = [d for who, d, later in sales if who == name and d <= H and NOON + (d + later) * DAY <= moment]
            truth[name] = "bought" if known else "did_not_buy"
    assert heard == truth
