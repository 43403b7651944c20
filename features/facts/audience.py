"""Whom the ads aim at, in the company's own words: for each field the levels, the range, or the shares that are expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from features.facts.company_part import Part, Rate, Words, spoken_keys


class AimedAt(Part):
    """What the ads aim at in one field: these levels, or numbers in this range, or each level with its share."""

    levels: Words = Field(default=(), description="the answers that the ads aim at")
    at_least: float | None = Field(default=None, description="for numbers: this and more")
    below: float | None = Field(default=None, description="for numbers: less than this")
    shares: Annotated[dict[str, Rate], BeforeValidator(spoken_keys)] = Field(
        default_factory=dict, description="answer -> its share among those whom the ads are to bring"
    )

    @property
    def kind(self) -> Literal["levels", "range", "shares"]:
        """Return in which of the three ways it is said."""
        return "levels" if self.levels else "shares" if self.shares else "range"

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        has_range = self.at_least is not None or self.below is not None
        if sum((bool(self.levels), has_range, bool(self.shares))) != 1:
            raise ValueError(
                "say one thing: a list of levels, or at_least and/or below for a number, or shares (level: 0.6, ...)"
            )
        if self.at_least is not None and self.below is not None and not self.at_least < self.below:
            raise ValueError(f"at_least ({self.at_least:g}) has to be less than below ({self.below:g})")
        if sum(self.shares.values()) > 1.0 + 1e-9:
            raise ValueError(f"the shares add up to {sum(self.shares.values()):.2f}; together they are 1 at most")
        return self


def shortly(value: Any) -> Any:
    """Let a list stand for levels, and a mapping of levels to numbers for shares.

    >>> shortly(["owner", "builder"]), shortly({"Moscow": 0.6}), shortly({"at_least": 50})
    ({'levels': ['owner', 'builder']}, {'shares': {'Moscow': 0.6}}, {'at_least': 50})
    """
    if isinstance(value, str | bool):
        return {"levels": [value]}
    if isinstance(value, list):
        return {"levels": value}
    if isinstance(value, Mapping) and value and not set(value) & {"levels", "at_least", "below", "shares"}:
        return {"shares": dict(value)}
    return value


Audience = dict[str, Annotated[AimedAt, BeforeValidator(shortly)]]
"""Field of the form (or ``channel``, ``campaign``, another mark) -> what the ads aim at."""
