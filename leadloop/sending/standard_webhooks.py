"""The signature by which a receiver knows that a webhook is ours, whole and recent.

It follows the Standard Webhooks specification 1.0: HMAC-SHA256 over id, timestamp and body, in the headers ``webhook-id``,
``webhook-timestamp`` and ``webhook-signature``. The id stays the same however often a message is sent; the timestamp is that
of the try, as receivers refuse old ones.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from features.errors import DeliveryFailed

PREFIX = "whsec_"


def signed_headers(secrets: Sequence[str], name: str, moment: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message; without any secret it goes unsigned.

    Parameters
    ----------
    secrets
        The newest first. While a receiver goes over from one to the next there are two, and he finds his among the signatures.
    name
        The message's id.
    moment
        When it is sent.

    Raises
    ------
    DeliveryFailed
        Where a secret cannot be one.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime.fromtimestamp(1614265330, tz=UTC)  # the specification's own example
    >>> said = b'{"test": 2432232314}'
    >>> signed_headers(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, said)
    {'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330',
     'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='}
    """
    headers = {"webhook-id": name, "webhook-timestamp": str(int(moment.timestamp()))}
    signed = f"{name}.{headers['webhook-timestamp']}.".encode() + body
    if secrets:
        headers["webhook-signature"] = " ".join(_signature(key, signed) for key in keys_of(secrets))
    return headers


def keys_of(secrets: Sequence[str]) -> list[bytes]:
    """Return the keys that secrets stand for; ``DeliveryFailed`` where one cannot be a secret."""
    return [_key(one) for one in secrets]


def _signature(key: bytes, signed: bytes) -> str:
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def _key(secret: str) -> bytes:
    """Return the key: behind ``whsec_`` it stands in base64, as the specification writes it; any other secret is the key."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise DeliveryFailed("The webhook's secret begins with whsec_, so what follows has to be base64.")
    return key
