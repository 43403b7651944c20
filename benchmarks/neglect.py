"""How soon a good kind of lead that nobody called is seen for what it is, once a tenth of the calls goes to it.

    python -m benchmarks.neglect [--seeds 3] [--given 0.1] [--explore 0.05] [--weeks 8]

The demo company (half its size) never calls people from the region (``Область``), a good segment: its leads are left out
of every order unless the queue draws them (``--explore`` of all places), or the floor does: ``--given`` of its calls go to
leads of the region that came within three days, any of them alike (older ones have little of their window left). Both
begin after some months of neglect. Every few weeks the product learns anew from its store, and beside it the same product
learns from the same facts with every lead that nobody called closed as lost three days after it came. Each candidate that
finds something serves, whatever served before. Each model is asked for the probability of the region's leads that came before
that and that nobody ever spoke to, as they arrived: hundreds, of whose endings ours learned nothing and the other learned that
they are lost. The truth is the simulator's own
chance that they, called at once, buy within the window. Asked beside them are all others of the four weeks before.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from math import erf, log, sqrt
from pathlib import Path

import numpy as np

from benchmarks.product_queue import ProductQueue
from features.errors import NothingToLearn
from features.facts.database import writing
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.values import LeadId, Stage, Stored
from features.outcome_window import outcome_as_of
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from leadloop.demo.people import ZONE, Person, people
from leadloop.demo.simulation import FirstCome, MadeCall, MadeStage, Simulated, Waiting, simulated
from leadloop.demo.world import MANAGERS, SALE_DELAY_DAYS, VARIANTS, Scale, World
from models.hand_out_log import DRAWN_FOR, HandOut, remember_hand_out
from models.model_registry import MemoryRegistry
from serving.desk.champion import Champion
from serving.desk.days_rates import DaysRates
from serving.open_leads.board import OpenLead
from serving.open_leads.queue_order import Place
from training.retrain import promote_version, retrained

NEGLECTED = "Область"
LOST_AFTER = timedelta(days=3)


class HalfTheSize(Scale):
    """The demo company at half its size, so that a seed takes minutes; no channel goes bad."""

    @property
    def world(self) -> World:
        """Return the world with half the leads and managers."""
        return replace(VARIANTS["no_change"], leads_a_month=1_750, managers=MANAGERS[::2])


class NeverCalledIsLost(FactStore):
    """The same facts, and a loss for every lead that nobody worked: what the product refuses to believe."""

    def __init__(self, store: FactStore, gate: Gate) -> None:
        super().__init__(store.engine)
        self._gate = gate
        self.cut_off = datetime.now(UTC)

    def histories(self, *, up_to: int | None = None, lead_ids: Sequence[LeadId] | None = None) -> Iterator[LeadHistory]:
        """Yield the histories, those of leads that nobody worked by the cut-off with a loss."""
        for history in super().histories(up_to=up_to, lead_ids=lead_ids):
            known = self._gate.as_of(history, self.cut_off)
            if known and outcome_as_of(known).kind == "never_called":
                at = known.created_at + LOST_AFTER
                lost = Stage(history.lead_id, at, at, "Отказ")
                history = LeadHistory(history.lead_id, (*history.stored, Stored(0, lost)), history.read_up_to)
            yield history


@dataclass(frozen=True, slots=True)
class Week:
    """What was said on a Monday of the region's leads that came before the drawing and that nobody spoke to, and the truth.

    ``others`` is what was said of all other leads of the four weeks before, as a share of what was true of them.
    """

    week: int
    leads: int
    worked: int
    truth: float
    censored: float
    lost: float
    others: float


class NeglectedQueue(ProductQueue):
    """The product's queue on a floor that leaves the region out unless it is drawn; before ``begins`` first-come does."""

    def __init__(
        self,
        scale: Scale,
        everybody: Sequence[Person],
        home: Path,
        begins: date,
        explore: float,
        given: float,
        every: int,
    ) -> None:
        super().__init__(scale, everybody, home)
        self.desk.company = self.company.model_copy(
            update={"queue": self.company.queue.model_copy(update={"explore": explore})}
        )
        self._given, self._dice = given, np.random.default_rng(scale.seed)
        self._begins, self._every, self._before = begins, timedelta(weeks=every), FirstCome(scale)
        self._persons = {one.lead_id: one for one in everybody}
        self._neglected = {one.lead_id for one in everybody if one.city == NEGLECTED}
        self._stood: dict[str, HandOut] = {}
        self._spoken: set[str] = set()
        self.calls: dict[str, int] = {"promised": 0, "by_worth": 0, "at_random": 0}
        gate = Gate(self.company)
        self._lost_store, self._lost_home = NeverCalledIsLost(self.store, gate), home / "lost"
        self._lost_champion, self._lost_rates = Champion(self._lost_home), DaysRates(self._lost_store, gate)
        self._lost_registry = MemoryRegistry()
        self.weeks: list[Week] = []

    def learn(self, people_came: Sequence[Person], calls: Sequence[MadeCall], stages: Sequence[MadeStage]) -> None:
        """Take in what happened, and log where those who were called had stood."""
        super().learn(people_came, calls, stages)
        self._before.learn(people_came, calls, stages)
        for call in calls:
            if call.result in ("reached", "refused", "call_back"):
                self._spoken.add(call.lead_id)
            stood = self._stood.get(call.lead_id)
            if stood:
                self.calls[stood.arm] += 1
                with writing(self.store.engine) as connection:
                    remember_hand_out(connection, stood)
        self._stood = {}

    def order(self, waiting: Sequence[Waiting], now: datetime) -> Iterable[str]:
        """Return the order of this hour without the region's leads that nobody drew."""
        if now.astimezone(ZONE).date() < self._begins:
            return [lead for lead in self._before.order(waiting, now) if lead not in self._neglected]
        every = self.places(now)
        left_out = [place for place in every if self._is_left_out(place) and self._is_fresh(place)]
        called = self._among([place for place in every if not self._is_left_out(place)], left_out)
        self._stood = {_id(place): _hand_out(place, self.moment, len(called)) for place in called}
        return list(self._stood)

    def _among(self, called: list[Place[OpenLead]], left_out: list[Place[OpenLead]]) -> list[Place[OpenLead]]:
        """Return the order with leads that are left out, at random ones, at the share of places that is given to them."""
        drawn = iter([left_out[n] for n in self._dice.permutation(len(left_out))])
        made: list[Place[OpenLead]] = []
        for place in called:
            if self._dice.random() < self._given / (1 - self._given):
                made += islice(drawn, 1)
            made.append(place)
        return made

    def begin_day(self, day: date) -> None:
        """On the first day, a Monday, and then every so many weeks, learn anew, both ways."""
        self.desk.rates.count(self.moment)
        if (day - self._begins) % self._every:
            return
        self._lost_store.cut_off = self.moment
        self._learn_anew(self.store, self.home, self.registry, self.champion)
        self._learn_anew(self._lost_store, self._lost_home, self._lost_registry, self._lost_champion)
        self._lost_rates.count(self.moment)
        self.weeks.append(self._asked(day))
        print(self.weeks[-1], flush=True)

    def _learn_anew(self, store: FactStore, home: Path, registry: MemoryRegistry, champion: Champion) -> None:
        try:
            done = retrained(
                store=store, company=self.company, home=home, registry=registry, cut_off=self.moment, trained_at=self.moment
            )  # fmt: skip
        except NothingToLearn:
            return
        if done.decision.finds_something:
            promote_version(done.version, home, registry)
        champion.look()

    def _asked(self, day: date) -> Week:
        """Return what both models say of the region's leads that were left lying, and ours of all others, as they arrived."""
        days = {one.lead_id: one.created_at.astimezone(ZONE).date() for one in self._persons.values()}
        left = self._neglected - self._spoken
        region = [self._persons[lead] for lead in left if days[lead] < self._begins]
        lately = [lead for lead, came in days.items() if 0 < (day - came).days <= 28]
        others = [self._persons[lead] for lead in lately if lead not in self._neglected]
        rows, lost_rows = (RowBuilder(self.company, rates) for rates in (self.desk.rates, self._lost_rates))
        return Week(
            (day - self._begins).days // 7,
            len(region),
            len(self._neglected & self._spoken),
            mean_truth(region),
            self._said(self.store, rows, self.champion, region),
            self._said(self.store, lost_rows, self._lost_champion, region),
            self._said(self.store, rows, self.champion, others) / mean_truth(others),
        )

    def _said(self, store: FactStore, rows: RowBuilder, champion: Champion, leads: Sequence[Person]) -> float:
        said = []
        for history in store.histories(lead_ids=[LeadId(one.lead_id) for one in leads]):
            known = rows.known(history, max(one.fact.known_at for one in history.stored[:2]))
            assert known is not None
            said.append(champion.scorer.probability(known, rows.row(known)))
        return float(np.mean(said))

    def _is_fresh(self, place: Place[OpenLead]) -> bool:
        return place.candidate.waits.since > self.moment - DRAWN_FOR

    def _is_left_out(self, place: Place[OpenLead]) -> bool:
        is_new = place.candidate.waits.kind == "new"
        return is_new and place.arm == "by_worth" and _id(place) in self._neglected


