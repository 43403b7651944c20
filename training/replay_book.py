"""Every row of the past, built once, and from it the training set of any moment as it would have been built then.

A row holds only what was known when it stands, so it is the same whenever it is built; what changes from moment to
moment is which leads are settled, what their labels are and which rows stand before them. A test keeps this set equal to
the one that ``training_set`` builds at that moment.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.values import Lead, LeadId
from features.outcome_window import UNTOLD, Closings, OutcomeKind, UntoldLeads, counting_within
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline
from models.hand_out_log import HandOut, HandOutLog
from models.own_window import OwnWindow
from training.columns import Column, ColumnsBuilder, LevelColumn, taken
from training.dataset import MOST_LEADS, Progress, TrainingSet, call_moments, row_moments, weighed_for_passed_over
from training.growing_rows import GrowingRows
from training.lead_life import LeadLife, Standing
from training.selection import PASSED_OVER_AFTER, DrawnChance
from training.shorter_window import Teaching, WorkedLeads, features_learned, window_that_teaches

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
KINDS: tuple[OutcomeKind, ...] = ("bought", "did_not_buy", "open", "never_called", "ignored")
WORKED: tuple[OutcomeKind, ...] = ("bought", "did_not_buy", "open")
NOT_THERE = -1
SECONDS_A_DAY = 86_400.0
READ_AT_A_TIME = 1000


@dataclass(slots=True)
class _AtMoment:
    """How every lead stood at one moment; times are POSIX seconds, nan where there is none."""

    kind: array[int] = field(default_factory=lambda: array("b"))
    created: array[float] = field(default_factory=lambda: array("d"))
    bought: array[int] = field(default_factory=lambda: array("b"))
    known_from: array[float] = field(default_factory=lambda: array("d"))
    won: array[float] = field(default_factory=lambda: array("d"))
    waited: array[float] = field(default_factory=lambda: array("d"))
    untold: array[int] = field(default_factory=lambda: array("b"))

    def add(self, standing: Standing | None) -> None:
        nan = float("nan")
        label, won = (standing.label, standing.sale_told_at) if standing else (None, None)
        self.kind.append(KINDS.index(standing.kind) if standing else NOT_THERE)
        self.created.append(standing.created_at.timestamp() if standing else nan)
        self.bought.append(label[0] if label else 0)
        self.known_from.append(label[1].timestamp() if label else nan)
        self.won.append(won.timestamp() if won else nan)
        self.waited.append(standing.waited.total_seconds() / SECONDS_A_DAY if standing else nan)
        self.untold.append(UNTOLD.index(standing.untold) if standing and standing.untold else NOT_THERE)

    def what_became(self, moment: datetime, window: int | None) -> tuple[Ints, UntoldLeads]:
        """Return what a model learns of every lead, by its place in ``KINDS``, and what closings of untold leads told then."""
        kinds, untold = np.array(self.kind, dtype=np.int64), np.array(self.untold)
        bought, did_not_buy, is_open, never_called = (kinds == KINDS.index(kind) for kind in KINDS[:4])
        is_old = np.array(self.created) < moment.timestamp() - (window or 0) * SECONDS_A_DAY
        found: dict[str, Closings] = {}
        for place, sort in enumerate(UNTOLD):
            mine = untold == place
            closed, sold, left = (
                int((mine & is_old & one).sum()) for one in (bought | did_not_buy, bought, never_called)
            )
            found[sort] = Closings(closed, sold, left)
            if not found[sort].tell:
                kinds[mine & (bought | did_not_buy | is_open)] = KINDS.index("never_called")
        return kinds, UntoldLeads(**found)


@dataclass(slots=True)
class _Rows(GrowingRows):
    """Every row, when it stands, and when its lead's window began as far as was known."""

    moment: array[float] = field(default_factory=lambda: array("d"))
    window_from: array[float] = field(default_factory=lambda: array("d"))


