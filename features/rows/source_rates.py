"""How well each channel, campaign, ad and offer has sold so far: settled leads of the past only, as of a midnight.

A source's own share is shrunk towards its parent's (ad -> campaign -> channel -> the company), by as many
pseudo-leads as ``PRIOR_LEADS``; a source nobody has seen stands where its parent stands. Rows carry the
difference to the company's own rate in log-odds, so that a rising or falling market is not mistaken for a source.
Shrinkage towards a parent's mean: Micci-Barreca (2001), "A preprocessing scheme for high-cardinality categorical
attributes", SIGKDD Explorations 3(1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from features.log_odds import log_odds

PRIOR_LEADS = 50.0
MOST_REMEMBERED = 5_000
SourceKey = tuple[str, ...]
"""("channel", name), ("campaign", channel, name), ("ad", channel, campaign, name), ("offer", name); () is the company."""
WHOLE_COMPANY: SourceKey = ()


def source_path(channel: str, campaign: str | None, ad: str | None) -> list[SourceKey]:
    """Return the keys from the channel down to the ad, as far as the marks go.

    >>> source_path("vk", "summer", None)
    [('channel', 'vk'), ('campaign', 'vk', 'summer')]
    """
    path: list[SourceKey] = [("channel", channel)]
    if campaign is not None:
        path.append(("campaign", channel, campaign))
        if ad is not None:
            path.append(("ad", channel, campaign, ad))
    return path


@dataclass(frozen=True, slots=True)
class SourceRates:
    """Settled leads and sales per source as known at one midnight, from facts up to a storage number.

    Midnight and number go into the score log beside each row that was made with these rates; a row can't name others.
    """

    counts: Mapping[SourceKey, tuple[int, int]]
    midnight: datetime | None = None
    number: int = 0
    _lifts: dict[tuple[SourceKey, ...], float] = field(default_factory=dict, repr=False, compare=False)

    def settled(self, key: SourceKey) -> tuple[int, int]:
        """Return (settled leads, sales among them)."""
        return self.counts.get(key, (0, 0))

    def lift(self, path: Sequence[SourceKey]) -> float:
        """Return the shrunk log-odds of the last source of ``path`` over the company's; 0 where nothing is settled.

        >>> rates = SourceRates({(): (1000, 60), ("channel", "forum"): (200, 0)})
        >>> round(rates.lift([("channel", "forum")]), 2), rates.lift([("channel", "new")])
        (-1.66, 0.0)
        """
        asked = tuple(path)
        found = self._lifts.get(asked)
        if found is None:
            if len(self._lifts) >= MOST_REMEMBERED:
                self._lifts.clear()
            found = self._lifts[asked] = self._lift(asked)
        return found

    def _lift(self, path: Sequence[SourceKey]) -> float:
        leads, sales = self.settled(WHOLE_COMPANY)
        if not leads:
            return 0.0
        whole = (sales + 0.5) / (leads + 1.0)
        rate = whole
        for key in path:
            n, wins = self.settled(key)
            rate = (wins + PRIOR_LEADS * rate) / (n + PRIOR_LEADS) if n else rate
        return log_odds(rate) - log_odds(whole)


NO_RATES = SourceRates({})
