"""Where a request may go: out of this house, under https, and never to a machine of an inner network.

An address comes from ``company.yaml``, and its name may be pointed anywhere; so it is judged by what the name resolves to at the
moment of sending, and the request goes to that very address and no other.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from features.errors import DestinationRefused

TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""IPv6 addresses that stand for IPv4 ones behind a translator (RFC 6052, RFC 8215)."""
NOT_ROUTED = ipaddress.ip_network("192.0.0.0/24")
"""Kept for protocols (RFC 6890); some clouds tell their machines' secrets at an address of it."""
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All that is handed out in IPv6 (RFC 4291); outside lie old site-local, IPv4-compatible and unassigned addresses."""
FIRST_FREE_PORT = 1024
"""Ports below belong to services (mail, shells, databases' proxies) that no HTTP request should be talked into."""
Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class SafeAddress:
    """An address that may be asked: ``url`` names the machine by number, ``host`` is the name that it was asked by."""

    url: str
    host: str
    name: str


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses that a name stands for; ``DestinationRefused`` where it stands for none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise DestinationRefused(host, "its name stands for no address; look how it is spelled") from None
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def safe_address(url: str, *, loopback: bool = False, resolve: Resolver = resolved) -> SafeAddress:
    """Return where a request to ``url`` goes.

    Parameters
    ----------
    loopback
        Also let this machine itself be asked, under http too: for tests against a server that runs beside them.
    resolve
        What a name stands for.

    Raises
    ------
    DestinationRefused
        Where the address is none, is not https, names another service's port, or stands for an inner network; of several
        addresses none may be inner.

    Examples
    --------
    >>> safe_address("https://api.example.com/v1", resolve=lambda host, port: ["93.184.216.34"]).url
    'https://93.184.216.34/v1'
    >>> safe_address("https://api.example.com/v1", resolve=lambda host, port: ["93.184.216.34", "10.0.0.7"])
    Traceback (most recent call last):
    ...
    features.errors.DestinationRefused: api.example.com is not asked: its name stands for an inner network's address; ...
    """
    try:
        parts = urlsplit(url)
        name, port = _in_ascii(parts.hostname or ""), parts.port
    except ValueError:
        raise DestinationRefused("the address", "it cannot be read; write https://name/path") from None
    if not name or parts.username is not None or parts.password is not None or parts.scheme not in ("http", "https"):
        raise DestinationRefused(name or "the address", "write https://name/path, without a user in it")
    if parts.scheme == "http" and not loopback:
        raise DestinationRefused(name, "only https keeps what is sent from others; write https://")
    known_port = (443 if parts.scheme == "https" else 80) if port is None else port
    if known_port < FIRST_FREE_PORT and known_port != 443 and not loopback:
        raise DestinationRefused(
            name, f"port {known_port} is another service's; take 443, or one from {FIRST_FREE_PORT}"
        )
    numbers = [ipaddress.ip_address(one.split("%")[0]) for one in resolve(name, known_port)]
    is_inner = [not _is_outside(one) and not (loopback and one.is_loopback) for one in numbers]
    if not numbers or any(is_inner):
        raise DestinationRefused(name, "its name stands for an inner network's address; nothing is sent there")
    if parts.scheme == "http" and not all(one.is_loopback for one in numbers):
        raise DestinationRefused(name, "only https keeps what is sent from others; write https://")
    number = f"[{numbers[0]}]" if numbers[0].version == 6 else str(numbers[0])
    at = number if port is None else f"{number}:{port}"
    host = (f"[{name}]" if ":" in name else name) + ("" if port is None else f":{port}")
    asked = f"?{parts.query}" if parts.query else ""
    return SafeAddress(f"{parts.scheme}://{at}{parts.path or '/'}{asked}", host, name)


def _in_ascii(name: str) -> str:
    """Return a name as DNS and the header ``Host`` write it; ``ValueError`` where it cannot be written so."""
    written = name if name.isascii() else name.encode("idna").decode()
    if not written.isprintable() or set(written) & set(' \\^|<>"`{}%'):
        raise ValueError(name)
    return written


def _is_outside(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether an address lies in the open internet; one that carries another inside does not."""
    if isinstance(number, ipaddress.IPv6Address):
        carries = number.ipv4_mapped or number.sixtofour or number.teredo or any(number in one for one in TRANSLATED)
        if carries or number not in GLOBAL_UNICAST:
            return False
    return number.is_global and not number.is_multicast and number not in NOT_ROUTED
