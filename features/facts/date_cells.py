"""A date as people and systems write it becomes a moment: whichever order its day, month and year stand in.

Where a date fits two orders and nothing says which is meant, it is refused with the remedy and not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from datetime import time as clock_time
from typing import Literal
from zoneinfo import ZoneInfo

from features.errors import FactRefused

DateOrder = Literal["ymd", "dmy", "mdy"]
DATE = re.compile(
    r"^(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})"
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,6})\d*)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?\s*(?P<rest>.*)$"
)
"""Three numbers in whatever order, a time of day perhaps, and what is left: an offset, or what no date has."""
READ_AS: dict[DateOrder | None, str] = {"dmy": "day first", "mdy": "month first"}
EARLIEST, LATEST = 1900, 2200
"""Years outside these are a CRM's way to say that it knows no date."""


def guess_date_order(cells: Iterable[str]) -> DateOrder | None:
    """Return the one order of day, month and year that the dates among the cells fit, or None.

    A date with its year first is never mistaken, so it says nothing of the others' order. A slip of the pen among hundreds of
    dates does not make the others doubtful: an order may fail one in a hundred where the other fails ten times as many.

    >>> guess_date_order(["03.04.2026", "25.04.2026"]), guess_date_order(["03/04/2026"]), guess_date_order(["2026-03-31"])
    ('dmy', None, 'ymd')
    """
    misses: dict[DateOrder, int] = {"dmy": 0, "mdy": 0}
    seen = dotted = year_first = 0
    for cell in cells:
        found = DATE.match(cell.strip())
        if not found or found["rest"][:1].isdigit():
            continue
        orders = _orders(found)
        year_first += orders == {"ymd"}
        if orders and orders != {"ymd"}:
            seen += 1
            dotted += "." in cell[:10]
            for one in misses:
                misses[one] += one not in orders
    if not seen:
        return "ymd" if year_first else None
    if not any(misses.values()):
        return "dmy" if dotted == seen else None  # dates with dots are written day first wherever they are written so
    best, other = sorted(misses, key=misses.__getitem__)
    is_sure = misses[best] * 100 <= seen and misses[best] * 10 <= misses[other]
    return best if is_sure and misses[other] else None


def parse_moment(text: str, order: DateOrder | None, zone: ZoneInfo) -> tuple[datetime, bool]:
    """Return the moment in UTC, and whether the text says a time of day (if not: the day's start in ``zone``).

    >>> zone = ZoneInfo("Europe/Moscow")
    >>> parse_moment("03.02.2026 14:05", "dmy", zone)[0].isoformat()
    '2026-02-03T11:05:00+00:00'
    >>> parse_moment("2026-02-03T14:05:00+01:00", None, zone)[0].isoformat()
    '2026-02-03T13:05:00+00:00'

    Raises
    ------
    FactRefused
        Where the text is no date, fits two orders and none was said, or does not fit the one that was.
    """
    word = text.strip()
    if word.isdecimal() and len(word) in (10, 13):
        return datetime.fromtimestamp(int(word[:10]), UTC), True
    found = DATE.match(word)
    if not found:
        raise FactRefused("date", "write it as 2026-03-31 or 31.03.2026, with 14:05 or 14:05:00 behind it if known")
    moment, has_time = _with_offset(word) if found["rest"] else _by_order(found, order, zone)
    if not EARLIEST <= moment.year <= LATEST:
        raise FactRefused("date", f"lies outside {EARLIEST}-{LATEST}; leave the cell empty where the day is not known")
    return moment, has_time


def _orders(found: re.Match[str]) -> set[DateOrder]:
    first, second, third = found[1], found[2], found[3]
    if len(first) == 4:
        return {"ymd"}
    orders: set[DateOrder] = set()
    if int(second) <= 12 and int(first) <= 31:
        orders.add("dmy")
    if int(first) <= 12 and int(second) <= 31:
        orders.add("mdy")
    return orders if len(third) in (2, 4) else set()


def _by_order(found: re.Match[str], order: DateOrder | None, zone: ZoneInfo) -> tuple[datetime, bool]:
    possible = _orders(found)
    if order in READ_AS and possible and possible.isdisjoint({order, "ymd"}):
        remedy = f"is no date read {READ_AS[order]}, as this file is; write it as 2026-03-31, or mend export.date_order"
        raise FactRefused("date", remedy)
    chosen = order if order in possible else next(iter(possible)) if len(possible) == 1 else None
    if chosen is None:
        remedy = "fits day-first and month-first; say export.date_order: dmy or mdy in company.yaml"
        raise FactRefused("date", remedy if possible else "is no date; write it as 2026-03-31")
    numbers = dict(zip(chosen, (int(found[1]), int(found[2]), int(found[3])), strict=True))
    year = numbers["y"]
    if len(found[1 + chosen.index("y")]) == 2:
        year += 2000 if year < 70 else 1900
    micro = int((found["part"] or "0").ljust(6, "0"))
    at = (
        clock_time(_hour(found), int(found["minute"] or 0), int(found["second"] or 0), micro)
        if _is_time(found)
        else None
    )
    try:
        local = datetime(year, numbers["m"], numbers["d"], tzinfo=zone)
    except ValueError:
        raise FactRefused("date", "there is no such day; write it as 2026-03-31") from None
    return _in_utc(datetime.combine(local.date(), at or clock_time(), zone)), at is not None


def _with_offset(word: str) -> tuple[datetime, bool]:
    try:
        moment = datetime.fromisoformat(word.replace("UTC", "+00:00").replace(" +", "+"))
    except ValueError:
        raise FactRefused("date", "write its time as 2026-03-31T14:05:00+03:00") from None
    if moment.tzinfo is None:
        raise FactRefused("date", "write its time as 2026-03-31T14:05:00+03:00")
    return _in_utc(moment), True


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise FactRefused("date", "there is no such day; write it as 2026-03-31") from None


def _is_time(found: re.Match[str]) -> bool:
    if found["hour"] is None:
        return False
    hours = range(1, 13) if found["half"] else range(24)
    if int(found["hour"]) not in hours or int(found["minute"]) > 59 or int(found["second"] or 0) > 59:
        raise FactRefused("date", "there is no such time of day; write it as 14:05")
    return True


def _hour(found: re.Match[str]) -> int:
    """Return the hour of the day; 12 AM is midnight and 12 PM noon."""
    hour = int(found["hour"] or 0)
    return hour if not found["half"] else hour % 12 + 12 * (found["half"] in "Pp")
