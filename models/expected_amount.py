"""What a sale to this lead would bring: its own offer's price, else the average check of like sales, else the company's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from features.facts.channels import tidied
from features.facts.company import Company

SALES_FOR_AN_AVERAGE = 5
OneSum = Mapping[str, tuple[int, float]]
"""Fewer sales of an offer or a channel than this say nothing of their average check."""


@dataclass(slots=True)
class _Sum:
    count: int = 0
    total: float = 0.0

    def mean(self) -> float | None:
        return self.total / self.count if self.count else None


@dataclass(slots=True)
class ExpectedAmounts:
    """Average checks by offer and channel, from the sales known so far; amounts in the company's currency.

    >>> amounts = ExpectedAmounts(Company(company="Окна", average_check=90000.0))
    >>> amounts.of(channel="vk", offer=None)
    90000.0
    >>> amounts.learn([("vk", None, 50000.0)] * 5).of(channel="vk", offer=None)
    50000.0
    """

    company: Company
    _by_offer: dict[str, _Sum] = field(default_factory=dict)
    _by_channel: dict[str, _Sum] = field(default_factory=dict)
    _all: _Sum = field(default_factory=_Sum)
    _listed: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        """Read the prices that company.yaml lists; of two offers that read alike the first counts."""
        self._listed = {}
        for name, one in self.company.offers.items():
            if one.price is not None:
                self._listed.setdefault(tidied(name), one.price)

    def learn(self, sales: Iterable[tuple[str, str | None, float]]) -> ExpectedAmounts:
        """Count sales given as (channel, tidied offer, amount); return these amounts."""
        for channel, offer, amount in sales:
            for kept in self._sums(channel, offer):
                kept.count += 1
                kept.total += amount
        return self

    def sums(self) -> dict[str, OneSum]:
        """Return count and total of the sales of each offer, each channel and of all: enough to go on from."""
        kept = {"offers": self._by_offer, "channels": self._by_channel, "all": {"": self._all}}
        return {name: {key: (one.count, one.total) for key, one in of.items()} for name, of in kept.items()}

    def go_on_from(self, sums: Mapping[str, OneSum]) -> ExpectedAmounts:
        """Take sums that were counted before; return these amounts.

        >>> counted = ExpectedAmounts(Company(company="Окна")).learn([("vk", "лето", 50000.0)] * 5)
        >>> ExpectedAmounts(Company(company="Окна")).go_on_from(counted.sums()).of(channel="vk", offer=None)
        50000.0
        """
        offers, channels, every = (
            {key: _Sum(count, total) for key, (count, total) in sums[name].items()}
            for name in ("offers", "channels", "all")
        )
        self._by_offer, self._by_channel, self._all = offers, channels, every[""]
        return self

    def of(self, *, channel: str, offer: str | None, told_price: float | None = None) -> float | None:
        """Return the expected amount, or None where neither prices nor sales nor a guess are known.

        ``told_price`` is the offer's price in the catalogue that marketers keep; where it says one, that is it.
        """
        if told_price is not None:
            return told_price
        listed = None if offer is None else self._listed.get(offer)
        if listed is not None:
            return listed
        for kept in (self._by_offer.get(offer or ""), self._by_channel.get(channel)):
            if kept and kept.count >= SALES_FOR_AN_AVERAGE:
                return kept.mean()
        return (
            self._all.mean()
            if self._all.count >= SALES_FOR_AN_AVERAGE
            else self.company.average_check or self._all.mean()
        )

    def _sums(self, channel: str, offer: str | None) -> list[_Sum]:
        sums = [self._all, self._by_channel.setdefault(channel, _Sum())]
        return [*sums, self._by_offer.setdefault(offer, _Sum())] if offer else sums
