"""The headers of a request by their names, put in order once for all who ask: the count, the gate, limits and quick doors."""

from __future__ import annotations

from starlette.types import Scope

IN_SCOPE = "leadloop.headers"


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Return a request's headers, their names in small letters; of one that came twice, the last.

    >>> headers_of({"headers": [(b"host", b"crm.example"), (b"x-api-key", b"ll_1"), (b"x-api-key", b"ll_2")]})
    {b'host': b'crm.example', b'x-api-key': b'll_2'}
    """
    found: dict[bytes, bytes] | None = scope.get(IN_SCOPE)
    if found is None:
        found = scope[IN_SCOPE] = dict(scope["headers"])
    return found
