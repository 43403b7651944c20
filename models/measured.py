"""A figure with its interval: what is told of a model is never told without."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure with its 95 % interval; nan where the leads cannot say."""

    value: float
    low: float
    high: float
