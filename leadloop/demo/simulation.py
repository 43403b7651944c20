"""The sales floor, hour by hour, under any queue: who is called, who answers, who buys.

A queue is asked at every full working hour for the order in which those who wait are to be called; managers take them
from the top until their minutes are used up. A queue sees only what the company could know.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt

from features.facts.values import CallResult
from leadloop.demo.people import ZONE, Person, people
from leadloop.demo.world import ATTRACTS, COMMENTS, IDEALS, SALE_DELAY_DAYS, WHEN, ManagerOfWorld, Scale, World

Floats = npt.NDArray[np.float64]
LOST_REASONS = ("дорого", "выбрали другого", "передумали", "нет бюджета")
NON_TARGET_REASONS = ("ищет работу", "перепутал компанию", "спам", "не занимаемся")


@dataclass(slots=True)
class Waiting:
    """A request that may be called now, as the company sees it."""

    lead_id: str
    created_at: datetime
    tries: int = 0
    call_back_at: datetime | None = None
    rests_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A call as the floor records it."""

    call_id: str
    lead_id: str
    manager: str
    at: datetime
    seconds: int
    result: CallResult
    answers: dict[str, str]
    attracts: str = ""
    ideal: str = ""
    comment: str = ""
    call_back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MadeStage:
    """A stage as the floor records it."""

    lead_id: str
    at: datetime
    stage: str
    amount: float | None = None
    reason: str = ""


class CallQueue(Protocol):
    """Orders those who wait; is told whatever the company learns."""

    def order(self, waiting: Sequence[Waiting], now: datetime) -> Iterable[str]:
        """Return lead ids in the order in which they are to be called; one left out is not called this hour."""

    def learn(self, people_came: Sequence[Person], calls: Sequence[MadeCall], stages: Sequence[MadeStage]) -> None:
        """Take in what became known since the last hour; of ``Person`` only what the form says may be used."""


class FirstCome:
    """Oldest first, except what managers put off by habit; what waited too long is left."""

    def __init__(self, scale: Scale) -> None:
        self._world = scale.world
        self._put_off: set[str] = set()
        self._rng = np.random.default_rng(scale.seed + 1)

    def learn(self, people_came: Sequence[Person], calls: Sequence[MadeCall], stages: Sequence[MadeStage]) -> None:
        """Note whom managers would rather not call."""
        neglected = [p.lead_id for p in people_came if p.city == self._world.neglected_city]
        self._put_off |= {lead_id for lead_id in neglected if self._rng.random() < self._world.neglect}

    def order(self, waiting: Sequence[Waiting], now: datetime) -> Iterable[str]:
        """Return the oldest first, the put-off ones last."""
        oldest = now - timedelta(hours=self._world.abandoned_after_hours)
        fresh = [one for one in waiting if one.created_at >= oldest or one.call_back_at]
        first = sorted(fresh, key=lambda one: (one.lead_id in self._put_off, one.call_back_at is None, one.created_at))
        return [one.lead_id for one in first]


class Oracle:
    """Knows every lead's true chance, and how it cools: the most that any order could reach."""

    def __init__(self, scale: Scale, everybody: Sequence[Person]) -> None:
        self._world = scale.world
        self._place = {one.lead_id: place for place, one in enumerate(everybody)}
        self._chance = np.array([one.chance for one in everybody])
        self._came = np.array([one.created_at.timestamp() for one in everybody])

    def learn(self, people_came: Sequence[Person], calls: Sequence[MadeCall], stages: Sequence[MadeStage]) -> None:
        """Learn nothing: it knows."""

    def order(self, waiting: Sequence[Waiting], now: datetime) -> Iterable[str]:
        """Return the most valuable call first."""
        places = np.array([self._place[one.lead_id] for one in waiting], dtype=np.int64)
        worth = self._chance[places] * _what_is_left(self._world, (now.timestamp() - self._came[places]) / 3600)
        return [waiting[place].lead_id for place in np.argsort(-worth, kind="stable").tolist()]


@dataclass(frozen=True, slots=True)
class Truth:
    """What the simulation alone knows of a lead."""

    lead_id: str
    chance_if_called_at_once: float
    chance_as_handled: float
    bought_at: datetime | None


@dataclass(slots=True)
class Simulated:
    """Everything that happened."""

    world: World
    scale: Scale
    end: date
    everybody: list[Person]
    calls: list[MadeCall]
    stages: list[MadeStage]
    truth: dict[str, Truth]

    @property
    def share_bought(self) -> float:
        """Return the share of all requests that bought within the horizon, whenever that is."""
        horizon = timedelta(days=self.world.horizon_days)
        created = {one.lead_id: one.created_at for one in self.everybody}
        bought = [t for t in self.truth.values() if t.bought_at and t.bought_at <= created[t.lead_id] + horizon]
        return len(bought) / len(self.everybody)


