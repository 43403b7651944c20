"""A stream from its beginning: when it is alarmed, since when, how large, and when it is over by itself."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from monitoring.alarms.episodes import FEWEST_SINCE, Face, Standing, standing
from monitoring.alarms.market import Counted
from monitoring.alarms.size import size_interval
from monitoring.alarms.usual import LAG

Share = Callable[[int], float]


def days_of(seed: int, share: Share, days: int, a_day: int = 20) -> list[Counted]:
    draw = random.Random(seed)
    return [
        (float(day), float(sum(draw.random() < share(day) for _ in range(a_day))), float(a_day)) for day in range(days)
    ]


def stood(seed: int, share: Share, days: int, a_day: int = 20, threshold: float = 365.0) -> Standing:
    return standing([Face(days_of(seed, share, days, a_day))], threshold, float(days))


def test_a_rise_is_found_in_days_and_its_interval_holds_the_day_nineteen_times_of_twenty() -> None:
    inside = found = 0
    for seed in range(60):
        told = stood(seed, lambda day: 0.5 if day >= 80 else 0.2, 95)
        alarm = told.episodes[-1]
        if alarm.change.latest < 70:
            continue
        found += 1
        inside += alarm.change.earliest <= 80 <= alarm.change.latest
        assert alarm.raised_on <= 86
    assert found >= 58
    assert inside >= 0.9 * found


def test_the_interval_of_the_size_holds_the_true_size() -> None:
    inside = 0
    for seed in range(60):
        (*_, alarm) = stood(seed, lambda day: 0.5 if day >= 80 else 0.2, 110).episodes
        low, high = size_interval([(alarm.before, alarm.after), *alarm.splits])
        inside += low <= 0.3 <= high
    assert inside >= 54


def test_what_is_back_where_it_was_ends_its_alarm() -> None:
    for seed in range(10):
        told = stood(seed, lambda day: 0.6 if 80 <= day < 100 else 0.2, 130)
        risen = [one for one in told.episodes if one.change.latest >= 78]
        assert [one.why_over for one in risen] == ["recovered"]
        assert 100 <= (risen[0].over_on or 0) <= 108
        assert told.open is None


def test_what_stays_bad_stays_an_alarm_until_it_has_become_the_usual() -> None:
    for seed in range(5):
        at_day_150 = stood(seed, lambda day: 0.6 if day >= 80 else 0.2, 150)
        assert at_day_150.open is not None
        later = stood(seed, lambda day: 0.6 if day >= 80 else 0.2, 240)
        assert later.open is None
        assert later.episodes[-1].why_over == "usual_now"
        assert later.usual[0] == pytest.approx(0.6, abs=0.1)


def test_an_alarm_about_a_channel_that_was_switched_off_is_let_go() -> None:
    told = standing([Face(days_of(1, lambda day: 0.7 if day >= 80 else 0.2, 90))], 365.0, 100.0)
    assert told.open is not None
    told = standing([Face(days_of(1, lambda day: 0.7 if day >= 80 else 0.2, 90))], 365.0, 130.0)
    assert told.episodes[-1].why_over == "nothing_came"


def test_no_alarm_comes_of_three_leads_whatever_they_are() -> None:
    calm: list[Counted] = [(float(day), 0.0, 3.0) for day in range(90)]
    for bad in range(1, FEWEST_SINCE):
        flood: list[Counted] = [*calm, (90.0, float(bad), float(bad))]
        assert standing([Face(flood)], 365.0, 91.0).episodes == ()
    enough: list[Counted] = [*calm, (90.0, float(FEWEST_SINCE), float(FEWEST_SINCE))]
    assert len(standing([Face(enough)], 365.0, 91.0).episodes) == 1


def test_before_there_is_a_past_nothing_is_usual_and_nothing_is_alarmed() -> None:
    told = stood(1, lambda day: 0.9 if day >= 5 else 0.1, int(LAG) - 1)
    assert (told.episodes, told.usual) == ((), ())


@pytest.mark.parametrize("seed", range(3))
def test_an_alarm_of_the_past_stands_as_it_stood_whatever_comes_later(seed: int) -> None:
    days = days_of(seed, lambda day: 0.5 if day >= 80 else 0.2, 120)
    then = next(day for day in range(80, 120) if standing([Face(days[: day + 1])], 365.0, float(day)).open)
    whole = standing([Face(days)], 365.0, 120.0)
    assert then in [int(one.raised_on) for one in whole.episodes]


def test_of_several_answers_the_one_whose_share_rose_is_named() -> None:
    draw = random.Random(3)
    faces: list[list[Counted]] = [[], [], []]
    for day in range(100):
        said = draw.choices(range(3), [0.2, 0.3, 0.5] if day < 80 else [0.2, 0.6, 0.2], k=20)
        for place, counts in enumerate(faces):
            counts.append((float(day), float(said.count(place)), 20.0))
    told = standing([Face(one) for one in faces], 365.0, 100.0)
    assert told.open is not None
    assert told.open.face == 1
