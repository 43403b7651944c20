"""The people who leave requests: what they write, where they came from, and what nobody sees: whether they would buy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from leadloop.demo.world import (
    CITIES,
    OWNER_WHO_RENOVATES,
    RENOVATION,
    ROLES,
    SPOILED_ROLE,
    SPOILED_WHEN,
    WHEN,
    Scale,
    World,
)

ZONE = ZoneInfo("Europe/Moscow")
DAY_SHARES = (1.1, 1.12, 1.1, 1.08, 1.0, 0.8, 0.8)
HOUR_WEIGHTS = np.array([1, 1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 9, 9, 9, 8, 8, 7, 7, 6, 5, 3, 2], dtype=float)


CHANCE_OF_THE_LOST = 0.002
"""How likely somebody buys who never meant to."""


@dataclass(frozen=True, slots=True)
class Person:
    """A request, and the truth behind it: ``chance`` is that of buying if called at once by an average manager."""

    lead_id: str
    created_at: datetime
    channel: int
    campaign: int
    ad: int
    offer: int
    city: str
    role: str
    when: str
    renovation: str
    area: float
    windows: int
    is_target: bool
    chance: float


def people(scale: Scale, end: date) -> list[Person]:
    """Return everybody who leaves a request in the months before ``end``, in order of time."""
    world = scale.world
    rng = np.random.default_rng(scale.seed)
    start = end - timedelta(days=round(scale.months * 30.4375))
    created = _moments(rng, world, scale, start, end)
    n = len(created)
    channel = rng.choice(len(world.channels), n, p=_shares([c.share for c in world.channels]))
    columns = {
        "city": _drawn(rng, CITIES, n), "role": _drawn(rng, ROLES, n), "when": _drawn(rng, WHEN, n),
        "renovation": _drawn(rng, RENOVATION, n),
    }  # fmt: skip
    offer = rng.integers(0, len(world.offers), n)
    area = np.round(np.exp(rng.normal(4.4, 0.7, n)), 1)
    windows = np.maximum(1, np.round(area / 18 + rng.normal(0, 1.2, n))).astype(int)
    ad, campaign_draw, target_draw = rng.integers(1, 5, n), rng.random(n), rng.random(n)
    same_words = np.random.default_rng(scale.seed + 4).random(n) < world.spoiled_answers
    made = []
    for i in range(n):
        one = world.channels[channel[i]]
        campaign = int(campaign_draw[i] * len(one.campaigns))
        words = {name: str(values[i]) for name, values in columns.items()}
        is_target = target_draw[i] >= non_target_share(world, int(channel[i]), created[i].date(), end)
        if same_words[i] and not is_target and _is_spoiled(world, int(channel[i]), created[i].date(), end):
            words |= {"role": SPOILED_ROLE, "when": SPOILED_WHEN}
        pull = _pull(world, int(channel[i]), campaign, int(ad[i]), int(offer[i]))
        chance = _chance(world, words, float(area[i]), pull) if is_target else CHANCE_OF_THE_LOST
        made.append(Person(f"L{i + 1:06d}", created[i], int(channel[i]), campaign, int(ad[i]), int(offer[i]), words["city"],
                           words["role"], words["when"], words["renovation"], float(area[i]), int(windows[i]), bool(is_target),
                           chance))  # fmt: skip
    return made


def non_target_share(world: World, channel: int, day: date, end: date) -> float:
    """Return the share of a channel's people of a day who never meant to buy."""
    return world.spoiled_non_target if _is_spoiled(world, channel, day, end) else world.channels[channel].non_target


def _is_spoiled(world: World, channel: int, day: date, end: date) -> bool:
    spoiled_from = end - timedelta(days=world.spoiled_days_before_end)
    return world.channels[channel].name == world.spoiled_channel and day >= spoiled_from


def chance_if_target(world: World, one: Person) -> float:
    """Return how likely those who look like a person buy if they mean to at all and are called at once."""
    words = {"city": one.city, "role": one.role, "when": one.when, "renovation": one.renovation}
    return _chance(world, words, one.area, _pull(world, one.channel, one.campaign, one.ad, one.offer))


def _pull(world: World, channel: int, campaign: int, ad: int, offer: int) -> float:
    source = world.channels[channel]
    return world.offers[offer].pull + source.campaigns[campaign][1] + source.quality + 0.08 * (2.5 - ad)


def _chance(world: World, words: dict[str, str], area: float, pull: float) -> float:
    effects = pull + CITIES[words["city"]][1] + ROLES[words["role"]][1] + WHEN[words["when"]][1]
    effects += RENOVATION[words["renovation"]][1] + 0.35 * (np.log(area) - 4.4)
    if words["role"] == "владелец" and words["renovation"] == "да":
        effects += OWNER_WHO_RENOVATES
    return float(expit(world.base + world.signal * effects))


def _moments(rng: np.random.Generator, world: World, scale: Scale, start: date, end: date) -> list[datetime]:
    days = [start + timedelta(days=k) for k in range((end - start).days)]
    a_day = world.leads_a_month / 30.4375
    counts = [int(rng.poisson(a_day * DAY_SHARES[day.weekday()])) for day in days]
    if scale.leads is not None:
        weights = _shares([DAY_SHARES[day.weekday()] for day in days])
        counts = rng.multinomial(scale.leads, weights).tolist()
    hours = HOUR_WEIGHTS / HOUR_WEIGHTS.sum()
    moments = []
    for day, count in zip(days, counts, strict=True):
        seconds = rng.choice(24, count, p=hours) * 3600 + rng.integers(0, 3600, count)
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
        moments += [midnight + timedelta(seconds=int(one)) for one in np.sort(seconds)]
    return moments


def _drawn(rng: np.random.Generator, table: dict[str, tuple[float, float]], n: int) -> npt.NDArray[np.str_]:
    return rng.choice(list(table), n, p=_shares([share for share, _ in table.values()]))


def _shares(weights: list[float]) -> npt.NDArray[np.float64]:
    made: npt.NDArray[np.float64] = np.array(weights) / sum(weights)
    return made
