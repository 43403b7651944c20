"""The section ``alarms`` of ``company.yaml``: how often a company may be alarmed for nothing."""

from __future__ import annotations

from pydantic import Field

from features.facts.company_part import Part


class Alarms(Part):
    """How the channels are watched."""

    false_alarms_a_year: float = Field(
        default=4.0,
        gt=0,
        le=52,
        description="how many false alarms a year the whole company bears, over all that is watched; fewer of them mean "
        "that a real change is named later",
    )
