"""`/metrics` tells what was counted and how the house stands, of all workers together, to whoever may read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from features.duty_log import DutyLog
from features.errors import StoreUnreachable
from features.outbox.letter import Letter
from features.outbox.outbox import Outbox
from serving.telemetry.counts import Counts
from tests.serving.doors import VERSION, Doors, open_doors, promote
from tests.serving.people import nobody, program, signed_in

Labels = frozenset[tuple[str, str]]


@pytest.fixture
def doors(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Doors]:
    with open_doors(tmp_path, sqlite_engine) as opened:
        yield opened


def figures(text: str) -> dict[tuple[str, Labels], float]:
    """Return every sample by its name and labels."""
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def told(doors: Doors, name: str, **labels: str) -> float:
    answer = doors.client.get("/metrics")
    assert answer.status_code == 200
    return figures(answer.text)[name, frozenset(labels.items())]


def test_requests_are_counted_by_route_and_status_and_never_by_the_lead_in_the_path(doors: Doors) -> None:
    for lead_id in ("7", "8", "anna@firma.ru"):
        doors.client.get(f"/v1/leads/{lead_id}")
    doors.client.get("/wp-login.php")
    doors.client.get("/wp-admin.php")
    assert told(doors, "leadloop_requests_total", method="GET", route="/v1/leads/{lead_id:path}", status="404") == 3
    assert told(doors, "leadloop_requests_total", method="GET", route="(unknown)", status="404") == 2
    assert told(doors, "leadloop_request_seconds_count", method="GET", route="/v1/leads/{lead_id:path}") == 3
    assert told(doors, "leadloop_request_seconds_bucket", method="GET", route="(unknown)", le="+Inf") == 2
    assert "anna" not in doors.client.get("/metrics").text


def test_scores_are_counted_by_grade_and_by_what_gave_them_whichever_door_they_leave_by(doors: Doors) -> None:
    doors.client.post("/v1/leads", json={"id": "7", "answers": {}})
    doors.client.post("/v1/score", json={"answers": {}})
    doors.service.writer.close()
    assert told(doors, "leadloop_scores_total", grade="ungraded", by="rules") == 2
    assert told(doors, "leadloop_intake_group_size_count") == 1
    assert told(doors, "leadloop_intake_group_size_sum") == 1
    assert told(doors, "leadloop_intake_waiting") == 0


def test_the_champion_and_how_far_the_board_is_behind_are_told(doors: Doors) -> None:
    assert told(doors, "leadloop_model_serves", version="rules") == 1
    promote(doors.service.settings.home)
    doors.service.desk.champion.look()
    assert told(doors, "leadloop_model_serves", version=VERSION) == 1
    assert told(doors, "leadloop_model_learned_until_timestamp_seconds") > 1e9
    doors.client.get("/queue")
    assert told(doors, "leadloop_board_behind_facts") == 0
    doors.client.post("/v1/leads", json={"id": "7"})
    assert told(doors, "leadloop_board_behind_facts") > 0


def test_letters_that_wait_and_duties_are_told(engine: Engine, tmp_path: Path) -> None:
    with open_doors(tmp_path, engine) as doors:
        require_letters_and_duties(doors)


def require_letters_and_duties(doors: Doors) -> None:
    now, hour = doors.clock(), timedelta(hours=1)
    outbox, log = Outbox(doors.service.desk.store.engine), DutyLog(doors.service.desk.store.engine)
    letter = Letter(
        destination="crm",
        kind="score",
        once_key="1",
        url="https://crm.example/",
        body=b"{}",
        content_type="application/json",
    )
    number = outbox.put(letter, now - hour)
    assert told(doors, "leadloop_outbox_letters", destination="crm", state="waiting") == 1
    assert told(doors, "leadloop_outbox_oldest_waiting_seconds") >= 3600
    outbox.take(number, now)
    outbox.given_up(number, now, "gone")
    assert told(doors, "leadloop_outbox_letters", destination="crm", state="dead") == 1
    log.began("train", worker="host:1", every=hour, moment=now)
    log.ended("train", moment=now, why="No lead is settled.")
    assert told(doors, "leadloop_duty_failures", duty="train") == 1
    log.ended("train", moment=now)
    assert told(doors, "leadloop_duty_failures", duty="train") == 0
    assert told(doors, "leadloop_duty_last_success_timestamp_seconds", duty="train") == pytest.approx(now.timestamp())
    assert told(doors, "leadloop_duty_every_seconds", duty="train") == 3600


def test_with_the_database_away_it_says_so_and_goes_on_telling_what_it_knows(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(doors, "leadloop_database_up") == 1

    def away(*_: object) -> None:
        raise StoreUnreachable("away")

    monkeypatch.setattr("serving.metrics.standing._stored", away)
    assert told(doors, "leadloop_database_up") == 0
    assert told(doors, "leadloop_model_serves", version="rules") == 1


def test_workers_of_one_house_tell_of_each_other_and_of_those_that_ended(tmp_path: Path) -> None:
    mine = Counts(tmp_path)
    mine.request("GET", "/healthz", 200, 0.002)
    mine.scores([("A", "v1")])
    ended = {
        "requests": {"GET 200 /healthz": [0.0] * 3 + [2.0] + [0.0] * 11 + [0.5]},
        "scores": {"A model": 5},
        "groups": {},
    }
    (tmp_path / "1.json").write_text(json.dumps(ended), encoding="utf-8")
    mine.lay()
    together = mine.of_the_house()
    sums = together["requests"]["GET 200 /healthz"]
    assert (sum(sums[:-1]), sums[-1]) == (3, pytest.approx(0.502))
    assert together["scores"] == {"A model": 6}
    assert len(list(tmp_path.glob("*.json"))) == 2


def test_it_is_closed_to_all_but_keys_that_may_read_and_the_administrator(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    with open_doors(tmp_path, sqlite_engine, open_to="") as closed, nobody(closed) as stranger:
        asked: dict[str, httpx.Response] = {
            "nobody": stranger.get("/metrics"),
            **{scope: program(closed, scope).get("/metrics") for scope in ("score", "write", "read", "admin")},
            **{role: signed_in(closed, role).get("/metrics") for role in ("manager", "head", "marketer", "analyst")},
        }
    assert {who for who, answer in asked.items() if answer.status_code == 200} == {"read", "admin"}
    assert {answer.status_code for answer in asked.values()} == {200, 401, 403}


def test_it_answers_in_the_newer_form_to_whoever_asks_for_it(doors: Doors) -> None:
    answer = doors.client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")
