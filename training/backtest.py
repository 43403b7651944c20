"""The company's past, replayed: learn from what was known then, score who comes next, wait, and see who bought.

At each moment the training set is the one of that moment, the leads of the next period are scored as they were known when
they arrived, and nothing else is seen. What became of them is read once, at the end: leads that are still open then, and
those that nobody reached, are counted and not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from features.errors import NothingToLearn
from features.facts.company import Company
from features.facts.company_file import fingerprint
from features.facts.stage_news import stage_news
from features.facts.stages_told import no_sale_told
from features.facts.store import FactStore
from features.rows.rates_timeline import INSTANT
from models.backtest_report import FORMAT, MODEL, BacktestReport, Month, Period, Tally
from training.dataset import DAY, MOST_LEADS, Progress, TrainingSet
from training.replay_book import Past, ReplayBook, read_past, replay_book
from training.replay_calendar import first_settled, replay_moments, weeks_between_refits
from training.replay_judging import Scored, judgements, left_alone, overall
from training.rung_models import counted, learned
from training.time_split import share_since

Floats = npt.NDArray[np.float64]
SAME_MOMENT = 0.001
"""Seconds by which a moment may differ after it was told as days since another."""
LEFT_ALONE_SINCE = (0.0, 0.25, 0.5)
"""Of the periods that can be judged: how much of the past had passed when a model was learned and then left alone."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A past that is ready to be replayed: a moment to learn at for each period, and when the last period ends."""

    book: ReplayBook
    company: Company
    moments: Sequence[datetime]
    end: datetime
    number: int
    every_weeks: int
    share_of_leads: float

    @property
    def read_at(self) -> datetime:
        """Return the moment at which the outcomes are read."""
        return self.book.moments[-1]

    @property
    def periods(self) -> list[tuple[datetime, datetime]]:
        """Return each period's beginning, and the moment before which its leads came."""
        return list(zip(self.moments, [*self.moments[1:], self.end], strict=True))


