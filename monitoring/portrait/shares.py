"""The share of some leads among all, and among sales: with counts, and an interval that no model can make narrower."""

from __future__ import annotations

from features.wilsons_interval import wilsons_interval
from monitoring.portrait.lead_traits import BOUGHT, Bools, Traits
from monitoring.portrait.portrait_report import Share


def counted_share(count: float, of: float, certain: float | None = None) -> Share:
    """Return a share with its interval, as wide as ``certain`` things counted make it; None: as all of them.

    >>> share = counted_share(31.5, 105.0, certain=100.0)  # five sales are expected of leads that are still open
    >>> share.value, round(share.low, 3), round(share.high, 3)  # as of 30 in 100
    (0.3, 0.219, 0.396)
    """
    sure = of if certain is None else certain
    low, high = wilsons_interval(count / of * sure, sure) if of else (0.0, 1.0)
    return Share(float(count), float(of), float(low), float(high))


def share_of_leads(traits: Traits, inside: Bools) -> Share:
    """Return the share of some leads among those that were worked."""
    return counted_share(int((inside & traits.counts).sum()), int(traits.counts.sum()))


def share_of_sales(traits: Traits, inside: Bools) -> Share:
    """Return the share of some leads among sales: settled ones, and open leads by their chance, which add no certainty."""
    settled = int((traits.state == BOUGHT).sum())
    return counted_share(float(traits.weight[inside].sum()), float(traits.weight.sum()), settled)


def share_of_settled_sales(traits: Traits, inside: Bools) -> Share:
    """Return the share of some leads among settled sales alone."""
    bought = traits.state == BOUGHT
    return counted_share(int((inside & bought).sum()), int(bought.sum()))


def share_that_buys(traits: Traits, inside: Bools) -> Share:
    """Return how many of some settled leads bought."""
    settled = traits.is_settled & inside
    return counted_share(int((traits.state[settled] == BOUGHT).sum()), int(settled.sum()))
