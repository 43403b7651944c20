"""A part of ``company.yaml``: frozen, strict about keys it does not know, and able to say where a mistake lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError


def spoken(value: Any) -> Any:
    """Let YAML 1.1's unquoted yes and no mean the words that stand there."""
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def spoken_all(value: Any) -> Any:
    """Do so for every item of a list."""
    return [str(spoken(item)) for item in value] if isinstance(value, list) else value


def spoken_keys(value: Any) -> Any:
    """Do so for every key of a mapping."""
    return {str(spoken(key)): item for key, item in value.items()} if isinstance(value, Mapping) else value


MISPLACED = "misplaced"
Misplaced = tuple[tuple[str | int, ...], str]
"""Where below the validated part a mistake lies, and what would be right."""


def misplaced(mistakes: list[Misplaced]) -> PydanticCustomError:
    """Return an error that keeps each mistake's own place, for ``company_file`` to find its line."""
    remedies = "; ".join(remedy for _, remedy in mistakes)
    return PydanticCustomError(MISPLACED, "{remedies}", {"remedies": remedies, "mistakes": mistakes})


Words = Annotated[tuple[str, ...], BeforeValidator(spoken_all)]
Rate = Annotated[float, Field(gt=0, lt=1)]


class Part(BaseModel):
    """A part of the file: frozen, and strict about keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
