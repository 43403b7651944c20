"""Until enough leads have lived through the company's window, those who bought soon teach already.

A company that counts sales for 90 days and has sold for 70 has no settled lead, and hundreds of sales. Where most buyers come
soon, three quarters of the window, half of it, or less, tells nearly as much, and the rules' guess need not serve so long. Steps,
and not as many days as the history has just reached, so that the window stays the same from training to training and a
model can be compared with the one before. What a model was taught so, it promises: to buy within the shorter window.
Only what is learned of a lead's end hangs on it. The row stays the company's own, rates of sources and all, so that it means
the same whichever model reads it. Those rates a shorter window's model does not learn of: by the company's window hardly a lead is
settled yet, and as more come to be, the same rate would say something else than it did when the model learned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import numpy as np
import numpy.typing as npt

from features.rows.feature import Feature
from features.rows.source_features import RATE_FEATURES
from models.delay import delay_curve
from models.own_window import OwnWindow

Floats = npt.NDArray[np.float64]
ENOUGH_SALES = 30
"""With as many settled sales the company's own window teaches; a shorter one has to have seen as many."""
OLD_ENOUGH = 0.25
"""The share of the worked leads that have to have lived through a window."""
MOST = 0.7
"""Of those who buy within the shorter window so many do by half of it. Of delays that die away evenly four of five buyers are seen
within such a window: who takes longer is missing, of all leads alike, which does less harm than a guess."""
STEPS_TRIED = 2
"""Where the longest step that leads have lived through does not tell enough, the one below it may, as it did a few weeks before.
No step further below: those who buy at once always come in the first half of a few days, and do not speak for the many who take
long."""


@dataclass(frozen=True, slots=True)
class WorkedLeads:
    """The worked leads known at a moment, in days: how old each is, and after how many it was told to have bought.

    ``bought_after`` is nan where no sale within the company's own window is known yet.
    """

    age: Floats
    bought_after: Floats

    def lived_through(self, days: int) -> float:
        """Return the share of the leads that are older."""
        return float((self.age > days).mean()) if len(self.age) else 0.0

    @property
    def has_bought(self) -> npt.NDArray[np.bool_]:
        """Return which leads bought."""
        return np.isfinite(self.bought_after)


@dataclass(frozen=True, slots=True)
class Teaching:
    """The window in ``days`` by which is counted what is learned at a moment, and the company's ``own`` where that is longer.

    ``is_enough`` is whether it teaches by the rule above; where no window does, the company's own handful of settled leads is all
    that there is, which is more than nothing and no reason to give up a model that knows more.
    """

    days: int | None
    own: OwnWindow | None = None
    is_enough: bool = True


def window_that_teaches(own: int | None, leads: WorkedLeads, moment: datetime) -> Teaching:
    """Return by which window is counted what is learned at ``moment``.

    Parameters
    ----------
    own
        The company's window; None where it has none: then none is shorter.
    leads
        As they were known at ``moment``.

    Examples
    --------
    >>> from datetime import UTC
    >>> every_day = np.arange(70.0).repeat(10)
    >>> soon = WorkedLeads(every_day, np.where(every_day > 5, 5.0, np.nan))
    >>> found = window_that_teaches(90, soon, datetime(2026, 3, 12, tzinfo=UTC))
    >>> found.days, found.own.days, f"{found.own.teaches_from:%Y-%m-%d}"
    (45, 90, '2026-04-04')
    """
    if own is None or _own_teaches(own, leads):
        return Teaching(own)
    old_enough = islice((days for days in _shorter_than(own) if leads.lived_through(days) >= OLD_ENOUGH), STEPS_TRIED)
    days = next((days for days in old_enough if _tells_enough(days, leads)), None)
    if days is None:
        return Teaching(own, is_enough=False)
    return Teaching(days, OwnWindow(own, moment + timedelta(days=own - _age_of_enough(leads))))


def features_learned(features: Sequence[Feature], own: int | None, days: int | None) -> tuple[Feature, ...]:
    """Return the features of which a model learns that counts within so many days: without the rates of sources, where those are
    not the company's own."""
    without = () if days == own else RATE_FEATURES
    return tuple(one for one in features if one not in without)


def said_of_window(days: int | None, own: OwnWindow | None) -> tuple[str, ...]:
    """Return what is to be said of the window that taught a model, where it is not the company's own."""
    if own is None:
        return ()
    return (
        f"Too few leads have lived through the company's {own.days} days yet: it learned who buys within {days} days, as most "
        f"buyers so far did, and promises no more. From {own.teaches_from:%Y-%m-%d} on, at the latest, the {own.days} days can "
        "teach.",
    )


def _shorter_than(own: int) -> Iterator[int]:
    """Yield three quarters of the window in whole days, half of it, three eighths, a quarter, ...

    >>> list(_shorter_than(60))
    [45, 30, 22, 15, 11, 7, 5, 3, 2, 1]
    """
    part = 1
    while own // part > 1:
        yield from dict.fromkeys((max(3 * own // (4 * part), 1), own // (2 * part)))
        part *= 2


def _own_teaches(own: int, leads: WorkedLeads) -> bool:
    settled = int((leads.has_bought & (leads.age > own)).sum())
    return settled >= ENOUGH_SALES or leads.lived_through(own) >= OLD_ENOUGH


def _tells_enough(days: int, leads: WorkedLeads) -> bool:
    """Return whether so many were seen to buy within the days that one can tell, and most of them soon."""
    if int((leads.bought_after <= np.minimum(leads.age, days)).sum()) < ENOUGH_SALES:
        return False
    curve = delay_curve(leads.bought_after, leads.age, days)
    return curve is not None and float(curve.bought_by(days / 2)) >= MOST


def _age_of_enough(leads: WorkedLeads) -> float:
    """Return how old the youngest of the oldest leads that bought is, of as many as are enough."""
    return float(np.sort(leads.age[leads.has_bought])[-ENOUGH_SALES])
