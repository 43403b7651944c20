"""What there is to learn from: rows of settled leads at the moments at which a score would have been asked for.

A row stands at arrival, after each call, and at one random age, always before the lead's outcome was known. Where a
row stands and what it weighs depends only on what was known by then: were the random age drawn from each lead's own
span, or a lead's weight shared among its rows, buyers, whose span is short and whose calls are few, would weigh more
at every young age. Young leads that were worked stand apart: some bought, of the others nobody can know yet. Leads that
nobody reached are no rows, they never will have an outcome; what they were as they arrived says how much each worked lead
has to stand for (``selection.py``).
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from features.errors import NothingToLearn
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.values import Call, LeadId
from features.outcome_window import (
    Outcome,
    OutcomeKind,
    UntoldLeads,
    counting_within,
    first_told_closed,
    is_past_horizon,
    outcome_as_of,
    sale_told_at,
    waited,
    window_end,
)
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline, label_changes
from models.hand_out_log import HandOutLog
from models.own_window import OwnWindow
from training.columns import Column, ColumnsBuilder, joined, taken
from training.growing_rows import GrowingRows
from training.qualifications import Qualifications
from training.selection import (
    PASSED_OVER_AFTER,
    Arrivals,
    DrawnChance,
    Selection,
    effective_leads,
    not_looked_at,
    weights_against_selection,
)
from training.shorter_window import Teaching, WorkedLeads, features_learned, window_that_teaches

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_LEADS, MOST_PASSED_OVER = 150_000, 40_000
"""More settled leads than this, or leads nobody worked, are drawn from by a hash of their ids: the rest would change no table."""
DAY = timedelta(days=1)
LOOK_AHEAD_WITHOUT_HORIZON = timedelta(days=60)
ARRIVAL_WEIGHT, LATER_WEIGHT = 1.0, 0.5
"""Of the row at arrival, and of the one at a random age; the row after the k-th call weighs 2^-k, all calls under 1."""
Progress = Callable[[int], None]
NOTHING_UNTOLD = UntoldLeads()


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Rows, and for each row its lead; times are POSIX seconds.

    ``weight`` has a mean of 1 over leads (the sum of a lead's rows, see above); ``known_from`` is when the row's label was
    known; ``called`` rows are of leads that were called by then, ``at_call`` rows stand right
    after a call; ``grade`` is the place of the rules' grade in ``GRADES``, ``qualification`` that of what the rules knew in
    ``qualifications``. In days since the request: ``asked_after`` is when the row stands, ``bought_after`` when its sale was
    told (nan where there is none, or not yet), ``age`` the cut-off, ``waited`` when somebody was spoken to. ``young`` are the
    rows of leads whose window is still open; an ``outcome`` of 0 there means "not yet". ``selection`` says what the leads
    that nobody worked made of the weights. ``window`` is within how many days a purchase counts here; where that is less than the
    company's own window, ``own_window`` is that. ``teaches`` is whether the window does by its rule (``shorter_window.py``), or all
    this is a handful of leads. ``untold`` is what became of the leads of which only a closing tells.
    """

    columns: dict[str, Column]
    outcome: Floats
    weight: Floats
    lead: Ints
    created: Floats
    known_from: Floats
    grade: Ints
    qualification: Ints
    channel: npt.NDArray[np.object_]
    at_arrival: npt.NDArray[np.bool_]
    called: npt.NDArray[np.bool_]
    at_call: npt.NDArray[np.bool_]
    asked_after: Floats
    bought_after: Floats
    age: Floats
    waited: Floats
    counts: dict[OutcomeKind, int]
    drawn_from: int
    qualifications: Qualifications
    young: TrainingSet | None = None
    selection: Selection | None = None
    window: int | None = None
    own_window: OwnWindow | None = None
    teaches: bool = True
    untold: UntoldLeads = NOTHING_UNTOLD

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def leads(self) -> int:
        """Return how many leads the rows are of."""
        return len(np.unique(self.lead))

    @property
    def sales(self) -> int:
        """Return how many of those leads bought."""
        return len(np.unique(self.lead[self.outcome > 0]))

    def of(self, rows: Ints) -> TrainingSet:
        """Return some of the rows; young leads are not among them."""
        return TrainingSet(
            taken(self.columns, rows), self.outcome[rows], self.weight[rows], self.lead[rows], self.created[rows],
            self.known_from[rows], self.grade[rows], self.qualification[rows], self.channel[rows],
            self.at_arrival[rows], self.called[rows], self.at_call[rows],
            self.asked_after[rows], self.bought_after[rows], self.age[rows], self.waited[rows],
            self.counts, self.drawn_from, self.qualifications, window=self.window, own_window=self.own_window,
            teaches=self.teaches, untold=self.untold,
        )  # fmt: skip


