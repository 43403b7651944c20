"""The sales floor of the simulated company keeps the numbers of the trade and tells no queue what it cannot know."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest

from leadloop.demo.people import ZONE, Person, non_target_share, people
from leadloop.demo.simulation import FirstCome, Oracle, Simulated, Waiting, cooled, simulated
from leadloop.demo.world import DEFAULT, SPOILED_ROLE, SPOILED_WHEN, VARIANTS, Scale

END = date(2026, 3, 31)
SPOILED_FROM = END - timedelta(days=DEFAULT.spoiled_days_before_end)


@pytest.fixture(scope="module")
def usual() -> Simulated:
    """Give the default company at its default size."""
    return simulated(Scale(), END)


def non_target(everybody: Iterable[Person], channel: str, *, spoiled: bool) -> tuple[int, int]:
    """Return (who never meant to buy, all) of a channel before or since the day of the change."""
    place = [one.name for one in DEFAULT.channels].index(channel)
    came = [p for p in everybody if p.channel == place and (p.created_at.date() >= SPOILED_FROM) == spoiled]
    return sum(not p.is_target for p in came), len(came)


def test_about_6_percent_buy_under_first_come_calling(usual: Simulated) -> None:
    assert 20_000 < len(usual.everybody) < 22_500
    assert len(usual.world.managers) == 11
    assert usual.share_bought == pytest.approx(0.06, abs=0.01)


def test_the_managers_cannot_call_everyone(usual: Simulated) -> None:
    called = {call.lead_id for call in usual.calls}
    assert 0.4 < len(called) / len(usual.everybody) < 0.95


def test_the_spoiled_channel_s_share_rises_on_its_day_and_no_other_s(usual: Simulated) -> None:
    for channel in DEFAULT.channels:
        before, came_before = non_target(usual.everybody, channel.name, spoiled=False)
        since, came_since = non_target(usual.everybody, channel.name, spoiled=True)
        assert before / came_before == pytest.approx(channel.non_target, abs=0.04)
        expected = DEFAULT.spoiled_non_target if channel.name == DEFAULT.spoiled_channel else channel.non_target
        assert since / came_since == pytest.approx(expected, abs=0.07)


def test_the_change_falls_on_one_day() -> None:
    place = [one.name for one in DEFAULT.channels].index(str(DEFAULT.spoiled_channel))
    shares = [non_target_share(DEFAULT, place, SPOILED_FROM + timedelta(days=day), END) for day in (-1, 0)]
    assert shares == [0.12, 0.55]
    assert non_target_share(VARIANTS["no_change"], place, SPOILED_FROM, END) == 0.12


def test_with_a_weak_signal_the_best_leads_stand_out_less() -> None:
    def spread(variant: str) -> float:
        chances = sorted(p.chance for p in people(Scale(leads=4_000, variant=variant), END) if p.is_target)
        return chances[len(chances) * 9 // 10] - chances[len(chances) // 10]

    assert spread("weak_signal") < 0.5 * spread("default")


def test_the_same_seed_is_the_same_company_and_another_is_another() -> None:
    one, again, other = (simulated(Scale(leads=800, seed=seed), END) for seed in (3, 3, 4))
    assert (one.everybody, one.calls, one.stages, one.truth) == (
        again.everybody,
        again.calls,
        again.stages,
        again.truth,
    )
    assert one.everybody != other.everybody


def test_nothing_happens_after_the_end_or_before_the_request(usual: Simulated) -> None:
    end = datetime(END.year, END.month, END.day, tzinfo=ZONE)
    created = {person.lead_id: person.created_at for person in usual.everybody}
    assert all(created[call.lead_id] <= call.at < end for call in usual.calls)
    assert all(created[stage.lead_id] <= stage.at < end for stage in usual.stages)


def test_a_neglected_city_is_put_off_though_it_buys_well(usual: Simulated) -> None:
    called = {call.lead_id for call in usual.calls}

    def share_called(city: str) -> float:
        came = [p for p in usual.everybody if p.city == city]
        return sum(p.lead_id in called for p in came) / len(came)

    def chance(city: str) -> float:
        came = [p.chance for p in usual.everybody if p.city == city]
        return sum(came) / len(came)

    assert share_called("Область") < 0.7 * share_called("Москва")
    assert chance("Область") > 1.2 * chance("Москва")


def test_a_queue_that_knows_the_truth_sells_more_than_first_come() -> None:
    scale = Scale(months=4, leads=14_000, seed=2)
    everybody = people(scale, END)
    first_come = simulated(scale, END, FirstCome(scale), everybody)
    oracle = simulated(scale, END, Oracle(scale, everybody), everybody)
    assert oracle.share_bought > 1.3 * first_come.share_bought


def test_a_chance_cools_while_nobody_calls_and_some_of_it_stays() -> None:
    came = datetime(2026, 3, 2, 12, tzinfo=ZONE)
    left = [cooled(DEFAULT, came, came + timedelta(hours=hours)) for hours in (-1, 0, 120, 100_000)]
    assert left[:2] == [1.0, 1.0]
    assert left[2] == pytest.approx(0.65 + 0.35 / 2.718281828)
    assert left[3] == pytest.approx(0.65)


def test_first_come_leaves_what_waited_too_long_but_keeps_a_promise() -> None:
    now = datetime(2026, 3, 10, 12, tzinfo=ZONE)
    old = now - timedelta(hours=100)
    waiting = [
        Waiting("old", old),
        Waiting("promised", old, call_back_at=now),
        Waiting("new", now - timedelta(hours=1)),
        Waiting("older", now - timedelta(hours=2)),
    ]
    assert list(FirstCome(Scale()).order(waiting, now)) == ["promised", "older", "new"]


def test_where_the_spoiled_traffic_writes_the_same_nobody_else_writes_anything_else(usual: Simulated) -> None:
    everybody = people(Scale(variant="spoiled_answers"), END)
    changed = [(mine, theirs) for mine, theirs in zip(everybody, usual.everybody, strict=True) if mine != theirs]
    spoiled = [one for one in everybody if (one.role, one.when) == (SPOILED_ROLE, SPOILED_WHEN)]
    place = [one.name for one in DEFAULT.channels].index(str(DEFAULT.spoiled_channel))
    assert changed
    for mine, theirs in changed:
        assert mine.channel == place
        assert not mine.is_target
        assert mine.created_at.date() >= SPOILED_FROM
        assert (mine.chance, mine.city, mine.is_target) == (theirs.chance, theirs.city, theirs.is_target)
    assert len(changed) <= len(spoiled)
