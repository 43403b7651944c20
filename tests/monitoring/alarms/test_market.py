"""A bad month for all is not a bad channel; and what the others' days cannot tell is not made up."""

from __future__ import annotations

import random
from math import exp

from monitoring.alarms.episodes import Face, standing
from monitoring.alarms.market import Counted, market_of_others


def share(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


def channels(seed: int, number: int, days: int, moved: dict[int, float], a_day: int = 20) -> list[list[Counted]]:
    """Return channels whose log-odds all move by the same on a day."""
    draw = random.Random(seed)
    found: list[list[Counted]] = []
    for _ in range(number):
        usual = draw.uniform(-2.0, -0.8)
        counts = [sum(draw.random() < share(usual + moved.get(day, 0.0)) for _ in range(a_day)) for day in range(days)]
        found.append([(float(day), float(count), float(a_day)) for day, count in enumerate(counts)])
    return found


def alarms(own: list[Counted], others: list[list[Counted]]) -> int:
    return len(standing([Face(own, market_of_others(others, own))], 2000.0, own[-1][0]).episodes)


def test_a_bad_month_for_all_is_no_bad_channel() -> None:
    bad_month = dict.fromkeys(range(100, 130), 0.8)
    compared = alone = 0
    for seed in range(8):
        own, *others = channels(seed, 6, 140, bad_month)
        compared += alarms(own, others)
        alone += alarms(own, [])
    assert alone >= 7
    assert compared <= 1


def test_a_bad_channel_stands_out_in_a_bad_month_too() -> None:
    found = 0
    for seed in range(8):
        own, *others = channels(seed, 6, 120, dict.fromkeys(range(95, 120), 0.4))
        (worse,) = channels(seed + 100, 1, 120, {day: 0.4 + 1.5 * (day >= 105) for day in range(95, 120)})
        del own
        found += alarms(worse, others)
    assert found >= 7


def test_weekends_that_are_always_worse_are_no_alarm_even_with_no_other_channel() -> None:
    weekends = {day: 0.6 for day in range(200) if day % 7 in (5, 6)}
    assert sum(alarms(channels(seed, 1, 200, weekends)[0], []) for seed in range(8)) <= 1


def test_how_far_the_market_moved_is_followed() -> None:
    own, *others = channels(5, 7, 160, dict.fromkeys(range(100, 160), 0.7), a_day=60)
    moved = market_of_others(others, own)
    early = sum(moved[day].market for day in range(60, 90)) / 30
    late = sum(moved[day].market for day in range(130, 160)) / 30
    assert 0.4 <= late - early <= 0.9
    assert all(one.variance > 0 for one in moved.values())


def test_a_market_that_gets_better_makes_nobody_worse_who_stays_as_he_was() -> None:
    found = 0
    for seed in range(6):
        _, *others = channels(seed, 6, 140, dict.fromkeys(range(100, 140), -1.0))
        (steady,) = channels(seed + 50, 1, 140, {})
        found += alarms(steady, others)
    assert found == 0


def test_leads_that_come_in_batches_are_no_change_each_time() -> None:
    """Each day somebody else sends the channel's leads: its share is now 5 %, now 55 %, and always was."""
    found = 0
    for seed in range(6):
        draw = random.Random(seed)
        counts = []
        for day in range(200):
            today = draw.choice([0.05, 0.2, 0.55])
            counts.append((float(day), float(sum(draw.random() < today for _ in range(30))), 30.0))
        found += alarms(counts, [])
    assert found <= 1


def test_a_form_that_is_changed_for_everybody_on_one_day_is_no_bad_channel() -> None:
    found = 0
    for seed in range(8):
        own, *others = channels(seed, 6, 130, dict.fromkeys(range(100, 130), 1.6), a_day=40)
        found += alarms(own, others)
    assert found <= 1


def test_a_few_bad_leads_of_one_small_channel_are_no_market_that_jumped() -> None:
    own, other = channels(3, 2, 120, {}, a_day=3)
    assert all(one.variance < 0.1 for one in market_of_others([other], own).values())