@dataclass(slots=True)
class _Growing(GrowingRows):
    """The set while it grows, a row at a time."""

    outcome: array[float] = field(default_factory=lambda: array("d"))
    known_from: array[float] = field(default_factory=lambda: array("d"))
    asked_after: array[float] = field(default_factory=lambda: array("d"))
    bought_after: array[float] = field(default_factory=lambda: array("d"))
    age: array[float] = field(default_factory=lambda: array("d"))
    waited: array[float] = field(default_factory=lambda: array("d"))


def training_set(
    store: FactStore,
    company: Company,
    *,
    cut_off: datetime,
    up_to: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    window: int | None = None,
) -> TrainingSet:
    """Return the rows of every lead whose outcome was settled and known at ``cut_off``, those of young leads beside them.

    Worked leads weigh for those that were passed over by the cut-off; where none were, a lead's rows weigh 1 on average. Labels
    are counted by ``window``; rows are always the company's own, with rates that were counted by its own window.

    Parameters
    ----------
    up_to
        The storage number up to which facts are read; None for all.
    progress
        Called with the number of leads read so far, twice over.
    window
        Within how many days a purchase counts; None: the window that teaches at ``cut_off``, which is the company's own unless it
        is too young (``shorter_window.py``). One that is asked for is said to teach.

    Raises
    ------
    NothingToLearn
        Where no lead is settled; it says how many of each kind there are.
    """
    gate = Gate(company)
    counted = _Counted(cut_off, gate)
    timeline = RatesTimeline(gate).learn(counted.passed_on(store.histories(up_to=up_to), progress))
    counted.decide()
    rows = RowBuilder(company, timeline)
    teaching = Teaching(window)
    if window is None:
        teaching = window_that_teaches(company.horizon_days, counted.worked(), cut_off)
        window = teaching.days
    labels = Gate(counting_within(company, window))
    if window != company.horizon_days:
        counted = _Counted(cut_off, labels).of(store.histories(up_to=up_to))
    qualifications, features = Qualifications(), features_learned(rows.features, company.horizon_days, window)
    settled, young, nobody = (_Growing(ColumnsBuilder(features), qualifications) for _ in range(3))
    learned_from, not_yet = counted.settled.drawn(), counted.young.drawn()
    passed_over = counted.passed_over.drawn(MOST_PASSED_OVER)
    growing = dict.fromkeys(learned_from, settled) | dict.fromkeys(not_yet, young) | dict.fromkeys(passed_over, nobody)
    for number, history in enumerate(_those(store.histories(up_to=up_to), growing, progress)):
        alone = history.lead_id in passed_over
        _add_lead(growing[history.lead_id], history, number, rows, labels, cut_off, seed, at_arrival_alone=alone)
    beside = _finished(young, counted.counts, counted.young.total) if len(young.outcome) else None
    made = _finished(settled, counted.counts, counted.settled.total, beside)
    made = replace(made, window=window, own_window=teaching.own, teaches=teaching.is_enough, untold=counted.untold)
    if not made.leads:
        raise NothingToLearn(_nothing_settled(made, labels.company))
    if not len(nobody.outcome):
        return made
    unworked = _finished(nobody, counted.counts, counted.passed_over.total)
    drawn = DrawnChance(HandOutLog(store.engine).every(until=cut_off), learned_from | not_yet)
    return weighed_for_passed_over(made, unworked, drawn)


def weighed_for_passed_over(made: TrainingSet, unworked: TrainingSet, drawn: DrawnChance) -> TrainingSet:
    """Return the set with each lead's rows weighing for the leads like it that nobody worked, whenever these came."""
    passed_over, arrived = _arrivals(unworked), _arrivals(made)
    every = arrived if made.young is None else arrived.and_those(_arrivals(made.young))
    looked_at = [one.columns for one in (made, made.young) if one is not None]
    weight = weights_against_selection(every, passed_over, drawn.of(every.created))
    size = None
    if weight is not None:
        settled, unsettled = np.split(weight, [len(arrived)])
        size = effective_leads(settled)
        young = made.young and _weighing(made.young, unsettled)
        made = replace(_weighing(made, settled), young=young)
    return replace(made, selection=Selection(size, not_looked_at(looked_at, passed_over)))


def _weighing(made: TrainingSet, weight: Floats) -> TrainingSet:
    """Return the set with its leads weighed, in the order of their arrivals; 1 on average as before."""
    of_lead = np.ones(made.leads)
    of_lead[made.lead[made.at_arrival]] = weight
    rows = made.weight * of_lead[made.lead]
    return replace(made, weight=rows * made.leads / rows.sum())


def _arrivals(made: TrainingSet) -> Arrivals:
    arrived = made.of(np.flatnonzero(made.at_arrival))
    stands_for = max(made.drawn_from / max(len(arrived), 1), 1.0)
    return Arrivals(arrived.columns, arrived.created, np.full(len(arrived), stands_for))


