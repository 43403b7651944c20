"""The buyers' portrait: which few segments stand out among those who bought, beyond what chance shows among so many.

The test knows settled leads alone. A lead that is still open is counted by its chance where shares are shown, never where it
is decided what stands out: a model that likes owners would otherwise find that owners buy.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitoring.portrait.chance import DEALS, strengths_of
from monitoring.portrait.lead_traits import BOUGHT, NEVER_CALLED, OPEN, Ints, KnownBy, Traits
from monitoring.portrait.portrait_report import Condition, Drawn, Segment
from monitoring.portrait.segments import members_of, segments_of
from monitoring.portrait.shares import share_of_leads, share_of_sales, share_of_settled_sales, share_that_buys
from monitoring.portrait.told_apart import told

LEVEL = 0.05
"""In so many of 100 companies whose buyers are like all leads, a portrait shows anything at all."""
FEWEST_SALES = 30
"""With fewer settled sales, or fewer settled leads that did not buy, nothing is looked at."""
MOST_SETTLED = 60_000
"""Of more settled leads the test takes the latest: they are enough for anything worth telling."""


def buyers_portrait(
    traits: Traits, *, known_by: KnownBy, seed: int, most_fields: int = 2, level: float = LEVEL, deals: int = DEALS
) -> Drawn:
    """Return the segments of at most so many fields whose share among buyers surely differs from that among leads.

    Parameters
    ----------
    level
        How likely anything is shown where nothing is there.
    seed
        Of the dealing out of outcomes; the same seed gives the same portrait whatever the order of the leads' fields.
    """
    is_open, is_settled = traits.state == OPEN, traits.is_settled
    undrawn = Drawn(
        known_by=known_by,
        state="too_few",
        settled=int(is_settled.sum()),
        bought=int((traits.state == BOUGHT).sum()),
        open=int(is_open.sum()),
        open_sales=float(traits.weight[is_open].sum()),
        never_called=int((traits.state == NEVER_CALLED).sum()),
        fewest=FEWEST_SALES,
        looked_at=0,
        left_out=0,
        stood_out=0,
        segments=(),
    )
    settled = traits.of(_latest_settled(traits))
    bought = settled.state == BOUGHT
    sales = int(bought.sum())
    if min(sales, len(bought) - sales) < FEWEST_SALES:
        return undrawn
    rng = np.random.default_rng(seed)
    segments = segments_of(settled, rate=sales / len(bought), most_fields=most_fields)
    strengths = strengths_of(segments, bought, rng=rng, deals=deals)
    chosen = told(segments, strengths, bought, level=level, rng=rng)
    return replace(
        undrawn,
        state="drawn",
        looked_at=len(segments),
        left_out=segments.left_out,
        stood_out=int((strengths.p_value <= level).sum()),
        segments=tuple(_shown(traits, segments.of(one), float(strengths.p_value[one])) for one in chosen),
    )


def _latest_settled(traits: Traits) -> Ints:
    settled = np.flatnonzero(traits.is_settled)
    if len(settled) <= MOST_SETTLED:
        return settled
    latest = settled[np.argsort(-traits.settled_at[settled], kind="stable")[:MOST_SETTLED]]
    return np.sort(latest)


def _shown(traits: Traits, conditions: tuple[Condition, ...], p_value: float) -> Segment:
    inside = members_of(traits, conditions)
    return Segment(
        conditions,
        share_of_leads(traits, inside),
        share_of_sales(traits, inside),
        share_of_settled_sales(traits, inside),
        share_that_buys(traits, inside),
        share_that_buys(traits, ~inside),
        p_value,
    )
