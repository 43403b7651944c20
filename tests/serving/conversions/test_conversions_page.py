"""The page of what goes back to the ad systems, its files, and the address that a system pulls from."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.outbox.outbox import Outbox
from monitoring.conversions.conversion_desk import ConversionDesk
from tests.features.outbox.letters import letter
from tests.monitoring.conversions.upload_readers import read_google, read_orders
from tests.serving.doors import COMPANY, PHONE_WRITTEN, Doors, eventually, open_doors

TOLD = """
conversions:
  consent: {mark: consent, "yes": [granted]}
  yandex_orders: {}
  google: {actions: {lead: Lead, qualified: Qualified, paid: Sale}}
  meta: {events: {paid: Converted}}
"""
GCLID = "Cj0KCQ_abc-123"


@pytest.fixture
def doors(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    with open_doors(tmp_path, sqlite_engine, company=COMPANY + TOLD) as opened:
        yield opened


@pytest.fixture
def locked(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    with open_doors(tmp_path, sqlite_engine, company=COMPANY + TOLD, api_key="shared") as opened:
        yield opened


def sell(doors: Doors, lead_id: str = "7", **headers: str) -> None:
    """Send a lead that agreed, was qualified, and paid."""
    doors.client.headers.update(headers)
    marks = {"source": "google", "gclid": GCLID, "consent": "granted"}
    doors.lead(lead_id, marks=marks, contact={"phone": PHONE_WRITTEN, "email": "Anna@Firma.ru"})
    doors.call(lead_id, answers={"need": "yes", "budget": "yes"})
    doors.stage("Договор", lead_id, amount=230000)


def address_on(page: str, system: str) -> str:
    found = re.search(rf'value="(http[^"]+/conversions/{system}\.csv\?key=[0-9a-f]+)"', page)
    assert found
    return found[1]


def test_a_company_that_names_no_system_is_told_how_to_begin(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine) as opened:
        assert "conversions:" in opened.page("/conversions")


def test_the_page_counts_what_is_ready_and_a_download_notes_it_and_can_be_had_again(doors: Doors) -> None:
    sell(doors)
    assert "Скачать файл: 3" in doors.page("/conversions?lang=ru")
    got = doors.client.post("/conversions/google/file")
    assert "attachment" in got.headers["content-disposition"]
    assert got.headers["cache-control"] == "no-store"
    read = read_google(got.content)
    assert [one["name"] for one in read] == ["Lead", "Qualified", "Sale"]
    assert read[2]["value"] == 230000.0
    page = doors.page("/conversions?lang=ru")
    assert "Скачать файл: 3" not in page
    assert doors.client.post("/conversions/google/file").status_code == 303
    assert doors.client.get("/conversions/google/batches/1").content == got.content
    assert doors.client.get("/conversions/meta/batches/1").status_code == 404


def test_a_sale_after_the_window_counts_here_and_not_on_the_journey_and_the_page_says_so(doors: Doors) -> None:
    sell(doors)
    doors.lead("8", created_at=(doors.clock() - timedelta(days=90)).isoformat())
    doors.stage("Договор", "8", amount=90000)
    page = doors.page("/conversions?lang=en")
    assert re.search(r"there: Sale.*?data-label=\"Reached it\">2<", page, re.DOTALL)
    assert re.search(r">Contract \(won\)</span>\s*<b>1<", doors.page("/journey?lang=en"))
    assert "Every payment counts here, however late it came; the journey counts a sale only within 60 days" in page
    assert "засчитывает продажу только в течение 60 дней от заявки, поэтому" in doors.page("/conversions?lang=ru")


def test_while_the_first_count_after_a_start_goes_on_the_page_says_so_and_not_that_nothing_is_ready(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(doors)
    may_go_on, counts = threading.Event(), ConversionDesk.counts
    monkeypatch.setattr("serving.counted_behind.PATIENCE", 0.0)
    monkeypatch.setattr(ConversionDesk, "counts", lambda *asked: may_go_on.wait(30) and counts(*asked))
    page = doors.page("/conversions?lang=ru")
    assert "Считаем, как далеко дошла каждая заявка" in page
    assert "передавать нечего" not in page
    assert "Being counted: how far every lead has come." in doors.page("/conversions?lang=en")
    may_go_on.set()
    eventually(lambda: "Скачать файл: 3" in doors.page("/conversions?lang=ru"), 30)


def test_no_contact_stands_on_the_page_in_a_file_or_in_the_log(doors: Doors, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        sell(doors)
        said = doors.page("/conversions") + doors.client.post("/conversions/yandex_orders/file").text + caplog.text
    assert "firma" not in said.casefold()
    assert "345-67-89" not in said
    assert "9123456789" not in said


def test_a_system_pulls_from_its_signed_address_and_nowhere_else_behind_the_shared_key(locked: Doors) -> None:
    sell(locked, **{"x-api-key": "shared"})
    address = address_on(locked.page("/conversions"), "yandex_orders")
    del locked.client.headers["x-api-key"]
    path = address.removeprefix("http://localhost")
    assert path.startswith("/conversions/")
    got = locked.client.get(path)
    assert got.status_code == 200
    assert got.headers["cache-control"] == "no-store"
    assert read_orders(got.content)["7"]["order_status"] == "PAID"
    assert locked.client.get(path).content == got.content  # a pull that broke off is made up for
    key = path.split("key=")[1]
    for wrong in ("/conversions/yandex_orders.csv", f"/conversions/google.csv?key={key}", f"{path[:-1]}0x"):
        assert locked.client.get(wrong).status_code in (401, 403)
    for other in (f"/conversions?key={key}", f"/queue?key={key}", f"/v1/queue?key={key}"):
        assert locked.client.get(other, headers={"accept": "application/json"}).status_code == 401
    assert locked.client.post(path).status_code == 401
    assert locked.client.get(f"/conversions/meta.csv?key={key}").status_code == 422


def test_a_pull_is_noted_and_a_refused_one_is_logged_without_its_signature(
    doors: Doors, caplog: pytest.LogCaptureFixture
) -> None:
    sell(doors)
    with caplog.at_level(logging.INFO):
        path = address_on(doors.page("/conversions"), "google").removeprefix("http://localhost")
        assert doors.client.get(path).status_code == 200
        assert doors.client.get("/conversions/google.csv?key=guessed").status_code == 403
    said = [one.getMessage() for one in caplog.records if "onversions for google" in one.getMessage()]
    assert "were pulled: batch 1, 3 lines, 3 for the first time" in said[0]
    assert "was refused" in said[1]
    assert "guessed" not in said[1]
    assert "строк: 3" in doors.page("/conversions?lang=ru")


def test_a_replaced_address_ends_the_one_before(doors: Doors) -> None:
    old = address_on(doors.page("/conversions"), "google").removeprefix("http://localhost")
    assert doors.client.post("/conversions/google/address?lang=en").headers["location"] == "/conversions?lang=en#google"
    new = address_on(doors.page("/conversions"), "google").removeprefix("http://localhost")
    assert (doors.client.get(old).status_code, doors.client.get(new).status_code) == (403, 200)
    assert doors.client.post("/conversions/google_enhanced/address").status_code == 404  # company.yaml tells it nothing


def test_a_dead_letter_is_shown_with_what_was_answered_and_sent_again(doors: Doors, sqlite_engine: Engine) -> None:
    outbox, now = Outbox(sqlite_engine), doors.clock()
    letter_id = outbox.put(letter(), now - timedelta(days=1))
    outbox.take(letter_id, now)
    outbox.given_up(letter_id, now, "400 <b>no such dataset</b>")
    page = doors.page("/conversions?lang=en")
    assert "Not delivered, needs a person" in page
    assert "400 &lt;b&gt;no such dataset" in page
    assert doors.client.post(f"/conversions/letters/{letter_id}/again").status_code == 303
    assert outbox.letter(letter_id).state == "waiting"
    assert doors.client.post(f"/conversions/letters/{letter_id}/again").status_code == 404