def replay_of(
    store: FactStore,
    company: Company,
    *,
    read_at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    every_weeks: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Replay:
    """Return the past of a company, ready to be replayed.

    Parameters
    ----------
    read_at
        The moment whose knowledge says what became of the leads; where outcomes are told up to an earlier day only, that day.
    since, until
        Learn first and last between these; by default from the first midnight at which anything was settled until the
        last lead.
    every_weeks
        How often to learn anew; by default as often as makes ``MOST_REFITS`` periods that can be judged, or fewer.
    progress
        Called with the number of leads read so far, twice over.

    Raises
    ------
    NothingToLearn
        Where nothing was settled between ``since`` and ``until``, or no stage of a sale is known.
    """
    number, read_at = store.last_number(), stage_news(store, company, read_at).told_until
    past = read_past(store, company, up_to=number, progress=progress)
    end = min(until or read_at, past.last + INSTANT, read_at) if past else read_at
    begin = _begin(past, company, since, end) if past else None
    if past is None or begin is None:
        raise NothingToLearn(
            "There is nothing to replay: no lead was settled before the last one arrived. `leadloop train` says how many "
            "leads there are of each kind; a history that is longer than the company's horizon can be replayed."
        )
    untold = no_sale_told(store.stage_counts(known_by=read_at), company)
    if untold:
        raise NothingToLearn(untold)
    judged_until = min(end, read_at - timedelta(days=company.horizon_days or 0))
    every = every_weeks or weeks_between_refits(begin, max(judged_until, begin))
    moments = replay_moments(begin, end, every, company.zone)
    book = replay_book(store, company, past.timeline, [*moments, read_at], up_to=number, seed=seed, progress=progress)
    share = min(MOST_LEADS / store.lead_count(), 1.0)
    return Replay(book, company, moments, end, number, every, share)


def backtest_report(replay: Replay, *, seed: int = 0, progress: Progress | None = None) -> BacktestReport:
    """Return what the replay came to; ``progress`` is called with the number of periods that are done."""
    scored: list[Scored] = []
    for done, (since, until) in enumerate(replay.periods, start=1):
        before = next((one.since for one in reversed(scored) if one.learned.ladder), None)
        scored.append(_scored(replay, since, until, seed, before))
        if progress:
            progress(done)
    company = replay.company
    places = _places_left_alone(scored)
    return BacktestReport(
        format=FORMAT,
        read_at=replay.read_at,
        number=replay.number,
        company_hash=fingerprint(company),
        seed=seed,
        every_weeks=replay.every_weeks,
        horizon_days=company.horizon_days,
        share_of_leads=replay.share_of_leads,
        periods=tuple(
            [_period(replay, one, until, seed) for one, (_, until) in zip(scored, replay.periods, strict=True)]
        ),
        months=tuple(_months(replay, scored)),
        overall=overall(scored, seed=seed),
        left_alone=tuple([left_alone(scored, place, seed=seed) for place in places]),
    )


def _begin(past: Past, company: Company, since: datetime | None, end: datetime) -> datetime | None:
    first = first_settled(past.timeline, past.first, end, company.zone)
    return max(first, since) if first and since else first


def _scored(replay: Replay, since: datetime, until: datetime, seed: int, before: datetime | None) -> Scored:
    """Learn what was known at ``since`` and score who came until ``until``; where nobody can be judged, only count.

    ``before`` is when the model before was learned (None: this is the first): as long the next will be waited for, as a
    training assumes, too.
    """
    company, arrivals = replay.company, replay.book.arrivals(since, until)
    data, rules = replay.book.training_set(since), company.abc_at(since)
    if not len(arrivals):
        rates = counted(data, rules)
        return Scored(since, rates, arrivals, rates.probabilities(arrivals), _shorter(data))
    ahead = share_since(data, before.timestamp()) if before else None
    taught = learned(data, rules, window=data.window, seed=seed, ahead=ahead)
    return Scored(since, taught, arrivals, taught.probabilities(arrivals), _shorter(data))


def _period(replay: Replay, one: Scored, until: datetime, seed: int) -> Period:
    tally, taught = _tally(replay, one.since, until, one.arrivals.outcome), one.learned
    judged = judgements([one], seed=seed)
    return Period(
        one.since, until, tally, taught.leads, taught.sales, taught.base_rate, one.expected, judged, one.shorter_window
    )


def _shorter(data: TrainingSet) -> int | None:
    """Return the window that taught, in days, where it is shorter than the company's own."""
    return data.window if data.own_window else None


def _months(replay: Replay, scored: Sequence[Scored]) -> Iterator[Month]:
    """Yield the months in which leads were scored, as the company counts them."""
    arrived = np.concatenate([one.arrivals.created + one.arrivals.asked_after * DAY.total_seconds() for one in scored])
    expected = np.concatenate([one.said[MODEL] for one in scored])
    outcome = np.concatenate([one.arrivals.outcome for one in scored])
    begins = [replay.moments[0]]
    while (begin := _next_month(begins[-1], replay.company.zone)) < replay.end:
        begins.append(begin)
    place = np.searchsorted([one.timestamp() - SAME_MOMENT for one in begins[1:]], arrived, side="right")
    for number, (since, until) in enumerate(zip(begins, [*begins[1:], replay.end], strict=True)):
        mine = place == number
        day = since.astimezone(replay.company.zone).date().replace(day=1)
        yield Month(day, _tally(replay, since, until, outcome[mine]), float(expected[mine].sum()))


def _next_month(moment: datetime, zone: ZoneInfo) -> datetime:
    first = moment.astimezone(zone).date().replace(day=1)
    return datetime.combine((first + 31 * DAY).replace(day=1), clock_time(), zone)


def _tally(replay: Replay, since: datetime, until: datetime, outcome: Floats) -> Tally:
    """Return what has become of the leads of a span, of which those of ``outcome`` were scored and are settled."""
    kinds = replay.book.kinds(since, until)
    arrived, settled = sum(kinds.values()), len(outcome)
    left_out = arrived - settled - kinds["open"] - kinds["never_called"]
    return Tally(arrived, settled, int(outcome.sum()), kinds["open"], kinds["never_called"], left_out)


def _places_left_alone(scored: Sequence[Scored]) -> list[int]:
    """Return the periods whose model is left alone from then on: of those whose ladder found something, by the company's window.

    What a shorter window taught promises fewer sales than later models do, and that is no falling behind.
    """
    ladders = [(place, one.learned.ladder) for place, one in enumerate(scored) if one.shorter_window is None]
    places = [place for place, ladder in ladders if ladder and ladder.choices.has_tables]
    return sorted({places[int(len(places) * share)] for share in LEFT_ALONE_SINCE}) if places else []