def mean_truth(persons: Sequence[Person]) -> float:
    """Return the mean of their true chances."""
    return float(np.mean([true_chance(one) for one in persons]))


def true_chance(person: Person, window_days: float = 60.0) -> float:
    """Return the chance that a person who is called at once buys within the window."""
    median, spread = SALE_DELAY_DAYS
    in_time = 0.5 * (1 + erf((log(window_days) - log(median)) / (spread * sqrt(2))))
    return person.chance * in_time


def as_called(done: Simulated) -> float:
    """Return what was left of the chance of the region's leads that were spoken to, as late as they were, by whom they were."""
    truth = [done.truth[one.lead_id] for one in done.everybody if one.city == NEGLECTED]
    spoken = [one for one in truth if one.chance_as_handled > 0]
    return sum(one.chance_as_handled for one in spoken) / max(sum(one.chance_if_called_at_once for one in spoken), 1e-9)


def measured(
    seed: int, explore: float, given: float, weeks: int, every: int, months: int, end: date
) -> tuple[list[Week], dict[str, int], Simulated]:
    """Run one seed: months of neglect, then ``weeks`` of drawing up to the last Monday before ``end``."""
    scale = HalfTheSize(months, None, seed)
    came = people(scale, end)
    with tempfile.TemporaryDirectory() as home:
        begins = end - timedelta(days=end.weekday() + 7 * weeks)
        queue = NeglectedQueue(scale, came, Path(home), begins, explore, given, every)
        done = simulated(scale, end, queue, came)
        queue.close()
    return queue.weeks, queue.calls, done


