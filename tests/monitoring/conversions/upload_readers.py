"""Reads uploads back by what the systems document of them, and by nothing that wrote them: the csv and json of the library."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime
from typing import Any

HEX32, HEX64 = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{64}")
PLAIN_PRICE = re.compile(r"\d+(\.\d{1,2})?")
CURRENCY = re.compile(r"[A-Z]{3}")


def rows_of(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Return header and rows; every row has as many cells as the header."""
    text = content.decode("utf-8")
    assert not text.startswith("\ufeff")
    assert "\r" not in text
    lines = list(csv.reader(io.StringIO(text)))
    if lines[0][0].startswith("Parameters:"):
        assert re.fullmatch(r"Parameters:TimeZone=[+-]\d{4}", ",".join(lines[0]))
        lines = lines[1:]
    assert all(len(line) == len(lines[0]) for line in lines)
    return lines[0], lines[1:]


def read_metrica(content: bytes) -> list[dict[str, Any]]:
    """Return the goals of an offline conversions file."""
    header, rows = rows_of(content)
    assert set(header[:-4]) <= {"ClientId", "UserId", "Yclid", "PurchaseId"}
    assert header[-4:] == ["Target", "DateTime", "Price", "Currency"]
    read = []
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        ids = [cells[name] for name in header[:-4] if cells[name]]
        assert len(ids) == 1
        assert ids[0].isdigit()
        assert cells["DateTime"].isdigit()
        assert PLAIN_PRICE.fullmatch(cells["Price"])
        assert CURRENCY.fullmatch(cells["Currency"])
        read.append(
            {"id": ids[0], "goal": cells["Target"], "at": int(cells["DateTime"]), "price": float(cells["Price"])}
        )
    return read


def read_orders(content: bytes) -> dict[str, dict[str, str]]:
    """Return the orders of a CRM file by id; of one that stands twice the last holds."""
    header, rows = rows_of(content)
    assert {"id", "create_date_time", "order_status"} <= set(header)
    orders = {}
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        assert cells["order_status"] in {"IN_PROGRESS", "PAID", "CANCELLED", "SPAM"}
        datetime.strptime(cells["create_date_time"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 -- the counter's own zone
        known = [name for name in ("client_ids", "emails", "phones", "emails_md5", "phones_md5") if cells.get(name)]
        assert known
        assert all(HEX32.fullmatch(cells[name]) for name in known if name.endswith("md5"))
        assert not cells["revenue"] or PLAIN_PRICE.fullmatch(cells["revenue"])
        orders[cells["id"]] = cells
    return orders


def read_google(content: bytes) -> list[dict[str, Any]]:
    """Return the conversions of a file of clicks."""
    header, rows = rows_of(content)
    assert header == [
        "Google Click ID", "Conversion Name", "Conversion Time", "Conversion Value", "Conversion Currency",
    ]  # fmt: skip
    return [_google(row[0], row[1:]) for row in rows]


def read_enhanced(content: bytes) -> list[dict[str, Any]]:
    """Return the enhanced conversions: nothing of a person stands there in clear."""
    header, rows = rows_of(content)
    assert header == [
        "Email", "Phone Number", "Conversion Name", "Conversion Time", "Conversion Value", "Conversion Currency",
        "Ad User Data", "Ad Personalization",
    ]  # fmt: skip
    for row in rows:
        assert row[0] or row[1]
        assert all(HEX64.fullmatch(cell) for cell in row[:2] if cell)
        assert set(row[6:]) <= {"Granted", "Denied"}
    return [_google((row[0], row[1]), row[2:6]) for row in rows]


def _google(who: Any, cells: list[str]) -> dict[str, Any]:
    name, at, value, currency = cells
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d", at)
    assert PLAIN_PRICE.fullmatch(value)
    assert CURRENCY.fullmatch(currency)
    return {"who": who, "name": name, "at": datetime.fromisoformat(at), "value": float(value)}


def read_meta(content: bytes) -> list[dict[str, Any]]:
    """Return the events of a body for the Conversions API."""
    said = json.loads(content)
    assert list(said) == ["data"]
    events: list[dict[str, Any]] = said["data"]
    for event in events:
        assert event["action_source"] == "system_generated"
        assert isinstance(event["event_time"], int)
        user = event["user_data"]
        assert user
        assert set(user) <= {"lead_id", "em", "ph"}
        assert all(HEX64.fullmatch(one) for name in ("em", "ph") for one in user.get(name, []))
        assert event["custom_data"]["event_source"] == "crm"
    return events


def read_adjustments(content: bytes) -> list[dict[str, Any]]:
    """Return the adjustments of a file of clicks: a retraction has no value, and none comes before its conversion."""
    header, rows = rows_of(content)
    assert header == [
        "Google Click ID", "Conversion Name", "Conversion Time", "Adjustment Time", "Adjustment Type", "Adjusted Value",
        "Adjusted Value Currency",
    ]  # fmt: skip
    read = []
    for click, name, of, at, kind, value, currency in rows:
        assert kind in {"RESTATE", "RETRACT"}
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d", one) for one in (of, at))
        assert datetime.fromisoformat(at) > datetime.fromisoformat(of)
        if kind == "RESTATE":
            assert PLAIN_PRICE.fullmatch(value)
            assert CURRENCY.fullmatch(currency)
        else:
            assert (value, currency) == ("", "")
        read.append(
            {"who": click, "name": name, "of": datetime.fromisoformat(of), "kind": kind, "value": float(value or 0)}
        )
    return read
