"""How often the worker does each of its duties: the section ``work`` of company.yaml."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from features.facts.company_part import Part

MINUTES = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
NEVER = "never"
SHORTEST = timedelta(minutes=1)
REMEDY = "takes a span such as 30m, 6h, 1d or 2w, of a minute at least, or never"


def span_in(text: str) -> timedelta | None:
    """Return the span that a text names: a whole number of m(inutes), h(ours), d(ays) or w(eeks); None where it names none.

    >>> span_in("36h"), span_in("soon")
    (datetime.timedelta(days=1, seconds=43200), None)
    """
    found = re.fullmatch(r"\s*(\d{1,6})\s*([mhdw])\s*", text)
    return timedelta(minutes=int(found[1]) * MINUTES[found[2]]) if found else None


def _spoken(text: str) -> str:
    span = span_in(text)
    if text != NEVER and (span is None or span < SHORTEST):
        raise ValueError(REMEDY)
    return text


Every = Annotated[str, AfterValidator(_spoken)]


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
    outbox: Every = Field(default="1m", description="send what waits in the outbox")

    def every(self, duty: str) -> timedelta | None:
        """Return how often a duty is due; None where it never is."""
        text: str = getattr(self, duty)
        return None if text == NEVER else span_in(text)
