"""``leadloop features``: the list of what the model may know, and one lead's row at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.leadloop.command_line import LEADS, ROWS, Small, one_line, write_rows


def line_of(feature: str, table: str) -> str:
    """Return a feature's line of the table, spaces tidied."""
    return next(" ".join(line.split()) for line in table.splitlines() if line.split()[:1] == [feature])


def test_the_list_gives_meaning_unit_share_missing_and_the_days_seen(imported: Small) -> None:
    said = imported.done("features")
    assert line_of("area", said) == "area answers Площадь: the number given. м² 0% 2026-03-02"
    assert line_of("campaign", said).endswith("33% 2026-03-02")
    assert line_of("keyword", said).endswith("100% never")
    assert line_of("hours_since_request", said).startswith("hours_since_request time How long ago")
    assert "Of 3 of 3 leads, as known at" in said


def test_the_list_as_of_a_moment_knows_only_who_had_come_by_then(imported: Small) -> None:
    said = imported.done("features", "--at", "2026-03-02T12:30")
    assert "Of 1 of 3 leads, as known at 2026-03-02 12:30." in said
    assert "No lead had come by then." in imported.done("features", "--at", "2026-03-01")


def test_the_list_stands_before_any_lead_is_stored(opened: Small) -> None:
    said = opened.done("features")
    assert "No leads are stored yet." in said
    assert line_of("area", said).endswith("no leads never")


def test_a_lead_from_later_today_does_not_break_the_list(company: Small) -> None:
    """An export may be dated hours ahead: in another time zone, or with a day that stands at its end."""
    soon = f"{datetime.now(UTC) + timedelta(hours=12):%Y-%m-%d %H:%M}"
    first, *others = ROWS["leads.csv"][1:]
    write_rows(company.folder / "leads.csv", [LEADS, *others, (first[0], soon, *first[2:])])
    company.done("import", company.file("leads.csv"))
    assert "Of 2 of 3 leads" in company.done("features")


def test_a_row_shows_only_facts_that_were_known_at_the_moment(imported: Small) -> None:
    arrival = imported.done("features", "1", "--at", "2026-03-02T12:00")
    called = imported.done("features", "1", "--at", "2026-03-02T15:00")
    sold = imported.done("features", "1", "--at", "2026-03-10T12:00")
    assert line_of("need", arrival).startswith("need missing")
    assert line_of("need", called).startswith("need yes")
    assert [line_of("calls_made", said).split()[1] for said in (arrival, called, sold)] == ["0", "1", "1"]
    assert "no call" in line_of("calls_made", arrival)
    assert "03-02 15:00 reached" in line_of("calls_made", called)
    assert "no stage" in line_of("stage_reached", called)
    assert "03-10 won" in line_of("stage_reached", sold)


def test_a_row_shows_the_facts_behind_its_values_in_the_company_s_time_and_as_they_are_written(imported: Small) -> None:
    said = imported.done("features", "2", "--at", "2026-03-02T18:00+03:00")
    assert "Lead 2 as known at 2026-03-02 18:00" in said
    assert "request of 2026-03-02 13:00" in line_of("hour", said)
    assert "campaign=[/лето], source=vk" in line_of("campaign", said)


def test_a_row_never_shows_the_contact(imported: Small) -> None:
    said = imported.done("features", "1")
    for secret in ("Мария", "916", "123-45-67", "m@example.com"):
        assert secret not in said


def test_a_lead_that_had_not_come_yet_is_not_called_unknown(imported: Small) -> None:
    ran = imported.run("features", "1", "--at", "2026-03-01")
    assert ran.code == 1
    assert "Lead '1' was not known yet at 2026-03-01T00:00:00+03:00; take a later --at." in one_line(ran.err)


def test_an_unknown_lead_says_where_to_send_it(imported: Small) -> None:
    ran = imported.run("features", "no-such")
    assert ran.code == 1
    assert "Lead 'no-such' is not stored; send it to POST /v1/leads or import it first." in one_line(ran.err)


@pytest.mark.parametrize("value", ["noon", "2026-13-01", "02.03.2026"])
def test_a_moment_that_is_none_is_answered_in_one_sentence(imported: Small, value: str) -> None:
    ran = imported.run("features", "1", "--at", value)
    assert ran.code == 2
    assert (
        f"--at takes a moment such as 2026-03-31, 2026-03-31T14:05 or 2026-03-31T14:05+03:00, not '{value}'."
        in one_line(ran.err)
    )