def cooled(world: World, created_at: datetime, now: datetime) -> float:
    """Return what is left of a lead's chance when it is first spoken to at ``now``."""
    return float(_what_is_left(world, np.array((now - created_at).total_seconds() / 3600)))


def _what_is_left(world: World, hours: Floats) -> Floats:
    """Return what is left of a chance after so many hours, for every lead at once."""
    left: Floats = world.keeps + (1 - world.keeps) * np.exp(-np.maximum(hours, 0.0) / world.cools_in_hours)
    return left


def simulated(
    scale: Scale, end: date, queue: CallQueue | None = None, everybody: list[Person] | None = None
) -> Simulated:
    """Run the sales floor until ``end``; under first-come where no queue is given."""
    came = everybody if everybody is not None else people(scale, end)
    floor = _Floor(scale, end, came, queue or FirstCome(scale))
    for hour in _working_hours(came[0].created_at.date() if came else end, end, floor.world):
        floor.work(hour)
    return Simulated(floor.world, scale, end, came, floor.calls, sorted(floor.stages, key=lambda s: s.at), floor.truth)


class _Floor:
    """The state of the sales floor."""

    def __init__(self, scale: Scale, end: date, came: list[Person], queue: CallQueue) -> None:
        self.world, self.queue = scale.world, queue
        self.end = datetime(end.year, end.month, end.day, tzinfo=ZONE)
        self.calls: list[MadeCall] = []
        self.stages: list[MadeStage] = []
        self.truth = {p.lead_id: Truth(p.lead_id, p.chance, 0.0, None) for p in came}
        self._rng = np.random.default_rng(scale.seed + 2)
        self._person = {p.lead_id: p for p in came}
        self._arrivals = iter(came)
        self._next = next(self._arrivals, None)
        self._waiting: dict[str, Waiting] = {}
        self._spoken: set[str] = set()
        self._future: list[tuple[datetime, int, MadeStage]] = []
        self._told_calls = 0
        self._overrun = dict.fromkeys(range(len(self.world.managers)), 0.0)

    def work(self, hour: datetime) -> None:
        """Let the managers work for one hour in the order that the queue gives."""
        came = self._arrived(hour)
        self.queue.learn(came, self.calls[self._told_calls :], self._happened(hour))
        self._told_calls = len(self.calls)
        ready = [one for one in self._waiting.values() if (one.rests_until or one.created_at) <= hour]
        order = iter(list(self.queue.order(ready, hour)))
        minutes = self.world.minutes_a_day / (self.world.closes - self.world.opens)
        shuffled = self._rng.permutation(len(self.world.managers))
        for place in shuffled:
            used = self._overrun[int(place)]
            while used < minutes:
                lead_id = next((one for one in order if one in self._waiting), None)
                if lead_id is None:
                    break
                used += self._call(lead_id, self.world.managers[int(place)], hour + timedelta(minutes=min(used, 55)))
            self._overrun[int(place)] = max(used - minutes, 0.0)

    def _arrived(self, hour: datetime) -> list[Person]:
        came = []
        while self._next and self._next.created_at <= hour:
            came.append(self._next)
            self._waiting[self._next.lead_id] = Waiting(self._next.lead_id, self._next.created_at)
            self._next = next(self._arrivals, None)
        return came

    def _happened(self, hour: datetime) -> list[MadeStage]:
        happened = []
        while self._future and self._future[0][0] <= hour:
            happened.append(heapq.heappop(self._future)[2])
        return happened

    def _call(self, lead_id: str, manager: ManagerOfWorld, at: datetime) -> float:
        person, waiting = self._person[lead_id], self._waiting[lead_id]
        waiting.tries += 1
        if self._rng.random() >= self.world.reach:
            self._in_vain(waiting, manager, at)
            return self.world.minutes_in_vain
        if waiting.call_back_at is None and self._rng.random() < self.world.asks_for_later:
            back = at + timedelta(hours=float(self._rng.uniform(3, 60)))
            waiting.call_back_at = waiting.rests_until = back
            self._note_call(person, manager, at, 60, "call_back", back=back)
            self._note_handling(person, manager, at)
            return self.world.minutes_in_vain * 2
        del self._waiting[lead_id]
        self._talk(person, manager, at)
        return self.world.minutes_reached if person.is_target else self.world.minutes_non_target

    def _in_vain(self, waiting: Waiting, manager: ManagerOfWorld, at: datetime) -> None:
        result: CallResult = "busy" if self._rng.random() < 0.2 else "no_answer"
        self._note_call(self._person[waiting.lead_id], manager, at, int(self._rng.integers(5, 40)), result)
        if waiting.tries >= self.world.tries:
            del self._waiting[waiting.lead_id]
        else:
            waiting.rests_until = at + timedelta(hours=(2, 5, 22, 46)[min(waiting.tries - 1, 3)])

    def _talk(self, person: Person, manager: ManagerOfWorld, at: datetime) -> None:
        chance = self._note_handling(person, manager, at)
        buys = self._rng.random() < chance
        refused = not buys and self._rng.random() < 0.15
        seconds = int(self._rng.gamma(4, 90 if person.is_target else 25))
        self._note_call(person, manager, at, seconds, "refused" if refused else "reached", answers=True, buys=buys)
        if buys:
            self._buys(person, at)
        elif not person.is_target:
            if self._rng.random() < max(manager.closes_losses, 0.3):
                self._note_stage(person, at + timedelta(minutes=30), "Нецелевой", reason=self._one(NON_TARGET_REASONS))
        else:
            self._is_lost(person, manager, at, refused=refused)

    def _note_handling(self, person: Person, manager: ManagerOfWorld, at: datetime) -> float:
        before = self.truth[person.lead_id]
        if person.lead_id in self._spoken:
            return before.chance_as_handled
        self._spoken.add(person.lead_id)
        chance = min(person.chance * cooled(self.world, person.created_at, at) * manager.skill, 0.95)
        self.truth[person.lead_id] = Truth(person.lead_id, person.chance, chance, None)
        return chance

    def _buys(self, person: Person, at: datetime) -> None:
        days = float(np.exp(self._rng.normal(np.log(SALE_DELAY_DAYS[0]), SALE_DELAY_DAYS[1])))
        contract = at + timedelta(days=days)
        price = self.world.offers[person.offer].price * float(np.exp(self._rng.normal(0, 0.35)))
        self._note_stage(person, at + timedelta(days=days * 0.3), "Встреча")
        self._note_stage(person, at + timedelta(days=days * 0.7), "Счёт")
        self._note_stage(person, contract, "Договор", amount=round(price, -2))
        known = self.truth[person.lead_id]
        self.truth[person.lead_id] = Truth(
            known.lead_id, known.chance_if_called_at_once, known.chance_as_handled, contract
        )

    def _is_lost(self, person: Person, manager: ManagerOfWorld, at: datetime, *, refused: bool) -> None:
        later = at + timedelta(days=float(self._rng.gamma(2, 5)))
        if not refused and self._rng.random() < 0.3:
            self._note_stage(person, at + timedelta(days=2), "Встреча")
        if self._rng.random() < manager.closes_losses:
            self._note_stage(
                person, at + timedelta(minutes=20) if refused else later, "Отказ", reason=self._one(LOST_REASONS)
            )

    def _note_stage(
        self, person: Person, at: datetime, stage: str, *, amount: float | None = None, reason: str = ""
    ) -> None:
        made = MadeStage(person.lead_id, at, stage, amount, reason)
        if at < self.end:
            self.stages.append(made)
            heapq.heappush(self._future, (at, len(self.stages), made))

    def _note_call(
        self,
        person: Person,
        manager: ManagerOfWorld,
        at: datetime,
        seconds: int,
        result: CallResult,
        *,
        answers: bool = False,
        buys: bool = False,
        back: datetime | None = None,
    ) -> None:
        said = self._answers(person, manager, buys) if answers else {}
        talkative = answers and self._rng.random() < manager.care * 0.5
        self.calls.append(
            MadeCall(
                f"C{len(self.calls) + 1:07d}", person.lead_id, manager.name, at, seconds, result, said,
                self._one(ATTRACTS) if talkative and person.is_target else "", self._one(IDEALS) if talkative else "",
                self._one(COMMENTS[:5] if person.is_target else COMMENTS[5:]) if talkative else "", back,
            )
        )  # fmt: skip

    def _answers(self, person: Person, manager: ManagerOfWorld, buys: bool) -> dict[str, str]:
        eager = buys or self._rng.random() < person.chance * 2
        truth = {
            "need": self._rng.random() < (0.97 if person.is_target else 0.06),
            "budget": self._rng.random() < (0.75 if eager else 0.38),
            "urgency": self._rng.random() < (0.8 if WHEN[person.when][1] > 0.3 else 0.25),
        }
        return {name: "да" if yes else "нет" for name, yes in truth.items() if self._rng.random() < manager.care}

    def _one(self, words: Sequence[str]) -> str:
        return words[int(self._rng.integers(0, len(words)))]


def _working_hours(start: date, end: date, world: World) -> Iterator[datetime]:
    for k in range((end - start).days):
        day = start + timedelta(days=k)
        if day.weekday() < 5:
            for hour in range(world.opens, world.closes):
                yield datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
