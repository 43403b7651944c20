"""How the company keeps its advertising costs: with or without VAT, and what its ad systems are called in leads' marks."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from features.facts.company_part import Part, Rate, Words

Vat = Literal["with", "without"]
CostColumn = Literal[
    "day", "until", "cost", "impressions", "clicks", "currency", "campaign", "campaign_id", "ad", "ad_id"
]
"""Our names of what an ad system's export tells."""


class AdSystem(Part):
    """What one ad system's costs are called, and whether its exports tell them with VAT."""

    source: str | None = Field(default=None, description="the source that the leads' marks have, such as yandex")
    medium: str | None = Field(default=None, description="the medium that the leads' marks have, such as cpc")
    vat: Vat | None = Field(
        default=None, description="whether this system's costs are with VAT, where its header is silent"
    )


class AdCosts(Part):
    """How costs are kept, and how the ad systems' own exports are read."""

    vat: Vat | None = Field(default=None, description="keep costs with or without VAT; nothing said: as they are told")
    vat_rate: Rate | dict[date, Rate] | None = Field(
        default=None, description="the rate, such as 0.2; or the day from which each rate holds: {2019-01-01: 0.2}"
    )
    spread_periods: bool = Field(
        default=False, description="true: a row of a week or month is spread evenly over its days"
    )
    systems: dict[str, AdSystem] = Field(
        default_factory=dict,
        description="yandex_direct, vk_ads, google_ads, meta, linkedin_ads: what is otherwise than usual",
    )
    columns: dict[CostColumn, Words] = Field(
        default_factory=dict, description="further header words of the ad systems' exports, by what they tell"
    )

    def rate_on(self, day: date) -> float | None:
        """Return the VAT rate that holds on a day, as a share (0.2 is 20 %); None where none is said to.

        >>> AdCosts(vat_rate={date(2019, 1, 1): 0.2, date(2026, 1, 1): 0.22}).rate_on(date(2025, 12, 31))
        0.2
        """
        if not isinstance(self.vat_rate, dict):
            return self.vat_rate
        held = [since for since in self.vat_rate if since <= day]
        return self.vat_rate[max(held)] if held else None
