"""The ad systems that can be told, side by side: how far back they match, whom they recognise, and by which ways they take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from features.facts.company import Company
from features.facts.conversion_settings import Step, System
from monitoring.conversions import (
    google_adjustments_csv,
    google_clicks_csv,
    google_enhanced_csv,
    meta_json,
    yandex_csv,
    yandex_orders_csv,
)
from monitoring.conversions.conversion import Conversion
from monitoring.conversions.identifiers import Identifiers

Way = Literal["file", "pull", "push"]


@dataclass(frozen=True, slots=True)
class AdSystem:
    """How one system is told.

    Attributes
    ----------
    window, window_of
        How old the visit (so the lead) or the event itself may be when it is told.
    from_contact
        Whether it recognises people by what is made from a contact; such are told with consent alone.
    can_pull
        Whether it may fetch the file by itself: the file then holds all of its window each time, so the system must count
        a line that it has seen before once.
    repeats
        Whether what was perhaps delivered (the answer was lost) may be delivered again.
    mends
        The system of which it mends what was told; None where it is told conversions themselves.
    """

    name: System
    window: timedelta
    window_of: Literal["lead", "event"]
    from_contact: bool
    tells_orders: bool
    can_pull: bool
    repeats: bool
    suffix: Literal["csv", "json"]
    carries: Callable[[Identifiers], bool]
    document: Callable[[Sequence[Conversion], Company], bytes]
    mends: System | None = None

    def last_moment(self, created_at: datetime, at: datetime) -> datetime:
        """Return until when a conversion can be told."""
        return (created_at if self.window_of == "lead" else at) + self.window

    def names(self, company: Company) -> Mapping[Step, str]:
        """Return what each step is called there; of orders, and of a system that is told nothing, no step has a name."""
        settings = getattr(company.conversions, self.name)
        named: Mapping[Step, str] = {} if settings is None or self.tells_orders else settings.names
        return named

    def needs_value(self, company: Company) -> bool:
        """Return whether a conversion without a value is of no use there."""
        meta = company.conversions.meta
        return not self.tells_orders and (self.name != "meta" or bool(meta and meta.values))


# Metrica's goals are not pulled: nothing documented says that a goal told twice counts once. An order has an id, a click
# conversion its click, name and time: those may be told again. Meta takes no files by address. Google mends no
# conversion that occurred more than 54 days ago (Google Ads API, ConversionAdjustmentUploadError.CONVERSION_EXPIRED, v3 to v25).
AD_SYSTEMS: Mapping[System, AdSystem] = {
    one.name: one
    for one in (
        AdSystem("yandex", timedelta(days=21), "lead", from_contact=False, tells_orders=False, can_pull=False,
                 repeats=False, suffix="csv", carries=yandex_csv.carries, document=yandex_csv.document),
        AdSystem("yandex_orders", timedelta(days=21), "lead", from_contact=True, tells_orders=True, can_pull=True,
                 repeats=True, suffix="csv", carries=yandex_orders_csv.carries, document=yandex_orders_csv.document),
        AdSystem("google", timedelta(days=90), "lead", from_contact=False, tells_orders=False, can_pull=True,
                 repeats=True, suffix="csv", carries=google_clicks_csv.carries, document=google_clicks_csv.document),
        AdSystem("google_adjustments", timedelta(days=54), "event", from_contact=False, tells_orders=False, can_pull=True,
                 repeats=True, suffix="csv", carries=google_adjustments_csv.carries, document=google_adjustments_csv.document,
                 mends="google"),
        AdSystem("google_enhanced", timedelta(days=90), "lead", from_contact=True, tells_orders=False, can_pull=True,
                 repeats=True, suffix="csv", carries=google_enhanced_csv.carries, document=google_enhanced_csv.document),
        AdSystem("meta", timedelta(days=7), "event", from_contact=True, tells_orders=False, can_pull=False,
                 repeats=True, suffix="json", carries=meta_json.carries, document=meta_json.document),
    )
}  # fmt: skip
