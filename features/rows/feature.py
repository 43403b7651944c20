"""A feature: a plain function of what was known of a lead at a moment, with a name, a unit and a meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from features.rows.as_of import KnownLead

Value = float | str | None
"""A number, a category level (yes/no is "yes"/"no"), or missing."""
FeatureRow = Mapping[str, Value]
"""Feature name -> value."""
ValueKind = Literal["number", "level"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the model's row.

    ``reads`` names the kinds of fact behind the value; ``meaning`` is the function's docstring.
    """

    name: str
    family: str
    kind: ValueKind
    unit: str
    meaning: str
    of: Callable[[KnownLead], Value]
    reads: tuple[str, ...]


def feature(
    family: str, kind: ValueKind, *, unit: str = "", reads: tuple[str, ...]
) -> Callable[[Callable[[KnownLead], Value]], Feature]:
    """Make the decorated function a feature; its name and docstring are the feature's name and meaning."""

    def made(function: Callable[[KnownLead], Value]) -> Feature:
        meaning = " ".join((function.__doc__ or "").split())
        return Feature(function.__name__, family, kind, unit, meaning, function, reads)

    return made
