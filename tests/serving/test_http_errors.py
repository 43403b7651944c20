"""What is answered when something is wrong: a status a program understands, words a person does."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Engine, text

from features.facts.database import engine_for
from serving.http_errors import LARGEST_BODY
from serving.words.pages import PAGE_WORDS
from tests.serving.doors import PHONE, Doors, open_doors

HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize("path", ["/v1/leads/404", "/leads/404"])
def test_an_unknown_lead_is_404_with_the_remedy_for_programs(doors: Doors, path: str) -> None:
    answer = doors.client.get(path)
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Lead '404' is not stored; send it to POST /v1/leads or import it first."}


def test_an_unknown_lead_is_a_page_in_the_readers_language_for_people(doors: Doors) -> None:
    russian = doors.client.get("/leads/404", headers=HTML)
    english = doors.client.get("/leads/404?lang=en", headers=HTML)
    assert [russian.status_code, english.status_code] == [404, 404]
    assert "<h1>Нет такой заявки</h1>" in russian.text
    assert "<h1>There is no such lead</h1>" in english.text
    assert 'href="/queue?lang=en"' in english.text


@pytest.mark.parametrize("path", ["/queue/404/take", "/leads/404/calls"])
def test_a_form_about_an_unknown_lead_is_answered_with_that_page(doors: Doors, path: str) -> None:
    answer = doors.client.post(path, data={"manager": "Анна", "result": "reached"}, headers=HTML)
    assert answer.status_code == 404
    assert "Нет такой заявки" in answer.text


def large(size: int) -> bytes:
    return b'{"id": "7", "answers": {"role": "' + b"x" * size + b'"}}'


def in_pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


@pytest.mark.parametrize("path", ["/v1/leads", "/v1/score", "/v1/leads/7/calls", "/leads/7/calls", "/sign-in"])
def test_a_body_too_large_is_413_whether_its_length_is_declared_or_not(doors: Doors, path: str) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded" if "v1" not in path else "application/json"}
    body = large(LARGEST_BODY)
    declared = doors.client.post(path, content=body, headers=kind)
    streamed = doors.client.post(path, content=in_pieces(body), headers=kind)
    assert [declared.status_code, streamed.status_code] == [413, 413]
    assert "1,000,000 bytes" in streamed.json()["detail"]


@pytest.mark.parametrize("encoding", ["gzip", "GZip", "identity, br"])
@pytest.mark.parametrize(
    "path", ["/v1/leads", "/v1/score", "/v1/leads/7/calls", "/v1/batch/leads", "/leads/7/calls", "/sign-in"]
)
def test_a_packed_body_is_415_with_the_remedy_at_every_door(doors: Doors, path: str, encoding: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": encoding}
    answer = doors.client.post(path, content=gzip.compress(b'[{"id": "7"}]'), headers=headers)
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")
    assert "send it plain" in answer.json()["detail"]


@pytest.mark.parametrize("encoding", ["identity", "utf-8", ""])
def test_a_plain_body_is_read_whatever_else_is_said_of_its_encoding(doors: Doors, encoding: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": encoding}
    assert doors.client.post("/v1/leads", content=b'{"id": "7"}', headers=headers).status_code == 201


def test_a_large_body_within_the_limit_is_read(doors: Doors) -> None:
    body = large(0)[:-3] + b'", "long": "' + b"y" * 4_000 + b'"}}'
    answer = doors.client.post("/v1/leads", content=in_pieces(body), headers={"content-type": "application/json"})
    assert answer.status_code == 201


@pytest.fixture
def broken(tmp_path: Path, sqlite_engine: Engine) -> Iterator[Doors]:
    """Give the doors of a service whose database was taken away."""
    with open_doors(tmp_path, sqlite_engine) as opened:
        opened.lead("7", contact={"phone": PHONE})
        opened.logged("7")
        with sqlite_engine.connect() as connection:
            for table in ("facts", "contacts"):
                connection.execute(text(f"ALTER TABLE {table} RENAME TO gone_{table}"))
            connection.commit()
        yield opened
        with sqlite_engine.connect() as connection:
            for table in ("facts", "contacts"):
                connection.execute(text(f"ALTER TABLE gone_{table} RENAME TO {table}"))
            connection.commit()


def test_where_the_store_does_not_answer_programs_are_told_when_to_try_again(broken: Doors) -> None:
    answers = [
        broken.client.post("/v1/leads", json={"id": "8", "contact": {"phone": PHONE}}),
        broken.client.get("/v1/leads/7"),
        broken.client.post("/v1/leads/7/calls", json={"result": "reached"}),
        broken.client.get("/v1/queue"),
        broken.client.get("/leads/7", headers=HTML),
        broken.client.get("/channels", headers=HTML),
    ]
    assert [answer.status_code for answer in answers] == [503] * 6
    assert [answer.headers["retry-after"] for answer in answers] == ["5"] * 6
    assert not any("9123456789" in answer.text for answer in answers)


def test_where_the_store_does_not_answer_people_read_a_page_that_says_what_to_do(broken: Doors) -> None:
    russian = broken.client.get("/channels", headers=HTML)
    english = broken.client.get("/leads/7?lang=en", headers=HTML)
    assert "<h1>База данных не отвечает</h1>" in russian.text
    assert "<h1>The database does not answer</h1>" in english.text
    assert "Nothing is stored now" in english.text
    sent = broken.client.post("/leads/7/calls", data={"manager": "Анна", "result": "reached"}, headers=HTML)
    assert sent.status_code == 503
    assert "То, что вы отправили, не сохранено." in sent.text
    assert russian.headers["retry-after"] == "5"


def test_the_service_is_alive_but_not_ready_without_its_store_and_asking_for_a_score_goes_on(broken: Doors) -> None:
    assert broken.client.get("/healthz").json() == {"status": "alive"}
    ready = broken.client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["status"] == "not ready"
    assert broken.client.post("/v1/score", json={"answers": {"area": 40}}).status_code == 200


def test_a_postgresql_server_that_is_gone_is_told_as_unreachable(tmp_path: Path, postgres_engine: Engine) -> None:
    with open_doors(tmp_path, postgres_engine) as opened:
        opened.lead("7")
        opened.logged("7")
        gone = engine_for(f"postgresql+psycopg://leadloop@/postgres?host={tmp_path}&connect_timeout=2")
        opened.service.desk.store.engine = gone
        answer = opened.client.get("/v1/leads/7")
        gone.dispose()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert os.fspath(tmp_path) not in answer.text


@pytest.mark.parametrize("path", ["/quue", "/channels/none", "/static/none.css"])
def test_an_address_of_nothing_is_a_page_that_says_so_for_people_and_a_line_for_programs(
    doors: Doors, path: str
) -> None:
    russian, english = (doors.client.get(f"{path}?lang={one}", headers=HTML) for one in ("ru", "en"))
    assert (russian.status_code, english.status_code) == (404, 404)
    assert "<h1>Такой страницы нет</h1>" in russian.text
    assert "<h1>There is no such page</h1>" in english.text
    assert doors.client.get(path).json() == {"detail": "Not Found"}


def test_a_word_in_an_address_that_does_not_fit_is_named_on_a_page_and_never_repeated(doors: Doors) -> None:
    answer = doors.client.get("/channels?level=wicked&lang=en", headers=HTML)
    told = answer.text.split("<main")[1]
    assert (answer.status_code, "this does not fit: Lines of the table (level)." in told, "wicked" in told) == (
        422,
        True,
        False,
    )
    assert doors.client.get("/channels?level=wicked").json()["detail"][0]["loc"] == ["query", "level"]


def test_every_word_of_an_address_or_a_form_has_a_name_that_people_know(doors: Doors) -> None:
    pages = [one for one in doors.client.app.routes if isinstance(one, APIRoute)]  # type: ignore[attr-defined]
    asked = {
        part.alias
        for page in pages
        if not page.include_in_schema
        for part in (*page.dependant.query_params, *page.dependant.body_params)
    }
    assert {"manager", "level", "weeks"} <= asked
    unnamed = {one for one in asked if f"place_{one}" not in PAGE_WORDS}
    assert not unnamed - {"back", "body", "code", "role", "state"}  # what no person types or chooses


def test_a_form_that_does_not_fit_says_that_nothing_was_stored(doors: Doors) -> None:
    doors.lead("7")
    answer = doors.client.post("/queue/7/take", data={"manager": "x" * 301}, headers=HTML)
    assert answer.status_code == 422
    assert "В форме не подходит: Менеджер. Ничего не сохранено." in answer.text


def test_what_no_database_can_hold_is_unfit_and_no_fault_of_ours(tmp_path: Path, engine: Engine) -> None:
    with open_doors(tmp_path / "closed", engine, open_to="") as closed:  # whoever has not signed in yet, too
        said = {"login": "a\0b", "password": "a whole sentence"}
        answers = [closed.client.post("/sign-in", data=said, headers={"origin": "http://localhost"})]
    with open_doors(tmp_path / "open", engine) as doors:
        mapping = {"source": "a\0b", "campaign": "", "to_source": "c", "to_campaign": ""}
        answers.append(doors.client.get("/audit?lead=a%00b", headers=HTML))
        drift = doors.client.get("/channels/drift?channel=a%00b", headers=HTML)
        answers.append(doors.client.post("/journey/costs/mappings", data=mapping, headers=HTML))
        letter = doors.client.post(f"/conversions/letters/{10**20}/again", headers=HTML)
    assert {answer.status_code for answer in answers} <= {200, 303, 401, 422}
    assert (letter.status_code, drift.status_code) == (422, 422)
    if engine.dialect.name == "postgresql":
        assert [answer.status_code for answer in answers] == [422] * 3
        assert "NUL" in answers[0].text


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1899-12-31", "3000-01-01"])
def test_a_day_at_the_end_of_the_calendar_is_no_day_of_a_view(doors: Doors, day: str) -> None:
    for name in ("from", "to", "vs_from", "vs_to"):
        assert doors.client.get(f"/journey.csv?{name}={day}").status_code == 422
    assert doors.client.get("/journey.csv?from=1900-01-01&to=2999-12-31").status_code == 200
