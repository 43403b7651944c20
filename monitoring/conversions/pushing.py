"""Conversions that are pushed: what is ready becomes letters of the outbox, noted in the ledger in the same transaction.

Meta and Metrica are pushed to; Google is not: its API wants a developer's token that it gives after a review, and takes the
same lines from a file or an address without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from urllib.parse import quote

from features.facts.company import Company
from features.facts.conversion_settings import System
from features.outbox.letter import Letter
from features.outbox.outbox import put_in
from monitoring.conversions import meta_json
from monitoring.conversions.ad_systems import AdSystem
from monitoring.conversions.conversion import Conversion
from monitoring.conversions.conversion_desk import ConversionDesk
from monitoring.conversions.standing import Candidate

MOST_IN_A_LETTER = {"meta": 500, "yandex": 5_000, "yandex_orders": 5_000}
"""Meta takes a thousand events at once, Metrica a gigabyte."""
KIND = "conversions"


def pushed_systems(company: Company) -> tuple[System, ...]:
    """Return the systems that are pushed to: those of which the counter or the dataset is named."""
    said = company.conversions
    found: list[System] = []
    if said.yandex and said.yandex.counter:
        found.append("yandex")
    if said.yandex_orders and said.yandex_orders.counter:
        found.append("yandex_orders")
    if said.meta and said.meta.dataset:
        found.append("meta")
    return tuple(found)


def push_ready(desk: ConversionDesk, name: System, moment: datetime) -> int:
    """Put what is ready for a system into the outbox; return how many conversions.

    What gets too old on one day goes together, so that a letter that waits too long takes nothing younger with it.
    """
    system = desk.system(name)
    days = sorted({_last_day(one, system) for one in desk.look(name, moment).ready})
    return sum(_push_day(desk, system, day, moment) for day in days)


def _push_day(desk: ConversionDesk, system: AdSystem, day: date, moment: datetime) -> int:
    """Put what gets too old on one day into as many letters as that takes."""
    company, count, most = desk.company, 0, MOST_IN_A_LETTER[system.name]
    while True:
        handed = desk.hand_out(
            system.name,
            moment,
            way="push",
            label=_url(system.name, company),
            most=most,
            only=lambda one: _last_day(one, system) == day,
            document=meta_json.push_body if system.name == "meta" else None,
            before_commit=lambda connection, body, told: put_in(
                connection, _letter(system, company, body, told, moment), moment
            ),
        )
        new = handed.first_told + handed.restated
        count += new
        if new < most:
            return count


def _last_day(one: Candidate, system: AdSystem) -> date:
    return system.last_moment(one.lead.created_at, one.at).date()


def _url(name: System, company: Company) -> str:
    said = company.conversions
    if name == "meta" and said.meta:
        return f"{said.meta.api.rstrip('/')}/{said.meta.dataset}/events"
    if name == "yandex" and said.yandex:
        return f"{said.yandex.api.rstrip('/')}/management/v1/counter/{said.yandex.counter}/offline_conversions/upload"
    orders = said.yandex_orders
    assert name == "yandex_orders"
    assert orders is not None
    asked = f"merge_mode=SAVE&delimiter_type={quote('COMMA')}"
    return f"{orders.api.rstrip('/')}/cdp/api/v1/counter/{orders.counter}/data/simple_orders?{asked}"


def _letter(system: AdSystem, company: Company, content: bytes, told: Sequence[Conversion], moment: datetime) -> Letter:
    digest = sha256(content).hexdigest()
    body, content_type = (content, "application/json") if system.suffix == "json" else multipart(content, digest)
    oldest = min(system.last_moment(one.created_at, one.at) for one in told)
    return Letter(
        destination="meta" if system.name == "meta" else "yandex",
        kind=f"{KIND}:{system.name}",
        once_key=f"{system.name}:{int(moment.timestamp() * 1_000_000)}:{digest[:32]}",
        url=_url(system.name, company),
        body=body,
        content_type=content_type,
        sign_in="meta" if system.name == "meta" else "yandex",
        repeatable=system.repeats,
        good_until=None if system.tells_orders else oldest,
    )


def multipart(content: bytes, digest: str) -> tuple[bytes, str]:
    r"""Return a file as the one part of a form (RFC 7578), and the content type that names the boundary.

    >>> body, kind = multipart(b"a,b\n", "5e884898da28")
    >>> kind
    'multipart/form-data; boundary=leadloop-5e884898da28'
    >>> body.split(b"\r\n")[1].decode()
    'Content-Disposition: form-data; name="file"; filename="data.csv"'
    """
    boundary = f"leadloop-{digest[:32]}"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="data.csv"\r\n'
    kind = "Content-Type: text/csv\r\n\r\n"
    return (head + kind).encode() + content + f"\r\n--{boundary}--\r\n".encode(), (
        f"multipart/form-data; boundary={boundary}"
    )
