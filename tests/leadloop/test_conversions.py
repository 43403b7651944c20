"""``leadloop conversions`` and ``leadloop outbox``: what goes back to the ad systems, with counts, and what waits for a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.leadloop.command_line import CALLS, STAGES, Small, one_line, small_company, started, write_rows
from tests.leadloop.sending.faulty_server import faulty_server
from tests.monitoring.conversions.upload_readers import read_google, read_meta

TOLD = """
conversions:
  google: {actions: {qualified: Qualified, paid: Sale}}
  meta: {events: {paid: Converted}, dataset: "77", api: "URL"}
average_check: 100000
"""


@pytest.fixture
def telling(tmp_path: Path) -> Small:
    """Give a company with two leads of this week: one that paid, by Google and by Meta's form, and one without a click id."""
    company = small_company(tmp_path / "telling")
    words = (tmp_path / "telling" / "company.yaml").read_text(encoding="utf-8")
    marks = "marks: {source: source, campaign: campaign, gclid: gclid, meta_lead_id: meta}}\n  calls"
    words = words.replace("marks: {source: source, campaign: campaign}}\n  calls", marks)
    (tmp_path / "telling" / "company.yaml").write_text(words + TOLD, encoding="utf-8")
    came = datetime.now(UTC) - timedelta(days=2)
    at = [f"{came + timedelta(hours=n):%Y-%m-%d %H:%M:%S}" for n in range(4)]
    columns = ("id", "created_at", "name", "phone", "email", "role", "area", "source", "campaign", "gclid", "meta")
    one = (
        "1",
        at[0],
        "Мария",
        "+7 916 123-45-67",
        "",
        "owner",
        "120",
        "google",
        "",
        "Cj0KCQ_abc-123",
        "l:1234567890123456",
    )
    other = ("2", at[0], "Иван", "", "", "owner", "40", "vk", "", "", "")
    write_rows(company.folder / "leads.csv", [columns, one, other])
    calls = [(f"c{n}", n, at[1], "Анна", "180", "reached", "yes", "yes", "yes") for n in ("1", "2")]
    write_rows(company.folder / "calls.csv", [CALLS, *calls])
    write_rows(company.folder / "stages.csv", [STAGES, ("1", at[2], "won", "230000")])
    company.done("import", *(company.file(name) for name in ("leads.csv", "calls.csv", "stages.csv")))
    return company


def test_a_company_that_names_no_system_is_told_where_to_write_it(imported: Small) -> None:
    assert "write the section conversions: in company.yaml" in one_line(imported.done("conversions"))


def test_what_is_ready_is_shown_without_being_noted_and_what_fell_out_with_its_reason(telling: Small) -> None:
    for _ in range(2):
        said = one_line(telling.done("conversions", "--system", "google"))
        assert "qualified 2 2 1 0 1 nothing to recognise it by 1" in said
        assert "paid 2 1 1 0 0" in said


def test_a_file_holds_each_conversion_once_and_none_is_made_where_nothing_is_ready(telling: Small) -> None:
    path = telling.folder / "google.csv"
    said = one_line(telling.done("conversions", "--system", "google", "--out", str(path)))
    assert "2 lines in" in said
    assert "2 told for the first time, 0 restated. Fell out: nothing to recognise it by 1." in said
    assert [(one["name"], one["value"]) for one in read_google(path.read_bytes())][1] == ("Sale", 230000.0)
    other = telling.folder / "again.csv"
    assert "Nothing is ready" in telling.done("conversions", "--system", "google", "--out", str(other))
    assert not other.exists()


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("--out", "x.csv"), "--out takes one --system"),
        (("--system", "google", "--out", "{folder}/company.yaml"), "is company.yaml itself, which this command reads"),
        (("--system", "yandex"), "company.yaml names google, meta"),
        (("--system", "google", "--push"), "Google takes a file"),
    ],
)
def test_what_cannot_be_done_is_answered_in_one_sentence(telling: Small, words: tuple[str, ...], remedy: str) -> None:
    ran = telling.run("conversions", *(word.format(folder=telling.folder) for word in words))
    assert ran.code == 2
    assert remedy in one_line(ran.err)


def test_a_push_waits_in_the_outbox_and_the_worker_of_its_own_process_delivers_it_once(telling: Small) -> None:
    assert telling.done("outbox").startswith("Nothing waits.")
    with faulty_server((400, {}, b"no such dataset")) as server:
        words = telling.folder / "company.yaml"
        words.write_text(words.read_text(encoding="utf-8").replace("URL", server.url), encoding="utf-8")
        assert "meta: 1 put into the outbox." in telling.done("conversions", "--push")
        assert "meta: 0 put into the outbox." in telling.done("conversions", "--push")
        tokens = {"LEADLOOP_META_TOKEN": "secret-token", "LEADLOOP_SEND_TO_LOOPBACK": "1"}

        def sent(*more: str) -> str:
            return one_line(started("outbox", "--send", *more, *telling.place, **tokens).communicate(timeout=60)[0])

        assert "waiting 0" in one_line(telling.done("outbox"))
        assert "needs a person 1" in sent()
        assert "400 no such dataset" in telling.done("outbox")
        assert "Delivered 1" in sent("--again", "1")
    assert len(server.got) == 2
    assert [one["event_name"] for one in read_meta(server.got[1].body)] == ["Converted"]
    assert server.got[1].headers["authorization"] == "Bearer secret-token"
    assert json.loads(server.got[1].body)["data"][0]["user_data"] == {"lead_id": 1234567890123456}
    assert "1 letter was delivered" in telling.done("outbox")
    ran = telling.run("outbox", "--again", "1")
    assert (ran.code, "No letter 1 waits for a person" in one_line(ran.err)) == (1, True)
    assert "secret-token" not in (telling.home / "leadloop.db").read_bytes().decode("latin-1")
