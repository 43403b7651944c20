"""What a connector does, whichever CRM it speaks to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from features.crm.mapped import Mapped
from features.errors import CrmRefused
from features.outbox.letter import Letter

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DescribedField:
    """A field of the CRM: its name, how people call it, its kind in our words, and the words for its values' ids."""

    name: str
    label: str
    kind: str
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DescribedStage:
    """A stage of the CRM: how company.yaml names it, how people call it, and what it seems to mean."""

    code: str
    label: str
    kind: str  # one of the kinds of company.yaml's stages


@dataclass(frozen=True, slots=True)
class Description:
    """What a CRM says of itself."""

    fields: tuple[DescribedField, ...]
    stages: tuple[DescribedStage, ...]
    people: Mapping[str, str]
    time_zone: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A record as it is there: its kind, its id, its fields, when it changed; ``record`` is None where it is not there any more.

    ``merged`` are the ids of records that were merged into it. ``refused`` says why there is no record though it is there: the CRM
    does not tell a part of it that has to be asked for apart.
    """

    entity: str
    record_id: str
    record: Record | None = field(repr=False)
    changed_at: datetime | None = None
    merged: tuple[str, ...] = ()
    refused: CrmRefused | None = None


def completed(found: Found, complete: Callable[[Record], Record]) -> Found:
    """Return a record of a page with what has to be asked for apart; where the CRM refuses that, it alone is refused."""
    assert found.record is not None
    try:
        return replace(found, record=complete(found.record))
    except CrmRefused as error:
        return replace(found, record=None, refused=error)


class Connector(Protocol):
    """Speaks to one CRM.

    ``entities`` are its kinds of records, the requests first; ``polled`` those that are looked through for changes; ``late_by``
    says of kinds how long after the moment by which they are looked through a record may still come.
    """

    crm: str
    entities: tuple[str, ...]
    polled: tuple[str, ...]
    letters_a_minute: int
    late_by: ClassVar[Mapping[str, timedelta]]

    def fetch(self, entity: str, record_id: str) -> list[Found]:
        """Return the record that a message told of, or those that it stands for."""

    def changed(self, entity: str, since: datetime) -> Iterator[list[Found]]:
        """Yield pages of the records that changed since a moment, the oldest change first."""

    def mapped(self, found: Found) -> Mapped:
        """Return what a record comes to."""

    def home_of(self, lead_id: str) -> tuple[str, str]:
        """Return kind and id of the record that a lead of ours is."""

    def letter(self, entity: str, record_id: str, values: Mapping[str, Any], once_key: str) -> Letter:
        """Return the letter that writes values into fields of a record."""

    def described(self) -> Description:
        """Return what there is to be mapped."""

    def greeted(self) -> str:
        """Return in a few words who answers and as whom we are let in."""

    def close(self) -> None:
        """End the connections."""
