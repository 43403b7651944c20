"""Which systems hear of scores, alarms and models, and of which of these: the section ``webhooks`` of company.yaml.

Secrets never stand here: each destination's comes from the environment (``features/settings.py``).
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from features.facts.company_part import Misplaced, Part, misplaced

WebhookEvent = Literal["lead.scored", "lead.rescored", "lead.settled", "alarm.raised", "alarm.ended", "model.promoted"]
WEBHOOK_EVENTS: tuple[WebhookEvent, ...] = get_args(WebhookEvent)
"""What can be told truthfully: each stands in a store with its own number, or is what holds now and did not at the last look."""
DESTINATION_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")


class WebhookDestination(Part):
    """A system that takes webhooks, and what it hears of."""

    url: str = Field(description="the address that takes a POST; https://", repr=False)
    events: tuple[WebhookEvent, ...] = Field(
        default=WEBHOOK_EVENTS, min_length=1, description="what it is told of; all where nothing is said"
    )
    moved_by: float = Field(
        default=0.05,
        gt=0,
        lt=1,
        description="a lead is told of again (lead.rescored) once its probability lies so far from what was told last, or its "
        "grade is another",
    )

    @field_validator("url")
    @classmethod
    def _is_web(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_web = False
        if not is_web or not value.isprintable() or " " in value:
            raise ValueError("is an address that begins with https://")
        return value


def _named_plainly(value: dict[str, WebhookDestination]) -> dict[str, WebhookDestination]:
    remedy = "is a name of a-z, 0-9 and _ that begins with a letter, of 40 at most, such as crm"
    mistakes: list[Misplaced] = [((name,), remedy) for name in value if not DESTINATION_NAME.match(name)]
    if mistakes:
        raise misplaced(mistakes)
    return value


Webhooks = Annotated[dict[str, WebhookDestination], AfterValidator(_named_plainly)]
"""Your own name of a destination -> the destination.

>>> from features.facts.company import Company
>>> said = {"company": "x", "webhooks": {"crm": {"url": "https://crm.example.com/in", "events": ["lead.scored"]}}}
>>> Company.model_validate(said).webhooks["crm"].events
('lead.scored',)
"""
