"""What is different from the portrait before: the sales settled since then beside those settled until then, over all segments.

No sale is in both, so a week in which little was sold changes little, and a share that seems to move is called a change only
where chance does not move any of all the shares so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np

from monitoring.portrait.chance import DEALS, strengths_of
from monitoring.portrait.lead_traits import BOUGHT, Bools, Traits
from monitoring.portrait.portrait_report import Changed, Condition, Difference
from monitoring.portrait.segments import Segments, members_of, singles_of
from monitoring.portrait.shares import counted_share

LEVEL = 0.005
"""In so many refreshes, of one, anything is called a change where nothing changed: drawn weekly, once in four years."""
FEWEST_SALES = 30
"""Of fewer sales on either side nothing is compared."""
Conditions = tuple[Condition, ...]


def compared_with(traits: Traits, moments: Iterable[datetime]) -> datetime | None:
    """Return the moment of the portrait to compare with: the latest since which, and before which, enough was sold.

    Where there is none it is the oldest; None where there was no portrait yet.

    Parameters
    ----------
    moments
        Those of the portraits before, in any order.
    """
    known = sorted(moments, reverse=True)
    fitting = (one for one in known if min(_sales(traits, one)) >= FEWEST_SALES)
    return next(fitting, known[-1] if known else None)


def since_before(
    traits: Traits, since: datetime, shown: Sequence[Conditions], *, seed: int, level: float = LEVEL, deals: int = DEALS
) -> Difference:
    """Return what changed in the sales settled after ``since``, among those settled until then.

    Parameters
    ----------
    shown
        The segments of the portrait now and of the one before; every segment of one field is looked at as well.
    """
    before, new = _sales(traits, since)
    if min(before, new) < FEWEST_SALES:
        return Difference(since, "too_few", before, new, FEWEST_SALES, 0, ())
    sold = traits.of(traits.state == BOUGHT)
    is_new = sold.settled_at > since.timestamp()
    return Difference(
        since, "compared", before, new, FEWEST_SALES, *differences(sold, is_new, shown, seed, level, deals)
    )


def differences(
    sold: Traits, is_new: Bools, shown: Sequence[Conditions], seed: int, level: float = LEVEL, deals: int = DEALS
) -> tuple[int, tuple[Changed, ...]]:
    """Return how many segments were looked at, and those shown or surely changed between old and new sales.

    The test is that of a portrait (``chance.py``): what is dealt out anew is which sales are the new ones.
    """
    asked = list(dict.fromkeys([*shown, *((one,) for one in singles_of(sold))]))
    inside = [members_of(sold, one) for one in asked]
    looked = [n for n, one in enumerate(inside) if 0 < int(one.sum()) < len(sold)]
    if not looked:
        return 0, ()
    strengths = strengths_of(
        _as_segments([inside[n] for n in looked]), is_new, rng=np.random.default_rng(seed), deals=deals
    )
    told = []
    for place, n in enumerate(looked):
        p_value = float(strengths.p_value[place])
        if p_value <= level or asked[n] in shown:
            was, now = (counted_share(int((inside[n] & of).sum()), int(of.sum())) for of in (~is_new, is_new))
            told.append(Changed(asked[n], was, now, p_value <= level, p_value))
    return len(looked), tuple(told)


def _as_segments(inside: list[Bools]) -> Segments:
    matrix = np.array(inside, dtype=np.float32)
    parts = np.arange(len(inside), dtype=np.int64)[:, None]
    return Segments((), matrix, parts, matrix.sum(axis=1).astype(np.int64), 0)


def _sales(traits: Traits, since: datetime) -> tuple[int, int]:
    bought = traits.state == BOUGHT
    is_new = traits.settled_at > since.timestamp()
    return int((bought & ~is_new).sum()), int((bought & is_new).sum())
