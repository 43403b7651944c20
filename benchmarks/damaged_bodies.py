"""What CRMs send, and the ways in which it is damaged: bytes flipped, keys doubled, brackets nested, numbers huge, words odd."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from features.facts.crm_settings import CrmName
from tests.crm.proofs import TOKEN

GOOD: dict[CrmName, tuple[bytes, ...]] = {
    "bitrix24": (
        f"event=ONCRMLEADADD&event_handler_id=5&data%5BFIELDS%5D%5BID%5D=7405&ts=1772442000&auth%5Bdomain%5D=x.bitrix24.ru"
        f"&auth%5Bapplication_token%5D={TOKEN}".encode(),
        f"event=ONVOXIMPLANTCALLEND&data[CALL_ID]=E3BA.1&data[CALL_TYPE]=1&ts=1772442001&auth[application_token]={TOKEN}".encode(),
    ),
    "amocrm": (
        b"leads%5Bstatus%5D%5B0%5D%5Bid%5D=10701093&leads%5Bstatus%5D%5B0%5D%5Bstatus_id%5D=142&leads[status][0][old_status_id]=1"
        b"&leads[status][0][custom_fields][0][values][0][value]=%D0%A1%D0%B0%D0%B9%D1%82&account[subdomain]=x",
        b"leads[note][0][note][id]=9&leads[note][0][note][element_id]=7&leads[note][0][note][note_type]=11&contacts[add][0][id]=3",
        b"unsorted[add][0][uid]=98fb033cefde74f5de1a5d3980a2a2d1&unsorted[add][0][category]=forms&unsorted[delete][1][action]=accept"
        b"&unsorted[delete][1][accept_result][leads][0]=10701094&account[subdomain]=x",
    ),
    "hubspot": (
        b'[{"eventId":100,"subscriptionId":7,"portalId":62515,"appId":1,"occurredAt":1772442000000,"subscriptionType":'
        b'"contact.creation","attemptNumber":0,"objectId":51,"changeSource":"CRM"}]',
        b'[{"eventId":101,"subscriptionType":"deal.propertyChange","objectId":52,"propertyName":"dealstage","occurredAt":1}, '
        b'{"eventId":102,"subscriptionType":"object.creation","objectTypeId":"0-48","objectId":53}]',
        b'[{"eventId":103,"subscriptionType":"contact.merge","primaryObjectId":51,"mergedObjectIds":[54],"newObjectId":55}]',
    ),
}
LARGEST = 1_100_000
"""Bytes: somewhat more than the doors read, so that a mutation of a mutation does not fill the memory."""
Mutation = Callable[[bytes, random.Random], bytes]


def flipped(body: bytes, draw: random.Random) -> bytes:
    told = bytearray(body)
    for _ in range(draw.randint(1, 8)):
        told[draw.randrange(len(told))] = draw.randrange(256)
    return bytes(told)


def cut(body: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(body))
    return body[:start] + body[start + draw.randint(1, 40) :]


def doubled(body: bytes, draw: random.Random) -> bytes:
    parts = body.split(b"&")
    one = draw.choice(parts)
    return b"&".join([*parts, one.split(b"=")[0] + b"=" + str(draw.randint(0, 99)).encode()])


def nested(body: bytes, draw: random.Random) -> bytes:
    deep = draw.choice((3, 50, 1_000))
    if body.startswith(b"["):
        return b"[" * deep + body + b"]" * draw.choice((deep, deep - 1))
    return body + b"&" + draw.choice((b"leads", b"data", b"auth")) + b"[add]" * deep + b"[0][id]=1"


def huge_number(body: bytes, draw: random.Random) -> bytes:
    number = draw.choice(
        (b"9" * 18, b"9" * 19, b"1" + b"0" * 400, b"-1", b"0", b"1e309", b"NaN", b"1.5", b"0x10", b"\xd9\xa1")
    )
    found = list(re.finditer(rb"\d+", body))
    if not found:
        return body + number
    one = draw.choice(found)
    return body[: one.start()] + number + body[one.end() :]


def encoded(body: bytes, draw: random.Random) -> bytes:
    try:
        return body.decode().encode(draw.choice(("utf-16", "utf-32", "cp1251", "utf-8-sig", "utf-7")), "replace")
    except UnicodeError:
        return body


def without_part(body: bytes, draw: random.Random) -> bytes:
    separator = draw.choice((b"&", b",", b"="))
    parts = body.split(separator)
    parts.pop(draw.randrange(len(parts)))
    return separator.join(parts)


def giant_key(body: bytes, draw: random.Random) -> bytes:
    giant = draw.choice((b"a", b"[", b"%5B", b"%", b"\xff")) * draw.choice((301, 5_000, 40_000))
    return body + b"&" + giant + b"=1" if draw.random() < 0.5 else giant + body


def many(body: bytes, draw: random.Random) -> bytes:
    if body.startswith(b"["):
        one, times = body.strip(b"[]"), draw.choice((2, 1_001))
        return (
            b"[" + b",".join([one] * min(times, LARGEST // (len(one) + 1) + 2)) + b"]"
        )  # what is longer is cut anyway
    return body + b"".join(b"&leads[add][%d][id]=%d" % (one, one + 1) for one in range(draw.choice((5, 600))))


def swapped(body: bytes, draw: random.Random) -> bytes:
    other = draw.choice([one for bodies in GOOD.values() for one in bodies])
    at = draw.randrange(len(body))
    return body[:at] + other[draw.randrange(len(other)) :]


def odd_values(body: bytes, draw: random.Random) -> bytes:
    """Put another kind of value where one stands: a list, an object, a text with a zero, half a surrogate."""
    odd = draw.choice(
        (b"null", b"[]", b"{}", b'"\\u0000"', b'"\\ud800"', b"true", b"%00", b"%ED%A0%80", b"%FF", b"%zz", b"+")
    )
    found = list(re.finditer(rb"(?<=[=:])[^&,}]+", body))
    one = draw.choice(found) if found else None
    return body if one is None else body[: one.start()] + odd + body[one.end() :]


MUTATIONS: tuple[Mutation, ...] = (
    flipped, cut, doubled, nested, huge_number, encoded, without_part, giant_key, many, swapped, odd_values,
)  # fmt: skip
