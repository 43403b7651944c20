"""The ids by which a sender names leads, calls and stages: spaces around them say nothing, and a control character is refused.

Ids of exports are read so too (``cells.py``), and a line break at the end of one that a script sends makes no other lead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Path
from pydantic import AfterValidator, StringConstraints

from features.errors import UnknownLead
from features.facts.values import LeadId

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
Asked = TypeVar("Asked")


def _plain(text: str) -> str:
    if CONTROL.search(text):
        raise ValueError("holds a control character, such as a line break or a tab; send the id without")
    return text


LeadName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_plain)
]
EventName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(_plain)]
LeadInPath = Annotated[str, Path(max_length=200), StringConstraints(strip_whitespace=True), AfterValidator(_plain)]
"""A lead's id in an address; it may hold a slash, as some CRMs' ids do."""


def is_as_kept(text: str) -> bool:
    r"""Return whether an id is surely kept as it was sent; where it is not, the types above say what becomes of it.

    >>> is_as_kept("7405"), is_as_kept(" 7405"), is_as_kept("7405\n")
    (True, False, False)
    """
    return text.isprintable() and text.strip() == text


def of_stored(lead_id: str, ask: Callable[[LeadId], Asked]) -> Asked:
    """Return what is asked of a lead under the id as it was sent; of none so named, without the spaces around it.

    What earlier versions stored may have an id with spaces around it, and has to be found.
    """
    try:
        return ask(LeadId(lead_id))
    except UnknownLead:
        if lead_id.strip() == lead_id:
            raise
        return ask(LeadId(lead_id.strip()))