def with_young(settled: TrainingSet, young: TrainingSet) -> TrainingSet:
    """Return settled rows and, after them, those of young leads."""
    columns = {name: joined(column, young.columns[name]) for name, column in settled.columns.items()}
    lead = np.concatenate([settled.lead, young.lead + settled.lead.max() + 1])
    beside: dict[str, Any] = {
        one.name: np.concatenate([getattr(settled, one.name), getattr(young, one.name)])
        for one in fields(TrainingSet)
        if isinstance(getattr(settled, one.name), np.ndarray)
    }
    return replace(settled, **{**beside, "columns": columns, "lead": lead, "young": None})


def label_at(history: LeadHistory, gate: Gate, cut_off: datetime) -> tuple[int, datetime] | None:
    """Return (bought, known from) as known at ``cut_off``, or None for a lead that was not settled by then."""
    label: tuple[int, datetime] | None = None
    leads = sales = 0
    for moment, _, more_leads, more_sales in label_changes(history, gate):
        if moment > cut_off:
            break
        leads, sales = leads + more_leads, sales + more_sales
        label = (sales, moment) if leads else None
    return label


def row_moments(history: LeadHistory, gate: Gate, cut_off: datetime, seed: int) -> dict[datetime, float]:
    """Return moment -> weight of a lead's rows: arrival, each call, one random age; all before its outcome was known.

    The random age is uniform in its square root: queues ask most about young leads.
    """
    known = gate.as_of(history, cut_off)
    assert known is not None  # the lead has a label at the cut-off
    arrival = history.arrived_at
    last = window_end(known.created_at, gate.company) or known.created_at + LOOK_AHEAD_WITHOUT_HORIZON
    drawn = random.Random(_hash(history.lead_id, seed)).random()
    weights = {arrival + (last - arrival) * drawn**2: LATER_WEIGHT}
    calls = sorted(call_moments(history))
    weights |= {moment: 2.0**-place for place, moment in enumerate(calls, start=1)}
    weights[arrival] = ARRIVAL_WEIGHT
    end = min(cut_off, last, first_told_closed(history, gate.company) or cut_off)
    return {moment: weights[moment] for moment in sorted(weights) if arrival <= moment < end}


def call_moments(history: LeadHistory) -> set[datetime]:
    """Return when each of a lead's calls became known."""
    return {one.fact.known_at for one in history.stored if isinstance(one.fact, Call)}


class _Draw:
    """Draws leads by a hash of their ids."""

    def __init__(self) -> None:
        self._hashes: dict[str, int] = {}

    @property
    def total(self) -> int:
        """Return how many leads were drawn from."""
        return len(self._hashes)

    def add(self, lead_id: str) -> None:
        """Add a lead."""
        self._hashes[lead_id] = _hash(lead_id, 0)

    def drawn(self, most: int = MOST_LEADS) -> set[str]:
        """Return the ids of the leads that become rows."""
        if len(self._hashes) <= most:
            return set(self._hashes)
        border = sorted(self._hashes.values())[most]
        return {lead_id for lead_id, drawn in self._hashes.items() if drawn < border}


@dataclass(frozen=True, slots=True)
class _Came:
    """A lead as it stood at the cut-off."""

    lead_id: LeadId
    created_at: datetime
    sale_told_at: datetime | None


class _Counted:
    """Counts what became of every lead in the first pass, and draws which become rows.

    Whether closings of untold leads are labels is known once all leads were seen: those wait until ``decide``.
    """

    def __init__(self, cut_off: datetime, gate: Gate) -> None:
        self._cut_off, self._gate = cut_off, gate
        self.counts: dict[OutcomeKind, int] = {}
        self.settled, self.young, self.passed_over = _Draw(), _Draw(), _Draw()
        self.untold = NOTHING_UNTOLD
        self._age, self._bought_after = array("d"), array("d")
        self._waiting: list[tuple[Outcome, _Came]] = []

    def of(self, histories: Iterator[LeadHistory]) -> _Counted:
        """Count the histories; return this."""
        for _ in self.passed_on(histories, None):
            pass
        self.decide()
        return self

    def passed_on(self, histories: Iterator[LeadHistory], progress: Progress | None) -> Iterator[LeadHistory]:
        """Pass the histories on, counting them."""
        for number, history in enumerate(histories, start=1):
            known = self._gate.as_of(history, self._cut_off)
            if known:
                outcome = outcome_as_of(known)
                told_at = sale_told_at(history, self._gate.company) if outcome.won else None
                came = _Came(history.lead_id, known.created_at, told_at)
                if outcome.untold and is_past_horizon(known):
                    self.untold = self.untold.and_(outcome)
                if outcome.untold and outcome.kind not in ("never_called", "ignored"):
                    self._waiting.append((outcome, came))
                else:
                    self._count(outcome.kind, came)
            if progress and number % 1000 == 0:
                progress(number)
            yield history

    def decide(self) -> None:
        """Count the untold leads that were closed, as labels or as never called."""
        for outcome, came in self._waiting:
            self._count(outcome.taught(self.untold.closings_tell).kind, came)
        self._waiting.clear()

    def _count(self, kind: OutcomeKind, came: _Came) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        is_settled = kind in ("bought", "did_not_buy")
        if is_settled:
            self.settled.add(came.lead_id)
        elif kind == "open" and self._gate.company.horizon_days is not None:
            self.young.add(came.lead_id)
        elif kind == "never_called" and came.created_at < self._cut_off - PASSED_OVER_AFTER:
            self.passed_over.add(came.lead_id)
        if is_settled or kind == "open":
            bought_after = (came.sale_told_at - came.created_at) / DAY if came.sale_told_at else float("nan")
            self._age.append((self._cut_off - came.created_at) / DAY)
            self._bought_after.append(bought_after)

    def worked(self) -> WorkedLeads:
        """Return how old the worked leads are, and after how long those that bought did."""
        return WorkedLeads(np.array(self._age), np.array(self._bought_after))


