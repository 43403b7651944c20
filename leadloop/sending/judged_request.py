"""A request that goes to the very address that was judged safe, however its name is pointed a moment later.

The address is named by number, so that nobody is asked twice what the name stands for; the name itself is said in ``Host`` and
in the TLS handshake, and the certificate has to be of that name.
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from features.outbox.safe_address import Resolver, resolved, safe_address
from leadloop.sending.bounded import BoundedClient


def judged_request(
    client: BoundedClient,
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    method: str = "POST",
    loopback: bool = False,
    resolve: Resolver = resolved,
) -> httpx.Request:
    """Return a request to ``url``; ``DestinationRefused`` where none may go there (``features/outbox/safe_address.py``)."""
    address = safe_address(url, loopback=loopback, resolve=resolve)
    return client.request(
        method,
        address.url,
        content=body,
        headers={**headers, "Host": address.host},
        extensions={"sni_hostname": address.name},
    )
