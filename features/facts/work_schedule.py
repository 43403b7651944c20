"""How often the worker does each of its duties: the section ``work`` of company.yaml."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from features.facts.company_part import Part

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400}
NEVER = "never"
SHORTEST = timedelta(minutes=1)
REMEDY = "takes a span such as 30m, 6h, 1d or 2w, of a minute at least, or never"


def span_in(text: str) -> timedelta | None:
    """Return the span that a text names, None where it names none: a whole number of seconds, minutes, hours, days or weeks.

    >>> span_in("36h"), span_in("soon")
    (datetime.timedelta(days=1, seconds=43200), None)
    """
    found = re.fullmatch(r"\s*(\d{1,6})\s*([smhdw])\s*", text)
    return timedelta(seconds=int(found[1]) * SECONDS[found[2]]) if found else None


def _spoken(text: str) -> str:
    span = span_in(text)
    if text != NEVER and (span is None or span < SHORTEST):
        raise ValueError(REMEDY)
    return text


def _spoken_short(text: str) -> str:
    span = span_in(text)
    if text != NEVER and (span is None or span < timedelta(seconds=1)):
        raise ValueError("takes a span such as 10s, 30m or 1h, or never")
    return text


Every = Annotated[str, AfterValidator(_spoken)]
Often = Annotated[str, AfterValidator(_spoken_short)]


class Work(Part):
    """How often each duty of ``leadloop work`` is due; ``never`` leaves it out.

    >>> Work(train="never").every("train"), Work().every("outbox")
    (None, datetime.timedelta(seconds=60))
    """

    crm: Every = Field(default="5m", description="look through the CRM; what it tells is looked into within seconds")
    alarms: Every = Field(default="15m", description="look at the alarms, and tell people what is due")
    train: Every = Field(default="1d", description="train anew, and promote what deserves it")
    follow: Every = Field(default="1h", description="look at the leads since, and let the level follow")
    portrait: Every = Field(default="1w", description="draw the portrait of buyers and what won deals tell anew")
    conversions: Every = Field(default="1h", description="put conversions into the outbox for the ad systems")
    webhooks: Often = Field(default="10s", description="tell other systems by webhook what is new")
    outbox: Every = Field(default="1m", description="send what waits in the outbox")

    def every(self, duty: str) -> timedelta | None:
        """Return how often a duty is due; None where it never is."""
        text: str = getattr(self, duty)
        return None if text == NEVER else span_in(text)