def _those(
    histories: Iterator[LeadHistory], chosen: Collection[str], progress: Progress | None
) -> Iterator[LeadHistory]:
    for number, history in enumerate(histories, start=1):
        if progress and number % 1000 == 0:
            progress(number)
        if history.lead_id in chosen:
            yield history


def _add_lead(
    growing: _Growing,
    history: LeadHistory,
    number: int,
    rows: RowBuilder,
    labels: Gate,
    cut_off: datetime,
    seed: int,
    *,
    at_arrival_alone: bool = False,
) -> None:
    label = None if at_arrival_alone else label_at(history, labels, cut_off)
    at_cut_off = labels.as_of(history, cut_off)
    assert at_cut_off is not None  # the lead was counted at the cut-off
    told_at = sale_told_at(history, labels.company) if outcome_as_of(at_cut_off).won else None
    waits = waited(at_cut_off) / DAY
    told_calls = call_moments(history)
    moments = list(row_moments(history, labels, cut_off, seed).items())
    for place, (moment, weight) in enumerate(moments[:1] if at_arrival_alone else moments):
        known = rows.known(history, moment)
        assert known is not None  # every moment is at or after the lead's arrival
        growing.add(known, rows, number, weight, at_arrival=place == 0, at_call=moment in told_calls)
        growing.outcome.append(label[0] if label else int(told_at is not None))
        growing.known_from.append((label[1] if label else cut_off).timestamp())
        growing.asked_after.append((moment - known.created_at) / DAY)
        growing.bought_after.append((told_at - known.created_at) / DAY if told_at else float("nan"))
        growing.age.append((cut_off - known.created_at) / DAY)
        growing.waited.append(waits)


def _finished(
    growing: _Growing, counts: dict[OutcomeKind, int], total: int, young: TrainingSet | None = None
) -> TrainingSet:
    lead = np.array(growing.lead, dtype=np.int64)
    leads, numbered = np.unique(lead, return_inverse=True)
    weight = np.array(growing.weight)
    weight *= len(leads) / max(weight.sum(), 1e-9)
    return TrainingSet(
        growing.builder.columns(), np.array(growing.outcome), weight, numbered.astype(np.int64),
        np.array(growing.created), np.array(growing.known_from), np.array(growing.grade, dtype=np.int64),
        np.array(growing.qualification, dtype=np.int64), np.array(growing.channel, dtype=object),
        np.array(growing.at_arrival, dtype=bool), np.array(growing.called, dtype=bool), np.array(growing.at_call, dtype=bool),
        np.array(growing.asked_after), np.array(growing.bought_after), np.array(growing.age), np.array(growing.waited),
        counts, total, growing.qualifications, young,
    )  # fmt: skip


def _nothing_settled(made: TrainingSet, company: Company) -> str:
    counts = ", ".join(f"{made.counts.get(kind, 0):,} {words}" for kind, words in OUTCOME_WORDS.items())
    horizon = f"older than {company.horizon_days} days" if company.horizon_days else "closed"
    return (
        f"No lead is settled that one could learn from (of all leads: {counts}). A lead is settled once it was worked and "
        f"is {horizon}. Until then the rules serve."
    )


OUTCOME_WORDS: dict[OutcomeKind, str] = {
    "bought": "bought", "did_not_buy": "did not buy", "open": "open", "never_called": "never called or not reached",
    "ignored": "ignored",
}  # fmt: skip


def _hash(lead_id: str, seed: int) -> int:
    return int.from_bytes(blake2b(f"{seed}:{lead_id}".encode(), digest_size=8).digest(), "big")
