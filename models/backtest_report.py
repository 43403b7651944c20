"""What a replay of the company's past came to: period by period what was foretold and what came true.

``leadloop backtest`` writes it as JSON, the page reads it. Leads that are still open, and those that nobody reached, are
counted and never taken for lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import TypeAdapter

from models.measured import Measured
from models.report_shelf import ReportShelf

FORMAT = 1
FIRST_CALLED = 0.2
"""The share of a period's leads, best first, in which sales are looked for."""
MODEL, RULES, BASE_RATE = "model", "rules", "base rate"
"""What served then (the ladder, or the company's guesses before it could be learned), and what it is held against."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The leads that arrived in a span of time, by what has become of them by now.

    ``settled`` ones have an outcome and were scored when they arrived. ``left_out`` are test leads, and those whose outcome
    was known, or whose time was over, when the company first heard of them.
    """

    arrived: int
    settled: int
    sales: int
    open: int
    never_called: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one contender did on some settled leads.

    ``over_base`` is its log-loss over that of the base rate known at the time (below 1 is better), ``found`` the sales
    among the first ``FIRST_CALLED`` of each period's leads, in the contender's order; both with 95 % intervals.
    """

    log_loss: float
    over_base: Measured
    found: Measured


@dataclass(frozen=True, slots=True)
class Period:
    """The leads that came from ``since`` to before ``until``, scored by what was learned at ``since``.

    ``learned_leads`` is 0 where nothing was settled to learn from: then the company's guesses served. ``expected`` is the
    sum of the probabilities of the settled leads. ``judged`` is None where there is not enough data to judge. ``shorter_window``
    is within how many days who bought was learned, where too few leads had lived through the company's own window.
    """

    since: datetime
    until: datetime
    tally: Tally
    learned_leads: int
    learned_sales: int
    base_rate: float
    expected: float
    judged: Mapping[str, Judgement] | None
    shorter_window: int | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """The leads that came in a month of the company's own time, and the sales expected of its settled ones."""

    month: date
    tally: Tally
    expected: float


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A model learned once, at ``since``, beside one learned anew each period, on the leads of all later periods.

    ``over_renewed`` is its log-loss over the renewed one's; above 1 it fell behind. None: not enough data.
    """

    since: datetime
    learned_leads: int
    leads: int
    sales: int
    alone: Judgement | None
    renewed: Judgement | None
    over_renewed: Measured | None


@dataclass(frozen=True, slots=True)
class Overall:
    """All settled leads of the periods in which something could be learned.

    ``more_than_rules`` is how many more sales the model's first leads hold than the rules'. None: not enough data.
    """

    leads: int
    sales: int
    judged: Mapping[str, Judgement] | None
    more_than_rules: Measured | None


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """A replay of the past, its outcomes read at ``read_at`` from facts up to a storage number.

    ``share_of_leads`` is below 1 where there were so many leads that only a sample of them was replayed.
    """

    format: int
    read_at: datetime
    number: int
    company_hash: str
    seed: int
    every_weeks: int
    horizon_days: int | None
    share_of_leads: float
    periods: tuple[Period, ...]
    months: tuple[Month, ...]
    overall: Overall
    left_alone: tuple[LeftAlone, ...]

    @property
    def moment(self) -> datetime:
        """Return when its outcomes were read."""
        return self.read_at

    @property
    def contenders(self) -> tuple[str, ...]:
        """Return every contender that was judged overall, the model first."""
        return tuple(self.overall.judged or ())

    @property
    def state(self) -> Literal["judged", "too_early", "too_few"]:
        """Return whether the whole can be judged, or why not: nothing was learned yet, or too few leads are settled."""
        if self.overall.judged:
            return "judged"
        return "too_few" if any(one.learned_leads for one in self.periods) else "too_early"


BACKTESTS = ReportShelf("backtest", FORMAT, TypeAdapter(BacktestReport))
"""Where they are kept."""
