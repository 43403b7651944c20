"""A date is read as people and systems write it; one that could be two days is refused and not guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import FactRefused
from features.facts.date_cells import DateOrder, guess_date_order, parse_moment

MOSCOW = ZoneInfo("Europe/Moscow")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03.04.2026", "25.04.2026"], "dmy"),
        (["03/04/2026", "25/04/2026"], "dmy"),
        (["03/04/2026", "04/25/2026"], "mdy"),
        (["03.04.2026", "05.06.2026"], "dmy"),
        (["03/04/2026", "05/06/2026"], None),
        (["25/04/2026", "04/25/2026"], None),
        (["2026-04-03"], "ymd"),
        (["2026-04-03", "03/04/2026", "25/04/2026"], "dmy"),
        (["25/04/2026", "2026-04-03"], "dmy"),
        ([*["25.04.2026"] * 60, *["03.04.2026"] * 40, "12.13.2026"], "dmy"),
        ([*["25.04.2026"] * 60, *["03.04.2026"] * 40, "12.13.2026", "04.14.2026"], None),
        (["03/04/2026", "25/04/2026", "04/25/2026"], None),
        (["2026-04-03", "03/04/2026"], None),
        (["Пермь", "12,5", ""], None),
    ],
)
def test_the_order_of_dates_is_the_one_that_all_fit(cells: list[str], order: DateOrder | None) -> None:
    assert guess_date_order(cells) == order


@pytest.mark.parametrize(
    ("text", "order", "moment", "has_time"),
    [
        ("31.03.2026", None, "2026-03-30T21:00:00+00:00", False),
        ("03/04/2026", "dmy", "2026-04-02T21:00:00+00:00", False),
        ("03/04/2026", "mdy", "2026-03-03T21:00:00+00:00", False),
        ("2026-03-31 14:05", "dmy", "2026-03-31T11:05:00+00:00", True),
        ("31.03.26 14:05:07", "dmy", "2026-03-31T11:05:07+00:00", True),
        ("31.01.99", "dmy", "1999-01-30T21:00:00+00:00", False),
        ("2026-03-31T14:05:00.123456789", None, "2026-03-31T11:05:00.123456+00:00", True),
        ("2026-03-31T14:05:00Z", None, "2026-03-31T14:05:00+00:00", True),
        ("2026-03-31 14:05:00 +0300", None, "2026-03-31T11:05:00+00:00", True),
        ("2026-03-31 14:05:00 UTC", None, "2026-03-31T14:05:00+00:00", True),
        ("3/31/2026 2:05 PM", None, "2026-03-31T11:05:00+00:00", True),
        ("2026-03-31 12:05:07am", None, "2026-03-30T21:05:07+00:00", True),
        ("2026-03-31, 12:05 p.m.", None, "2026-03-31T09:05:00+00:00", True),
        ("1774958700", None, "2026-03-31T12:05:00+00:00", True),
        ("1774958700123", None, "2026-03-31T12:05:00+00:00", True),
    ],
)
def test_a_moment_is_read_as_people_and_machines_write_it(
    text: str, order: DateOrder | None, moment: str, has_time: bool
) -> None:
    read, says_time = parse_moment(text, order, MOSCOW)
    assert (read.isoformat(), says_time) == (moment, has_time)


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2026", "31.02.2026", "2026-13-01", "0000-00-00", "0001-01-01", "0001-01-01T00:00:00+03:00", "9999-12-31",
        "2026-03-31 25:00", "2026-03-31 14:61", "2026-03-31 14:05 PM", "2026-03-31 0:05 AM",
        "2026-03-31 14:05 МСК", "вчера", "", "31.03", "²²²²²²²²²²",
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", [MOSCOW, NEW_YORK], ids=str)
def test_what_is_no_one_day_is_refused(text: str, zone: ZoneInfo) -> None:
    with pytest.raises(FactRefused):
        parse_moment(text, None, zone)


def test_a_date_that_does_not_fit_the_order_of_the_others_is_refused_and_not_turned_round() -> None:
    cases: tuple[tuple[str, DateOrder, str], ...] = (
        ("12.13.2026", "dmy", "day first"),
        ("25/04/2026", "mdy", "month first"),
    )
    for text, order, read in cases:
        with pytest.raises(FactRefused, match=rf"no date read {read}, as this file is.*export\.date_order"):
            parse_moment(text, order, MOSCOW)
    assert parse_moment("2026-12-13", "dmy", MOSCOW)[0] == parse_moment("13.12.2026", None, MOSCOW)[0]


def test_a_date_that_fits_two_orders_is_answered_with_the_key_that_says_which() -> None:
    with pytest.raises(FactRefused, match=r"export\.date_order: dmy or mdy"):
        parse_moment("03/04/2026", None, MOSCOW)


@given(
    st.from_regex(r"\A\d{1,4}[./-]\d{1,2}[./-]\d{1,4}([T ]\d{1,2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?\Z")
    | st.text(max_size=14),
    st.sampled_from([None, "ymd", "dmy", "mdy"]),
    st.sampled_from([MOSCOW, NEW_YORK]),
)
def test_any_text_is_a_moment_or_refused(text: str, order: DateOrder | None, zone: ZoneInfo) -> None:
    try:
        moment, _ = parse_moment(text, order, zone)
    except FactRefused:
        return
    assert moment.tzinfo is UTC


@given(st.datetimes(datetime(1970, 1, 2), datetime(2069, 12, 30)), st.sampled_from(["ymd", "dmy", "mdy"]))  # noqa: DTZ001
def test_a_written_moment_is_read_back_whatever_the_order(moment: datetime, order: DateOrder) -> None:
    pattern = {"ymd": "%Y-%m-%d", "dmy": "%d.%m.%Y", "mdy": "%m/%d/%Y"}[order]
    text = moment.strftime(pattern + " %H:%M:%S.%f")
    read, has_time = parse_moment(text, order, ZoneInfo("UTC"))
    assert has_time
    assert read == moment.replace(tzinfo=UTC)