def table(runs: Sequence[Sequence[Week]]) -> str:
    """Return the weeks of all seeds side by side; ranges over the seeds in brackets."""
    heads = ("weeks of drawing", "region's leads spoken to", "truth", "never called = censored", "of the truth",
             "never called = lost", "of the truth", "all others, of the truth")  # fmt: skip
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for same in zip(*runs, strict=False):
        truth, censored, lost = (np.array([getattr(w, name) for w in same]) for name in ("truth", "censored", "lost"))
        worked = np.mean([one.worked for one in same])
        cells = [
            f"{same[0].week}", f"{worked:.0f}", f"{truth.mean():.1%}", f"{censored.mean():.1%}", _ratio(censored / truth),
            f"{lost.mean():.1%}", _ratio(lost / truth), _ratio(np.array([one.others for one in same])),
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _ratio(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    return f"{values.mean():.2f} ({values.min():.2f} to {values.max():.2f})"


def _id(place: Place[OpenLead]) -> str:
    return str(place.candidate.lead.known.lead_id)


def _hand_out(place: Place[OpenLead], moment: datetime, waiting: int) -> HandOut:
    since = place.candidate.waits.since
    lead_id = place.candidate.lead.known.lead_id
    return HandOut(lead_id, moment, since, place.rank, waiting, place.drawn_from, place.arm, place.propensity)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--explore", type=float, default=0.05, help="the share of all places that the queue draws")
    parser.add_argument(
        "--given", type=float, default=0.1, help="the share of its calls that the floor gives to the region"
    )
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--every", type=int, default=2, help="weeks from one training to the next")
    parser.add_argument("--months", type=int, default=5)
    parser.add_argument("--end", type=date.fromisoformat, default=date(2026, 10, 6))
    parser.add_argument("--out", type=Path, help="also write one line of JSON a seed here")
    said = parser.parse_args()
    runs = []
    for seed in range(said.first_seed, said.first_seed + said.seeds):
        weeks, calls, done = measured(seed, said.explore, said.given, said.weeks, said.every, said.months, said.end)
        runs.append(weeks)
        print(seed, calls, f"bought {done.share_bought:.2%}, as called / at once {as_called(done):.2f}", flush=True)
        print(table([weeks]), flush=True)
        if said.out:
            with said.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"seed": seed, "calls": calls, "weeks": [asdict(one) for one in weeks]}) + "\n")
    print(table(runs))


if __name__ == "__main__":
    main()