class ReplayBook:
    """The rows of every lead, and how each lead stood at each of some moments.

    ``moments`` are those at which somebody learned, the last one that at which the outcomes are read.
    """

    def __init__(
        self,
        rows: _Rows,
        at: Sequence[_AtMoment],
        moments: Sequence[datetime],
        arrived: array[float],
        lead_ids: Sequence[LeadId],
        hand_outs: Sequence[HandOut],
        *,
        window: int | None,
    ) -> None:
        self.moments = moments
        self._window = window
        self._sooner: dict[datetime, tuple[ReplayBook, OwnWindow]] = {}
        self._lead_ids, self._hand_outs = np.array(lead_ids, dtype=object), hand_outs
        self._at = at
        self._arrived = np.array(arrived)
        self._columns = rows.builder.columns()
        self._moment, self._lead, self._weight = np.array(rows.moment), np.array(rows.lead, dtype=np.int64), rows.weight
        self._window_from, self._created = np.array(rows.window_from), np.array(rows.created)
        self._grade = np.array(rows.grade, dtype=np.int64)
        self._qualification, self._qualifications = np.array(rows.qualification, dtype=np.int64), rows.qualifications
        self._channel = np.array(rows.channel, dtype=object)
        self._at_arrival, self._called = np.array(rows.at_arrival, dtype=bool), np.array(rows.called, dtype=bool)
        self._at_call = np.array(rows.at_call, dtype=bool)

    def teach_sooner(self, book: ReplayBook, moments: Mapping[datetime, OwnWindow]) -> None:
        """Draw the sets of some moments from a book that counts by the shorter window which taught then."""
        self._sooner |= {moment: (book, own) for moment, own in moments.items()}

    def teaching(self, moment: datetime) -> Teaching:
        """Return the window that teaches at ``moment``, as a training would have found it then."""
        at = self._at[self.moments.index(moment)]
        worked = np.isin(at.what_became(moment, self._window)[0], [KINDS.index(kind) for kind in WORKED])
        created, won = np.array(at.created)[worked], np.array(at.won)[worked]
        age, bought_after = ((end - created) / SECONDS_A_DAY for end in (moment.timestamp(), won))
        return window_that_teaches(self._window, WorkedLeads(age, bought_after), moment)

    def training_set(self, moment: datetime) -> TrainingSet:
        """Return what could be learned from at ``moment``, one of ``moments``, however little it was."""
        if moment in self._sooner:
            book, own = self._sooner[moment]
            return replace(book.training_set(moment), own_window=own, teaches=True)
        at = self._at[self.moments.index(moment)]
        kinds, untold = at.what_became(moment, self._window)
        counts = {kind: int((kinds == place).sum()) for place, kind in enumerate(KINDS) if (kinds == place).any()}
        settled = (kinds == KINDS.index("bought")) | (kinds == KINDS.index("did_not_buy"))
        young = (kinds == KINDS.index("open")) & (self._window is not None)
        beside = self._set(self._rows_of(young, at, moment), at, moment, counts, int(young.sum()))
        made = self._set(self._rows_of(settled, at, moment), at, moment, counts, int(settled.sum()), beside)
        made = replace(made, teaches=self.teaching(moment).is_enough, untold=untold)
        waited_long = np.array(at.created) < (moment - PASSED_OVER_AFTER).timestamp()
        passed_over = (kinds == KINDS.index("never_called")) & waited_long
        if not len(made) or not passed_over.any():
            return made
        rows = self._rows_of(passed_over, at, moment)
        unworked = self._set(rows[self._at_arrival[rows]], at, moment, counts, int(passed_over.sum()))
        handed_out = [one for one in self._hand_outs if one.at <= moment]
        drawn = DrawnChance(handed_out, set(self._lead_ids[settled | young].tolist()))
        return weighed_for_passed_over(made, unworked, drawn)

    def arrivals(self, since: datetime, until: datetime) -> TrainingSet:
        """Return the rows at arrival of the leads that came from ``since`` to before ``until`` and are settled by now."""
        at, now = self._at[-1], self.moments[-1]
        kinds, _ = at.what_became(now, self._window)
        settled = (kinds == KINDS.index("bought")) | (kinds == KINDS.index("did_not_buy"))
        came = (self._arrived >= since.timestamp()) & (self._arrived < until.timestamp())
        rows = self._rows_of(settled & came, at, now)
        return self._set(rows[self._at_arrival[rows]], at, now, {}, int((settled & came).sum()))

    def kinds(self, since: datetime, until: datetime) -> dict[OutcomeKind, int]:
        """Return what has become by now of the leads that came from ``since`` to before ``until``."""
        every, _ = self._at[-1].what_became(self.moments[-1], self._window)
        kinds = every[(self._arrived >= since.timestamp()) & (self._arrived < until.timestamp())]
        return {kind: int((kinds == place).sum()) for place, kind in enumerate(KINDS)}

    def _rows_of(self, leads: npt.NDArray[np.bool_], at: _AtMoment, moment: datetime) -> Ints:
        """Return the rows of some leads that stand before ``moment``, under the window that was known then."""
        own = leads[self._lead] & (self._moment < moment.timestamp())
        return np.flatnonzero(own & (self._window_from == np.array(at.created)[self._lead]))

    def _set(
        self,
        rows: Ints,
        at: _AtMoment,
        moment: datetime,
        counts: dict[OutcomeKind, int],
        total: int,
        young: TrainingSet | None = None,
    ) -> TrainingSet:
        lead, created, cut_off = self._lead[rows], self._created[rows], moment.timestamp()
        leads, numbered = np.unique(lead, return_inverse=True)
        won, known_from = np.array(at.won)[lead], np.array(at.known_from)[lead]
        is_settled = np.isfinite(known_from)
        outcome = np.where(is_settled, np.array(at.bought)[lead], np.isfinite(won)).astype(np.float64)
        weight = np.array(self._weight)[rows]
        weight *= len(leads) / max(weight.sum(), 1e-9)
        return TrainingSet(
            {name: _relevelled(column) for name, column in taken(self._columns, rows).items()},
            outcome, weight, numbered.astype(np.int64), created, np.where(is_settled, known_from, cut_off),
            self._grade[rows], self._qualification[rows], self._channel[rows], self._at_arrival[rows],
            self._called[rows], self._at_call[rows],
            (self._moment[rows] - created) / SECONDS_A_DAY, (won - created) / SECONDS_A_DAY,
            (cut_off - created) / SECONDS_A_DAY, np.array(at.waited)[lead], counts, total, self._qualifications,
            young if young is not None and len(young) else None, window=self._window,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """How the sources had sold at every midnight, and when the first and the last lead arrived."""

    timeline: RatesTimeline
    first: datetime
    last: datetime


def read_past(
    store: FactStore, company: Company, *, up_to: int | None = None, progress: Progress | None = None
) -> Past | None:
    """Return what every row's rates are read from; None where there is no lead."""
    arrivals: list[datetime] = []

    def noted(histories: Iterable[LeadHistory]) -> Iterator[LeadHistory]:
        for history in histories:
            arrivals.append(_arrival(history))
            yield history

    timeline = RatesTimeline(Gate(company)).learn(noted(_counted(store.histories(up_to=up_to), progress)))
    return Past(timeline, min(arrivals), max(arrivals)) if arrivals else None


def replay_book(
    store: FactStore,
    company: Company,
    timeline: RatesTimeline,
    moments: Sequence[datetime],
    *,
    up_to: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    window: int | None = None,
) -> ReplayBook:
    """Return the book of all leads, or of about ``MOST_LEADS`` drawn by a hash of their ids where there are more.

    Parameters
    ----------
    moments
        At which somebody learns, in order of time; the last is that at which the outcomes are read.
    progress
        Called with the number of leads read so far.
    window
        Within how many days a purchase counts in every set; None: at each moment within the window that taught then.
    """
    share = min(MOST_LEADS / max(store.lead_count(), 1), 1.0)
    builder, labels = RowBuilder(company, timeline), Gate(counting_within(company, window or company.horizon_days))
    features = features_learned(builder.features, company.horizon_days, labels.company.horizon_days)
    rows, at, arrived = _Rows(ColumnsBuilder(features)), [_AtMoment() for _ in moments], array("d")
    lead_ids: list[LeadId] = []
    for history in _counted(store.histories(up_to=up_to), progress):
        if _drawn(history.lead_id) >= share:
            continue
        life = LeadLife(history, labels)
        standings = [life.standing(moment) for moment in moments]
        for one, standing in zip(at, standings, strict=True):
            one.add(standing)
        for window_from, latest in _windows(moments, standings).items():
            _add_rows(rows, history, len(arrived), window_from, latest, builder, labels, seed)
        arrived.append(_arrival(history).timestamp())
        lead_ids.append(history.lead_id)
    hand_outs = list(HandOutLog(store.engine).every())
    book = ReplayBook(rows, at, moments, arrived, lead_ids, hand_outs, window=labels.company.horizon_days)
    for days, taught in _taught_sooner(book).items() if window is None else ():
        sooner = replay_book(store, company, timeline, list(taught), up_to=up_to, seed=seed, window=days)
        book.teach_sooner(sooner, taught)
    return book


def _taught_sooner(book: ReplayBook) -> dict[int, dict[datetime, OwnWindow]]:
    """Return each window that is shorter than the company's, and the moments at which it taught with the company's own."""
    found: dict[int, dict[datetime, OwnWindow]] = {}
    for moment in book.moments:
        taught = book.teaching(moment)
        if taught.days is not None and taught.own is not None:
            found.setdefault(taught.days, {})[moment] = taught.own
    return found


def _windows(moments: Sequence[datetime], standings: Sequence[Standing | None]) -> dict[datetime, datetime]:
    """Return each beginning of the lead's window that was believed, and the latest moment at which rows need it."""
    needed: dict[datetime, datetime] = {}
    for moment, standing in zip(moments, standings, strict=True):
        if standing and (standing.label or standing.kind in ("open", "never_called")):
            needed[standing.created_at] = moment
    return needed


def _add_rows(
    rows: _Rows,
    history: LeadHistory,
    number: int,
    window_from: datetime,
    latest: datetime,
    builder: RowBuilder,
    labels: Gate,
    seed: int,
) -> None:
    told_calls = call_moments(history)
    for place, (moment, weight) in enumerate(row_moments(history, labels, latest, seed).items()):
        known = builder.known(history, moment)
        assert known is not None  # every moment is at or after the lead's arrival
        rows.add(known, builder, number, weight, at_arrival=place == 0, at_call=moment in told_calls)
        rows.moment.append(moment.timestamp())
        rows.window_from.append(window_from.timestamp())


def _arrival(history: LeadHistory) -> datetime:
    return min(fact.known_at for fact in history.facts if isinstance(fact, Lead))


def _counted(histories: Iterable[LeadHistory], progress: Progress | None) -> Iterator[LeadHistory]:
    for number, history in enumerate(histories, start=1):
        if progress and number % READ_AT_A_TIME == 0:
            progress(number)
        yield history


def _drawn(lead_id: str) -> float:
    """Return a share between 0 and 1, always the same for a lead."""
    return int.from_bytes(blake2b(lead_id.encode(), digest_size=8).digest(), "big") / 2.0**64


def _relevelled(column: Column) -> Column:
    """Return a column whose levels are those of its own rows, in order of appearance: no level of the future is named."""
    if not isinstance(column, LevelColumn):
        return column
    codes, first = np.unique(column.codes[column.codes >= 0], return_index=True)
    codes = codes[np.argsort(first)]
    place = np.full(len(column.levels) + 1, -1, dtype=np.int32)
    place[codes] = np.arange(len(codes), dtype=np.int32)
    return LevelColumn(place[column.codes], tuple([column.levels[code] for code in codes.tolist()]))
