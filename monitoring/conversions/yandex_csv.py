"""Yandex.Metrica's offline conversions: a line for each goal that a lead has reached, as Metrica uploads them.

The first line names the columns. A line carries ``ClientId`` or else ``Yclid``; a column that no line needs is left out.
``DateTime`` is in Unix seconds, ``Price`` has a dot.
"""

from __future__ import annotations

from collections.abc import Sequence

from features.facts.company import Company
from monitoring.conversions.conversion import Conversion, price
from monitoring.conversions.identifiers import Identifiers
from monitoring.conversions.table_text import table_text


def carries(ids: Identifiers) -> bool:
    """Return whether Metrica would know whose goal it is."""
    return bool(ids.client_id or ids.yclid)


def document(conversions: Sequence[Conversion], _: Company) -> bytes:
    """Return the file."""
    by_client = any(one.ids.client_id for one in conversions) or not conversions
    by_click = any(not one.ids.client_id for one in conversions)
    names = (*(["ClientId"] if by_client else []), *(["Yclid"] if by_click else []))
    return table_text(
        (*names, "Target", "DateTime", "Price", "Currency"),
        (
            (*_ids(one, by_client=by_client, by_click=by_click), one.name, f"{int(one.at.timestamp())}", price(one.value),
             one.currency)
            for one in conversions
        ),
    )  # fmt: skip


def _ids(one: Conversion, *, by_client: bool, by_click: bool) -> list[str]:
    click = "" if one.ids.client_id else one.ids.yclid or ""
    return ([one.ids.client_id or ""] if by_client else []) + ([click] if by_click else [])
