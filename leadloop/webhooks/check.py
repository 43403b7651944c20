"""Sends a destination a test event at once, and says in words what came of it and what to mend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import httpx

from features.errors import DeliveryFailed, DestinationRefused
from features.outbox.safe_address import Resolver, resolved
from features.settings import webhook_variable
from leadloop.sending.bounded import Answer, BoundedClient
from leadloop.sending.judged_request import judged_request
from leadloop.sending.manners import GONE
from leadloop.sending.postman import Receiver
from leadloop.sending.standard_webhooks import signed_headers
from leadloop.webhooks.event import Event

SECONDS = 20.0
NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")
"""What OpenSSL says of words that are not TLS, such as a plain answer of HTTP."""
REMEDIES = {
    401: "it does not believe the signature: give it the same secret as here, and let it sign id.timestamp.body",
    403: "it does not let us in: give it the same secret as here, or let its firewall pass us",
    404: "nothing is there: look how the address is spelled",
    405: "it takes no POST there: look how the address is spelled",
    GONE: "it wants no more of them: take it out of company.yaml, or write its new address there",
    413: "it takes no body of a few hundred bytes; it has to",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a test event: whether it was taken, and that in words."""

    is_taken: bool
    words: str


def checked(
    name: str,
    to: Receiver,
    *,
    company: str,
    moment: datetime,
    loopback: bool = False,
    resolve: Resolver = resolved,
    seconds: float = SECONDS,
) -> Checked:
    """Send the event ``webhook.test``; nothing of it goes through the outbox, and nothing is tried again."""
    if not to.secrets:
        return Checked(
            False, f"No secret: set {webhook_variable(name)} (whsec_ and base64) here and give it the receiver."
        )
    event = Event("webhook.test", moment.isoformat(), moment, {"company": company, "destination": name})
    body = event.body()
    try:
        headers = signed_headers(to.secrets, event.id_for(name), moment, body)
    except DeliveryFailed as error:
        return Checked(False, f"{error} Look at {webhook_variable(name)}.")
    headers |= {"Content-Type": "application/json", "User-Agent": "leadloop"}
    try:
        with BoundedClient(seconds) as client:
            answer = client.send(
                judged_request(client, to.url, body=body, headers=headers, loopback=loopback, resolve=resolve),
                seconds=seconds,
                most_bytes=0,
            )
    except DestinationRefused as error:
        return Checked(False, f"Nothing was sent: {error}")
    except httpx.ConnectError as error:
        return Checked(False, f"Not reached: {_why_not_reached(str(error), loopback=loopback)}.")
    except httpx.TimeoutException:
        return Checked(False, f"No answer within {seconds:.0f} s: it has to answer first and work afterwards.")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Checked(False, f"The connection broke ({type(error).__name__}).")
    return _answered(answer)


def _why_not_reached(said: str, *, loopback: bool) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return "its certificate is not valid for that name"
    if any(sign in said for sign in NO_TLS):
        remedy = ", or write http:// where it is a test on this machine" if loopback else ""
        return f"something answers there, but not in https: let it speak https{remedy}"
    if "[SSL" in said:
        return "something answers there, but no encryption was agreed on: let it speak TLS 1.2 or later"
    return "nobody answers at that address"


def _answered(answer: Answer) -> Checked:
    status, took = answer.status, answer.seconds
    if answer.is_success:
        return Checked(True, f"Taken: HTTP {status} after {took:.1f} s.")
    if answer.is_redirect:
        return Checked(
            False, f"HTTP {status}: it points elsewhere, and redirections are not followed; write the new address."
        )
    remedy = REMEDIES.get(status, "look into its own log for what it says of the event webhook.test")
    return Checked(False, f"HTTP {status}: {remedy}.")
