"""A webhook: the message as JSON to an address of the company's, signed so that the receiver knows it is ours.

It is signed as all webhooks are (``leadloop/sending/standard_webhooks.py``); the id is the same when a message is sent again.
"""

from __future__ import annotations

from datetime import datetime

import httpx
import orjson

from features.errors import DeliveryFailed, DestinationRefused
from features.facts.delivery_settings import Recipient
from features.outbox.safe_address import Resolver, resolved
from leadloop.deliveries.answers import why_not
from leadloop.sending.bounded import BoundedClient
from leadloop.sending.judged_request import judged_request
from leadloop.sending.standard_webhooks import signed_headers
from monitoring.telling.digest_words import Message

SECONDS, MOST_BYTES = 20.0, 16_384


class Webhook:
    """Posts to the recipients' addresses, under https and outside this house; a redirection is not followed.

    Parameters
    ----------
    loopback
        Also let this very machine be posted to, under http: for tests against a server that runs beside them.
    """

    def __init__(self, secret: str | None, *, loopback: bool = False, resolve: Resolver = resolved) -> None:
        self._secrets = [secret] if secret else []
        self._loopback, self._resolve = loopback, resolve

    def send(self, recipient: Recipient, message: Message, *, name: str, moment: datetime) -> None:
        """Post a message.

        Raises
        ------
        DeliveryFailed
            Where nothing may be sent there, nobody answers, or with another status than 2xx.
        """
        said = {"type": "alarms", "timestamp": moment.isoformat(), "data": {**message.data, "text": message.text}}
        body = orjson.dumps({**said, "subject": message.subject})
        try:
            signed = signed_headers(self._secrets, name, moment, body)
        except DeliveryFailed as error:
            raise DeliveryFailed(f"{error} Look at LEADLOOP_WEBHOOK_SECRET.") from None
        headers = {"Content-Type": "application/json", "User-Agent": "leadloop", **signed}
        try:
            with BoundedClient(SECONDS) as client:
                request = judged_request(
                    client,
                    recipient.address,
                    body=body,
                    headers=headers,
                    loopback=self._loopback,
                    resolve=self._resolve,
                )
                answer = client.send(request, seconds=SECONDS, most_bytes=MOST_BYTES)
        except DestinationRefused as error:
            raise DeliveryFailed(f"The webhook is not sent: {error.remedy}.") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryFailed(f"The webhook's server does not answer ({type(error).__name__}).") from None
        if not answer.is_success:
            raise DeliveryFailed(
                f"The webhook's server did not take the message ({why_not(answer.status, answer.headers)})."
            )
